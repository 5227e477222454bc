"""What answered at the place that takes over becomes the ruling on whether anybody looks there."""

from __future__ import annotations

from typing import Final

from audit.contract import (
    CannotSee,
    Example,
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
from audit.model.facts import ServiceState
from audit.model.standbys import AT_ONCE
from checks.network.places import home, standing, troubles
from checks.network.samples import HERE, HOT, SYSTEM, THERE, answered, elsewhere, portal, silent

_BOTH: Final = portal(HERE, elsewhere(), switch=HOT)
_ONE: Final = portal(HERE, switch=HOT)


@check(
    "network.standby-endpoint",
    control="NET-03",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 SC-17", "NIST SP 800-53r5 CP-7", "ISMS-P 2.12.1"),
    least="declared",
    examples=(
        Example(Verdict.PASS, _BOTH, SYSTEM, others={THERE: answered("198.51.100.9")}),
        Example(Verdict.FAIL, _BOTH, SYSTEM, others={THERE: silent()}),
        Example(Verdict.UNKNOWN, _ONE, SYSTEM, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, portal(HERE), SYSTEM),
        Example(Verdict.NOT_APPLICABLE, portal(HERE, switch=HOT.replace("hot", "cold")), SYSTEM),
    ),
)
def somebody_looks_at_the_other_place(system: Subject[System], looks: Looks) -> Ruling:
    """The service is asked for at the place that takes over at once, and answers there.

    Why: the certificate, the name and the page of a standby are only known to be good where somebody visits it as
    people will on the day on which the first place is lost.

    Fix: add an endpoint with the same `url:`, with the `address:` of the other place and its `at:`; then
    `network.certificate` and `network.same-service` judge it as well.
    """
    graph, item = system.graph, system.item
    homes = home(graph, item)
    places = {
        switch.to: switch.ref
        for switch in item.failover
        if switch.mode in AT_ONCE and graph.sites(switch.to) and not graph.sites(switch.to) & homes
    }
    if not item.endpoints or not places:
        raise NotApplicable(say("nothing that could be visited takes over for {system} at once", system=system.ref))
    broken = ""
    for place in places:
        there = [
            one
            for one in item.endpoints
            if one.purpose == "service" and standing(graph, item, one) & graph.sites(place)
        ]
        if not there:
            says = say(
                "nobody looks whether {system} answers at {place}, which takes over; add an endpoint with that `at:`",
                system=system.ref, place=place,
            )  # fmt: skip
            raise CannotSee(Reason.INCOMPLETE, says)
        for one in there:
            seen = looks.of(one.ref, ServiceState).tried
            if seen and all(sample.failure is not None for sample in seen):
                broken = broken or f"{one.ref}: {troubles(seen)}"
            elif not seen:
                raise CannotSee(Reason.INCOMPLETE, say("the look at {endpoint} tried no address", endpoint=one.ref))
    listed = ", ".join(sorted(places))
    required = say("an answer at {places}", places=listed)
    if broken:
        says = say("{system} does not answer at the place that takes over: {troubles}",
                   system=system.ref, troubles=broken)  # fmt: skip
        return ruling(False, measured=say("no answer"), required=required, says=says, key="endpoints")
    says = say("{system} answers at {places}, which takes over", system=system.ref, places=listed)
    return ruling(True, measured=say("answers"), required=required, says=says)
