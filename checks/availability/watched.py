"""Who watches a system from where becomes rulings on whether an outage would be seen, would reach a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Level,
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
from audit.model.alerting import AlertState, AlertTest
from audit.model.estate import Estate, System
from audit.model.facts import Facts, Past, Sample, ServiceState
from audit.model.graph import Graph
from audit.model.units import plain
from audit.model.watching import Vantage, Watch

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
WEB: Final = "kibo/guarantee/web"
_SITES: Final = """
sites: [{id: daejeon, region: chungcheong, rooms: [{id: room-1}, {id: room-2}]}, {id: busan, region: yeongnam}]
"""


def _estate(grade: int, watch: str, at: str = "daejeon/room-1") -> str:
    return (
        f"{_SITES}institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, at: [{at}], "
        'endpoints: [{id: web, kind: http, url: "https://guarantee.kibo.example/"}]}]}]\n'
        f"watch: {{{watch}}}\n"
    )


def _seen(*vantages: str) -> dict[str, ServiceState]:
    past = Past(since=AT - timedelta(days=9), day=None, month=None, vantages=vantages)
    return {WEB: ServiceState(samples=(Sample(address="192.0.2.4", status=200),), past=past)}


_TWO: Final = "vantage: here, at: daejeon, vantages: [{id: far, at: busan, files: far/*.jsonl}]"
_OUTSIDE: Final = "vantage: here, region: capital"


def _vantages(watch: Watch) -> dict[str, Vantage]:
    """All of them by their ids, the estate's own prober too."""
    own = Vantage.model_construct(id=watch.vantage, at=watch.at, region=watch.region, files="")
    return {vantage.id: vantage for vantage in (own, *watch.vantages)}


def _regions(graph: Graph, places: frozenset[str]) -> frozenset[str | None]:
    return frozenset(graph.site_of[place].region for place in places)


def _apart(graph: Graph, vantage: Vantage, places: frozenset[str], what: str) -> bool:
    """Whether a vantage surely stands outside the rooms, sites or regions of a system."""
    where = graph.final_places(vantage.at) if vantage.at is not None else frozenset[str]()
    if what == "region":
        regions = _regions(graph, where) or frozenset({vantage.region})
        theirs = _regions(graph, places)
        return None not in regions and None not in theirs and not regions & theirs
    if what == "site":
        return not {graph.site_of[place].ref for place in where} & {graph.site_of[place].ref for place in places}
    # Somewhere in a site may be in any of its rooms.
    around = {
        place for place in where for room in places if place in graph.domains(room) or room in graph.domains(place)
    }
    return not around


