"""Events of the watch's log to the alarms that there is reason for at an instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit.analysis.causes import Cause, causes
from audit.analysis.windows import counted, covering, windows
from audit.model.estate import Estate, System
from audit.model.event import Event, Kind
from audit.model.graph import Graph
from audit.model.history import Window
from audit.model.technology import Endpoint

SUBJECT_KINDS: Final[tuple[Kind, ...]] = ("down", "partial", "up", "flapping", "steady")
OWN_KINDS: Final[tuple[Kind, ...]] = (
    "prober-trouble", "prober-well", "store-lost", "store-back", "suspended", "started", "took-over",
)  # fmt: skip
WINDOW_KINDS: Final[tuple[Kind, ...]] = ("maintenance-declared", "maintenance-withdrawn")
ONCE: Final = timedelta(hours=24)
"""How long something that is told once waits for a channel that cannot be reached."""
MANY: Final = 200
"""Subjects that are down, beyond which it takes a while to find what explains them."""
LEAST_GRADE: Final = 5
"""Of what belongs to no system."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One reason to tell somebody something: a cause with all that is down by it, or trouble of the watch itself."""

    key: str
    """Reference of the cause, or the kind of the trouble: the same alarm as long as it is the same."""
    kind: str
    """`down`, `partial`, `flapping`, `prober-trouble`, `store-lost`, `suspended`."""
    root: str
    roots: frozenset[str]
    """The subjects that are the cause itself; all of them where they share it."""
    fallen: tuple[str, ...]
    since: datetime
    """The first bad measurement."""
    last_good: datetime | None = None
    reason: str = ""
    detail: str = ""
    grade: int = LEAST_GRADE
    """Of the most important system in it."""
    shared: bool = False
    of: int = 0
    """How many watched endpoints stand or fall with the root; 0 where it is one itself."""
    seen_from: tuple[str, ...] = ()
    """The vantages that see it, where the others do not."""
    applicants: float = 0.0
    """Who apply to its systems, an hour."""

    @property
    def members(self) -> frozenset[str]:
        return self.roots.union(self.fallen)

    @property
    def own(self) -> bool:
        """Whether it is about the watch itself."""
        return not self.roots

    @property
    def once(self) -> bool:
        """Told once: it is over by itself, so that there is nothing to repeat or to take back."""
        return self.kind == "suspended"


