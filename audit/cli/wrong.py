"""What is wrong with a command line, as click says it in English, becomes sentences that can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import click

from audit.model.message import Message, say
from audit.model.unfit import Unexpected, Unfit

HEAD: Final = "Error: "
SAID: Final = (
    say("Try '{command}' for help."),
    say("Invalid value for {name}: {message}"),
    say("Invalid value: {message}"),
    say("Missing argument {name}. {message}"),
    say("Missing argument {name}."),
    say("Missing option {name}. {message}"),
    say("Missing option {name}."),
    say("Missing command."),
    say("Choose from:\n\t{choices}"),
    say("No such option {name}. {message}"),
    say("No such option {name}."),
    say("No such command {name}. {message}"),
    say("No such command {name}."),
    say("Did you mean {close}?"),
    say("(Did you mean one of: {close}?)"),
    say("`haechi --help` lists them."),
    say("Option {name} requires an argument."),
    say("Option {name} does not take a value."),
    say("Got unexpected extra argument ({words})"),
    say("Got unexpected extra arguments ({words})"),
    say("{value} is not one of {choices}."),
    say("{value} is not a valid integer range."),
    say("{value} is not a valid float range."),
    say("{value} is not a valid integer."),
    say("{value} is not in the range {range}."),
    say("File {name} is a directory."),
    say("Path {name} is not readable."),
    say("File {name} is not readable."),
)
"""All that click says of our commands, the longer ones first; what is not here stays in English."""


class Wrong(click.UsageError):
    """A command line that means nothing, with words of ours for it."""

    def __init__(self, says: Message, ctx: click.Context | None = None) -> None:
        super().__init__(str(says), ctx)
        self.says = says


class Misfit(click.BadParameter):
    """A value of an option that cannot be, with words of ours for it."""

    def __init__(self, says: Message) -> None:
        super().__init__(str(says))
        self.says = says


def retold(shown: str, wrong: click.ClickException) -> Iterator[str | Message]:
    """All that click shows of an error: the usage, where to find help, what is wrong."""
    before, head, error = shown.partition(HEAD)
    yield from map(known, before.splitlines())
    if head:
        ours = wrong.says if isinstance(wrong, Wrong | Misfit) else _unfit(wrong.__cause__)
        yield say("Error: {message}", message=known(error.rstrip("\n"), ours))


def known(text: str, ours: Message | None = None) -> str | Message:
    """A sentence of click, or the words of ours in it, as a message; the text as it is where nobody knows it."""
    if ours is not None and text == str(ours):
        return ours
    for one in SAID:
        found = re.fullmatch(_pattern(one.template), text, re.DOTALL)
        if found is not None:
            inner = known(found["message"], ours) if "message" in found.groupdict() else ""
            parts = {"message": inner} if isinstance(inner, Message) else {}
            return Message(one.template, found.groupdict(), parts)
    return text


def _unfit(cause: BaseException | None) -> Message | None:
    """What a typed quantity says of a text that is none."""
    if isinstance(cause, Unexpected):
        says = say("expected {right}, got {got}", right=cause.right, got=cause.got) if cause.got else cause.hint
        return says if cause.why is None else say("{why}: {what}", why=cause.why, what=says)
    return say("{what}; {hint}", what=cause.says, hint=cause.hint) if isinstance(cause, Unfit) else None


def _pattern(template: str) -> str:
    return re.sub(r"\\\{([a-z]+)\\\}", r"(?P<\1>.+)", re.escape(template))
