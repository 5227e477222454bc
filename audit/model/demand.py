"""Mappings of an inventory to what people want of a system by when: deadlines, the manual way, load tests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from audit.model.item import Id, Item, NameText, Text
from audit.model.units import Day, Duration, Flag, Instant


class Deadline(Item):
    """An instant after which people can no longer apply."""

    id: Id
    name: NameText | None = None
    at: Instant
    people: Annotated[int, Field(ge=0, lt=10**12)]
    """How many come in the last `window` before it."""
    window: Duration | None = None
    """How long before it those people come; the day before it where it is not written."""
    extends: Text | None = None
    """The rule by which it moves when the system is down, such as a clause; without one it is missed."""


class Manual(Item):
    """How work goes on without the system."""

    capacity: Annotated[float, Field(ge=0, le=1)]
    """The share of the usual flow that it takes."""
    most: Duration | None = None
    """For how long people can go on like that."""
    needs: tuple[Text, ...] = ()


class LoadTest(Item):
    """A test with many users, as its sheet says it; the sheet is evidence for `peak.load-test`."""

    on: Day
    times: Annotated[float, Field(ge=0, lt=1e6)]
    """The load that was borne, as a multiple of the forecast peak."""


class SurgeTest(Item):
    """A test of the intake with as many reports as come after a disaster; the record is evidence for it."""

    on: Day
    times: Annotated[float, Field(ge=0, lt=1e6)]
    """The reports that were taken in a day, as a multiple of an ordinary day."""
    deduplicated: Flag | None = None
    """Whether the same damage, reported twice, was counted once."""
    handed_over: Flag | None = None
    """Whether those who act got the reports."""
