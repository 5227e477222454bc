"""What differs between the places, or between the members of a group, becomes rulings on whether they are equal."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.failover import FailoverState, Member
from audit.model.technology import Failover
from checks.failover.mirror import ParityState
from checks.failover.samples import TO_BUSAN, guarantee

_MIRROR: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: to-busan, kind: mirror, to: busan, mode: hot, here: a, there: b}]"
)
_GROUP: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, host: 127.0.0.1, "
    "group: g}]"
)


def _pair(version: str, setting: str = "100") -> FailoverState:
    first = Member(name="n1", role="primary", usable=True, version="15.4", settings={"max_connections": "100"})
    second = Member(name="n2", role="standby", usable=True, version=version, settings={"max_connections": setting})
    return FailoverState(members=(first, second))


@check(
    "failover.parity",
    control="DRF-13",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CM-2", "NIST SP 800-53r5 CM-6", "NIST SP 800-53r5 CP-7(4)"),
    limits={"drift": ("0", "0", "5", "-")},
    examples=(
        Example(Verdict.PASS, _MIRROR, TO_BUSAN, seen=ParityState(items=40, differing=0, drift=())),
        Example(Verdict.FAIL, _MIRROR, TO_BUSAN, seen=ParityState(items=40, differing=1, drift=("openssl",))),
    ),
)
def places_are_equal(switch: Subject[Failover], seen: ParityState, limits: Limits) -> Ruling:
    """The manifests of both places name the same versions and settings.

    Why: the other place had been equal on the day it was built; years of small changes made it another system.

    Fix: bring the items that the finding names to the same state at both places; change both in one step from now on.
    """
    most = int(limits.number("drift"))
    required = say("different: at most {count}", count=most)
    measured = say("different: {count} of {all}", count=seen.differing, all=seen.items)
    figures = {"failover": switch.ref, "items": ", ".join(seen.drift[:5]) or "-", "count": str(seen.items)}
    if seen.differing > most:
        says = say("both places of {failover} differ in {items}", **figures)
    elif seen.differing:
        says = say("both places of {failover} differ in {items}, which its grade allows", **figures)
    else:
        says = say("both places of {failover} are equal in {count} items", **figures)
    return ruling(seen.differing <= most, measured=measured, required=required, says=says)


@check(
    "failover.members-equal",
    control="DRF-13",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CM-2", "NIST SP 800-53r5 CM-6", "NIST SP 800-53r5 CP-7(4)"),
    limits={"drift": ("0", "0", "5", "-")},
    examples=(
        Example(Verdict.PASS, _GROUP, TO_BUSAN, seen=_pair("15.4")),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_pair("14.9")),
        Example(Verdict.FAIL, _GROUP, TO_BUSAN, seen=_pair("15.4", "50")),
        Example(
            Verdict.UNKNOWN, _GROUP, TO_BUSAN, reason=Reason.INCOMPLETE,
            seen=FailoverState(members=(Member(name="n1", role="primary", usable=True),)),
        ),
    ),
)  # fmt: skip
def members_are_equal(switch: Subject[Failover], seen: FailoverState, limits: Limits) -> Ruling:
    """All members of the group run the same version with the same settings.

    Why: a standby with fewer connections or another version takes over, and then refuses the load or the data.

    Fix: give the member that the finding names the version and the settings of the others.
    """
    most = int(limits.number("drift"))
    required = say("different: at most {count}", count=most)
    drift = _drift(seen)
    told = [one for one in seen.members if one.version or one.settings]
    if not drift and len(told) < 2:
        says = say("the look at {failover} tells versions of fewer than two members", failover=switch.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    measured = say("different: {count}", count=len(drift))
    names = ", ".join(one.name for one in told)
    if len(drift) > most:
        says = say("the members of {failover} differ: {items}", failover=switch.ref, items="; ".join(drift[:3]))
    elif drift:
        says = say(
            "the members of {failover} differ, which its grade allows: {items}",
            failover=switch.ref, items="; ".join(drift[:3]),
        )  # fmt: skip
    else:
        says = say("{members} of {failover} are equal", failover=switch.ref, members=names)
    return ruling(len(drift) <= most, measured=measured, required=required, says=says)


def _drift(seen: FailoverState) -> list[str]:
    """Each version or setting that is not the same at all members that tell it, with who has what."""
    columns: dict[str, dict[str, str]] = {"version": {one.name: one.version for one in seen.members if one.version}}
    for one in seen.members:
        for name, value in one.settings.items():
            columns.setdefault(name, {})[one.name] = value
    return [
        f"{name} " + ", ".join(f"{member}: {value}" for member, value in sorted(values.items()))
        for name, values in sorted(columns.items())
        if len(set(values.values())) > 1
    ]
