"""The duty and the call tree of an institution become rulings on whether somebody comes when it burns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Claims, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Institution
from audit.model.keeping_on import Shift
from audit.model.signed_paper import attested
from audit.model.units import plain
from checks.operations.samples import AT, KIBO, SIGNED, office, sheet

_TREE: Final = "operations.call-tree"
_CALLED: Final = "call-tree: {on: 2026-07-30, called: 40, answered: 39, channel: satellite}, "
_HALF: Final = _CALLED.replace("39", "20")
_OLD: Final = _CALLED.replace("2026-07", "2026-01")
_DUTY: Final = "on-call: [{from: 2026-08-01, to: 2026-12-31, person: Lee Jun, deputy: Kim Minji}], "
_NO_DEPUTY: Final = _DUTY.replace(", deputy: Kim Minji", "")
_ENDS: Final = _DUTY.replace("2026-12-31", "2026-09-05")
_WORKING: Final = _DUTY.replace("deputy", "hours: working, deputy")


@check(
    _TREE,
    control="OPS-06",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 IR-6", "NIST SP 800-53r5 CP-8", "ISMS-P 2.11.1"),
    least="declared",
    limits={"age": ("90d", "90d", "180d", "365d"), "answered": ("95 %", "-", "-", "-")},
    examples=(
        Example(Verdict.PASS, office(_CALLED, more=sheet(_TREE, KIBO)), KIBO, others=SIGNED, at=AT),
        Example(Verdict.FAIL, office(_HALF, more=sheet(_TREE, KIBO)), KIBO, others=SIGNED, at=AT),
        Example(Verdict.FAIL, office(_OLD, more=sheet(_TREE, KIBO)), KIBO, others=SIGNED, at=AT),
        Example(Verdict.UNKNOWN, office(_CALLED), KIBO, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, office(), KIBO, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def call_tree_was_tried(institution: Subject[Institution], claims: Claims, at: datetime, limits: Limits) -> Ruling:
    """Everybody in the call tree was called lately over a channel of its own, and nearly all answered.

    Why: in 2023 the duty room told a person who was not on duty, and the right one learned of it from the news.

    Fix: call everybody at an unannounced hour, not over the network that may be down, mend wrong numbers, write
    `call-tree:`, have the sheet signed under `evidence:`.
    """
    oldest, tree = limits.duration("age"), institution.item.call_tree
    if tree is None:
        says = say("the inventory does not say when {who} last called everybody; add `call-tree:`", who=institution.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures = {"who": institution.ref, "date": plain(tree.on), "most": str(oldest.days), "answered": str(tree.answered),
               "called": str(tree.called)}  # fmt: skip
    required = say("{most} days ago at most", **figures)
    measured = say("{answered} of {called} answered on {date}", **figures)
    if institution.today(at) - tree.on > oldest:
        says = say("the call tree of {who} was last tried on {date}; that may be {most} days ago", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="call-tree")
    if limits.values.get("answered", "-") != "-":
        least = limits.number("answered") / 100
        required = say("{share} answer, {most} days ago at most", share=f"{least:.0%}", most=figures["most"])
        if not tree.called or tree.answered / tree.called < least:
            says = say("only {answered} of {called} in the call tree of {who} answered on {date}", **figures)
            return ruling(False, measured=measured, required=required, says=says, key="call-tree")
    if tree.channel is None or tree.on > institution.today(at):
        says = say("the inventory does not say by what {who} called, or says a day still to come; mend `call-tree:`",
                   who=institution.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    attested(claims, institution.ref, tree.on)
    says = say("{answered} of {called} in the call tree of {who} answered on {date}", **figures)
    return ruling(True, measured=measured, required=required, says=says, key="call-tree")


@check(
    "operations.on-call",
    control="OPS-07",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 IR-7", "NIST SP 800-53r5 CP-2"),
    least="declared",
    limits={"days": ("30", "30", "30", "-"), "hours": ("always", "always", "working", "-")},
    examples=(
        Example(Verdict.PASS, office(_DUTY), KIBO, at=AT),
        Example(Verdict.FAIL, office(_NO_DEPUTY), KIBO, at=AT),
        Example(Verdict.FAIL, office(_ENDS), KIBO, at=AT),
        Example(Verdict.FAIL, office(_WORKING), KIBO, at=AT),
        Example(Verdict.PASS, office(_WORKING, "grade: 3"), KIBO, at=AT),
        Example(Verdict.UNKNOWN, office(), KIBO, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def somebody_is_on_call(institution: Subject[Institution], at: datetime, limits: Limits) -> Ruling:
    """On each of the next days somebody can be called, with a deputy, at the hours that the grade demands.

    Why: the router failed at 01:42, its alert was closed unread, and users were the first to tell of it at 08:40.

    Fix: fill the days that the finding names, with a second person for each, then write them under `on-call:`.
    """
    days, hours = int(limits.number("days")), limits.word("hours")
    shifts = institution.item.on_call
    if not shifts:
        says = say("the inventory does not say who can be called at {who}; add `on-call:`", who=institution.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    today = institution.today(at)
    ahead = [today + timedelta(days=number) for number in range(days)]
    wanted = [day for day in ahead if hours == "always" or day.weekday() < 5]
    open_days = [day for day in wanted if not any(_covers(shift, day, hours) for shift in shifts)]
    required = say("each of the next {days} days, with a deputy", days=days)
    figures = {"who": institution.ref, "count": str(len(open_days)), "days": str(days)}
    if open_days:
        says = say("on {count} of the next {days} days, first on {date}, nobody with a deputy can be called at {who}",
                   date=plain(open_days[0]), **figures)  # fmt: skip
    else:
        says = say("on each of the next {days} days somebody with a deputy can be called at {who}", **figures)
    return ruling(not open_days, measured=say("open days: {count}", **figures), required=required, says=says,
                  key="on-call")  # fmt: skip


def _covers(shift: Shift, day: date, hours: str) -> bool:
    """Whether two different people stand there at the hours that are demanded."""
    return (
        shift.start <= day <= shift.end
        and shift.deputy not in (None, shift.person)
        and (shift.hours == "always" or hours == "working")
    )