@check(
    "availability.vantages",
    control="AVL-10",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 SI-4(4)", "NIST SP 800-53r5 CP-2", "CSF DE.CM-01"),
    least="declared",
    limits={"vantages": ("2", "1", "1", "-"), "outside": ("region", "site", "room", "-")},
    examples=(
        Example(Verdict.PASS, _estate(1, _TWO), "kibo/guarantee", others=_seen("here", "far")),
        Example(Verdict.FAIL, _estate(1, _TWO), "kibo/guarantee", others=_seen("here")),
        Example(Verdict.FAIL, _estate(1, _OUTSIDE), "kibo/guarantee", others=_seen("here", "gone")),
        Example(Verdict.PASS, _estate(2, _OUTSIDE), "kibo/guarantee", others=_seen("here")),
        Example(Verdict.FAIL, _estate(2, "at: daejeon/room-2"), "kibo/guarantee", others=_seen("here")),
        Example(Verdict.PASS, _estate(3, "at: daejeon/room-2"), "kibo/guarantee", others=_seen("here")),
        Example(Verdict.FAIL, _estate(3, "at: daejeon"), "kibo/guarantee", others=_seen("here")),
        Example(Verdict.UNKNOWN, _estate(1, _TWO), "kibo/guarantee", reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            _estate(2, "vantage: here"),
            "kibo/guarantee",
            others=_seen("here"),
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.UNKNOWN,
            _estate(1, _TWO),
            "kibo/guarantee",
            others={WEB: ServiceState(samples=(Sample(address="192.0.2.4", status=200),))},
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, _estate(4, _TWO), "kibo/guarantee", others=_seen("here")),
    ),
)
def somebody_outside_watches(system: Subject[System], looks: Looks, limits: Limits) -> Ruling:
    """Every endpoint of the system was measured in the last day from enough places, one of them outside what it shares.

    Why: a watch in the same building falls silent in the same fire, and silence reads like quiet.

    Fix: let a second prober write its samples from another site or region and name it under `watch.vantages` with its
    `at:` or `region:`; sites need a `region:` too.
    """
    graph, item, watch = system.graph, system.item, system.estate.watch
    needed, outside = limits.number("vantages"), limits.word("outside")
    if not item.endpoints:
        raise NotApplicable(say("{system} has no endpoint that could be watched", system=system.ref))
    known = _vantages(watch)
    counted: list[tuple[int, int, str, list[str]]] = []
    for endpoint in item.endpoints:
        seen = looks.of(endpoint.ref, ServiceState)
        if not seen.has("past"):
            says = say(
                "no watch has measured {endpoint}; leave `haechi watch` running on this inventory",
                endpoint=endpoint.ref,
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        at = (endpoint.at,) if endpoint.at is not None else item.at
        places = frozenset(place for where in at for place in graph.final_places(where))
        if not places:
            says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
            raise CannotSee(Reason.INCOMPLETE, says)
        real = [known[name] for name in sorted(set(seen.past.vantages)) if name in known]
        placed = [vantage for vantage in real if vantage.at is not None or vantage.region is not None]
        apart = [vantage.id for vantage in placed if _apart(graph, vantage, places, outside)]
        if not apart and len(placed) < len(real):
            lost = ", ".join(vantage.id for vantage in real if vantage not in placed)
            says = say("the inventory does not say where {names} looks from; add `at:` or `region:`", names=lost)
            raise CannotSee(Reason.INCOMPLETE, says)
        counted.append((len(real), len(apart), endpoint.ref, [vantage.id for vantage in real]))
    short = [one for one in counted if one[0] < needed or not one[1]]
    count, apart_count, ref, names = min(short or counted)
    figures = {
        "endpoint": ref,
        "names": ", ".join(names) or "-",
        "count": str(count),
        "apart": str(apart_count),
        "needed": f"{needed:g}",
        "system": system.ref,
    }
    if short:
        says = say("{endpoint} was measured in the last 24 hours from too few places: {names}", **figures)
    else:
        says = say("every endpoint of {system} was measured in the last 24 hours, from {names} at least", **figures)
    if outside == "region":
        measured = say("vantages {count}, outside the region {apart}", **figures)
        required = say("at least vantages {needed}, outside the region 1", **figures)
    elif outside == "site":
        measured = say("vantages {count}, outside the site {apart}", **figures)
        required = say("at least vantages {needed}, outside the site 1", **figures)
    else:
        measured = say("vantages {count}, outside the room {apart}", **figures)
        required = say("at least vantages {needed}, outside the room 1", **figures)
    return ruling(not short, measured=measured, required=required, says=says)


_PORTAL: Final = "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"


def _alerts(*tests: tuple[timedelta, timedelta | None]) -> Facts:
    """An example: how long before the judgement each test was sent, how long after that somebody said so."""
    found = tuple(
        AlertTest(sent=AT - before, acknowledged=None if after is None else AT - before + after, by="Lee Jun")
        for before, after in tests
    )
    return AlertState(tests=found, level=Level.DRILLED)


_LOST: Final = AlertState(
    tests=(AlertTest(sent=AT - timedelta(hours=3), acknowledged=None, delivered=False),), level=Level.DRILLED
)


@check(
    "availability.alert",
    control="AVL-11",
    method="D",
    severity="critical",
    answers=(
        "NIST SP 800-53r5 IR-4",
        "NIST SP 800-53r5 IR-5",
        "NIST SP 800-53r5 SI-4(5)",
        "CSF DE.AE-06",
        "ISMS-P 2.9.2",
    ),
    least="drilled",
    limits={"acknowledged": ("10m", "15m", "30m", "-"), "every": ("31d", "31d", "92d", "-")},
    examples=(
        Example(
            Verdict.PASS,
            _PORTAL,
            "estate",
            seen=_alerts((timedelta(days=40), None), (timedelta(days=9), timedelta(minutes=4))),
            at=AT,
        ),
        Example(Verdict.FAIL, _PORTAL, "estate", seen=_alerts((timedelta(days=9), timedelta(hours=2))), at=AT),
        Example(Verdict.FAIL, _PORTAL, "estate", seen=_alerts((timedelta(days=9), None)), at=AT),
        Example(Verdict.FAIL, _PORTAL, "estate", seen=_LOST, at=AT),
        Example(
            Verdict.UNKNOWN,
            _PORTAL,
            "estate",
            seen=_alerts((timedelta(days=40), timedelta(minutes=4)), (timedelta(minutes=3), None)),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, _PORTAL, "estate", reason=Reason.INCOMPLETE, at=AT),
        Example(
            Verdict.NOT_APPLICABLE,
            _PORTAL.replace("grade: 1", "grade: 4"),
            "estate",
            seen=_alerts((timedelta(days=9), None)),
            at=AT,
        ),
    ),
)
def an_alert_reaches_somebody(estate: Subject[Estate], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """The newest test alert of the watch was acknowledged by a person in time, and it is not too long ago.

    Why: an alert that goes to an address nobody reads is found out on the day of the fire.

    Fix: name when test alerts are sent with `test:` at a channel of `watch.alerts`, and let whoever is on duty answer
    each with `haechi ack`.
    """
    soon, every = limits.duration("acknowledged"), limits.duration("every")
    if estate.ref not in looks.seen:
        says = say("no watch has sent a test alert; leave `haechi watch` running on this inventory")
        raise CannotSee(Reason.INCOMPLETE, says)
    tests = looks.of(estate.ref, AlertState).tests
    figures: dict[str, object] = {"soon": plain(soon), "every": str(every.days)}
    decided = [one for one in tests if one.sent <= at and (one.acknowledged is not None or at - one.sent > soon)]
    recent = [one for one in decided if at - one.sent <= every]
    if not recent:
        says = say("no test alert was sent in the last {every} days; name when with `test:` at a channel", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    newest = max(recent, key=lambda one: one.sent)
    figures["sent"] = newest.sent.isoformat(timespec="minutes")
    required = say("acknowledged within {soon}, at most {every} days ago", **figures)
    if not newest.delivered:
        says = say("the test alert of {sent} reached nobody: its channel did not take it", **figures)
        return ruling(False, measured=say("not acknowledged"), required=required, says=says)
    if newest.acknowledged is None:
        says = say("nobody acknowledged the test alert of {sent}", **figures)
        return ruling(False, measured=say("not acknowledged"), required=required, says=says)
    took = max(newest.acknowledged - newest.sent, timedelta(0))
    figures |= {"took": plain(took), "by": newest.by or "-"}
    if took <= soon:
        says = say("{by} acknowledged the test alert of {sent} after {took}", **figures)
    else:
        says = say("{by} acknowledged the test alert of {sent} only after {took}", **figures)
    return ruling(took <= soon, measured=say("acknowledged after {took}", **figures), required=required, says=says)
