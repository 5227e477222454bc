"""What one attempt at a service saw to what it says of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from audit.model.clean import line
from audit.model.facts import ABSENT, Failure, Sample, ServiceState
from audit.model.measurement import PHASES, State
from audit.model.verdict import CannotSee, Reason

LATE: Final = frozenset(
    ("connect-timeout", "tls-timeout", "send-timeout", "first-byte-timeout", "body-timeout", "no-reply", "timeout")
)
"""Failures, and the reason, by which a prober that was late itself may have been deceived."""
SILENT: Final = LATE | {"no-host", "icmp-unreachable", "dns-nxdomain", "dns-servfail", "dns-no-address", "unreachable"}
"""Failures, with a reason, that a broken network of the prober itself may cause; all others prove that it is whole."""
WARNED: Final = "warning"
"""Reason of an answer that is good with a complaint."""
LONGEST: Final = 200
_KNOWN: Final = frozenset(get_args(Failure))


@dataclass(slots=True)
class Looked:
    """One attempt, judged."""

    state: State
    reason: str = ""
    detail: str = ""
    """Not yet redacted."""
    latency: float | None = None
    phases: tuple[float, ...] = ()
    error: float = 0.0
    good: int = 0
    tried: int = 0
    late: bool = False
    """Whether everything that failed, failed by time."""
    silent: bool = False
    """Whether it is all silence, so that it may lie with the prober's own network."""
    again: bool = False
    """Whether it may be passing, so that it is worth another look."""
    deceived: bool = False
    """Whether it failed by time while the prober itself was late."""
    cut: bool = False
    """Whether it had less time than a look needs, so that its failing says nothing."""


def looked(seen: ServiceState) -> Looked:
    """Judge what an attempt saw."""
    # Past the guard over absent facts, which costs as much as all the rest here.
    fields = object.__getattribute__(seen, "__dict__")
    known = fields["samples"]
    samples: tuple[Sample, ...] = fields["partial"] if known is ABSENT else known
    best: Sample | None = None
    most = -1.0
    bad: list[Sample] = []
    warned: Sample | None = None
    error = 0.0
    for sample in samples:
        if sample.error > error:
            error = sample.error
        if sample.failure is not None:
            bad.append(sample)
            continue
        took = sample.phases.get("total")
        took = sum(sample.phases.values()) if took is None else float(took)
        if took > most:
            best, most = sample, took
        if sample.warning and warned is None:
            warned = sample
    tried = len(samples)
    if bad:
        return _failed(bad, tried, best, most, error)
    if known is ABSENT:
        return _incomplete(seen, tried)
    if best is None:
        return Looked(State.UNKNOWN, Reason.INCOMPLETE.value, "no address was tried")
    if warned is not None:
        return Looked(
            State.DEGRADED, WARNED, f"{warned.address}: {warned.warning}", most, _phases(best), error, tried, tried
        )
    return Looked(State.UP, "", "", most, _phases(best), error, tried, tried)


def unseen(reason: str, text: str) -> Looked:
    """An attempt that was impossible."""
    passing = reason in (Reason.UNREACHABLE, Reason.TIMEOUT)
    return Looked(State.UNKNOWN, reason, text, late=reason == Reason.TIMEOUT, silent=passing, again=passing)


def shown(detail: str) -> str:
    """A detail as it is kept: one line, not too long."""
    return line(detail[: 4 * LONGEST])[:LONGEST]


def _failed(bad: list[Sample], tried: int, best: Sample | None, most: float, error: float) -> Looked:
    first = bad[0]
    failures = {str(sample.failure) for sample in bad}
    if not failures <= _KNOWN:
        raise TypeError(f"no failure is called {min(failures - _KNOWN)[:80]!r}")
    text = f"{first.failure}: {first.detail}" if first.detail else str(first.failure)
    return Looked(
        State.DOWN if best is None else State.PARTIAL,
        str(first.failure),
        f"{first.address}: {text}" if first.address else text,
        most if best is not None else None,
        _phases(best) if best is not None else (),
        float(error),
        good=tried - len(bad),
        tried=tried,
        late=failures <= LATE,
        silent=best is None and failures <= SILENT,
        again=True,
    )


def _incomplete(seen: ServiceState, tried: int) -> Looked:
    """Some addresses could not be tried from here, the others answered."""
    gap: Looked
    try:
        seen.samples  # noqa: B018 - asking for what is absent tells why it is
    except CannotSee as why:
        gap = unseen(why.reason.value, str(why.says))
    else:
        raise TypeError("the samples are absent without a reason")
    # Others answered: the network of the prober is whole.
    gap.good, gap.tried, gap.silent = tried, tried, False
    return gap


def _phases(sample: Sample) -> tuple[float, ...]:
    get = sample.phases.get
    return tuple([float(get(phase, 0.0)) for phase in PHASES])
