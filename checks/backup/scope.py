"""What a store holds against what the inventory takes from it becomes a ruling on what nobody answers for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import Example, Limits, Looks, NotApplicable, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.technology import Copy
from checks.backup.samples import NIGHTLY, ledger, restic

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
ESTATE: Final = ledger(restic("nightly"))
TWO: Final = ledger(restic("nightly"), restic("other"))
OTHER: Final = NIGHTLY.replace("nightly", "other")
_KEPT: Final = "backup.scope: stores"
_Store = tuple[str, str | None, frozenset[str] | None]


def _seen(**more: Any) -> BackupState:
    return BackupState.model_validate({"points": (RestorePoint(id="5517", start=AT),), "clock": AT, **more})


@check(
    "backup.scope",
    control="BKP-12",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CM-8", "CIS 11.1"),
    least="declared",
    limits={"missing": ("0 %", "0 %", "2 %", "5 %")},
    examples=(
        Example(Verdict.PASS, ESTATE, NIGHTLY, others={NIGHTLY: _seen(sets=("db1:/srv",), taken=("db1:/srv",))}, at=AT),
        Example(
            Verdict.PASS,
            TWO,
            NIGHTLY,
            others={
                NIGHTLY: _seen(sets=("db1:/srv", "db2:/srv"), taken=("db1:/srv",)),
                OTHER: _seen(sets=("db1:/srv", "db2:/srv"), taken=("db2:/srv",)),
            },
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            ESTATE,
            NIGHTLY,
            others={NIGHTLY: _seen(sets=("db1:/srv", "db2:/srv"), taken=("db1:/srv",))},
            at=AT,
        ),
        Example(Verdict.FAIL, ESTATE, NIGHTLY, others={NIGHTLY: _seen(sets=("db1:/srv",), taken=())}, at=AT),
        Example(Verdict.NOT_APPLICABLE, ESTATE, NIGHTLY, others={NIGHTLY: _seen()}, at=AT),
        Example(Verdict.UNKNOWN, ESTATE, NIGHTLY, at=AT, reason=Reason.INCOMPLETE),
    ),
)
def store_and_inventory_agree(copy: Subject[Copy], looks: Looks, limits: Limits) -> Ruling:
    """The store holds something for this copy, and nothing of which the inventory does not know.

    Why: two lists that were never held against each other told that 95 of 96 systems had a backup, and that most had
    none; what stands in one list only is either not backed up or not looked after.

    Fix: add what the store holds beyond the inventory as data of its system, or delete it; have the job take what the
    inventory names.
    """
    if copy.item.replica:
        raise NotApplicable(say("{copy} follows its original alone", copy=copy.ref))
    seen = looks.of(copy.ref, BackupState)
    if not seen.has("sets") and seen.absent.keys().isdisjoint(("sets", "taken")):
        raise NotApplicable(say("{copy} does not divide what it holds", copy=copy.ref))
    sets, taken = set(seen.sets), set(seen.taken)
    share = limits.number("missing") / 100
    required = say("at most {share} of the store unknown to the inventory", share=limits.word("missing"))
    if not taken:
        says = say("the store of {copy} holds nothing of what this copy stands for", copy=copy.ref)
        return ruling(False, measured=say("nothing taken"), required=required, says=says)
    orphans = sets - taken
    if orphans:
        orphans = orphans.difference(*(o.taken for o in _same_store(copy, seen, looks) if o.has("taken")))
    figures = {"copy": copy.ref, "count": str(len(orphans)), "all": str(len(sets))}
    measured = say("unknown to the inventory: {count} of {all}", **figures)
    if len(orphans) > share * len(sets):
        names = ", ".join(sorted(orphans)[:5])[:200]
        says = say("the store of {copy} holds {count} of {all} that no copy names: {names}", names=names, **figures)
        return ruling(False, measured=measured, required=required, says=says)
    says = say("the inventory knows of what the store of {copy} holds: {all}, unknown {count}", **figures)
    return ruling(True, measured=measured, required=required, says=says)


class _Stores:
    """Which looks show the same store: the same technology, host, contents; gathered once for all copies of a run."""

    def __init__(self, copy: Subject[Copy], looks: Looks) -> None:
        self.seen = looks.seen
        self._copies: dict[_Store, list[str]] = {}
        for _, system in copy.estate.systems():
            for data in system.data:
                for other in data.copies:
                    look = looks.seen.get(other.ref)
                    if look is not None and isinstance(look.seen, BackupState):
                        self._copies.setdefault(_store(other, look.seen), []).append(other.ref)

    def beside(self, copy: Copy, seen: BackupState) -> Iterator[str]:
        """The other copies of the store that a look shows."""
        return (ref for ref in self._copies.get(_store(copy, seen), ()) if ref != copy.ref)


def _same_store(copy: Subject[Copy], seen: BackupState, looks: Looks) -> Iterator[BackupState]:
    """What the looks at other copies of the same store saw."""
    kept, whole = copy.around.kept, looks.all
    stores = kept.get(_KEPT)
    if not isinstance(stores, _Stores) or stores.seen is not whole.seen:
        stores = kept[_KEPT] = _Stores(copy, whole)
    for ref in stores.beside(copy.item, seen):
        yield looks.of(ref, BackupState)


def _store(copy: Copy, seen: BackupState) -> _Store:
    return (
        copy.kind,
        seen.location if seen.has("location") else None,
        frozenset(seen.sets) if seen.has("sets") else None,
    )
