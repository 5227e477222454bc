"""What a look at a group found becomes the ruling on whether something would take over now."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Voter
from audit.model.technology import Failover
from checks.failover.samples import guarantee

_GROUP: Final = guarantee(
    "grade: 1, at: [daejeon/room-1], failover: [{id: to-busan, kind: sentinel, to: busan, mode: hot, "
    "host: 127.0.0.1, group: kodit}]"
)
_ON: Final = "kibo/guarantee/to-busan"
_FIRST: Final = Member(name="10.0.0.1:6379", role="primary", usable=True)
_SECOND: Final = Member(name="10.1.0.1:6379", role="standby", usable=True)
_THREE: Final = tuple(Voter(name=f"v{number}", up=True) for number in range(3))
_LOST: Final = FailoverState(members=(_FIRST, _SECOND), trouble=("n2 is not attached",))
_NO_QUORUM: Final = FailoverState(
    members=(_FIRST, _SECOND),
    absent={"quorum": Unseen(reason=Reason.TIMEOUT, template="{where} did not answer", values={"where": "the etcd"})},
)
_BEHIND: Final = Member(name="10.1.0.1:6379", role="standby", usable=False, detail="the primary calls it wait_bgsave")


@check(
    "failover.standing",
    control="DRF-01",
    method="A",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-7", "NIST SP 800-53r5 CP-10(6)", "ISO/IEC 27031", "ISMS-P 2.12.1"),
    limits={"standbys": ("1", "1", "1", "1")},
    examples=(
        Example(Verdict.PASS, _GROUP, _ON, seen=FailoverState(members=(_FIRST, _SECOND), quorum=True, voters=_THREE)),
        Example(Verdict.FAIL, _GROUP, _ON, seen=FailoverState(members=(_FIRST, _BEHIND), quorum=True, voters=_THREE)),
        Example(Verdict.FAIL, _GROUP, _ON, seen=FailoverState(members=(_FIRST, _SECOND), quorum=False, voters=_THREE)),
        Example(Verdict.FAIL, _GROUP, _ON, seen=_LOST),
        Example(Verdict.UNKNOWN, _GROUP, _ON, seen=_NO_QUORUM, reason=Reason.TIMEOUT),
        Example(Verdict.UNKNOWN, _GROUP, _ON, seen=FailoverState(members=()), reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def something_would_take_over(switch: Subject[Failover], seen: FailoverState, limits: Limits) -> Ruling:
    """A standby is attached and usable now, and those who decide can decide.

    Why: tools call a group sound while its only standby is still waiting for its first data, or follows nobody.

    Fix: look at the member that the finding names: let it attach again (network, name, password), wait until it has all
    data, or build it anew; give the voters that are missing back.
    """
    if not seen.members:
        raise CannotSee(Reason.INCOMPLETE, say("{failover} names no member that could be judged", failover=switch.ref))
    needed = int(limits.number("standbys"))
    required = say("usable standbys: {count}", count=needed)
    measured = say("usable standbys: {count}", count=len(seen.ready))
    lame = next((one for one in seen.members if not one.usable and one.role != "witness"), None)
    if len(seen.ready) < needed:
        if lame is None:
            says = say("{failover} has no standby", failover=switch.ref)
        else:
            says = say(
                "nothing would take over in {failover}: {member} cannot be used: {why}",
                failover=switch.ref, member=lame.name, why=lame.detail or "-",
            )  # fmt: skip
        return ruling(False, measured=measured, required=required, says=says)
    if seen.has("quorum") and not seen.quorum:
        says = say(
            "nobody could decide to switch {failover}: {why}",
            failover=switch.ref, why=seen.trouble[0] if seen.trouble else "-",
        )  # fmt: skip
        return ruling(False, measured=say("no quorum"), required=required, says=says)
    if seen.trouble:
        says = say("{failover} is in trouble: {why}", failover=switch.ref, why=seen.trouble[0])
        return ruling(False, measured=say("trouble: {count}", count=len(seen.trouble)), required=required, says=says)
    if "quorum" in seen.absent:
        _ = seen.quorum  # tells why nobody knows whether they could decide
    names = ", ".join(one.name for one in seen.ready)
    says = say("{members} would take over in {failover} now", failover=switch.ref, members=names)
    return ruling(True, measured=measured, required=required, says=says)
