"""What a look, earlier proofs, restore drills established becomes a ruling on whether the stored data is sound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, Proof, RestorePoint
from audit.model.drilling import drilled
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import NIGHTLY, ledger, restic, restored

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


def _proven(days: int, level: int, share: float = 1.0) -> BackupState:
    proof = Proof(level=level, at=AT - timedelta(days=days), share=share)
    return _seen(proofs=(proof,), integrity=1, errors=())


@check(
    "backup.verified",
    control="BKP-03",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(1)", "CIS 11.5", "ISO/IEC 27002 8.13"),
    limits={
        "integrity": ("2", "2", "1", "1"),
        "age": ("30d", "90d", "180d", "365d"),
        "share": ("100 %", "100 %", "10 %", "1 %"),
    },
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_seen(errors=(), integrity=2), at=AT),
        Example(Verdict.PASS, ESTATE, NIGHTLY, seen=_proven(20, 2), at=AT),
        Example(
            Verdict.PASS,
            ESTATE,
            NIGHTLY,
            seen=_seen(),
            others={drilled(NIGHTLY): restored(AT - timedelta(days=20))},
            at=AT,
        ),
        Example(
            Verdict.FAIL, ESTATE, NIGHTLY, seen=_seen(errors=("pack 3a1f: hash does not match",), integrity=2), at=AT
        ),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_proven(40, 2), at=AT, reason=Reason.STALE),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_proven(20, 2, 0.05), at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_seen(errors=(), integrity=1), at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, seen=_seen(), at=AT, reason=Reason.INCOMPLETE),
    ),
)
def verification_finds_no_error(
    copy: Subject[Copy], seen: BackupState, looks: Looks, at: datetime, limits: Limits
) -> Ruling:
    """A verification of the copy, as deep and as young as the grade needs, found no error.

    Why: a backup tool says that all is well while a byte of the stored data has turned; only reading the data shows it.

    Fix: take a new full backup to sound storage first, then repair or replace the damaged one; where nothing was
    verified, set the `verify:` or `manifest:` key of the copy, or make a restore drill.
    """
    needed = int(limits.number("integrity"))
    required = say("no error at level {level} of 6", level=needed)
    if seen.has("errors") and seen.errors:
        says = say(
            "the verification of {copy} found errors ({count}), the first is: {error}",
            copy=copy.ref,
            count=len(seen.errors),
            error=seen.errors[0],
        )
        return ruling(False, measured=say("errors: {count}", count=len(seen.errors)), required=required, says=says)
    if seen.has("errors") and seen.has("integrity") and seen.integrity >= needed:
        says = say(
            "the verification of {copy} to level {level} of 6 found no error", copy=copy.ref, level=seen.integrity
        )
        measured = say("no error at level {level} of 6", level=seen.integrity)
        return ruling(True, measured=measured, required=required, says=says)
    proof = _best(copy, seen, looks, max(at, seen.clock), limits)
    if proof is None:
        if not seen.has("errors") and "errors" not in seen.absent:
            says = say(
                "no verification of {copy} is known; write `manifest:` or `verify:` where `haechi kinds {kind}` shows "
                "one, or make a restore drill",
                copy=copy.ref,
                kind=copy.item.kind,
            )
            raise CannotSee(Reason.INCOMPLETE, says)
        if seen.errors:  # touched last: what was not verified says why
            raise CannotSee(Reason.INCOMPLETE, say("{copy} was not verified", copy=copy.ref))
        says = say(
            "{copy} was verified to level {level} only; its grade needs level {needed} of 6: write a deeper `verify:` "
            "where `haechi kinds {kind}` shows one, or make a restore drill",
            copy=copy.ref,
            level=seen.integrity,
            needed=needed,
            kind=copy.item.kind,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say(
        "{copy} was proven to level {level} of 6 on {date}, without an error",
        copy=copy.ref,
        level=proof.level,
        date=f"{proof.at:%Y-%m-%d}",
    )
    measured = say("no error at level {level} of 6", level=proof.level)
    return ruling(True, measured=measured, required=required, says=says)


def _best(copy: Subject[Copy], seen: BackupState, looks: Looks, at: datetime, limits: Limits) -> Proof | None:
    """The youngest proof that is deep, whole, young enough; CannotSee with what the youngest deep one lacks."""
    share, oldest, needed = limits.number("share") / 100, limits.duration("age"), int(limits.number("integrity"))
    found = [proof for proof in seen.proofs if proof.level >= needed and proof.at <= seen.clock]
    drill = looks.restored(copy.ref)
    if drill is not None and drill.proven and drill.integrity >= needed and drill.ended <= at:
        found.append(Proof(level=drill.integrity, at=drill.ended, share=drill.share))
    whole = [proof for proof in found if proof.share >= share]
    if found and not whole:
        most = max(proof.share for proof in found)
        says = say("only {share} % of {copy} was ever verified so deep", share=f"{most * 100:g}", copy=copy.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    newest = max(whole, key=lambda proof: proof.at, default=None)
    if newest is not None and at - newest.at > oldest:
        age = plain(at - newest.at)
        says = say("the last verification of {copy} that went so deep is {age} old", copy=copy.ref, age=age)
        raise CannotSee(Reason.STALE, says)
    return newest
