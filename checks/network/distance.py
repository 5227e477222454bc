"""How fast an endpoint takes a connection becomes a ruling on whether it can stand where the inventory says."""

from __future__ import annotations

from datetime import timedelta
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
from audit.model.distance import KM_A_MILLISECOND, kilometres
from audit.model.facts import Sample, ServiceState
from audit.model.technology import Endpoint
from checks.network.places import home, standing
from checks.network.samples import HERE, THERE, WEB, elsewhere, portal, silent


def _watched(place: str, watch: str = "watch: {at: daejeon}\n") -> str:
    """The page at the first place and at another one, looked at from where `watch` says."""
    return portal(HERE, elsewhere(place), more=watch)


_WATCHED: Final = _watched("at: busan")
_UNWATCHED: Final = _watched("at: busan", watch="")


def _took(*milliseconds: float) -> ServiceState:
    return ServiceState(
        samples=tuple(
            Sample(address=f"198.51.100.{number}", status=200, phases={"connect": time / 1000})
            for number, time in enumerate(milliseconds, 9)
        )
    )


@check(
    "network.distance",
    control="AVL-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-6(1)", "NIST SP 800-53r5 CP-7(1)", "NIST SP 800-53r5 SC-36"),
    least="declared",
    limits={"slack": ("5 km", "5 km", "5 km", "5 km")},
    examples=(
        Example(Verdict.PASS, _WATCHED, THERE, seen=_took(4)),
        Example(Verdict.FAIL, _WATCHED, THERE, seen=_took(0.3)),
        Example(Verdict.FAIL, _WATCHED, THERE, seen=_took(9, 0.3)),
        Example(Verdict.UNKNOWN, _WATCHED, THERE, seen=silent(), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _UNWATCHED, THERE, seen=_took(4), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _watched("at: sejong"), THERE, seen=_took(0.3), reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _watched("at: daejeon"), THERE, seen=_took(0.3)),
        Example(Verdict.NOT_APPLICABLE, _watched("at: daejeon", watch=""), THERE, seen=_took(0.3)),
        Example(Verdict.NOT_APPLICABLE, _WATCHED, THERE, seen=ServiceState(samples=(Sample(address="198.51.100.9"),))),
        Example(Verdict.NOT_APPLICABLE, _WATCHED, WEB, seen=_took(0.3)),
    ),
)
def connection_is_not_faster_than_light(endpoint: Subject[Endpoint], looks: Looks, limits: Limits) -> Ruling:
    """The endpoint does not take a connection faster than light could bring the answer from where it is said to stand.

    Why: a standby that was declared in another city and answers in a third of a millisecond stands within 30 km; a slow
    answer proves nothing, so that this can refute a place but never confirm it.

    Fix: find out which machine really answers, such as a relay in front of the other place, move it or correct its
    `at:`; the audit must look from the place that `watch:` names as `at:`.
    """
    item = endpoint.item
    # Without an `at:` of its own each of its addresses may be at any of the places of the system.
    if item.at is None or not standing(endpoint.graph, endpoint.system, item):
        raise NotApplicable(say("{endpoint} has no place of its own", endpoint=endpoint.ref))
    if not item.direct:
        raise NotApplicable(say("{endpoint} is asked through another machine", endpoint=endpoint.ref))
    here = endpoint.estate.watch.at
    if here is None and endpoint.graph.sites(item.at) <= home(endpoint.graph, endpoint.system):
        raise NotApplicable(say("{endpoint} stands where its system stands", endpoint=endpoint.ref))
    if here is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where the audit looks from; add `at:` to `watch:`")
        )
    if endpoint.graph.sites(here) & endpoint.graph.sites(item.at):
        raise NotApplicable(say("{endpoint} stands where the audit looks from", endpoint=endpoint.ref))
    far = kilometres(endpoint.graph, here, item.at)
    if far is None:
        says = say(
            "the distance from {here} to {place} is not known; add `location:` to both sites", here=here, place=item.at
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if far * 1000 <= limits.length("slack"):
        raise NotApplicable(say("{endpoint} stands where the audit looks from", endpoint=endpoint.ref))
    good = [one for one in looks.of(endpoint.ref, ServiceState).tried if one.failure is None]
    # The least of several counts: a pause of this machine or of a router makes a connection slower, never quicker.
    times = [one.phases[phase] for one in good for phase in ("connect", "echo") if phase in one.phases]
    if good and not times:
        raise NotApplicable(
            say("the look at {endpoint} takes no connection that could be timed", endpoint=endpoint.ref)
        )
    if not times:
        raise CannotSee(Reason.INCOMPLETE, say("no connection to {endpoint} could be timed", endpoint=endpoint.ref))
    least = timedelta(seconds=min(times)).total_seconds() * 1000
    reach = least * KM_A_MILLISECOND
    figures = {
        "endpoint": endpoint.ref, "place": item.at, "ms": f"{least:.3g}", "km": f"{reach:.0f}", "far": f"{far:.0f}",
    }  # fmt: skip
    met = far * 1000 <= reach * 1000 + limits.length("slack")
    if met:
        says = say(
            "the connection to {endpoint} in {ms} ms does not refute that it stands at {place}, {far} km away",
            **figures,
        )
    else:
        says = say(
            "{endpoint} is said to stand at {place}, {far} km away, but takes a connection in {ms} ms: it is at most "
            "{km} km away",
            **figures,
        )
    measured, required = say("at most {km} km", **figures), say("{far} km", **figures)
    return ruling(met, measured=measured, required=required, says=says, key="at")
