"""What a shell asks while somebody types becomes the words that may follow, told in a language."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class, shell_complete

from audit.cli.tongue import COMPLETE, wording


def completed(root: click.Command, instruction: str, language: str) -> int:
    """Print the words, each with what it is for; the exit code that the script of the shell expects."""
    shell, _, wanted = instruction.partition("_")
    kind = get_completion_class(shell)
    if kind is None or wanted != "complete":
        return shell_complete(root, {"obj": language}, "haechi", COMPLETE, instruction)
    asked = kind(root, {"obj": language}, "haechi", COMPLETE)
    known = wording(language)
    for item in asked.get_completions(*asked.get_completion_args()):
        if item.help:
            item.help = known.get(item.help, item.help)
        click.echo(asked.format_completion(item))
    return 0
