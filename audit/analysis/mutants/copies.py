"""Silent changes of copies as an inventory writes them: where they lie, for how long, who can touch them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.analysis.mutants.change import Change, Drop, Put
from audit.analysis.mutants.sight import Held, Kind, Sight
from audit.model.backup import BackupState
from audit.model.message import say


def _others(sight: Sight, held: Held) -> list[Held]:
    return [one for one in sight.copies if one.data is held.data and one.copy is not held.copy]


def _last_elsewhere(sight: Sight, held: Held) -> bool:
    """Whether it is the only copy that goes back in time and lies in another site than the data."""
    return (
        not held.copy.replica
        and sight.elsewhere(held.copy.at, held.home)
        and not any(sight.elsewhere(one.copy.at, held.home) for one in _others(sight, held) if not one.copy.replica)
    )


def _into_primary(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if _last_elsewhere(sight, held):
            says = say("{it} lies in {home} instead of {at}", it=held.copy.ref, home=held.home, at=held.copy.at)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("at",), held.home),), about=held.about)


def _deleted(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if not held.copy.replica and not any(not one.copy.replica for one in _others(sight, held)):
            says = say("{it} is gone; it was the only copy", it=held.copy.ref)
            yield Change(held.copy.ref, says, (Drop(held.copy.place),), about=(held.data.ref,))


def _retention(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        longer = [one for one in _others(sight, held) if one.copy.retention is not None]
        if held.copy.retention is not None and held.copy.retention.days > 1 and not longer:
            says = say("{it} promises to keep points for an hour instead of {old} days", it=held.copy.ref,
                       old=held.copy.retention.days)  # fmt: skip
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("retention",), "1h"),), about=held.about)


def _guarded(held: Held) -> bool:
    return bool(held.copy.offline or held.copy.immutable)


def _online(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if held.copy.offline and not held.copy.immutable and not any(map(_guarded, _others(sight, held))):
            says = say("{it} hangs on the network", it=held.copy.ref)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("offline",), "false"),), about=held.about)


def _mutable(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if held.copy.immutable and not held.copy.offline and not any(map(_guarded, _others(sight, held))):
            says = say("anybody can delete the points of {it}", it=held.copy.ref)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("immutable",), None),), about=held.about)


def _encrypted(sight: Sight, held: Held) -> bool:
    look = sight.seen.get(held.copy.ref)
    seen = look.seen if look is not None else None
    if isinstance(seen, BackupState) and seen.has("encrypted"):
        return seen.encrypted
    return bool(held.copy.encrypted)


def _keys(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if held.copy.keys_at and sight.elsewhere(held.copy.keys_at, held.home) and _encrypted(sight, held):
            says = say("the key of {it} lies in {home}, with the data", it=held.copy.ref, home=held.home)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("keys-at",), held.home),), about=held.about)


def _catalogue(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if (
            held.copy.catalogue_at
            and sight.elsewhere(held.copy.catalogue_at, held.home)
            and not held.copy.self_contained
        ):
            says = say("the catalogue of {it} lies in {home}, with the data", it=held.copy.ref, home=held.home)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("catalogue-at",), held.home),), about=held.about)


def _slow(sight: Sight) -> Iterator[Change]:
    for held in sight.copies:
        if held.copy.restore_rate and held.data.size and not _others(sight, held):
            says = say("{it} is read back at 1 kB a second", it=held.copy.ref)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("restore-rate",), "1 kB/s"),), about=held.about)


def _platform(sight: Sight) -> Iterator[Change]:
    """A copy on the very system that holds the data is lost with it."""
    for held in sight.copies:
        if _last_elsewhere(sight, held):
            says = say("{it} lies on the system whose data it keeps", it=held.copy.ref)
            yield Change(held.copy.ref, says, (Put(held.copy.place, ("at",), held.system.ref),), about=held.about)


KINDS: Final = (
    Kind("backup-into-primary", say("moves the last copy elsewhere into the room of the data"), _into_primary,
         ("backup.offsite", "backup.site-loss", "backup.three-two-one")),
    Kind("backup-on-platform", say("moves the last copy elsewhere onto the system of the data"), _platform,
         ("backup.offsite", "backup.host-loss", "backup.site-loss")),
    Kind("backup-deleted", say("deletes the only copy"), _deleted, ("backup.exists",)),
    Kind("retention-cut", say("lowers how long a copy keeps its points"), _retention, ("backup.retention",)),
    Kind("copy-online", say("puts the only offline copy on the network"), _online,
         ("backup.immutable", "backup.ransomware", "backup.three-two-one")),
    Kind("copy-mutable", say("takes the lock off the only copy that had one"), _mutable,
         ("backup.immutable", "backup.ransomware", "backup.three-two-one")),
    Kind("keys-into-primary", say("moves the key of a backup to the data"), _keys,
         ("backup.keys", "backup.site-loss")),
    Kind("catalogue-into-primary", say("moves the catalogue of a backup to the data"), _catalogue,
         ("backup.catalogue", "backup.site-loss")),
    Kind("restore-slow", say("makes a copy slow to read back"), _slow, ("backup.restore-time",)),
)  # fmt: skip
