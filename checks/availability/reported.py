"""What a service says of its own health becomes the ruling on whether its report tells what is down."""

from __future__ import annotations

from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import Sample
from audit.model.health import Dependency, HealthState
from audit.model.needs import members
from audit.model.policy import NONE
from audit.model.technology import Endpoint
from checks.availability.health import HealthEndpoint

_REPORT: Final = """
institutions:
  - id: kibo
    systems:
      - id: guarantee
        grade: 1
        data: [{id: ledger}]
        endpoints: [{id: health, kind: health, url: "https://guarantee.kibo.example/health", means: {db: ledger}}]
"""
_ON: Final = "kibo/guarantee/health"
_DB: Final = Dependency(name="db", up=True, word="UP")
_LOST: Final = Dependency(name="db", up=False, word="DOWN")
_ODD: Final = Dependency(name="db", up=None, word="sleepy")


def _says(*dependencies: Dependency, **more: Any) -> HealthState:
    known = {"up": True, "version": "3.4.1", "live": True, **more}
    return HealthState.model_validate(
        {"samples": [Sample(address="192.0.2.4", status=200)], "dependencies": dependencies, **known}
    )


@check(
    "availability.health-report",
    control="AVL-06",
    method="A",
    severity="low",
    answers=("NIST SP 800-53r5 SI-4", "NIST SP 800-53r5 SI-13", "CSF DE.CM-09"),
    limits={
        "report": ("required", "required", "recommended", "-"),
        "separate": ("required", "required", "-", "-"),
    },
    examples=(
        Example(Verdict.PASS, _REPORT, _ON, seen=_says(_DB)),
        Example(Verdict.FAIL, _REPORT, _ON, seen=_says(_LOST)),
        Example(Verdict.FAIL, _REPORT, _ON, seen=_says(_DB, up=False)),
        Example(Verdict.FAIL, _REPORT, _ON, seen=_says(_DB, live=False)),
        Example(Verdict.FAIL, _REPORT, _ON, seen=_says(_DB, version="")),
        Example(Verdict.FAIL, _REPORT, _ON, seen=_says()),
        Example(Verdict.UNKNOWN, _REPORT, _ON, seen=_says(_ODD), reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            _REPORT,
            _ON,
            seen=HealthState(samples=(Sample(address="192.0.2.4", status=200),)),
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def report_tells_what_is_down(endpoint: Subject[Endpoint], seen: HealthState, limits: Limits) -> Ruling:
    """The health report names each thing that the service leans on, all of them are up, and it tells the version.

    Why: whoever is called at night needs to know which of ten things is down; a report that only says `UP` makes them
    guess, and one that also decides on restarts takes the service down with its database.

    Fix: let the report name database, queue, storage and login one by one, with its version; answer whether the process
    lives at a URL of its own, `liveness:`.
    """
    found = seen.dependencies
    required = say("all that it leans on is up, a version, liveness by itself")
    figures: dict[str, object] = {"endpoint": endpoint.ref, "count": str(len(found))}
    down = [f"{one.name} ({one.word})" for one in found if one.up is False]
    measured = say("named: {count}, down: {down}", **figures, down=len(down))
    if down:
        says = say("{endpoint} says that this is down: {names}", **figures, names=", ".join(down[:8]))
        return ruling(False, measured=measured, required=required, says=says)
    if seen.has("up") and not seen.up:
        says = say("{endpoint} says that it is not well, but not what is down", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    for fact, page in (("live", "liveness"), ("ready", "readiness")):
        if seen.has(fact) and not getattr(seen, fact):
            says = say("{endpoint} is up, but its page of {page} says that it is not", **figures, page=page)
            return ruling(False, measured=measured, required=required, says=says)
    if not found:
        says = say("{endpoint} names nothing that the service leans on", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    odd = [f"{one.name} ({one.word})" for one in found if one.up is None]
    if odd:
        says = say("{endpoint} uses words that nobody knows: {names}", **figures, names=", ".join(odd[:8]))
        raise CannotSee(Reason.INCOMPLETE, says)
    if not seen.version:
        says = say("{endpoint} does not tell the version of the service", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if limits.values["separate"] != NONE:
        # Touching it tells why it is not known.
        figures["live"] = seen.live
    met = bool(seen.samples)
    missing = _unmentioned(endpoint, [one.name for one in found])
    if missing:
        says = say(
            "{endpoint} names {count} things, all up; it does not mention {missing}", **figures,
            missing=", ".join(missing[:8]),
        )  # fmt: skip
    else:
        says = say("{endpoint} names {count} things, all up", **figures)
    return ruling(met, measured=measured, required=required, says=says)


def _unmentioned(endpoint: Subject[Endpoint], names: list[str]) -> list[str]:
    """What the inventory says that the service needs, of which the report says nothing."""
    system, item = endpoint.system, endpoint.item
    means = item.means if isinstance(item, HealthEndpoint) else {}
    told = {name.casefold() for name in names} | {means[name].casefold() for name in names if name in means}
    parts = {part for name in told for part in (name, *name.split("/"), name.partition(":")[0])}
    needed = [*(ref for need in system.needs for ref in members(need)), *(data.ref for data in system.data)]
    return [ref for ref in dict.fromkeys(needed) if not {ref.casefold(), ref.rpartition("/")[2].casefold()} & parts]
