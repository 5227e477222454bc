"""The records of restore drills become rulings on whether a copy was ever brought back, lately, whole, sound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
from audit.model.drilling import Checked, RestoreState, drilled
from audit.model.estate import Data
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.places import gap, home
from checks.backup.samples import LEDGER, NIGHTLY, STANDBY, STREAMING, ledger, restic, restored

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))
DRILL: Final = drilled(NIGHTLY)
MANDATED: Final = "at: daejeon/room-1, mandatory: true"


@check(
    "backup.restore-tested",
    control="BKP-06",
    method="D",
    severity="critical",
    answers=(
        "NIST SP 800-53r5 CP-4(4)",
        "NIST SP 800-53r5 CP-9(1)",
        "NIST SP 800-53r5 CP-9(2)",
        "CIS 11.5",
        "ISMS-P 2.9.3",
    ),
    least="drilled",
    limits={
        "age": ("90d", "180d", "365d", "365d"),
        "integrity": ("4", "3", "3", "3"),
        "share": ("100 %", "100 %", "100 %", "1 %"),
    },
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, others={DRILL: restored(AT - timedelta(days=30))}, at=AT),
        Example(
            Verdict.PASS,
            ledger(restic("nightly"), grade=4),
            NIGHTLY,
            others={DRILL: restored(AT - timedelta(days=30), share=0.05, integrity=3)},
            at=AT,
        ),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, others={DRILL: restored(AT - timedelta(days=91))}, at=AT),
        Example(
            Verdict.FAIL,
            ESTATE,
            NIGHTLY,
            others={DRILL: restored(AT, checks=(Checked(name="canary", held=False, detail="not there"),))},
            at=AT,
        ),
        Example(
            Verdict.FAIL, ESTATE, NIGHTLY, others={DRILL: restored(AT, trouble="the restore ended with code 1")}, at=AT
        ),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, at=AT, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            others={DRILL: restored(AT, share=0.05)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.NOT_APPLICABLE, ledger(STREAMING), STANDBY, at=AT),
    ),
)
def copy_was_brought_back(copy: Subject[Copy], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """The copy was restored into scratch space lately, as deep and as whole as the grade needs, and held what it must.

    Why: a backup that nobody has restored is a hope; what is missing in it shows only when it is brought back and read.

    Fix: consent with `drill:` at the copy, run `haechi drill restore ESTATE {ref}`, and again before the age that the
    finding names.
    """
    if copy.item.replica:
        raise NotApplicable(say("{copy} is a replica: a switch-over tests it, not a restore", copy=copy.ref))
    drill = looks.restored(copy.ref)
    if drill is None:
        if copy.item.drill is None:
            says = say(
                "no restore of {copy} is recorded; add `drill:` with `consent:` and `until:` to it, then run "
                "`haechi drill restore ESTATE {copy}`",
                copy=copy.ref,
            )
        else:
            says = say("no restore of {copy} is recorded; run `haechi drill restore ESTATE {copy}`", copy=copy.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    oldest, least = limits.duration("age"), int(limits.number("integrity"))
    age = at - drill.ended
    required = say("restored whole within {age}, to level {level} of 6", age=plain(oldest), level=least)
    measured = say("{age} ago, to level {level} of 6", age=plain(max(age, timedelta(0))), level=drill.integrity)
    figures = {"copy": copy.ref, "date": f"{drill.ended:%Y-%m-%d}", "level": str(drill.integrity), "needed": str(least)}
    if age < -timedelta(seconds=2):
        raise CannotSee(
            Reason.CONTRADICTED, say("the record of the restore of {copy} is dated in the future", **figures)
        )
    if not drill.proven:
        says = say("the restore of {copy} on {date} failed: {why}", why=_failure(drill), **figures)
        return ruling(False, measured=say("failed"), required=required, says=says)
    if age > oldest:
        says = say("{copy} was last restored on {date}", **figures)
        return ruling(False, measured=measured, required=required, says=says)
    if _stale(drill, copy.rpo):
        says = say(
            "what the restore of {copy} on {date} brought back was {old} old, far older than its point; only "
            "{promised} may be lost",
            old=plain(drill.rpo),
            promised=plain(copy.rpo),
            **figures,
        )
        return ruling(False, measured=drill.rpo, required=copy.rpo, says=says)
    if drill.integrity < least:
        says = say(
            "the restore of {copy} on {date} was proven to level {level} only; its grade needs level {needed} of 6",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if drill.share < limits.number("share") / 100:
        share = f"{drill.share * 100:.3g}"
        says = say("the restore of {copy} on {date} brought back {share} % of it, which held", share=share, **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{copy} was restored on {date} and proven to level {level} of 6", **figures)
    return ruling(True, measured=measured, required=required, says=says)


def _stale(drill: RestoreState, promised: timedelta) -> bool:
    """Whether the newest change in it lies farther before the start of its point than may be lost: it is a copy of
    something that stands still."""
    if not drill.has("rpo") or drill.point_start is None:
        return False
    return drill.rpo - (drill.started - drill.point_start) > promised


def _failure(drill: RestoreState) -> str:
    broken = next((one for one in drill.checks if not one.held), None)
    return drill.trouble or (f"{broken.name}: {broken.detail or '-'}" if broken is not None else "-")


@check(
    "backup.mandated-store",
    control="BKP-14",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 PL-2", "CSF GV.OC-04"),
    least="declared",
    limits={
        "age": ("90d", "180d", "365d", "365d"),
        "distance": ("50 km", "30 km", "0 m", "0 m"),
    },
    examples=(
        Example(
            Verdict.PASS,
            ledger(restic("nightly"), rest=MANDATED),
            LEDGER,
            others={DRILL: restored(AT - timedelta(days=80))},
            at=AT,
        ),
        Example(Verdict.FAIL, ledger(rest=MANDATED), LEDGER),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: daejeon/room-2"), rest=MANDATED), LEDGER),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly"), rest=MANDATED),
            LEDGER,
            others={DRILL: restored(AT - timedelta(days=100))},
            at=AT,
        ),
        Example(Verdict.UNKNOWN, ledger(restic("nightly"), rest=MANDATED), LEDGER, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, ledger(restic("nightly"), rest="mandatory: true"), LEDGER, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), LEDGER),
    ),
)
def no_rule_forces_data_into_danger(data: Subject[Data], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """A store that people must use, and beside which they may keep nothing, has a restored backup in another site.

    Why: a rule of 2018 made officials keep work files in one drive only, and the drive had no copy elsewhere. Whoever
    forbids other copies owes one that is known to come back.

    Fix: set up a backup in another site and restore it once, or lift the rule until there is one.
    """
    item = data.item
    if not item.mandatory:
        raise NotApplicable(say("no rule forbids other copies of {data}", data=data.ref))
    kept = tuple(copy for copy in item.copies if not copy.replica)
    required = say("a backup in another site that was restored within {age}", age=limits.word("age"))
    if not kept:
        says = say("people must keep their files in {data} only, and it has no backup", data=data.ref)
        return ruling(False, measured="none", required=required, says=says, key="mandatory")
    apart: tuple[Copy, ...] = kept
    for place in home(data):
        gaps = [gap(data.graph, place, copy, separate="site", distance=limits.length("distance")) for copy in kept]
        if any(one.apart for one in gaps):
            apart = tuple(copy for copy, one in zip(kept, gaps, strict=True) if one.apart and copy in apart)
            continue
        doubt = next((one for one in gaps if one.apart is None), None)
        if doubt is not None:
            raise CannotSee(Reason.INCOMPLETE, doubt.why)
        near = "; ".join(one.short for one in gaps[:5])
        says = say(
            "people must keep their files in {data} only, and no backup is safe from its loss; what both share: {near}",
            data=data.ref,
            near=near,
        )
        return ruling(False, measured=near, required=required, says=says, key="mandatory")
    return _restored(data, apart or kept, looks, at, limits)


def _restored(data: Subject[Data], copies: tuple[Copy, ...], looks: Looks, at: datetime, limits: Limits) -> Ruling:
    """Whether one of the copies that stand apart was brought back."""
    required = say("a backup in another site that was restored within {age}", age=limits.word("age"))
    drills = [drill for copy in copies if (drill := looks.restored(copy.ref)) is not None and drill.ended <= at]
    if not drills:
        says = say("{data} must be used; its backup elsewhere was never restored in a drill", data=data.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    proven = [drill for drill in drills if drill.proven]
    newest = max(proven or drills, key=lambda drill: drill.ended)
    date = f"{newest.ended:%Y-%m-%d}"
    if not proven:
        says = say("{data} must be used, and the restore of its backup on {date} failed", data=data.ref, date=date)
    elif at - newest.ended > limits.duration("age"):
        says = say("{data} must be used, and its backup was last restored on {date}", data=data.ref, date=date)
    else:
        says = say("{data} must be used, and has a backup apart from it, restored on {date}", data=data.ref, date=date)
        return ruling(True, measured=newest.copy_ref, required=required, says=says, key="mandatory")
    return ruling(False, measured=date, required=required, says=says, key="mandatory")
