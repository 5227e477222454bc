"""What the inventory allows of restore drills to the record of one that was made."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from audit.model.backup import RestorePoint
from audit.model.facts import ABSENT, Facts, Value
from audit.model.item import Id, Item, Text
from audit.model.message import say
from audit.model.unfit import Unexpected
from audit.model.units import Day, Duration, Flag, Size

_SELECT: Final = re.compile(r"\s*(select|with)\b[^;]*;?\s*", re.IGNORECASE | re.DOTALL)
_WRITES: Final = re.compile(
    r"\b(insert|update|delete|merge|into|call|do|copy|alter|create|drop|grant)\b", re.IGNORECASE
)
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%")


def parse_query(text: str) -> str:
    """One SELECT that returns one value."""
    if not _SELECT.fullmatch(text) or _WRITES.search(text):
        raise Unexpected(say("one SELECT that gives one value"), repr(text[:80]))
    return text.strip().rstrip(";")


def parse_share(text: object) -> float:
    """`5 %` to 0.05; more than 0 %, at most 100 %."""
    if isinstance(text, float):
        return text
    found = _SHARE.fullmatch(str(text).strip())
    if not found or not 0 < float(found[1]) <= 100:
        raise Unexpected(say("a share such as 5 %, more than 0 %, at most 100 %"), repr(str(text)[:40]))
    return float(found[1]) / 100


Query = Annotated[
    Text,
    AfterValidator(parse_query),
    WithJsonSchema({"type": "string", "pattern": r"^\s*([Ss][Ee][Ll][Ee][Cc][Tt]|[Ww][Ii][Tt][Hh])\b[^;]*;?\s*$"}),
]
Percent = Annotated[float, BeforeValidator(parse_share), WithJsonSchema({"type": "string", "examples": ["5 %"]})]


class Canary(Item):
    """What must be found in the data once it was restored: one value, held against what is expected of it.

    One of `query` (a database), `key` (Redis, etcd), `file` (a path inside what was restored) says where it is;
    `expect` (equal), `at-least` (a number) or `newest: true` (a time, which gives the measured recovery point) says
    what it must be; without any of them it must not be empty. It never leaves the machine: the record holds a verdict.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in ("query", "key", "file")]})

    query: Query | None = None
    database: Text | None = None
    key: Text | None = None
    file: Text | None = None
    expect: Text | None = None
    at_least: float | None = None
    newest: Flag = False

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        asked = [name for name in ("query", "key", "file") if getattr(self, name) is not None]
        if len(asked) != 1:
            got = say("more") if asked else say("neither")
            raise Unexpected(say("one of {known}", known="`query:`, `key:`, `file:`"), got)
        return self


class Consent(Item):
    """Who allows that a copy is restored into scratch space on this machine, until when, how much of it."""

    consent: Text
    """The name of the person who answers for it."""
    until: Day
    sample: Percent | None = None
    """The share that one drill restores, another part each time; the whole where it is not written."""
    timeout: Duration = timedelta(hours=1)
    """Deadline of one drill."""


class Drills(Item):
    """Where drills of this estate may restore to, with their bounds."""

    scratch: tuple[Text, ...] = ()
    """Folders in which a drill makes a folder of its own; without one there is no drill."""
    most: Size = 50_000_000_000
    """Bytes that one drill restores at most; a larger copy needs `sample:`."""
    user: Id = "nobody"
    """The unprivileged user as whom servers are started where the drill itself runs as root."""
    load: Annotated[float, Field(gt=0)] = 0.9
    """One-minute load for each processor above which no drill begins."""
    same_host: Flag = False
    """Whether a drill may run on a machine on which a system of the estate answers."""


PartName = Literal["preflight", "fetch", "restore", "start", "replay", "switch", "verify", "teardown"]


class Part(Value):
    """One part of a drill with what it took; a name may come more than once."""

    name: PartName
    took: float
    """Seconds."""


class Checked(Value):
    """One thing that was held against what was restored."""

    name: str
    """E.g. `manifest`, `pg_amcheck`, `canary`."""
    held: bool
    detail: str = ""
    """Hostile text; never a value out of the data."""


class Restored(Value):
    """What a technology brought back in one drill."""

    point: RestorePoint
    bytes: int
    files: int | None = None
    share: float = Field(default=1.0, gt=0, le=1)
    """How much of the copy was brought back."""
    integrity: int = Field(ge=0, le=6)
    """The level that everything in `checks` together reached."""
    checks: tuple[Checked, ...]
    newest: datetime | None = None
    """The newest change that was found in it, such as the canary's time or the last transaction that was replayed."""
    tool: str = ""


class RestoreState(Facts):
    """The record of one restore drill; its level is `drilled`."""

    id: str
    copy_ref: str
    """The full reference of the copy."""
    point: str
    """The id of the restored point, empty where it never came to that."""
    point_start: datetime | None
    started: datetime
    ended: datetime
    expires: datetime
    parts: tuple[Part, ...]
    bytes: int
    files: int | None
    share: float
    integrity: int = Field(ge=0, le=6)
    checks: tuple[Checked, ...]
    trouble: str = ""
    """Why it failed; empty where everything was brought back and held."""
    rpo: timedelta = ABSENT
    """How old the newest change in what was restored was when the drill began."""
    rto: timedelta = ABSENT
    """Everything from the first byte to the last verification."""
    sampled_of: int | None = None
    """Bytes of the whole, where only a share was restored."""
    tool: str = ""
    sent_by: str = ""
    """The institution in whose bundle it came; empty where it was made here."""

    @property
    def proven(self) -> bool:
        """Whether it brought back what it meant to."""
        return not self.trouble and all(check.held for check in self.checks)


class Promise(Value):
    """What was promised of the system around a copy, beside what a drill measured."""

    rpo: timedelta | None = None
    rto: timedelta | None = None


MARK: Final = "#restored"


def drilled(ref: str) -> str:
    """The name under which the newest drill of a copy stands among the observations of a run."""
    return ref + MARK
