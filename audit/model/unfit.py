"""What is wrong with a value, what would be right: the errors that a validator of the inventory raises."""

from __future__ import annotations

from audit.model.message import Message, say


class Unfit(ValueError):
    """A value that cannot stand; `key` names the part of it that is meant, where it is a mapping."""

    def __init__(self, says: Message, hint: Message, *, key: str = "") -> None:
        super().__init__(f"{says}; {hint}")
        self.says = says
        self.hint = hint
        self.key = key


class Unexpected(Unfit):
    """A value that is not of the kind that belongs here; what was got may be left out where it must not be shown."""

    def __init__(self, right: Message, got: str | Message = "", *, why: Message | None = None) -> None:
        super().__init__(why or say("got {got}", got=got), say("expected {right}", right=right))
        self.right = right
        self.got = got
        self.why = why

    def __str__(self) -> str:
        why = f"{self.why}: " if self.why is not None else ""
        return f"{why}{self.hint}" + (f", got {self.got}" if self.got else "")
