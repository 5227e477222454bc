"""Measurements, one after the other, to the moments at which a subject goes down, comes back, or begins to flap."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from audit.model.event import Event, Kind
from audit.model.measurement import GOOD, Measurement, State
from audit.model.watching import Judgement

KINDS: Final[tuple[Kind, ...]] = ("down", "partial", "up", "flapping", "steady")
"""What `heed` makes, `restore` reads."""

WINDOW: Final = 20
"""Changes between samples that flapping is reckoned from."""
HIGH: Final = 30.0
"""Per cent of weighted changes from which a subject flaps."""
LOW: Final = 25.0
"""Per cent below which it does no longer."""
_WEIGHTS: Final = tuple(0.8 + 0.4 * step / (WINDOW - 1) for step in range(WINDOW))
"""The newest change counts half as much again as the oldest one."""
_BAD: Final = (State.DOWN, State.PARTIAL)


class Flips:
    """Down when at least `fails` of the last `of` samples are, at `quorum` vantages; up after `recover` good ones.

    A sample that is unknown says nothing: it is neither bad nor good and takes no place among the last `of`. It lets
    them grow old, though: beyond twice the time that `of` looks take, a sample no longer counts, nor does the word of a
    vantage. So nothing comes back because nobody looks, and one bad sample after a night of silence is no outage.

    A subject that is bad at fewer vantages than the quorum, or answers at some of its addresses alone, is `partial`.
    An event carries in `values`: state, since when (`first-bad`), what was last good (`last-good`), `reason`, `detail`,
    `vantages` that see it so, `path` where the quorum alone stands against `down`, `flapping`.
    """

    def __init__(self, judgement: Judgement, quorum: int) -> None:
        self._judgement = judgement
        self._quorum = quorum
        self._subjects: dict[str, _Subject] = {}

    def heed(self, m: Measurement) -> Event | None:
        """What one measurement changes; a flip goes before what is to say about flapping, which comes with the next."""
        if m.state not in (*GOOD, *_BAD):
            return None
        subject = self._subjects.get(m.subject) or self._subjects.setdefault(m.subject, _Subject())
        view = subject.views.get(m.vantage) or subject.views.setdefault(m.vantage, _View())
        view.take(m, self._judgement)
        if subject.quiet:
            return None
        return subject.turned(m, self._judgement, self._quorum)

    def down(self) -> frozenset[str]:
        """The subjects that are declared down."""
        return frozenset(name for name, subject in self._subjects.items() if subject.state is State.DOWN)

    def restore(self, events: Iterable[Event]) -> None:
        """Take up the states in which a log ends; the samples themselves begin anew."""
        for event in events:
            if event.kind in KINDS:
                self._subjects.setdefault(event.subject, _Subject()).restore(event)

    def keep_only(self, subjects: Set[str]) -> None:
        """Drop every subject that the inventory no longer has."""
        for gone in self._subjects.keys() - subjects:
            del self._subjects[gone]


@dataclass(slots=True)
class _View:
    """What one vantage saw of a subject lately."""

    state: State = State.UP
    told: str = ""
    """Reason of its newest bad sample."""
    detail: str = ""
    first_bad: datetime | None = None
    """Of the row of samples that led to the present state."""
    last_good: datetime | None = None
    newest: datetime | None = None
    every: timedelta = timedelta(0)
    recent: deque[tuple[datetime, State]] = field(default_factory=deque)
    goods: int = 0
    changes: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    before: State | None = None
    flapping: bool = False

    def take(self, m: Measurement, judgement: Judgement) -> None:
        seen = State.UP if m.state in GOOD else m.state
        if self.newest is not None and m.at <= self.newest:
            if m.at == self.newest:
                return
            self.recent = deque((m.at, state) for _, state in self.recent)  # the clock was set back
        self.newest, self.every = m.at, m.every
        self.recent.append((m.at, seen))
        oldest = self.oldest(m.at, judgement)
        while len(self.recent) > judgement.of or self.recent[0][0] < oldest:
            self.recent.popleft()
        self._flap(seen)
        if seen is State.UP:
            self.goods += 1
            if self.state is State.UP and not any(state in _BAD for _, state in self.recent):
                self.first_bad = None
            if self.first_bad is None:
                self.last_good = m.at
        else:
            self.goods = 0
            self.first_bad = self.first_bad or m.at
            self.told, self.detail = m.reason, m.detail
        if self.state is not State.UP or seen is not State.UP:
            self._judge(judgement)

    def oldest(self, at: datetime, judgement: Judgement) -> datetime:
        return at - 2 * judgement.of * self.every

    def _judge(self, judgement: Judgement) -> None:
        states = [state for _, state in self.recent]
        downs, partials = states.count(State.DOWN), states.count(State.PARTIAL)
        rest = states[-judgement.recover :]
        if self.goods >= judgement.recover:
            self.state, self.first_bad, self.last_good = State.UP, None, self.newest
            # What is over must not count towards the next time.
            self.recent = deque(list(self.recent)[-judgement.recover :])
        elif self.state is State.DOWN:
            if rest == [State.PARTIAL] * judgement.recover or (not downs and partials >= judgement.fails):
                self.state = State.PARTIAL
                self.recent = deque((at, state) for at, state in self.recent if state is not State.DOWN)
        elif downs >= judgement.fails:
            self.state = State.DOWN
        elif downs + partials >= judgement.fails:
            self.state = State.PARTIAL

    def _flap(self, seen: State) -> None:
        if self.before is not None:
            self.changes.append(seen is not self.before)
        self.before = seen
        full = len(self.changes) == WINDOW
        weights = _WEIGHTS[WINDOW - len(self.changes) :]
        share = 100 * sum(weight for weight, changed in zip(weights, self.changes, strict=True) if changed) / WINDOW
        # Nobody knows what came before the samples that there are: too few of them end nothing.
        self.flapping = share >= LOW or not full if self.flapping else share >= HIGH


@dataclass(slots=True)
class _Subject:
    """One subject as it was declared last, with what each vantage sees of it."""

    state: State = State.UP
    flapping: bool = False
    since: str = ""
    views: dict[str, _View] = field(default_factory=dict)

    def restore(self, event: Event) -> None:
        if event.kind in ("flapping", "steady"):
            self.flapping = event.kind == "flapping"
            self._view(event).flapping = self.flapping
            return
        self.state = State(event.kind)
        self.since = str(event.values.get("first-bad", "")) if self.state in _BAD else ""
        for name in _texts(event.values.get("vantages")) or ("here",):
            view = self.views.setdefault(name, _View())
            # Of a path that is disturbed, the vantages that are named do see it down.
            view.state = State.DOWN if event.values.get("path") else self.state
            view.first_bad = _instant(event.values.get("first-bad")) if view.state in _BAD else None
            view.last_good = _instant(event.values.get("last-good"))
            view.told, view.detail = str(event.values.get("reason", "")), str(event.values.get("detail", ""))
        if self.state is State.UP:
            for view in self.views.values():
                view.state = State.UP

    def _view(self, event: Event) -> _View:
        names = _texts(event.values.get("vantages")) or ("here",)
        return self.views.setdefault(names[0], _View())

    @property
    def quiet(self) -> bool:
        """Whether all is well, so that there is nothing to reckon: nearly always."""
        if self.state is not State.UP or self.flapping:
            return False
        return all(view.state is State.UP and not view.flapping for view in self.views.values())

    def turned(self, m: Measurement, judgement: Judgement, quorum: int) -> Event | None:
        now = max(view.newest for view in self.views.values() if view.newest is not None)
        oldest = {name: view.oldest(now, judgement) for name, view in self.views.items()}
        fresh = {name: v for name, v in self.views.items() if v.newest is not None and v.newest >= oldest[name]}
        down = tuple(sorted(name for name, view in fresh.items() if view.state is State.DOWN))
        partial = tuple(sorted(name for name, view in fresh.items() if view.state is State.PARTIAL))
        flapping = tuple(sorted(name for name, view in fresh.items() if view.flapping))
        path = bool(down) and len(down) < quorum
        state, seen = State.UP, tuple(sorted(fresh))
        if len(down) >= quorum:
            state, seen = State.DOWN, down
        elif down or partial:
            state, seen = State.PARTIAL, (*down, *partial)
            silent = sum(view.state is State.DOWN for name, view in self.views.items() if name not in fresh)
            if self.state is State.DOWN and len(down) + silent >= quorum:
                state, path = State.DOWN, False  # the word of those who fell silent: silence brings nothing back
        flaps = len(flapping) >= quorum
        if state is not self.state:
            before, self.state = self.state, state
            kind: Kind = "down" if state is State.DOWN else "partial" if state is State.PARTIAL else "up"
            values = self._values(m, seen, fresh) | {"before": str(before), "path": path, "flapping": flaps}
            return Event(m.at, kind, m.subject, MappingProxyType(values))
        if flaps is not self.flapping:
            self.flapping = flaps
            values = self._values(m, flapping or seen, fresh)
            return Event(m.at, "flapping" if flaps else "steady", m.subject, MappingProxyType(values))
        return None

    def _values(self, m: Measurement, seen: tuple[str, ...], fresh: Mapping[str, _View]) -> dict[str, Any]:
        views = [fresh[name] for name in seen if name in fresh]
        values: dict[str, Any] = {"state": str(self.state), "vantages": list(seen), "reason": "", "detail": ""}
        if self.state in _BAD:
            firsts = [view.first_bad for view in views if view.first_bad is not None]
            self.since = self.since or min(firsts, default=m.at).isoformat()
            first = datetime.fromisoformat(self.since)
            goods = [view.last_good for view in views if view.last_good is not None and view.last_good < first]
            worst = next((view for view in views if view.told), None)
            values |= {"first-bad": self.since, "last-good": max(goods).isoformat() if goods else None}
            values |= {"reason": worst.told, "detail": worst.detail} if worst is not None else {}
        else:
            values |= {"was-bad-since": self.since or None, "first-good": self._first_good(m)}
            self.since = ""
        return values

    def _first_good(self, m: Measurement) -> str:
        row: list[datetime] = []
        for view in self.views.values():
            goods: datetime | None = None
            for at, state in reversed(view.recent):
                if state in _BAD:
                    break
                goods = at
            row += [goods] if goods is not None else []
        return min(row, default=m.at).isoformat()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
