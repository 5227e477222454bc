"""The name of a shell becomes the script that completes haechi's words in it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from audit.cli import COMPLETE
from audit.cli.asked import hearing


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@hearing
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash:  haechi completion bash > ~/.local/share/bash-completion/completions/haechi
    zsh:   haechi completion zsh > "${fpath[1]}/_haechi"
    fish:  haechi completion fish > ~/.config/fish/completions/haechi.fish
    """
    kind = get_completion_class(shell)
    root = ctx.find_root().command
    if kind is not None:
        click.echo(kind(root, {}, "haechi", COMPLETE).source())
