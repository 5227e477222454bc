"""The peak load of a system with its places becomes the ruling on whether it carries the loss of one of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    NotApplicable,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.facts import Sample, Unseen
from audit.model.health import LoadState
from audit.model.technology import Endpoint

_ON: Final = "kibo/guarantee/load"


def _system(at: str, grade: int = 1) -> str:
    return (
        "sites: [{id: daejeon, rooms: [{id: room-1, compartment: a}, {id: room-2, compartment: b}]}, {id: busan}]\n"
        f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, at: [{at}], endpoints: [{{id: load, "
        'kind: load, url: "http://127.0.0.1:9090/metrics", uses: {processor: "instance:cpu:max30d"}}]}]}]\n'
    )


_TWO: Final = _system("daejeon, busan")


def _used(over: int | None = 30, **shares: float) -> LoadState:
    days: dict[str, Any] = {"over": timedelta(days=over)} if over is not None else {}
    return LoadState.model_validate(
        {"samples": [Sample(address="127.0.0.1")], "peaks": shares, "complete": True, **days}
    )


_BLIND: Final = LoadState(
    samples=(Sample(address="127.0.0.1"),),
    peaks={"processor": 0.3},
    over=timedelta(days=30),
    absent={"complete": Unseen(reason=Reason.INCOMPLETE, template="there is no series m")},
)


@check(
    "availability.headroom",
    control="AVL-07",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(2)", "NIST SP 800-53r5 AU-4", "ISO/IEC 27002 8.6", "CSF PR.IR-04"),
    limits={"after": ("80 %", "90 %", "100 %", "-")},
    examples=(
        Example(Verdict.PASS, _TWO, _ON, seen=_used(processor=0.38, memory=0.2)),
        Example(Verdict.PASS, _system("daejeon/room-1, daejeon/room-2"), _ON, seen=_used(processor=0.38)),
        Example(Verdict.FAIL, _TWO, _ON, seen=_used(processor=0.2, memory=0.41)),
        Example(Verdict.FAIL, _system("daejeon/room-1, daejeon/room-2, busan"), _ON, seen=_used(processor=0.38)),
        Example(Verdict.FAIL, _TWO, _ON, seen=_used(None, processor=0.6)),
        Example(Verdict.UNKNOWN, _TWO, _ON, seen=_used(None, processor=0.2), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _TWO, _ON, seen=_BLIND, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _system(""), _ON, seen=_used(processor=0.2), reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, _system("daejeon/room-1"), _ON, seen=_used(processor=0.2)),
    ),
)
def peak_fits_without_the_largest_place(endpoint: Subject[Endpoint], seen: LoadState, limits: Limits) -> Ruling:
    """At its peak the system would still fit into what is left when its largest place is lost.

    Why: two halves that are both used to three quarters are one service and a half; the second half falls with the
    first one as soon as it has to carry both.

    Fix: add instances, or take load away, until what the finding names fits; name a series of the peak, such as that of
    a recording rule, with `over:`.
    """
    most = limits.number("after") / 100
    left, lost = _left(endpoint)
    peaks = {name: share / left for name, share in seen.peaks.items()}
    worst = max(peaks, key=lambda name: peaks[name], default="")
    figures: dict[str, object] = {
        "endpoint": endpoint.ref, "name": worst or "-", "lost": lost, "most": f"{most:.0%}",
        "peak": f"{seen.peaks.get(worst, 0.0):.0%}", "after": f"{peaks.get(worst, 0.0):.0%}",
    }  # fmt: skip
    measured, required = say("{after} after the loss", **figures), f"<= {most:.0%}"
    if worst and peaks[worst] > most:
        says = say(
            "{name} is used to {peak}; without {lost} that is {after} of what is left, and {most} are allowed",
            **figures,
        )
        return ruling(False, measured=measured, required=required, says=says)
    if not worst or not seen.complete:
        raise CannotSee(Reason.INCOMPLETE, say("{endpoint} names no resource", **figures))
    if seen.over is None:
        says = say("what {endpoint} shows is the use of this moment, no peak; add `over:` where it is one", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{name} is used to {peak} at its peak; without {lost} that is {after} of what is left", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _left(endpoint: Subject[Endpoint]) -> tuple[float, str]:
    """Which share of the system is left when its largest place is lost, with that place; instances count alike."""
    graph, system = endpoint.graph, endpoint.system
    active = (switch.to for switch in system.failover if switch.mode == "active-active" and switch.to not in system.at)
    places = [place for at in (*system.at, *active) for place in graph.final_places(at)]
    if not places:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where {system} runs; add `at:`", system=system.ref)
        )
    domains = Counter(graph.site_of[place].ref for place in places)
    if len(domains) == 1:
        # Inside one site only rooms that are said to burn by themselves are lost one by one.
        domains = Counter(", ".join(sorted(graph.burns(place))) for place in places)
    if len(domains) == 1:
        raise NotApplicable(say("{system} runs in one place, without which nothing of it is left", system=system.ref))
    lost, count = max(domains.items(), key=lambda one: (one[1], one[0]))
    return 1 - count / len(places), lost
