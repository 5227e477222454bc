"""The places and needs of a system become rulings on whether one loss can stop it."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.standbys import View

SITES: Final = """
sites:
  - id: daejeon
    power: [substation-a]
    rooms: [{id: room-1, compartment: c1}, {id: room-2, compartment: c1}, {id: room-3, compartment: c3}]
  - {id: busan, power: [substation-b], rooms: [{id: room-1, compartment: c1}]}
suppliers: [{id: idp}]
"""


def _guarantee(rest: str) -> str:
    return SITES + "institutions: [{id: kibo, systems: [{id: guarantee, " + rest + "}]}]\n"


def _apart(graph: Graph, places: tuple[str, ...]) -> int:
    """How many rooms, at least, burn separately; a site without a room may be any of its rooms."""
    burning: dict[str, set[frozenset[str]]] = {}
    for place in places:
        site = graph.site_of[place]
        rooms = burning.setdefault(site.ref, set())
        if place != site.ref:
            rooms.add(graph.burns(place))
    return sum(max(len(rooms), 1) for rooms in burning.values())


@check(
    "availability.redundancy",
    control="AVL-04",
    method="G",
    severity="critical",
    answers=(
        "NIST SP 800-53r5 CP-2(5)",
        "NIST SP 800-53r5 SC-36",
        "ISO/IEC 27002 8.14",
        "CSF PR.IR-03",
        "ISMS-P 2.9.2",
    ),
    least="declared",
    limits={
        "instances": ("2", "2", "2", "-"),
        "sites": ("2", "1", "1", "-"),
        "rooms": ("2", "2", "1", "-"),
        "feeds": ("2", "2", "1", "-"),
    },
    examples=(
        Example(Verdict.PASS, _guarantee("grade: 1, at: [daejeon/room-1, busan/room-1]"), "kibo/guarantee"),
        Example(Verdict.FAIL, _guarantee("grade: 1, at: [daejeon/room-1, daejeon/room-3]"), "kibo/guarantee"),
        Example(Verdict.FAIL, _guarantee("grade: 2, at: [daejeon/room-1, daejeon/room-2]"), "kibo/guarantee"),
        Example(Verdict.UNKNOWN, _guarantee("grade: 1"), "kibo/guarantee", reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _guarantee("grade: 4, at: [daejeon/room-1]"), "kibo/guarantee"),
    ),
)
def instances_stand_apart(system: Subject[System], limits: Limits) -> Ruling:
    """The system runs in several places that no single fire or power failure takes together.

    Why: one room of one centre stopped hundreds of systems, because what was called redundant stood in that room.

    Fix: run another instance in a site, or at least a fire compartment with another power feed, that the finding counts
    as missing, then add it to `at:`.
    """
    graph, item = system.graph, system.item
    active = tuple(switch.to for switch in item.failover if switch.mode == "active-active" and switch.to not in item.at)
    places = tuple(sorted({place for at in (*item.at, *active) for place in graph.final_places(at)}))
    needed = {name: limits.number(name) for name in ("instances", "sites", "rooms", "feeds")}
    if not places:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        )
    sites = {graph.site_of[place].ref for place in places}
    feeds = {feed for place in places for feed in graph.power(place)}
    counted = {
        "instances": max(len(item.at) + len(active), len(places)),
        "sites": len(sites),
        "rooms": _apart(graph, places),
        "feeds": len(feeds),
    }
    short = [name for name in needed if counted[name] < needed[name]]
    silent = sorted({graph.site_of[place].ref for place in places if not graph.power(place)})
    if short == ["feeds"] and silent:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the inventory does not say what feeds {sites}; add `power:`", sites=", ".join(silent)),
        )
    figures = {name: f"{counted[name]:g}" for name in needed}
    if short:
        says = say(
            "{system} runs in too few places that are lost separately: {places}",
            system=system.ref,
            places=", ".join(places),
        )
    else:
        says = say(
            "{system} runs in {places}: sites {sites}, fire compartments {rooms}, power feeds {feeds}",
            system=system.ref,
            places=", ".join(places),
            sites=figures["sites"],
            rooms=figures["rooms"],
            feeds=figures["feeds"],
        )
    return ruling(
        not short,
        measured=say("instances {instances}, sites {sites}, fire compartments {rooms}, power feeds {feeds}", **figures),
        required=say(
            "at least instances {instances}, sites {sites}, fire compartments {rooms}, power feeds {feeds}",
            **{name: f"{least:g}" for name, least in needed.items()},
        ),
        says=says,
        key="at",
    )


def _innermost(graph: Graph, system: System, view: View = "optimistic") -> frozenset[str]:
    """What stops a system alone, each place once: whoever stands in one room stands in one site of one operator too."""
    points = graph.single_points(system, view)
    around: set[str] = set()
    for point in points & graph.site_of.keys():
        site = graph.site_of[point]
        around |= {site.ref, site.operator or "", *(site.power if len(site.power) == 1 else ())} - {point}
    # What the system names itself counts by itself.
    return points - around | points & {need for need in (*system.needs, *system.at) if isinstance(need, str)}


@check(
    "availability.single-point",
    control="AVL-05",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2(8)", "NIST SP 800-53r5 RA-9", "ISO/IEC 27002 8.14", "CSF ID.RA"),
    least="declared",
    limits={"points": ("0", "0", "1", "-")},
    examples=(
        Example(
            Verdict.PASS,
            _guarantee("grade: 1, at: [daejeon/room-1, busan/room-1], needs: [{any: [idp, daejeon]}]"),
            "kibo/guarantee",
        ),
        Example(
            Verdict.FAIL,
            _guarantee("grade: 1, at: [daejeon/room-1, busan/room-1], needs: [idp]"),
            "kibo/guarantee",
        ),
        Example(Verdict.FAIL, _guarantee("grade: 2, at: [daejeon/room-1]"), "kibo/guarantee"),
        Example(
            Verdict.PASS,
            _guarantee("grade: 3, at: [daejeon/room-1], needs: [{any: [idp, daejeon]}]"),
            "kibo/guarantee",
        ),
        Example(
            Verdict.UNKNOWN,
            _guarantee(
                "grade: 1, at: [daejeon/room-1], needs: [{any: [idp, daejeon]}], "
                "failover: [{id: to-busan, kind: declared, to: busan/room-1, mode: hot}]"
            ),
            "kibo/guarantee",
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.UNKNOWN,
            _guarantee("grade: 1, at: [daejeon/room-1, busan/room-1]"),
            "kibo/guarantee",
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def nothing_alone_stops_it(system: Subject[System], limits: Limits) -> Ruling:
    """No single room, site, feed, supplier or other system stops this system when it is lost alone.

    Why: redundancy ends at the first thing that both halves share: a login service, one substation, one line.

    Fix: give the system a second of what the finding names and write the two as `{any: [...]}` under `needs:`, or move
    an instance away from it.
    """
    allowed = limits.number("points")
    item = system.item
    points = sorted(_innermost(system.graph, item))
    names = ", ".join(points[:8]) + (", ..." if len(points) > 8 else "") or "none"
    required = say("at most {most}", most=f"{allowed:g}") if allowed else say("no single point")
    if len(points) > allowed:
        if len(points) == 1:
            says = say("{system} stops when {point} is lost alone", system=system.ref, point=names)
        else:
            says = say(
                "{system} stops when any one of these {count} is lost alone: {points}",
                count=len(points),
                system=system.ref,
                points=names,
            )
        return ruling(False, measured=names, required=required, says=says)
    if not item.at:
        says = say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not item.needs:
        says = say(
            "the inventory does not say what {system} needs to run beside its place; add `needs:`", system=system.ref
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    unless = sorted(_innermost(system.graph, item, "pessimistic"))
    if len(unless) > allowed:
        says = say(
            "unless a failover that never really switched works, {system} stops when any one of these is lost alone: "
            "{points}; switch it over for real, write that under `drills:`",
            system=system.ref,
            points=", ".join(unless[:8]) + (", ..." if len(unless) > 8 else ""),
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if points:
        says = say("only {points} stops {system} when it is lost alone", points=names, system=system.ref)
    else:
        says = say("nothing that {system} needs stops it when it is lost alone", system=system.ref)
    return ruling(True, measured=names, required=required, says=says)
