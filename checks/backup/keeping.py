"""How long a copy is kept becomes rulings on whether it reaches far enough back, whether it can run empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
from audit.model.backup import BackupState, RestorePoint
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))


def _state(days: int, **more: Any) -> BackupState:
    """A repository with a point each day back to `days` ago."""
    points = tuple(RestorePoint(id=f"p{day}", start=AT - timedelta(days=day)) for day in range(days, -1, -1))
    return BackupState.model_validate({"points": points, "clock": AT, **more})


@check(
    "backup.retention",
    control="BKP-11",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 SI-12", "ISMS-P 2.9.3"),
    limits={"slack": ("1d", "1d", "1d", "1d"), "least": ("14d", "14d", "7d", "1d")},
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly", "at: busan, retention: 30d")), NIGHTLY, seen=_state(30), at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: busan, retention: 2d")), NIGHTLY, seen=_state(30), at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly", "at: busan, retention: 90d")), NIGHTLY, seen=_state(30), at=AT),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), NIGHTLY, seen=_state(30), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def copy_reaches_far_enough_back(copy: Subject[Copy], seen: BackupState, limits: Limits) -> Ruling:
    """The oldest point that can be restored is as old as the promised retention, which is long enough for the grade.

    Why: an intruder is found after weeks, a wrong calculation after a quarter; by then every younger copy holds it too.

    Fix: lengthen the rule that forgets old backups, and give the repository the room that this takes.
    """
    promised = copy.item.retention
    if promised is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("the inventory does not say how far {copy} reaches; add `retention:`", copy=copy.ref)
        )
    if not seen.usable:
        says = say("{copy} holds no complete backup, so it reaches back to nothing", copy=copy.ref)
        return ruling(
            False, measured=say("no complete backup"), required=f">= {plain(promised)}", says=says, key="retention"
        )
    least = limits.duration("least")
    longest = max(one.retention for one in copy.data.copies if one.retention is not None)
    if longest < least:
        # Whoever keeps less promises less, and would otherwise keep that promise.
        says = say("no copy of {data} is promised to reach further back than {longest}; {least} are demanded",
                   data=copy.data.ref, longest=plain(longest), least=plain(least))  # fmt: skip
        return ruling(False, measured=longest, required=f">= {plain(least)}", says=says, key="retention")
    reach = seen.clock - seen.usable[0].start
    # A day of slack would be all of a short retention.
    met = reach + min(limits.duration("slack"), promised / 7) >= promised
    figures = {"copy": copy.ref, "reach": plain(reach), "wanted": plain(promised)}
    if met:
        says = say("{copy} reaches {reach} back; {wanted} are promised", **figures)
    else:
        says = say("{copy} reaches only {reach} back; {wanted} are promised", **figures)
    return ruling(met, measured=reach, required=f">= {plain(promised)}", says=says, key="retention")


@check(
    "backup.never-empties",
    control="BKP-11",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 SI-12"),
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_state(30, empties_after=None), at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, seen=_state(30, empties_after=timedelta(days=90)), at=AT),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            seen=_state(30, absent={"empties_after": {"reason": "denied", "template": "the rules may not be read"}}),
            at=AT,
            reason=Reason.DENIED,
        ),
        Example(Verdict.NOT_APPLICABLE, ESTATE, NIGHTLY, seen=_state(30), at=AT),
    ),
)
def no_rule_empties_the_store(copy: Subject[Copy], seen: BackupState) -> Ruling:
    """When no more backups come, the rules of the store leave the last of them where they are.

    Why: a rule that deletes by age alone goes on when the job has stopped; on the day after the last age nothing is
    left, and nobody has deleted it.

    Fix: have the rule count what it keeps, keep at least one point whatever its age, or lock the newest.
    """
    if not seen.has("empties_after") and "empties_after" not in seen.absent:
        raise NotApplicable(say("the look knows of no rule by which the store of {copy} deletes", copy=copy.ref))
    after = seen.empties_after
    required = say("at least one point is kept whatever its age")
    if after is None:
        says = say("no rule of the store empties {copy} when backups stop", copy=copy.ref)
        return ruling(True, measured=say("one is always kept"), required=required, says=says)
    says = say(
        "{time} after the last backup the rules of the store leave nothing in {copy}", copy=copy.ref, time=plain(after)
    )
    return ruling(False, measured=say("empty after {time}", time=plain(after)), required=required, says=says)
