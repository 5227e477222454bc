"""How fast a copy answers becomes a ruling on whether it can stand where the inventory says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

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
from audit.model.backup import BackupState, RestorePoint
from audit.model.distance import KM_A_MILLISECOND, kilometres
from audit.model.facts import Facts
from audit.model.technology import Copy
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
WATCHED: Final = ledger(restic("nightly")) + "watch: {at: daejeon}\n"


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


@check(
    "backup.distance",
    control="BKP-02",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-6(1)", "NIST SP 800-53r5 CP-9(5)", "CIS 11.4"),
    least="declared",
    limits={"slack": ("5 km", "5 km", "5 km", "5 km")},
    examples=(
        Example(Verdict.PASS, WATCHED, NIGHTLY, others={NIGHTLY: _seen(round_trip=timedelta(milliseconds=4))}, at=AT),
        Example(Verdict.FAIL, WATCHED, NIGHTLY, others={NIGHTLY: _seen(round_trip=timedelta(microseconds=300))}, at=AT),
        Example(Verdict.NOT_APPLICABLE, WATCHED, NIGHTLY, others={NIGHTLY: _seen()}, at=AT),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly")),
            NIGHTLY,
            others={NIGHTLY: _seen(round_trip=timedelta(milliseconds=4))},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(
            Verdict.NOT_APPLICABLE,
            ledger(restic("nightly", "at: daejeon")) + "watch: {at: daejeon}\n",
            NIGHTLY,
            others={NIGHTLY: _seen(round_trip=timedelta(milliseconds=4))},
            at=AT,
        ),
    ),
)
def answer_is_not_faster_than_light(copy: Subject[Copy], looks: Looks, limits: Limits) -> Ruling:
    """The copy does not answer faster than light could bring the answer from the place where it is said to stand.

    Why: a copy that was declared in another city and answers in a third of a millisecond stands within 30 km; a slow
    answer proves nothing, so that this can refute a place but never confirm it.

    Fix: find out where the host that answers really stands, move the copy or correct its `at:`; the audit must look
    from the place that `watch:` names as `at:`.
    """
    if copy.item.replica:
        raise NotApplicable(say("{copy} is a replica, whose look takes no round trip", copy=copy.ref))
    here = copy.estate.watch.at
    seen = looks.of(copy.ref, Facts)
    if not isinstance(seen, BackupState) or (not seen.has("round_trip") and "round_trip" not in seen.absent):
        raise NotApplicable(say("no host answers for {copy} whose round trip could be measured", copy=copy.ref))
    if here is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say where the audit looks from; add `at:` to `watch:`")
        )
    least = kilometres(copy.graph, here, copy.item.at)
    if least is None:
        says = say(
            "the distance from {here} to {place} is not known; add `location:` to both sites",
            here=here,
            place=copy.item.at,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if least * 1000 <= limits.length("slack"):
        raise NotApplicable(say("{copy} stands where the audit looks from", copy=copy.ref))
    trip = seen.round_trip.total_seconds() * 1000
    reach = trip * KM_A_MILLISECOND
    figures = {
        "copy": copy.ref,
        "place": copy.item.at,
        "ms": f"{trip:.3g}",
        "km": f"{reach:.0f}",
        "far": f"{least:.0f}",
    }
    met = (least * 1000) <= reach * 1000 + limits.length("slack")
    if met:
        says = say(
            "the answer of {copy} in {ms} ms does not refute that it stands at {place}, {far} km away", **figures
        )
    else:
        says = say(
            "{copy} is said to stand at {place}, {far} km away, but it answers in {ms} ms: it is at most {km} km away",
            **figures,
        )
    return ruling(
        met, measured=say("at most {km} km", **figures), required=say("{far} km", **figures), says=says, key="at"
    )
