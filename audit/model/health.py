"""What a look can establish of a service beside its answer: what its health report names, how loaded it was."""

from __future__ import annotations

from datetime import timedelta

from audit.model.facts import ABSENT, ServiceState, Value


class Dependency(Value):
    """One thing that a service leans on, as its health report tells."""

    name: str
    """Hostile text."""
    up: bool | None
    """None where the report uses a word that nobody knows."""
    word: str = ""
    """The word itself; hostile text."""


class HealthState(ServiceState):
    """What a service says of its own health."""

    up: bool = ABSENT
    """What it says of itself as a whole."""
    dependencies: tuple[Dependency, ...] = ABSENT
    version: str = ABSENT
    """Hostile text."""
    live: bool = ABSENT
    """Whether its liveness URL answers well; absent where the inventory names none."""
    ready: bool = ABSENT
    """Whether its readiness URL answers well; absent where the inventory names none."""
    schema_name: str = ABSENT
    """Which way of writing such reports it was read as."""


class LoadState(ServiceState):
    """How much of what it has a service used at its peak."""

    peaks: dict[str, float] = ABSENT
    """Each resource to the share of it that was used: 0.7 is 70 per cent."""
    complete: bool = ABSENT
    """Whether all that is named could be read; absent, with why, where one could not."""
    over: timedelta | None = None
    """The time of which it is the peak; None where it is the use of this moment alone."""
