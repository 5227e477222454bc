"""What a look saw of a group or of a name becomes the time for which its own settings hold a switch up."""

from __future__ import annotations

from datetime import timedelta

from audit.contract import CannotSee, Looks
from audit.model.estate import System
from audit.model.facts import NameState
from audit.model.failover import FailoverState
from audit.model.technology import Endpoint


def detection(
    declared: timedelta | None, seen: FailoverState | None, *, automatic: bool
) -> tuple[str, timedelta | None]:
    """The step that ends with somebody who knows of the loss, with the time of it.

    What switches by itself does not do so before its own settings let it, whatever was declared.
    """
    if seen is None or not automatic or not seen.has("patience"):
        return "detect", declared
    waits = seen.patience
    if declared is not None and declared >= waits.time:
        return "detect", declared
    return f"detect ({waits.by})", waits.time


def forgetting(system: System, looks: Looks) -> tuple[str, timedelta] | None:
    """The name that is remembered longest of those that are changed to lead people elsewhere."""
    found = {one.ref: lifetime for one in system.endpoints if (lifetime := _lifetime(one, looks)) is not None}
    longest = max(found, key=lambda ref: found[ref], default=None)
    return None if longest is None else (f"wait until {longest} is forgotten", found[longest])


def _lifetime(endpoint: Endpoint, looks: Looks) -> timedelta | None:
    if endpoint.steered is None or endpoint.purpose != "service" or endpoint.ref not in looks.seen:
        return None
    try:
        seen = looks.of(endpoint.ref, NameState)
    except CannotSee:
        return None
    return seen.lifetime if seen.has("lifetime") else seen.ttl if seen.has("ttl") else None
