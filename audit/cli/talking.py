"""A command becomes one whose help is in the language of the command line."""

from __future__ import annotations

import click

from audit.cli.tongue import ENGLISH, current, wording


class Talking(click.Context):
    """A context whose help is in the language of the command line."""

    def make_formatter(self) -> click.HelpFormatter:
        language = current(self)
        if language == ENGLISH:
            return super().make_formatter()
        from audit.cli.helped import Retold

        words = wording(language)
        return Retold(lambda text: words.get(text, text), width=self.terminal_width, max_width=self.max_content_width)


def talking(command: click.Command) -> click.Command:
    """A command with all below it, whose help from now on is in the language of the command line."""
    command.context_class = Talking
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        talking(one)
    return command
