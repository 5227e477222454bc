"""Mappings of an inventory to how people keep work going: runbooks, duty, call trees, consoles, logs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from audit.model.item import Item, PlaceRef, Text
from audit.model.units import Day, Duration, Flag

Count = Annotated[int, Field(ge=0, lt=10**9)]


class Runbook(Item):
    """The written way back, step by step."""

    updated: Day
    by: Text | None = None
    """Who went through it last."""
    kept: tuple[PlaceRef, ...] = ()
    """Where copies lie that can be read without the system."""
    offline: Flag = False
    """Whether one of them can be read without any network, such as on paper."""


class LogCopy(Item):
    """Where the logs of what people did are copied to."""

    at: PlaceRef
    every: Duration
    """After so long an entry is there at the latest."""


class Shift(Item):
    """Who can be called in a stretch of days, the last one included."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    person: Text
    deputy: Text | None = None
    hours: Literal["always", "working"] = "always"


class CallTree(Item):
    """The last time that everybody was called; its sheet is evidence for `operations.call-tree`."""

    on: Day
    called: Count
    answered: Count
    channel: Text | None = None
    """By what, which must not lean on what may be down."""


class Console(Item):
    """A place from which everything can be stopped or deleted, with what guards it."""

    name: Text
    kind: Literal["backup", "hypervisor", "storage", "dns", "recovery"]
    accounts: Count | None = None
    administrators: Count | None = None
    guarded: Count | None = None
    """How many of the accounts ask for a second factor."""
    guarded_administrators: Count | None = None
    two_people: Flag | None = None
    """Whether deleting takes two of them."""
    patched: Day | None = None
    """The day up to which every critical correction is in."""
