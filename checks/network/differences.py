"""How a service answered at two places to each difference, as a short text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from audit.contract import say
from audit.model.facts import Sample, ServiceState
from audit.model.health import HealthState
from audit.model.message import Message

ROUNDED: Final = timedelta(seconds=1)
"""By how much two offsets that were read from dates of whole seconds may differ by chance."""
_NONE: Final = "-"
_SHOWN: Final = 80


def differences(
    seen: ServiceState, good: tuple[Sample, ...], other: ServiceState, compared: tuple[str, ...], clock: timedelta
) -> tuple[Message, ...]:
    """Where the answers at one place are none of those (`good`) of the other; `compared` are headers noted at both."""
    return tuple(_each(seen, good, other, compared, clock))


def _each(
    seen: ServiceState, good: tuple[Sample, ...], other: ServiceState, compared: tuple[str, ...], clock: timedelta
) -> Iterator[Message]:
    for what, value in _parts(compared):
        here = {value(sample) for sample in good}
        odd = next((value(sample) for sample in seen.tried if value(sample) not in here), None)
        if odd is not None:
            yield say("{what} {there} instead of {here}", what=what, there=_shown(odd), here=_shown(min(here)))
    bodies, ours = ({one.sha256 for one in samples if one.sha256} for samples in (seen.tried, good))
    if bodies and ours and bodies - ours:
        yield say("another page, byte by byte")
    lowest = min((sample.tls for sample in good), default="")
    weak = next((sample.tls for sample in seen.tried if sample.tls < lowest), None)
    if weak is not None:
        yield say("{what} {there} instead of {here}", what="TLS", there=_shown(weak), here=_shown(lowest))
    if isinstance(seen, HealthState) and isinstance(other, HealthState):
        yield from _health(seen, other)
    if seen.has("clock_offset") and other.has("clock_offset"):
        apart = abs(seen.clock_offset - other.clock_offset)
        if apart > clock + ROUNDED:
            yield say("a clock {seconds} s apart", seconds=f"{apart.total_seconds():.0f}")


def _parts(compared: tuple[str, ...]) -> Iterator[tuple[Message | str, Callable[[Sample], str]]]:
    """What is compared, with how it is read from an answer."""
    yield say("status"), lambda sample: str(sample.status or _NONE)
    yield say("the names of the certificate"), _names
    yield say("the kind of the page"), lambda sample: sample.kind or _NONE
    yield say("redirects"), lambda sample: " > ".join(filter(None, (*sample.hops, sample.location))) or _NONE
    for name in compared:
        yield say("the header {name}", name=name), _header(name)


def _header(name: str) -> Callable[[Sample], str]:
    return lambda sample: sample.headers.get(name, _NONE)


def _names(sample: Sample) -> str:
    return ", ".join(sorted(sample.certificate.names)) if sample.certificate is not None else _NONE


def _health(seen: HealthState, other: HealthState) -> Iterator[Message]:
    if seen.has("version") and other.has("version") and seen.version != other.version:
        there, here = _shown(seen.version), _shown(other.version)
        yield say("{what} {there} instead of {here}", what=say("version"), there=there, here=here)
    if seen.has("dependencies") and other.has("dependencies"):
        there, here = (", ".join(sorted(one.name for one in state.dependencies)) for state in (seen, other))
        if there != here:
            yield say(
                "{what} {there} instead of {here}", what=say("dependencies"), there=_shown(there), here=_shown(here)
            )


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
