"""What an estate asks of the watch: cadences, channels for alerts, scheduled work, other vantages, maintenance."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from audit.model.address import Host, Port, Url
from audit.model.cron import Cron
from audit.model.item import Id, Item, PlaceRef, SecretRef, SubjectRef, Text
from audit.model.message import say
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag, Instant


def parse_count(text: object) -> Any:
    """A whole number from 1 to 100."""
    written = str(text).strip()
    if not written.isascii() or not written.isdigit() or not 1 <= int(written) <= 100:
        raise Unexpected(say("a whole number from 1 to 100"), repr(written[:80]))
    return int(written)


Count = Annotated[
    int, BeforeValidator(parse_count), WithJsonSchema({"type": ["integer", "string"], "minimum": 1, "maximum": 100})
]


def parse_hours(text: object) -> str:
    """`22:00-07:00`: from when to when, over midnight where the second is the earlier one."""
    written = "".join(str(text).split())
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)", written, re.ASCII)
    hours = [f"{int(found[at]):02}:{found[at + 1]}" for at in (1, 3)] if found else []
    if not hours or hours[0] == hours[1]:
        raise Unexpected(say("hours such as 22:00-07:00"), repr(str(text)[:80]))
    return "-".join(hours)


Hours = Annotated[
    str,
    BeforeValidator(parse_hours),
    WithJsonSchema({"type": "string", "pattern": r"^\s*\d?\d:\d\d\s*-\s*\d?\d:\d\d\s*$"}),
]
Counting = Literal["any", "all", "quorum"]
"""When a service that answers at some of its addresses alone counts as up."""


class Reference(Item):
    """A port outside the estate's systems that answers whenever this prober's own network is well."""

    machine: Host = Field(alias="host")
    port: Port


class Judgement(Item):
    """When a subject is declared down, when it is declared up again; samples are never changed by it."""

    fails: Count = 2
    of: Count = 3
    """Down when at least `fails` of the last `of` samples are down."""
    recover: Count = 2
    """Up again after so many good samples one after the other."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.fails > self.of:
            raise Unexpected(say("no more fails than samples: `fails` is at most `of`"), say("more"))
        return self


class Door(Item):
    """Where the watch answers /metrics and /healthz."""

    machine: Host = Field(default="127.0.0.1", alias="host")
    port: Port = 9469


class Heartbeat(Item):
    """A dead man's switch: somebody outside who misses the watch when it falls silent."""

    url: Url | None = None
    secret: SecretRef | None = None
    """The URL, where it is one that nobody else may know."""
    every: Duration = timedelta(minutes=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) == (self.secret is None):
            raise Unexpected(say("either `url` or `secret`"), say("both or neither"))
        return self


class ScheduledAudit(Item):
    """A whole audit at the times of a cron expression, in the time zone of the estate."""

    id: Id
    cron: Cron


class ScheduledReport(Item):
    """The report of the newest run, written to a file at the times of a cron expression."""

    id: Id
    cron: Cron
    format: Text = "html"
    language: Literal["en", "ko"] = "en"
    file: Text
    """Beside the inventory where it is not absolute; an older one is replaced."""


class Channel(Item):
    """Where alerts go."""

    id: Id
    kind: Literal["apprise", "alertmanager"]
    url: Url | None = None
    """Of an Alertmanager."""
    secret: SecretRef | None = None
    """The URL, where it holds a secret, as those of apprise do."""
    on: tuple[SubjectRef, ...] = ()
    """Only what stands at or below these; everything where it is empty."""
    grade: Count = 4
    """Only systems of this grade or a more important one."""
    group: Duration = timedelta(seconds=30)
    """Alerts that come within this time go out as one."""
    repeat: Duration = timedelta(hours=4)
    """Until somebody acknowledges it, an alert is sent again after this time."""
    quiet: Hours | None = None
    """Hours such as 22:00-07:00 in which only grade 1 is told; the rest waits for their end."""
    test: Cron | None = None
    """When a test alert is sent, which somebody has to acknowledge."""
    language: Literal["en", "ko"] = "en"
    """Of what is sent."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if (self.url is None) == (self.secret is None):
            raise Unexpected(say("either `url` or `secret`"), say("both or neither"))
        if self.kind == "apprise" and self.secret is None:
            raise Unexpected(say("`secret`: the URLs of apprise hold passwords"), say("`url`"))
        return self


class Vantage(Item):
    """Another prober of the same estate, whose sample files are merged."""

    id: Id
    at: PlaceRef | None = None
    """Where it stands; outside every site of the estate where only its `region` is written."""
    region: Text | None = None
    files: Text
    """A glob of the sample files that it wrote."""


class Watch(Item):
    """How the watch looks, judges and tells."""

    every: Duration = timedelta(minutes=1)
    """Cadence of every endpoint that names none itself."""
    vantage: Id = "here"
    at: PlaceRef | None = None
    """Where this prober stands; outside every site of the estate where only its `region` is written."""
    region: Text | None = None
    down: Judgement = Judgement()
    quorum: Count = 1
    """How many vantages must see a subject down before it is declared down."""
    vantages: tuple[Vantage, ...] = ()
    references: tuple[Reference, ...] = ()
    """Where they are all silent, the prober is cut off and not its targets down."""
    lag: Duration = timedelta(milliseconds=50)
    """Beyond so much delay of the prober itself a sample that failed by time is unknown."""
    raw: Duration = timedelta(days=30)
    """How long each single sample is kept; the hours and days made of them are kept for good."""
    samples: Text | None = None
    """A folder in which each measurement is written as a line of a file a day, for other vantages to merge."""
    metrics: Door = Door()
    heartbeat: Heartbeat | None = None
    audits: tuple[ScheduledAudit, ...] = ()
    reports: tuple[ScheduledReport, ...] = ()
    expiring: Cron = "0 9 * * *"
    """When evidence, waivers and drills are looked through for those that expire."""
    ahead: Duration = timedelta(days=30)
    """How long before its end something counts as expiring."""
    alerts: tuple[Channel, ...] = ()


class Maintenance(Item):
    """A time in which a subject may be down; it counts only where the watch read of it before it began."""

    id: Id
    on: SubjectRef
    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    reason: Text
    by: Text
    """Who decided it."""
    silent: Flag = False
    """No look at all while it lasts: what is seen is then unknown instead."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise Unexpected(say("`to` after `from`"), say("the other way round"))
        return self