class Situation:
    """What is wrong now, as far as the log tells."""

    def __init__(self, estate: Estate, watched: Collection[str] | None = None) -> None:
        self._bad: dict[str, Event] = {}
        self._flapping: dict[str, Event] = {}
        self._own: dict[str, Event] = {}
        self._log: list[Event] = []
        self._declared: tuple[Window, ...] | None = ()
        """The windows in the log; None where they have to be read anew: once for all that comes together."""
        self._shared: dict[str, frozenset[str]] = {}
        self.use(estate, watched)

    def use(self, estate: Estate, watched: Collection[str] | None = None) -> None:
        """Go on with another inventory; subjects that it lacks are no longer anybody's trouble."""
        self.estate, self._graph, self._watched = estate, Graph(estate), watched
        self._systems = {
            one.ref: system for _, system in estate.systems() for one in (*system.endpoints, system) if one.ref
        }
        self._placed = tuple(
            (one.ref, places)
            for _, system in estate.systems()
            for one in system.endpoints
            if one.at is not None and (places := self._graph.final_places(one.at))
        )
        """Each endpoint with a place of its own."""
        for known in (self._bad, self._flapping):
            for subject in [subject for subject in known if subject not in self._systems]:
                del known[subject]
        self._found: tuple[Alarm, ...] | None = None
        self._causes: dict[frozenset[str], tuple[Cause, ...]] = {}

    def heed(self, event: Event) -> None:
        """Take in one event."""
        if event.kind in SUBJECT_KINDS:
            self._flip(event)
        elif event.kind in ("started", "took-over"):
            # Whoever had that trouble is no longer there to take it back.
            self._own = {key: before for key, before in self._own.items() if before.kind == "suspended"}
        elif event.kind in OWN_KINDS:
            name = {"prober-well": "prober-trouble", "store-back": "store-lost"}.get(event.kind, "")
            self._own.pop(name, None)
            if event.kind == "suspended":
                self._own[f"suspended {event.at.isoformat()}"] = event
            elif not name:
                self._own.setdefault(event.kind, event)
        elif event.kind in WINDOW_KINDS:
            self._log.append(event)
            self._declared = None

    @property
    def _windows(self) -> tuple[Window, ...]:
        if self._declared is None:
            self._declared = windows(self._log)
        return self._declared

    def window(self, subject: str, at: datetime) -> str:
        """The id of a maintenance window that a subject is in, empty where there is none."""
        for window in covering(self._windows, subject, self.estate.covers):
            if any(start <= at < end for start, end in counted((window,))):
                return window.id
        return ""

    def alarms(self, now: datetime) -> tuple[tuple[Alarm, ...], frozenset[str]]:
        """Every alarm there is reason for, the most important first; the keys of those that maintenance explains."""
        if self._found is None:
            self._found = tuple(sorted(self._look(), key=lambda alarm: (alarm.grade, alarm.key)))
        muted = {
            alarm.key for alarm in self._found if self._windows and all(self.window(one, now) for one in alarm.roots)
        }
        return (*self._of_the_watch(now), *self._found), frozenset(muted)

    def unexplained(self) -> Callable[[], None] | None:
        """What takes long enough to be worth a thread of its own, before `alarms` is asked; None where nothing does."""
        down = self._down() if self._found is None else frozenset()
        if len(down) <= MANY or down in self._causes:
            return None
        graph, watched, known = self._graph, self._watched, self._causes  # those of now: `use` makes new ones

        def explain() -> None:
            found = causes(down, graph, watched)
            known.clear()
            known[down] = found

        return explain

    def _down(self) -> frozenset[str]:
        return frozenset(subject for subject, event in self._bad.items() if event.kind == "down")

    def _flip(self, event: Event) -> None:
        if event.subject not in self._systems:
            return
        if event.kind in ("down", "partial"):
            self._bad[event.subject] = event
        elif event.kind == "up":
            self._bad.pop(event.subject, None)
        if event.kind == "flapping" or (event.kind != "steady" and event.values.get("flapping")):
            self._flapping.setdefault(event.subject, event)
        elif event.kind == "steady":
            self._flapping.pop(event.subject, None)
        self._found = None

    def _of_the_watch(self, now: datetime) -> Iterator[Alarm]:
        for key, event in list(self._own.items()):
            if event.kind == "suspended" and now - event.at > ONCE:
                del self._own[key]
                continue
            detail = str(event.values.get("why") or "")
            since, until = (_instant(event.values.get(name)) for name in ("from", "to"))
            grade = LEAST_GRADE if event.kind == "suspended" else 1
            yield Alarm(key, event.kind, "", frozenset(), (), since or event.at, until, detail=detail, grade=grade)

    def _look(self) -> Iterator[Alarm]:
        down = self._down()
        explained = self._causes.get(down)
        if explained is None:
            explained = causes(down, self._graph, self._watched)
        found = [self._alarm(cause) for cause in self._lasting(explained, down)]
        told = {member for alarm in found for member in alarm.members}
        stricken = [self._graph.falls((alarm.root,)) for alarm in found] if len(self._bad) > len(down) else []
        for subject in dict.fromkeys((*self._bad, *self._flapping)):
            if subject in told:
                continue
            around = self._explained(subject, found, stricken) if subject in self._bad else None
            if around is None:
                yield self._alarm(Cause(subject, ()))
            else:
                found[around] = replace(found[around], fallen=(*found[around].fallen, subject))
        yield from found

    def _lasting(self, found: Iterable[Cause], down: frozenset[str]) -> list[Cause]:
        """The causes; what several shared stays one until more than half of it is back, though some may be up again."""
        kept = list(found)
        for root, before in list(self._shared.items()):
            live = before & down
            if any(cause.root == root for cause in kept):
                continue
            if len(live) < 2 or 2 * len(live) < len(before):
                del self._shared[root]
                continue
            rest = [
                replace(cause, fallen=tuple(one for one in cause.fallen if one not in live))
                for cause in kept
                if not self._roots(cause) <= live
            ]
            kept = [Cause(root, tuple(sorted(live)), shared=True), *rest]
        for cause in kept:
            if cause.shared:
                self._shared[cause.root] = self._shared.get(cause.root, frozenset()).union(cause.fallen)
        return kept

    def _roots(self, cause: Cause) -> frozenset[str]:
        if cause.shared:
            return frozenset(cause.fallen)
        if cause.root in self._bad or cause.root in self._flapping:
            return frozenset((cause.root,))
        return frozenset(one for one in cause.fallen if one.startswith(cause.root + "/"))

    def _alarm(self, cause: Cause) -> Alarm:
        roots = self._roots(cause)
        events = [event for one in roots if (event := self._bad.get(one) or self._flapping.get(one)) is not None]
        first = min(events, key=lambda event: (_instant(event.values.get("first-bad")) or event.at, event.subject))
        flapping = roots <= self._flapping.keys()
        members = roots.union(cause.fallen)
        systems = {system.ref: system for one in members if (system := self._systems.get(one)) is not None}
        return Alarm(
            key=cause.root,
            kind="flapping" if flapping else "down" if first.kind in ("up", "steady") else first.kind,
            root=cause.root,
            roots=roots,
            fallen=cause.fallen,
            since=_instant(first.values.get("first-bad")) or first.at,
            last_good=_instant(first.values.get("last-good")),
            reason=str(first.values.get("reason") or ""),
            detail=str(first.values.get("detail") or ""),
            grade=min((system.grade for system in systems.values()), default=LEAST_GRADE),
            shared=cause.shared,
            of=self._watched_at(cause, roots),
            seen_from=_texts(first.values.get("vantages")) if first.values.get("path") else (),
            applicants=sum(one.applicants.per_hour for one in systems.values() if one.applicants is not None),
        )

    def _watched_at(self, cause: Cause, roots: frozenset[str]) -> int:
        """How many of the watched would be down if the root were."""
        if cause.root in roots:
            return 0
        fallen = self._graph.falls((cause.root,)) if cause.shared else frozenset((cause.root,))
        systems = (item for ref in fallen if isinstance(item := self.estate.index.get(ref), System))
        found = {one.ref for system in systems for one in system.endpoints}
        found.update(ref for ref, places in self._placed if places <= fallen)
        return len(roots | (found if self._watched is None else found.intersection(self._watched)))

    def _explained(self, subject: str, found: list[Alarm], stricken: list[frozenset[str]]) -> int | None:
        """Which alarm explains that something answers at some of its addresses alone."""
        system, endpoint = self._systems[subject], self.estate.index.get(subject)
        own = endpoint.at if isinstance(endpoint, Endpoint) else None
        places = self._graph.final_places(own or system.ref)
        for number, alarm in enumerate(found):
            if places & stricken[number] or any(self._systems.get(one) is system for one in alarm.roots):
                return number
        return None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
