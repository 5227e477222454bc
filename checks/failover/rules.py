"""What the inventory says of a failover becomes rulings on whether it fits the grade, whether it stands apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from audit.contract import (
    CannotSee,
    Example,
    Limits,
    Reason,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import System
from audit.model.facility import Site
from audit.model.message import Message
from audit.model.technology import Failover
from checks.failover.samples import TO_BUSAN, failover, guarantee


@check(
    "failover.mode",
    control="DRF-01",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-7", "NIST SP 800-53r5 CP-10(6)", "ISO 22301 8.3", "ISO/IEC 27031", "ISMS-P 2.12.1"),
    least="declared",
    limits={
        "modes": (
            "active-active, hot",
            "active-active, hot, warm",
            "active-active, hot, warm, cold",
            "active-active, hot, warm, cold, backup-only",
        )
    },
    examples=(
        Example(Verdict.PASS, failover("to: busan, mode: hot"), "kibo/guarantee"),
        Example(Verdict.PASS, guarantee("grade: 1, at: [daejeon/room-1, busan/room-1]"), "kibo/guarantee"),
        Example(Verdict.FAIL, failover("to: busan, mode: cold"), "kibo/guarantee"),
        Example(Verdict.FAIL, guarantee("grade: 1, at: [daejeon/room-1]"), "kibo/guarantee"),
        Example(Verdict.UNKNOWN, guarantee("grade: 4"), "kibo/guarantee", reason=Reason.INCOMPLETE),
    ),
)
def mode_fits_the_grade(system: Subject[System], limits: Limits) -> Ruling:
    """The system has a failover of a mode that its grade asks for, or runs in two sites at once.

    Why: of 647 systems that one fire stopped, 28 had servers elsewhere; those without waited up to 95 days.

    Fix: agree on a failover that fits the promised recovery time, build it, drill it, then add it under `failover:`;
    or run the system in two sites at once, then name both under `at:`.
    """
    allowed = limits.words("modes")
    # Who runs in two sites at once needs nothing that takes over.
    both = {"active-active"} if len(system.graph.sites(system.ref)) > 1 else set()
    modes = sorted({switch.mode for switch in system.item.failover} | both)
    required = ", ".join(allowed)
    if not modes and "backup-only" in allowed:
        if not any(data.copies for data in system.item.data):
            says = say(
                "the inventory names neither a failover nor a copy of {system}; add `failover:` or `copies:`",
                system=system.ref,
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        says = say("{system} rests on its backups alone, which its grade allows", system=system.ref)
        return ruling(True, measured="backup-only", required=required, says=says, key="failover")
    fitting = [mode for mode in modes if mode in allowed]
    if fitting:
        says = say("{system} has a failover in mode {mode}", system=system.ref, mode=", ".join(fitting))
    elif modes:
        says = say(
            "{system} has a failover in mode {mode} only; its grade needs one of: {allowed}",
            system=system.ref,
            mode=", ".join(modes),
            allowed=required,
        )
    else:
        says = say(
            "nothing takes over for {system}; its grade needs one of: {allowed}", system=system.ref, allowed=required
        )
    return ruling(bool(fitting), measured=", ".join(modes) or "none", required=required, says=says, key="failover")


_READ: Final[Mapping[str, Callable[[Site], tuple[str, ...]]]] = MappingProxyType(
    {
        "site": lambda site: (site.ref,),
        "power": lambda site: site.power,
        "operator": lambda site: (site.operator,) if site.operator else (),
    }
)
"""What the word of the limit stands for."""
_APART: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "site": say("another site"),
        "site, power": say("another site and power feed"),
        "site, power, operator": say("another site, power feed and operator"),
    }
)
"""What the usual limits ask for, in words."""


@check(
    "failover.shared-nothing",
    control="DRF-04",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-7(1)", "NIST SP 800-53r5 CP-6(1)", "NIST SP 800-53r5 SC-36", "CSF PR.IR-02"),
    least="declared",
    limits={"separate": ("site, power, operator", "site, power", "site, power", "-")},
    examples=(
        Example(Verdict.PASS, failover("to: busan, mode: hot"), TO_BUSAN),
        Example(Verdict.FAIL, failover("to: daejeon/room-1, mode: hot"), TO_BUSAN),
        Example(Verdict.FAIL, failover("to: campus, mode: hot", grade=2), TO_BUSAN),
        Example(Verdict.UNKNOWN, failover("to: unfed, mode: hot"), TO_BUSAN, reason=Reason.INCOMPLETE),
    ),
)
def places_share_nothing(switch: Subject[Failover], limits: Limits) -> Ruling:
    """The place that takes over shares no building, power feed or operator with the place that is lost.

    Why: a second centre on the same campus or substation is lost in the same hour as the first one.

    Fix: move the failover to a site that shares none of what the finding names, or give one of the two another feed or
    operator.
    """
    graph, target = switch.graph, switch.item.to
    apart = _APART.get(limits.word("separate"), limits.word("separate"))
    first = tuple(place for place in switch.system.at if graph.sites(place) != graph.sites(target))
    if not switch.system.at:
        says = say("the inventory does not say where {system} runs; add `at:`", system=switch.system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if not first:
        says = say(
            "{failover} leads to {target}, in the only site where the system runs already",
            failover=switch.ref,
            target=target,
        )
        return ruling(
            False, measured=say("the same site: {target}", target=target), required=apart, says=says, key="to"
        )
    sites = frozenset().union(*(graph.sites(place) for place in first))
    there = graph.sites(target)
    wanted = limits.words("separate")
    here, other = ([graph.site_of[site] for site in sorted(side)] for side in (sites, there))
    shared = sorted(
        {name for what in wanted for site in here for name in _READ[what](site)}
        & {name for what in wanted for site in other for name in _READ[what](site)}
    )
    if shared:
        says = say(
            "{failover} leads to {target}, which shares {shared} with the first place",
            failover=switch.ref,
            target=target,
            shared=", ".join(shared),
        )
        return ruling(
            False, measured=say("shared: {what}", what=", ".join(shared)), required=apart, says=says, key="to"
        )
    silent = [what for what in wanted if not all(_READ[what](site) for site in (*here, *other))]
    if silent:
        says = say(
            "the inventory does not say everything about {places}; add to the sites: {missing}",
            places=", ".join(sorted(sites | there)),
            missing=", ".join(f"`{what}:`" for what in silent),
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say(
        "{failover} leads to {target}, which shares nothing with the first place", failover=switch.ref, target=target
    )
    return ruling(True, measured=target, required=apart, says=says, key="to")
