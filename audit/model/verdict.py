"""The words of a judgement: verdicts, reasons for not knowing, severities, levels of evidence."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from audit.model.message import Message


class Verdict(StrEnum):
    """What a rule says of a subject."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class Reason(StrEnum):
    """Why something is unknown."""

    UNREACHABLE = "unreachable"
    DENIED = "denied"
    TIMEOUT = "timeout"
    NO_TOOL = "no-tool"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    CRASHED = "crashed"
    CONTRADICTED = "contradicted"


class Severity(StrEnum):
    """How much a failed check matters; `rank` 0 is the worst."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        return _WORST_FIRST.index(self)

    def lowered(self, grade: int) -> Severity:
        """The severity that counts for a grade: one step down for grade 3, two for grade 4, never below low."""
        steps = max(grade - 2, 0)
        return _WORST_FIRST[min(self.rank + steps, 3)] if steps else self


_WORST_FIRST: Final = tuple(Severity)


class Level(IntEnum):
    """How strong evidence is; a rule names the least level that it accepts."""

    DECLARED = 0
    ATTESTED = 1
    OBSERVED = 2
    VERIFIED = 3
    DRILLED = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class CannotSee(Exception):
    """A look that was impossible: the reason as data, the sentence for people. Only engine and judge catch it."""

    def __init__(self, reason: Reason, says: Message) -> None:
        super().__init__(reason, says)
        self.reason = reason
        self.says = says

    def __str__(self) -> str:
        return f"{self.reason}: {self.says}"


class NotApplicable(Exception):
    """A rule that does not apply to this subject, with the sentence that says why. Caught by judge only."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says
