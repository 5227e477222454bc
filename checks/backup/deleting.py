"""Which credentials write, delete, look becomes rulings on whether one stolen password takes a copy with the data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import (
    CannotSee,
    Example,
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
from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.facts import Facts
from audit.model.technology import Copy
from checks.backup.samples import NIGHTLY, STANDBY, STREAMING, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))
APART: Final = ledger(restic("nightly", "at: busan, writer: backup@db1, deleters: [keeper]"))
SHARED: Final = ledger(restic("nightly", "at: busan, writer: backup@db1, deleters: [keeper, backup@db1]"))


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


@check(
    "backup.independent",
    control="BKP-08",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9(7)", "NIST SP 800-53r5 AC-6", "CIS 11.3"),
    least="declared",
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, others={NIGHTLY: _seen(append_only=True)}, at=AT),
        Example(Verdict.PASS, APART, NIGHTLY, others={NIGHTLY: _seen()}, at=AT),
        Example(Verdict.FAIL, APART, NIGHTLY, others={NIGHTLY: _seen(append_only=False)}, at=AT),
        Example(Verdict.FAIL, SHARED, NIGHTLY, others={NIGHTLY: _seen()}, at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, others={NIGHTLY: _seen()}, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, APART, NIGHTLY, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.NOT_APPLICABLE, ledger(STREAMING), STANDBY, at=AT),
    ),
)
def the_writer_cannot_delete(copy: Subject[Copy], looks: Looks) -> Ruling:
    """The credential that writes the copy cannot delete it.

    Why: it lies on the machine that is broken into; whoever finds it there deletes the copy in the other site too, so
    that distance did not help.

    Fix: give the job a credential that may only add, keep the one that deletes on another machine, then write
    `writer:` and `deleters:`.
    """
    item = copy.item
    if item.replica:
        raise NotApplicable(say("{copy} is a replica and repeats every deletion anyway", copy=copy.ref))
    required = say("a writer that cannot delete")
    if item.writer is not None and item.writer in (item.deleters or ()):
        says = say("{writer} writes {copy} and can delete it", writer=item.writer, copy=copy.ref)
        return ruling(False, measured=item.writer, required=required, says=says, key="deleters")
    seen = looks.of(copy.ref, Facts)
    if isinstance(seen, BackupState) and seen.has("lock") and seen.lock == "compliance":
        says = say("nobody can delete the newest point of {copy} before its time", copy=copy.ref)
        return ruling(True, measured=say("locked"), required=required, says=says)
    if isinstance(seen, BackupState) and seen.has("append_only"):
        if seen.append_only:
            says = say("whoever writes {copy} can only add to it", copy=copy.ref)
        else:
            says = say("whoever writes {copy} can delete it", copy=copy.ref)
        measured = say("only additions") if seen.append_only else say("the writer deletes")
        return ruling(seen.append_only, measured=measured, required=required, says=says)
    if item.deleters is None or (item.writer is None and item.deleters):
        says = say(
            "neither the look nor the inventory tells who can delete {copy}; add `writer:` and `deleters:`",
            copy=copy.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say(
        "{writer} writes {copy}, and is not among those who can delete it", writer=item.writer or "-", copy=copy.ref
    )
    return ruling(True, measured=", ".join(item.deleters) or "none", required=required, says=says, key="deleters")


@check(
    "backup.least-privilege",
    control="SEC-02",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 AC-6", "CIS 11.3", "ISMS-P 2.5.3"),
    least="declared",
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, others={NIGHTLY: _seen(excess=())}, at=AT),
        Example(Verdict.PASS, ledger(STREAMING), STANDBY, others={STANDBY: ReplicaState(excess=())}, at=AT),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, others={NIGHTLY: _seen(excess=("s3:DeleteObject",))}, at=AT),
        Example(Verdict.NOT_APPLICABLE, ESTATE, NIGHTLY, others={NIGHTLY: _seen()}, at=AT),
        Example(
            Verdict.UNKNOWN,
            ESTATE,
            NIGHTLY,
            others={NIGHTLY: _seen(absent={"excess": {"reason": "denied", "template": "the policy may not be read"}})},
            at=AT,
            reason=Reason.DENIED,
        ),
    ),
)
def the_audit_may_only_look(copy: Subject[Copy], looks: Looks) -> Ruling:
    """The credential with which the audit looks at the copy may do no more than read it.

    Why: the audit knows the way to every copy; with credentials that can delete, whoever breaks into it takes them all.

    Fix: take from the credential of the audit what the finding names, or give it another one that may only read.
    """
    seen = looks.of(copy.ref, Facts)
    if not isinstance(seen, BackupState | ReplicaState):
        raise CannotSee(Reason.INCOMPLETE, say("the look at {copy} does not tell what else it may do", copy=copy.ref))
    if not seen.has("excess") and "excess" not in seen.absent:
        raise NotApplicable(say("the look at {copy} uses no credential whose rights could be told", copy=copy.ref))
    excess = seen.excess
    required = say("nothing but reading")
    if excess:
        names = ", ".join(excess)[:200]
        says = say(
            "the credential of the audit may do more with {copy} than read it: {names}", copy=copy.ref, names=names
        )
        return ruling(False, measured=names, required=required, says=says)
    says = say("the credential of the audit may only read {copy}", copy=copy.ref)
    return ruling(True, measured=say("reading alone"), required=required, says=says)
