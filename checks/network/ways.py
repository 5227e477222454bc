"""What answered beside the service becomes rulings on the outage page, on the way of administration."""

from __future__ import annotations

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
from audit.model.facts import ServiceState
from audit.model.message import Message
from audit.model.technology import Endpoint
from checks.network.places import home, troubles
from checks.network.samples import HERE, HOT, SYSTEM, answered, portal, silent

_PAGE: Final = "kibo/guarantee/page"
_GATE: Final = "kibo/guarantee/gate"


def _page(at: str, expect: str = ", expect: {contains: is down}") -> str:
    return portal(HERE, f'{{id: page, kind: http, url: "https://status.example/", purpose: outage-page{at}{expect}}}')


def _gate(rest: str, grade: int = 1) -> str:
    return portal(HERE, f"{{id: gate, kind: tcp, host: gate.example, port: 22, purpose: administration, {rest}}}",
                  switch=HOT, grade=grade)  # fmt: skip


@check(
    "network.outage-page",
    control="NET-08",
    method="G",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2(5)", "NIST SP 800-53r5 CP-11", "CSF RC.CO-04"),
    least="declared",
    limits={"page": ("works", "works", "recommended", "-")},
    examples=(
        Example(Verdict.PASS, _page(", at: cloud"), SYSTEM, others={_PAGE: answered()}),
        Example(Verdict.FAIL, _page(", at: cloud"), SYSTEM, others={_PAGE: silent()}),
        Example(Verdict.FAIL, _page(", at: daejeon"), SYSTEM, others={_PAGE: answered()}),
        Example(Verdict.FAIL, _page(", at: cloud, via: [daejeon]"), SYSTEM, others={_PAGE: answered()}),
        Example(Verdict.UNKNOWN, _page(", at: cloud", ""), SYSTEM, others={_PAGE: answered()},
                reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _page(""), SYSTEM, others={_PAGE: answered()}, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, portal(HERE), SYSTEM, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, portal(HERE, grade=3), SYSTEM),
    ),
)  # fmt: skip
def a_page_elsewhere_tells_of_the_outage(system: Subject[System], looks: Looks, limits: Limits) -> Ruling:
    """A page that says what is wrong answers from a place that is not lost with the system.

    Why: on the day of the fire nobody could read what was down and what to do, because the page stood in the same room.

    Fix: let a small static page at another provider answer, and add it as an endpoint with `purpose: outage-page`, its
    `at:` and a text under `expect:` that it alone holds.
    """
    item = system.item
    needed = limits.word("page")
    pages = [one for one in item.endpoints if one.purpose == "outage-page"]
    required = say("a page that answers from elsewhere")
    if not item.endpoints or (not pages and needed != "works"):
        raise NotApplicable(say("no outage page is asked of {system}", system=system.ref))
    if not pages:
        says = say(
            "the inventory names no page that tells of an outage of {system}; add an endpoint with "
            "`purpose: outage-page`",
            system=system.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    wrong: list[Message] = []
    gap: CannotSee | None = None
    for one in pages:
        try:
            trouble = _lost(system, one) or _down(one, looks)
        except CannotSee as blind:
            gap = gap or blind
            continue
        if trouble is None and not (one.service is not None and one.service.telling):
            says = say("any page would do as {endpoint}; name a text of it under `expect:`", endpoint=one.ref)
            gap = gap or CannotSee(Reason.INCOMPLETE, says)
        elif trouble is None:
            says = say("{endpoint} answers from {place}", endpoint=one.ref, place=one.at)
            return ruling(True, measured=say("answers from elsewhere"), required=required, says=says)
        else:
            wrong.append(trouble)
    if gap is not None:
        raise gap
    return ruling(False, measured=say("does not answer from elsewhere"), required=required, says=wrong[0],
                  key="endpoints")  # fmt: skip


@check(
    "network.administration-path",
    control="NET-06",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-8", "NIST SP 800-53r5 AC-17", "CSF RC.RP"),
    least="declared",
    limits={"path": ("works", "works", "documented", "-")},
    examples=(
        Example(Verdict.PASS, _gate("at: busan, via: [telecom]"), SYSTEM, others={_GATE: answered()}),
        Example(Verdict.FAIL, _gate("at: busan, via: [telecom]"), SYSTEM, others={_GATE: silent()}),
        Example(Verdict.FAIL, _gate("at: busan, via: [daejeon]"), SYSTEM, others={_GATE: answered()}),
        Example(Verdict.UNKNOWN, _gate("at: busan"), SYSTEM, others={_GATE: answered()}, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _gate("at: cloud, via: []"), SYSTEM, others={_GATE: answered()},
                reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, portal(HERE), SYSTEM),
        Example(Verdict.NOT_APPLICABLE, _gate("at: busan, via: []", grade=4), SYSTEM),
    ),
)  # fmt: skip
def administration_reaches_the_other_place(system: Subject[System], looks: Looks, limits: Limits) -> Ruling:
    """The way by which people administer the other place works, and does not lead through the first place.

    Why: the standby stood ready, but the only gateway that let administrators reach it had burnt with the first place.

    Fix: build a way of administration that needs nothing of the first place; add it as an endpoint with
    `purpose: administration`, its `at:` and what the way leans on as `via:`, an empty list for nothing.
    """
    graph, item = system.graph, system.item
    needed, homes = limits.word("path"), home(system.graph, system.item)
    places = sorted({s.to for s in item.failover if graph.sites(s.to) and not graph.sites(s.to) & homes})
    if not places:
        raise NotApplicable(say("{system} has no other place to administer", system=system.ref))
    wrong: list[Message] = []
    gap: CannotSee | None = None
    for place in places:
        try:
            trouble = _way(system, place, looks, needed)
        except CannotSee as blind:
            gap = gap or blind
        else:
            wrong += [trouble] if trouble is not None else []
    required = say("a way to {places} that needs nothing of the first place", places=", ".join(places))
    if wrong:
        return ruling(False, measured=say("no such way"), required=required, says=wrong[0], key="endpoints")
    if gap is not None:
        raise gap
    says = say("the way of administration to {places} needs nothing of the first place", places=", ".join(places))
    return ruling(True, measured=say("such a way"), required=required, says=says)


def _way(system: Subject[System], place: str, looks: Looks, needed: str) -> Message | None:
    """What is wrong with every way of administration to a place; None where one is good."""
    graph = system.graph
    gates = [
        one
        for one in system.item.endpoints
        if one.purpose == "administration" and one.at is not None and graph.sites(one.at) & graph.sites(place)
    ]
    if not gates:
        says = say(
            "the inventory names no way by which {place} is administered for {system}; add an endpoint with "
            "`purpose: administration` and `at: {place}`",
            system=system.ref, place=place,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    wrong: Message | None = None
    gap: CannotSee | None = None
    for one in gates:
        try:
            trouble = _independent(system, one) or (_down(one, looks) if needed == "works" else None)
        except CannotSee as blind:
            gap = gap or blind
            continue
        if trouble is None:
            return None
        wrong = wrong or trouble
    if gap is not None:
        raise gap
    return wrong


def _independent(system: Subject[System], endpoint: Endpoint) -> Message | None:
    """What says that a way leads through the first place; CannotSee where the inventory does not say all of it."""
    trouble = _lost(system, endpoint)
    if trouble is None and endpoint.via is None:
        says = say("the inventory does not say what the way to {endpoint} leans on; add `via:`", endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    return trouble


def _lost(system: Subject[System], endpoint: Endpoint) -> Message | None:
    """What says that an endpoint is lost with the places of its system; CannotSee where nobody knows."""
    graph, homes = system.graph, home(system.graph, system.item)
    if not homes:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        )
    if endpoint.at is None or not graph.sites(endpoint.at):
        says = say("the inventory does not say where {endpoint} stands; add `at:`", endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    down = graph.falls(homes)
    fallen = next((ref for ref in (endpoint.at, *(endpoint.via or ())) if ref in down), None)
    if fallen is None:
        return None
    return say(
        "{endpoint} is lost with {places}: it needs {ref}",
        endpoint=endpoint.ref, places=", ".join(sorted(homes)), ref=fallen,
    )  # fmt: skip


def _down(endpoint: Endpoint, looks: Looks) -> Message | None:
    """What says that an endpoint does not answer; CannotSee where nobody could look."""
    seen = looks.of(endpoint.ref, ServiceState)
    broken = troubles(seen.tried)
    if broken:
        return say("{endpoint} does not answer: {troubles}", endpoint=endpoint.ref, troubles=broken)
    if not seen.samples:
        raise CannotSee(Reason.INCOMPLETE, say("the look at {endpoint} tried no address", endpoint=endpoint.ref))
    return None
