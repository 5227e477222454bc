"""What is left of a data set after each kind of loss becomes rulings on whether the promised recovery point holds."""

from __future__ import annotations

from collections.abc import Mapping
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
from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.estate import Data
from audit.model.fate import Scenario
from audit.model.message import Message
from audit.model.survival import Outcome, loss_of, outcome
from audit.model.units import plain
from checks.backup.samples import LEDGER, NIGHTLY, STANDBY, STREAMING, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ANSWERS: Final = ("NIST SP 800-53r5 CP-6(2)", "NIST SP 800-53r5 CP-9", "ISMS-P 2.12.1")
ALWAYS: Final[Mapping[str, tuple[str, str, str, str]]] = {"times": ("1", "1", "1", "1")}
FOREMOST: Final[Mapping[str, tuple[str, str, str, str]]] = {"times": ("1", "1", "1", "-")}
NAMED: Final = 3
"""Copies whose end is told in one sentence."""


def _held(minutes: int, **more: Any) -> BackupState:
    point = RestorePoint(id="5517", start=AT - timedelta(minutes=minutes))
    return BackupState.model_validate({"points": (point,), "clock": AT, "encrypted": False, **more})


_TWO: Final = _held(10).model_copy(
    update={
        "points": tuple(RestorePoint(id=f"p{hour}", start=AT - timedelta(hours=hour, minutes=10)) for hour in (1, 0))
    }
)
_FOLLOWING: Final = ReplicaState(attached=True, paused=False, bytes_behind=0, same_cluster=True)
_LOCKED: Final = _held(10, lock="compliance", immutable_until=AT + timedelta(days=30))


