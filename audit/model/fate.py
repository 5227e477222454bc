"""One copy, one loss to whether the copy is still there afterwards, can be found, opened, trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from audit.model.backup import BackupState, ReplicaState
from audit.model.drilling import RestoreState
from audit.model.estate import System
from audit.model.graph import Graph
from audit.model.message import Message, say
from audit.model.technology import Copy

Scenario = Literal["host-loss", "site-loss", "ransomware", "operator-error", "supplier-loss", "system-loss"]
"""The machine or platform; the site; whoever holds every password of the institution; a wrong command; a supplier; the
system that makes the backups."""


@dataclass(frozen=True, slots=True)
class Blow:
    """One loss."""

    scenario: Scenario
    hit: str = ""
    """The full reference of what is lost, where it has one."""
    down: frozenset[str] = frozenset()
    """Everything that falls with it."""
    home: tuple[str, ...] = ()
    """The places where the data itself lies."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one copy: `lives` is None where that cannot be told."""

    copy: str
    lives: bool | None
    why: Message
    age: timedelta | None = None
    """How old that is what it would bring back, as far as that was seen."""


Doubt = tuple[bool | None, Message]
"""False with what takes the copy, None with what would have to be known."""


@dataclass(frozen=True, slots=True)
class Case:
    """One copy with all that is known of it; `seen` is None where the look saw nothing."""

    copy: Copy
    graph: Graph
    seen: BackupState | ReplicaState | None
    drill: RestoreState | None = None

    def fate(self, blow: Blow) -> Fate:
        """Whether the copy brings the data back after the loss."""
        asked = (self._held(), self._reached(blow), self._found(blow), self._opened(blow), self._sound())
        found = [one for one in asked if one is not None]
        dead = next((one for one in found if one[0] is False), None)
        worst = dead if dead is not None else next(iter(found), None)
        if worst is not None:
            return Fate(self.copy.ref, *worst)
        return Fate(self.copy.ref, True, say("{copy} is left", copy=self.copy.ref))

    def _held(self) -> Doubt | None:
        if isinstance(self.seen, BackupState) and self.seen.newest is None:
            return False, say("{copy} holds no complete backup", copy=self.copy.ref)
        if isinstance(self.seen, ReplicaState) and self.seen.has("same_cluster") and not self.seen.same_cluster:
            return False, say("{copy} follows another database", copy=self.copy.ref)
        return None

    def _reached(self, blow: Blow) -> Doubt | None:
        """Whether the stored bytes are still there."""
        if blow.scenario == "operator-error":
            if self.copy.replica:
                return False, say("{copy} is a replica and repeats the mistake at once", copy=self.copy.ref)
            if isinstance(self.seen, BackupState) and len(self.seen.usable) < 2 and not self.seen.has("reach"):
                return None, say(
                    "{copy} holds one point alone, which the next run may write over with the mistake; keep more",
                    copy=self.copy.ref,
                )
            return None
        if blow.scenario == "ransomware":
            return self._locked()
        if self.copy.supplier is not None and self.copy.supplier in blow.down:
            return False, say("{copy} is kept by {supplier}", copy=self.copy.ref, supplier=self.copy.supplier)
        if blow.scenario == "host-loss":
            return self._beside(blow)
        if blow.scenario == "system-loss" and blow.hit and stands_on(self.graph, self.copy.at, blow.hit):
            return False, say("{copy} lies on {hit} itself", copy=self.copy.ref, hit=blow.hit)
        left = standing(self.graph, self.copy.at, blow.down)
        if left is False:
            return False, say(
                "{copy} at {place} is lost with {hit}", copy=self.copy.ref, place=self.copy.at, hit=blow.hit
            )
        if left is None:
            if blow.scenario == "system-loss" and not self.graph.final_places(self.copy.at):
                return None
            return None, say(
                "the inventory does not say whether {copy} at {place} outlives {hit}; add `at:` to {place}",
                copy=self.copy.ref,
                place=self.copy.at,
                hit=blow.hit,
            )
        return None

    def _beside(self, blow: Blow) -> Doubt | None:
        """Whether the copy lies on the machine or platform that is lost."""
        if stands_on(self.graph, self.copy.at, blow.hit):
            return False, say("{copy} lies on {hit} itself", copy=self.copy.ref, hit=blow.hit)
        if isinstance(self.graph.estate.index.get(self.copy.at), System):
            return None
        if not blow.home or any(_overlap(self.copy.at, place) for place in blow.home):
            return None, say(
                "{copy} stands where the data stands, and the inventory does not say that it is another machine; "
                "name the machine or platform as its `at:`",
                copy=self.copy.ref,
            )
        return None

    def _locked(self) -> Doubt | None:
        """Whether somebody who holds every password could delete it. What is only declared is possible, not certain."""
        copy, seen = self.copy, self.seen
        offline = copy.offline and not (isinstance(seen, BackupState) and seen.online)
        if copy.replica:
            return False, say("{copy} is a replica and repeats a deletion at once", copy=copy.ref)
        if seen is None and not offline:
            return None, say("what locks {copy} could not be seen", copy=copy.ref)
        if isinstance(seen, BackupState) and seen.has("lock"):
            if seen.lock == "compliance":
                return self._locked_until(seen)
            if seen.lock == "governance" and not offline:
                return False, say("the lock of {copy} gives way to an administrator", copy=copy.ref)
            if not offline and not (seen.has("append_only") and seen.append_only):
                return False, say("nothing locks {copy}: an administrator can delete it", copy=copy.ref)
        if offline:
            return None, say("{copy} is said to be offline; no look can prove it", copy=copy.ref)
        if copy.writer is not None and copy.writer in (copy.deleters or ()):
            return False, say("{writer}, who writes {copy}, can delete it", writer=copy.writer, copy=copy.ref)
        if isinstance(seen, BackupState) and seen.has("append_only") and seen.append_only:
            return None, say(
                "{copy} takes nothing but additions, but whoever runs its server can change that", copy=copy.ref
            )
        if copy.immutable:
            return None, say("{copy} is said to be locked; the look could not prove it", copy=copy.ref)
        if copy.deleters == ():
            return None, say("it is said that nobody can delete {copy}; the look could not prove it", copy=copy.ref)
        if isinstance(seen, BackupState) and not {"lock", "append_only"}.isdisjoint(seen.absent):
            return None, say("what locks {copy} could not be seen", copy=copy.ref)
        return False, say("nothing locks {copy}: an administrator can delete it", copy=copy.ref)

    def _locked_until(self, seen: BackupState) -> Doubt | None:
        if not seen.has("immutable_until"):
            return None, say("until when {copy} is locked could not be seen", copy=self.copy.ref)
        if seen.immutable_until <= seen.clock:
            return False, say("the lock of {copy} has run out", copy=self.copy.ref)
        return None

    def _found(self, blow: Blow) -> Doubt | None:
        """Whether what finds the backups is left."""
        copy = self.copy
        if copy.replica or copy.self_contained or blow.scenario in ("host-loss", "operator-error"):
            return None
        if copy.catalogue_at is not None and standing(self.graph, copy.catalogue_at, blow.down):
            return None
        if copy.via is not None:
            if blow.scenario != "ransomware" and copy.via not in blow.down:
                return None
            return False, say(
                "the catalogue of {copy} is lost with {system}, and no second one is declared",
                copy=copy.ref,
                system=copy.via,
            )
        return None, say(
            "the inventory does not say where the catalogue of {copy} lies; add `catalogue-at:`", copy=copy.ref
        )

    def _opened(self, blow: Blow) -> Doubt | None:
        """Whether the key that opens it is left."""
        copy, seen = self.copy, self.seen
        if blow.scenario in ("operator-error", "system-loss") and copy.keys_at is None:
            return None
        if not isinstance(seen, BackupState) or not _sealed(copy, seen):
            return None
        where = seen.key if seen.has("key") else None
        # Who holds every password deletes a key in a store of keys as well.
        if where == "store" or (where == "outside" and blow.scenario != "ransomware"):
            return None
        if copy.keys_at is not None:
            left = standing(self.graph, copy.keys_at, blow.down)
            if left is False:
                return False, say("the key of {copy} at {place} is lost too", copy=copy.ref, place=copy.keys_at)
            if left is None:
                return None, say("the inventory does not say where {place} stands", place=copy.keys_at)
            return None
        if where == "client":
            return False, say("the key of {copy} lies only where its backups are made, and is lost too", copy=copy.ref)
        return None, say("the inventory does not say where a second key of {copy} is; add `keys-at:`", copy=copy.ref)

    def _sound(self) -> Doubt | None:
        """Whether what is stored is known to be damaged."""
        if isinstance(self.seen, BackupState) and self.seen.has("errors") and self.seen.errors:
            return None, say("the verification of {copy} found errors", copy=self.copy.ref)
        if self.drill is not None and not self.drill.proven:
            return None, say("the last restore of {copy} failed", copy=self.copy.ref)
        return None


def _sealed(copy: Copy, seen: BackupState) -> bool:
    """Whether it is, or may be, encrypted."""
    if seen.has("encrypted"):
        return seen.encrypted
    return copy.encrypted if copy.encrypted is not None else "encrypted" in seen.absent


def standing(graph: Graph, where: str, down: frozenset[str]) -> bool | None:
    """Whether a place is left; None where it is not known, or where it stands without something that it needs."""
    places = graph.final_places(where)
    if not places:
        return False if where in down else None
    if places <= down:
        return False
    return None if where in down else True


def stands_on(graph: Graph, where: str, host: str) -> bool:
    """Whether a place is a platform, or stands on it."""
    seen: set[str] = set()
    waiting = [where]
    while waiting:
        ref = waiting.pop()
        if ref == host:
            return True
        item = graph.estate.index.get(ref)
        if ref not in seen and isinstance(item, System):
            waiting.extend(item.at)
        seen.add(ref)
    return False


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")
