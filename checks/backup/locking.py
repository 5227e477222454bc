"""What was seen of locks, what is declared of them, becomes a ruling on whether one copy cannot be changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Example, Limits, Looks, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.estate import Data
from audit.model.facts import Facts
from audit.model.message import Message
from audit.model.technology import Copy
from audit.model.units import plain
from checks.backup.samples import LEDGER, NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SLACK: Final = timedelta(minutes=1)
"""A lock counts from the moment at which a store took the point, which may lie a little beside its start."""
DECLARED: Final = ledger(restic("nightly", "at: busan, immutable: 30d"))


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


def _locked(days: int, lock: str = "compliance") -> BackupState:
    return _seen(lock=lock, immutable_until=AT + timedelta(days=days))


@check(
    "backup.immutable",
    control="BKP-08",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(3)", "NIST SP 800-53r5 CP-9(8)", "CIS 11.3", "CIS 11.4", "CSF PR.DS-11"),
    least="declared",
    limits={"lock": ("30d", "14d", "7d", "-")},
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _locked(30)}, at=AT),
        Example(Verdict.PASS, DECLARED, LEDGER, others={NIGHTLY: _seen()}, at=AT),
        Example(Verdict.PASS, ledger(restic("vault", "at: busan, media: tape, offline: true")), LEDGER, at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _locked(7)}, at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _locked(30, "governance")}, at=AT),
        Example(Verdict.FAIL, DECLARED, LEDGER, others={NIGHTLY: _seen(lock="none")}, at=AT),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly", "at: busan, immutable: 7d")),
            LEDGER,
            others={NIGHTLY: _seen()},
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly")),
            LEDGER,
            others={NIGHTLY: _seen()},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, DECLARED, LEDGER, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def a_copy_cannot_be_changed(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """One copy is offline, or nobody can change or delete its newest point for as many days as the grade needs.

    Why: whoever breaks into a system deletes its backups first; what cannot be deleted, or is not connected, stays.

    Fix: turn on the lock of the object store in compliance mode or the append-only mode of the backup server, or bring
    a tape to a vault, then write `immutable:` or `offline: true` at the copy.
    """
    needed = limits.duration("lock")
    required = f">= {plain(needed)}"
    offline = next((copy for copy in data.item.copies if copy.offline and not refuted(copy, looks)), None)
    if offline is not None:
        says = say("{copy} of {data} is offline between backups", copy=offline.id, data=data.ref)
        return ruling(True, measured=say("offline"), required=required, says=says, key="copies")
    longest, best, blind = timedelta(0), None, None
    told: list[Message] = []
    for copy in data.item.copies:
        try:
            held, why = _lock(copy, looks)
        except CannotSee as gap:
            blind = blind if blind is not None else gap
            continue
        told += [why] if why is not None else []
        if held + SLACK >= needed or held > longest:
            longest, best = max(held, longest), copy
    if best is not None and longest + SLACK >= needed:
        says = say("{copy} of {data} is locked for {days} days", copy=best.id, data=data.ref, days=_days(longest))
        return ruling(True, measured=_length(longest), required=required, says=says, key="copies")
    if blind is not None:
        raise blind
    if longest:
        says = say(
            "no copy of {data} is locked for {wanted} days; the longest lock is {days} days",
            data=data.ref,
            wanted=needed.days,
            days=_days(longest),
        )
    elif told:
        says = say("no copy of {data} is locked or offline: {why}", data=data.ref, why=told[0])
    else:
        says = say("no copy of {data} is locked or offline", data=data.ref)
    return ruling(False, measured=_length(longest) if longest else "none", required=required, says=says, key="copies")


def refuted(copy: Copy, looks: Looks) -> bool:
    """Whether a look just read what is said to be offline."""
    seen = looks.seen[copy.ref].seen if copy.ref in looks.seen else None
    return isinstance(seen, BackupState) and seen.online


def _lock(copy: Copy, looks: Looks) -> tuple[timedelta, Message | None]:
    """For how long the newest point is locked, with what is wrong; CannotSee where neither look nor inventory tells.

    What was seen goes before what is declared.
    """
    if copy.replica:
        return timedelta(0), None
    seen = looks.of(copy.ref, Facts)
    if isinstance(seen, BackupState) and seen.has("lock"):
        if seen.lock == "compliance":
            newest = seen.newest
            if newest is None or seen.immutable_until <= seen.clock:
                return timedelta(0), say("the lock of {copy} has run out", copy=copy.ref)
            return seen.immutable_until - newest.start, None
        if seen.lock == "governance":
            return timedelta(0), say("the lock of {copy} gives way to an administrator", copy=copy.ref)
    additions = isinstance(seen, BackupState) and seen.has("append_only") and seen.append_only
    if additions and (copy.writer is None or copy.writer not in (copy.deleters or ())):
        return timedelta.max - SLACK, None
    if isinstance(seen, BackupState) and seen.has("lock"):
        return timedelta(0), say("the newest point of {copy} carries no lock", copy=copy.ref)
    if copy.immutable is not None:
        return copy.immutable, None
    if refuted(copy, looks) and copy.offline:
        raise CannotSee(
            Reason.CONTRADICTED, say("{copy} is said to be offline, but the look just read it", copy=copy.ref)
        )
    says = say("neither the look nor the inventory tells whether {copy} is locked; add `immutable:`", copy=copy.ref)
    raise CannotSee(Reason.INCOMPLETE, says)


def _days(length: timedelta) -> str:
    return str((length + SLACK).days) if length < timedelta(days=10**6) else "365000"


def _length(length: timedelta) -> Message | timedelta:
    return length if length < timedelta(days=10**6) else say("append-only")