@check(
    "backup.host-loss",
    control="DRF-09",
    method="G",
    severity="critical",
    answers=ANSWERS,
    least="declared",
    limits=ALWAYS,
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10)}, at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(310)}, at=AT),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly", "at: daejeon/room-1")),
            LEDGER,
            others={NIGHTLY: _held(10)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def a_machine_may_burn(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After the loss of the machine or platform that holds it, the data comes back no older than promised.

    Why: disks, firmware and hypervisors fail without a fire, and a copy on the same platform fails with them.

    Fix: keep a copy on another machine or platform, as young as the promise, then write that as its `at:`.
    """
    return _judged("host-loss", data, looks, limits)


@check(
    "backup.site-loss",
    control="DRF-09",
    method="G",
    severity="critical",
    answers=(*ANSWERS, "NIST SP 800-53r5 CP-6(1)"),
    least="declared",
    limits=ALWAYS,
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10)}, at=AT),
        Example(
            Verdict.FAIL, ledger(restic("nightly", "at: daejeon/room-2")), LEDGER, others={NIGHTLY: _held(10)}, at=AT
        ),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly")),
            LEDGER,
            others={NIGHTLY: _held(10, encrypted=True, key="client")},
            at=AT,
        ),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly")),
            LEDGER,
            others={NIGHTLY: _held(10, encrypted=True)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def a_site_may_burn(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After the loss of any one site that holds it, with keys and catalogues there, the data comes back as promised.

    Why: one fire in one battery room took 647 systems and 858 TB; what counted that night was only what stood
    elsewhere and could be opened there.

    Fix: send a copy to another site as often as the promise asks, keep its key and its catalogue there too, then
    write `at:`, `keys-at:` and `catalogue-at:`.
    """
    return _judged("site-loss", data, looks, limits)


@check(
    "backup.ransomware",
    control="DRF-09",
    method="G",
    severity="critical",
    answers=(*ANSWERS, "NIST SP 800-53r5 CP-9(8)", "CIS 11.3"),
    least="declared",
    limits=FOREMOST,
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _LOCKED}, at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10, lock="governance")}, at=AT),
        Example(Verdict.FAIL, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10, lock="none")}, at=AT),
        Example(
            Verdict.UNKNOWN,
            ledger(restic("nightly", "at: busan, immutable: 30d")),
            LEDGER,
            others={NIGHTLY: _held(10)},
            at=AT,
            reason=Reason.INCOMPLETE,
        ),
    ),
)
def somebody_may_hold_every_password(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After an attack with every password of the institution, the data comes back no older than promised.

    Why: whoever breaks in, or an administrator who turns, deletes the backups first and encrypts the rest; only what
    was seen to be locked for everybody is left for certain.

    Fix: write one copy into a store with a lock in compliance mode, as often as the promise asks; what is merely
    declared as locked or offline cannot be proven by a look.
    """
    return _judged("ransomware", data, looks, limits)


@check(
    "backup.operator-error",
    control="DRF-09",
    method="G",
    severity="critical",
    answers=ANSWERS,
    least="declared",
    limits=ALWAYS,
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _TWO}, at=AT),
        Example(Verdict.FAIL, ledger(STREAMING), LEDGER, others={STANDBY: _FOLLOWING}, at=AT),
        Example(Verdict.UNKNOWN, ledger(restic("nightly")), LEDGER, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def somebody_may_delete_the_wrong_thing(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After a wrong command, which every replica repeats, the data comes back no older than promised.

    Why: a dropped table is gone from every replica within seconds; only a copy that keeps points in time goes back.

    Fix: keep, beside the replica, a backup with its log or with points as close as the promise asks.
    """
    return _judged("operator-error", data, looks, limits)


@check(
    "backup.supplier-loss",
    control="DRF-09",
    method="G",
    severity="high",
    answers=(*ANSWERS, "CSF GV.SC-07"),
    least="declared",
    limits=FOREMOST,
    examples=(
        Example(
            Verdict.PASS,
            ledger(restic("nightly"), run_by=("cloud-a", "cloud-b")),
            LEDGER,
            others={NIGHTLY: _held(10)},
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly"), run_by=("cloud-a", "cloud-a")),
            LEDGER,
            others={NIGHTLY: _held(10)},
            at=AT,
        ),
        Example(Verdict.NOT_APPLICABLE, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10)}, at=AT),
    ),
)
def a_supplier_may_be_lost(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After the loss of the supplier that runs its place, the data comes back no older than promised.

    Why: an account that is closed, a contract that ends or a bankruptcy takes every region of one supplier at once.

    Fix: keep a copy with another supplier or in a site of your own, then write `supplier:` or its site as `at:`.
    """
    return _judged("supplier-loss", data, looks, limits)


@check(
    "backup.system-loss",
    control="DRF-09",
    method="G",
    severity="high",
    answers=(*ANSWERS, "NIST SP 800-53r5 CP-9(3)"),
    least="declared",
    limits=FOREMOST,
    examples=(
        Example(Verdict.PASS, ledger(restic("nightly")), LEDGER, others={NIGHTLY: _held(10)}, at=AT),
        Example(
            Verdict.FAIL,
            ledger(restic("nightly", "at: guarantee, via: guarantee"), rest="at: daejeon"),
            LEDGER,
            others={NIGHTLY: _held(10)},
            at=AT,
        ),
    ),
)
def the_backup_system_may_be_lost(data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    """After the loss of the system that makes the backups, they can still be found, read and are as young as promised.

    Why: backups whose catalogue burnt with the backup server are a heap of files that nobody can put together.

    Fix: keep a second copy of the catalogue of the backup system in another place, then write it as `catalogue-at:`.
    """
    return _judged("system-loss", data, looks, limits)


def _judged(scenario: Scenario, data: Subject[Data], looks: Looks, limits: Limits) -> Ruling:
    promised = data.rpo * limits.number("times")
    found = outcome(scenario, data.item, data.system, data.graph, looks)
    why = found.why if found.why is not None else say("the inventory does not tell")
    if found.kind == "exempt":
        raise NotApplicable(why)
    if found.kind == "untold":
        raise CannotSee(found.reason or Reason.INCOMPLETE, why)
    loss = loss_of(found)
    if found.least is None:
        says = say("after {loss} nothing of {data} is left: {why}", loss=loss, data=data.ref, why=_ends(found))
        return ruling(False, measured=say("no copy is left"), required=f"<= {plain(promised)}", says=says, key="copies")
    figures: dict[str, object] = {"loss": loss, "data": data.ref, "promised": plain(promised)}
    if found.least > promised:
        says = say(
            "after {loss} the newest state of {data} that is left is {age} old, but only {promised} may be lost",
            age=plain(found.least),
            **figures,
        )
        return ruling(False, measured=found.least, required=f"<= {plain(promised)}", says=says, key="copies")
    if found.most is None or found.most > promised:
        says = say("what is left of {data} after {loss} is not known: {why}", why=why, loss=loss, data=data.ref)
        raise CannotSee(found.reason or Reason.INCOMPLETE, says)
    says = say(
        "what is left of {data} after {loss} ({copies}) is {age} old; {promised} are promised",
        copies=", ".join(ref.rpartition("/")[2] for ref in found.survivors),
        age=plain(found.most),
        **figures,
    )
    return ruling(True, measured=found.most, required=f"<= {plain(promised)}", says=says)


def _ends(found: Outcome) -> Message:
    """Why no copy is left, for the first few of them."""
    told = [one.why for one in found.fates[:NAMED]]
    if not told:
        return say("it has no copy")
    whole = told[0]
    for one in told[1:]:
        whole = say("{first}; {last}", first=whole, last=one)
    return whole
