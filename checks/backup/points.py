"""What a look found in a copy becomes rulings on the age of its newest point, on its date, on whether it is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))


def _aged(minutes: int, *, complete: bool = True, **more: Any) -> BackupState:
    point = RestorePoint(id="5517", start=AT - timedelta(minutes=minutes), complete=complete)
    return BackupState.model_validate({"points": (point,), "clock": AT, **more})


@check(
    "backup.age",
    control="BKP-04",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-6(2)", "CIS 11.2", "CSF PR.DS-11", "ISMS-P 2.9.3"),
    limits={"skew": ("2s", "2s", "2s", "2s")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(10), at=AT),
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(310, reach=AT - timedelta(minutes=10)), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(310), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(310, reach=AT - timedelta(minutes=300)), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(10, complete=False), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=BackupState(points=(), clock=AT), at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_aged(-60), at=AT, reason=Reason.CONTRADICTED),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=_aged(10).model_copy(update={"errors": ("pack 5517 is damaged",)}),
            at=AT,
            reason=Reason.CONTRADICTED,
        ),
    ),
)
def newest_copy_is_younger_than_rpo(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """The newest state that the copy can bring back is no older than the promised recovery point.

    Why: the time between the newest copy and the fire is work that nobody gets back; it counts from the moment at which
    that backup began, or from the end of the unbroken log behind it.

    Fix: repair the backup job or run it more often, then run `haechi run ESTATE --check backup.age --on {ref}`.
    """
    promised = copy.rpo
    newest, age = seen.newest, seen.age
    doubted = max((point for point in seen.points if not point.complete), key=lambda point: point.start, default=None)
    if newest is None or age is None:
        if doubted is not None:
            says = say(
                "{copy} holds no complete backup among {count}; the newest, {id}, does not count: {doubt}",
                count=len(seen.points),
                copy=copy.ref,
                id=doubted.id[:60],
                doubt=doubted.doubt or "-",
            )
        else:
            says = say("{copy} holds no backup", copy=copy.ref)
        return ruling(False, measured=say("no complete backup"), required=promised, says=says)
    if age < -limits.duration("skew"):
        says = say("the newest backup in {copy} is dated {ahead} ahead of the clock", copy=copy.ref, ahead=plain(-age))
        raise CannotSee(Reason.CONTRADICTED, says)
    age = max(age, timedelta(0))
    # What the verification found may lie in this very point, unless a newer one was left out for it.
    if age <= promised and seen.has("errors") and seen.errors and (doubted is None or doubted.start <= newest.start):
        raise CannotSee(
            Reason.CONTRADICTED,
            say(
                "the newest backup in {copy} is {age} old, but the verification found errors: {errors}",
                copy=copy.ref,
                age=plain(age),
                errors="; ".join(seen.errors)[:200],
            ),
        )
    if age <= promised:
        says = say(
            "the newest backup in {copy} is {age} old; {promised} are promised",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
        )
    elif doubted is not None and doubted.start > newest.start:
        says = say(
            "the newest complete backup in {copy} is {age} old, but only {promised} may be lost; {id} is newer and "
            "does not count: {doubt}",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
            id=doubted.id[:60],
            doubt=doubted.doubt or "-",
        )
    else:
        says = say(
            "the newest backup in {copy} is {age} old, but only {promised} may be lost",
            copy=copy.ref,
            age=plain(age),
            promised=plain(promised),
        )
    return ruling(age <= promised, measured=age, required=promised, says=says)


@check(
    "backup.clock",
    control="BKP-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 AU-8", "NIST SP 800-53r5 CP-9"),
    limits={"skew": ("2s", "2s", "2s", "2s")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(10), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(-60), at=AT),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=BackupState(points=(), clock=AT),
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def no_copy_comes_from_the_future(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """No backup is dated later than the clock of the machine that holds it.

    Why: a wrong clock makes an old backup look new, and a rule that forgets by date then deletes the wrong ones.

    Fix: set the clocks of both machines by NTP, then look for the job that wrote the date.
    """
    starts = [point.start for point in seen.points]
    if not starts:
        raise CannotSee(Reason.INCOMPLETE, say("{copy} holds no backup whose date could be compared", copy=copy.ref))
    ahead = max(starts) - seen.clock
    met = ahead <= limits.duration("skew")
    if met:
        says = say("no backup in {copy} is dated later than the clock there", copy=copy.ref)
    else:
        says = say(
            "a backup in {copy} is dated {date}, {ahead} ahead of the clock there",
            copy=copy.ref,
            date=plain(max(starts)),
            ahead=plain(ahead),
        )
    return ruling(met, measured=plain(max(starts)), required=f"<= {plain(seen.clock)}", says=says)


@check(
    "backup.newest-complete",
    control="BKP-04",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CP-9(1)", "ISO/IEC 27002 8.13"),
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_aged(10), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_aged(10, complete=False), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=BackupState(points=(), clock=AT), at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def newest_point_is_whole(copy: Subject[Copy], seen: BackupState) -> Ruling:
    """The newest point in the copy is a complete one.

    Why: a job that broke off, or could not read its source, leaves something that looks like a backup; while the one
    before is young, no age betrays it.

    Fix: read why the job broke off, mend that, then make a new backup.
    """
    required = say("a complete newest point")
    newest = max(seen.points, key=lambda point: point.start, default=None)
    if newest is None:
        says = say("{copy} holds no backup", copy=copy.ref)
        return ruling(False, measured=say("no backup"), required=required, says=says)
    figures = {"copy": copy.ref, "id": newest.id[:60], "date": plain(newest.start)}
    if not newest.complete:
        doubt = newest.doubt or "-"
        says = say("the newest point in {copy}, {id} of {date}, does not count: {doubt}", doubt=doubt, **figures)
        return ruling(False, measured=say("not complete"), required=required, says=says)
    if newest.size == 0 or newest.files == 0:
        says = say("the newest point in {copy}, {id} of {date}, holds nothing", **figures)
        return ruling(False, measured=say("nothing in it"), required=required, says=says)
    says = say("the newest point in {copy}, {id} of {date}, is complete", **figures)
    return ruling(True, measured=plain(newest.start), required=required, says=says)
