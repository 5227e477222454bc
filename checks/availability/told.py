"""What the endpoints of a system told of its health and load becomes rulings on whether anybody is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    Looks,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import System
from audit.model.facts import Facts, Sample, ServiceState
from audit.model.health import Dependency, HealthState, LoadState
from audit.model.technology import Endpoint
from checks.availability.health import HealthEndpoint
from checks.availability.load import LoadEndpoint

_ON: Final = "kibo/guarantee"
_WEB: Final = '{id: web, kind: http, url: "https://guarantee.kibo.example/"}'
_HEALTH: Final = '{id: health, kind: health, url: "https://guarantee.kibo.example/health"}'
_LOAD: Final = '{id: load, kind: load, url: "http://127.0.0.1:9090/metrics", uses: {processor: cpu_peak}}'
_GOOD: Final = (Sample(address="192.0.2.4", status=200),)
_REFUSED: Final = ServiceState(samples=(Sample(address="192.0.2.4", failure="refused"),))


def _system(*endpoints: str, grade: int = 1) -> str:
    listed = ", ".join(endpoints)
    return f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, endpoints: [{listed}]}}]}}]\n"


def _seen(facts: Facts, name: str) -> Mapping[str, Facts]:
    return MappingProxyType({f"{_ON}/{name}": facts})


@check(
    "availability.health-told",
    control="AVL-06",
    method="G",
    severity="low",
    answers=("NIST SP 800-53r5 SI-4", "NIST SP 800-53r5 SI-13", "CSF DE.CM-09"),
    least="declared",
    limits={"report": ("required", "required", "-", "-")},
    examples=(
        Example(
            Verdict.PASS,
            _system(_WEB, _HEALTH),
            _ON,
            others=_seen(HealthState(samples=_GOOD, dependencies=(Dependency(name="db", up=True),)), "health"),
        ),
        Example(
            Verdict.FAIL,
            _system(_WEB, _HEALTH),
            _ON,
            others=_seen(HealthState(samples=_REFUSED.samples), "health"),
        ),
        Example(Verdict.UNKNOWN, _system(_WEB), _ON, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _system(_WEB, grade=3), _ON),
        Example(Verdict.NOT_APPLICABLE, _system(), _ON),
    ),
)
def somebody_is_told_what_is_down(system: Subject[System], looks: Looks, limits: Limits) -> Ruling:
    """The system reports its own health, thing by thing.

    Why: an outage of hours began with one database; whoever was called looked at ten others first.

    Fix: let the service answer a health report and add it as an endpoint of `kind: health`, at each place where it
    runs.
    """
    limits.word("report")
    reports = _of(system, HealthEndpoint)
    if not reports:
        says = say("nobody looks at a health report of {system}; add an endpoint of `kind: health`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    required = say("a health report")
    for one in reports:
        seen = looks.of(one.ref, HealthState)
        if not seen.has("dependencies") and seen.tried and all(sample.failure for sample in seen.tried):
            says = say("{endpoint} gives no health report", endpoint=one.ref)
            return ruling(False, measured=say("no report"), required=required, says=says, key="endpoints")
        # Touching it tells why it is not known.
        figures = {"system": system.ref, "count": str(len(seen.dependencies))}
    says = say("{system} reports the health of {count} things that it leans on", **figures)
    return ruling(True, measured=say("a health report"), required=required, says=says)


@check(
    "availability.load-told",
    control="AVL-07",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(2)", "NIST SP 800-53r5 AU-4", "ISO/IEC 27002 8.6", "CSF PR.IR-04"),
    least="declared",
    limits={"figures": ("required", "required", "required", "-")},
    examples=(
        Example(
            Verdict.PASS,
            _system(_WEB, _LOAD),
            _ON,
            others=_seen(LoadState(samples=_GOOD, peaks={"processor": 0.9}, complete=True), "load"),
        ),
        Example(Verdict.FAIL, _system(_WEB, _LOAD), _ON, others=_seen(LoadState(samples=_GOOD, peaks={}), "load")),
        Example(Verdict.UNKNOWN, _system(_WEB), _ON, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _system(_WEB, grade=4), _ON),
        Example(Verdict.NOT_APPLICABLE, _system(), _ON),
    ),
)
def somebody_knows_how_loaded_it_is(system: Subject[System], looks: Looks, limits: Limits) -> Ruling:
    """The load of the system at its peak is measured, so that it is known what would fit after a loss.

    Why: whether half of the machines can carry all people is known beforehand or found out on the day.

    Fix: add an endpoint of `kind: load` that names the series of the peak of processors, memory and connections; then
    `availability.headroom` judges it.
    """
    limits.word("figures")
    figures_at = _of(system, LoadEndpoint)
    if not figures_at:
        says = say("nobody looks at the load of {system}; add an endpoint of `kind: load`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    names = sorted({name for one in figures_at for name in looks.of(one.ref, LoadState).peaks})
    required = say("figures of the load")
    if not names:
        says = say("no figure of the load of {system} can be read", system=system.ref)
        return ruling(False, measured=say("no figures"), required=required, says=says, key="endpoints")
    listed = ", ".join(names[:8])
    says = say("the load of {system} is measured: {names}", system=system.ref, names=listed)
    return ruling(True, measured=listed, required=required, says=says)


def _of(system: Subject[System], kind: type[Endpoint]) -> list[Endpoint]:
    if not system.item.endpoints:
        raise NotApplicable(say("{system} has no endpoint", system=system.ref))
    return [one for one in system.item.endpoints if isinstance(one, kind)]
