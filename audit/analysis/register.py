"""The events of a register with what runs found to its measures as they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.analysis.register_words import Entry, earlier_of, milestones_of, texts_of
from audit.model.event import Event
from audit.model.register import BY_HAND, KIND, Action, Change, Look, Milestone, Origin, Sighting, State, What
from audit.model.units import Day, Money, parse_day, parse_money
from audit.model.verdict import Verdict


def register(events: Iterable[Event], looks: Iterable[Look]) -> tuple[Action, ...]:
    """Every measure that was ever born, by its id.

    What the log holds is told once a number; the order is that of time, then of the log, a run after the entries of
    its instant. So it comes to the same however the events are handed over.
    """
    told: dict[str, dict[int, Event]] = defaultdict(dict)
    for event in events:
        if event.kind == KIND:
            told[event.subject][event.number] = event
    ordered = sorted(looks, key=lambda look: (look.at, look.run))
    seen: dict[str, list[tuple[Look, Sighting]]] = defaultdict(list)
    whole: dict[str, list[Look]] = defaultdict(list)
    for look in ordered:
        if look.whole:
            whole[look.estate].append(look)
        for fingerprint, sighting in look.found.items():
            if fingerprint in told:
                seen[fingerprint].append((look, sighting))
    made = (
        _action(name, sorted(entries.values(), key=_place), seen.get(name, ()), whole)
        for name, entries in sorted(told.items())
    )
    return tuple(action for action in made if action is not None)


def _began(look: Look) -> datetime:
    return look.at


def _place(event: Event) -> tuple[datetime, int]:
    return event.at, event.number


def _action(
    name: str,
    entries: Sequence[Event],
    seen: Sequence[tuple[Look, Sighting]],
    whole: Mapping[str, Sequence[Look]],
) -> Action | None:
    """One measure; None where nothing that can be read bore it."""
    read = [Entry(event) for event in entries]
    births = [entry for entry in read if entry.origin is not None]
    birth = next(filter(_own, births), births[0] if births else None)
    if birth is None or birth.origin is None:
        return None
    bearers = {sender for look, _ in seen if look.run == birth.origin.run for sender in look.sent_by}
    fold = _Fold(name, birth, birth.origin, whole, bearers)
    # What a run saw before the measure was written down, but after the finding, counts: it was repaired by then.
    fold.entry(birth)
    rest = [entry for entry in read if entry is not birth]
    at = 0
    for look, sighting in seen:
        if not fold.heeds(look.sent_by):
            continue
        while at < len(rest) and rest[at].event.at <= look.at:
            fold.entry(rest[at])
            at += 1
        fold.sight(look, sighting)
    for entry in rest[at:]:
        fold.entry(entry)
    return fold.action()


def _own(birth: Entry) -> bool:
    """Whether it was written here, or by the institution that it is about: nobody else speaks first for another."""
    return birth.origin is not None and birth.sent in ("", birth.origin.institution)


class _Fold:
    """One measure in the making."""

    __slots__ = (
        "birth", "budget", "closed_by", "due", "earlier", "estate", "heard", "history", "last", "last_run",
        "milestones", "name", "origin", "owner", "plan", "refuted", "reopened", "retired", "state", "verdict", "waived",
        "whole",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        birth: Entry,
        origin: Origin,
        whole: Mapping[str, Sequence[Look]],
        bearers: Collection[str],
    ) -> None:
        self.name, self.birth, self.origin, self.whole = name, birth, origin, whole
        # What is no institution's own, such as an estate, is theirs who found it: others may have one of that name.
        self.heard = {birth.sent, origin.institution, *(() if origin.institution else bearers)} - {""}
        self.estate = self.origin.estate
        self.state = State.OPEN
        self.owner = self.plan = self.retired = self.closed_by = self.waived = self.last_run = ""
        self.due: Day | None = None
        self.budget: Money | None = None
        self.milestones: dict[str, Milestone] = {}
        self.earlier: dict[str, None] = {}
        self.reopened = self.refuted = 0
        self.last: datetime | None = None
        self.verdict: Verdict | None = None
        self.history: list[Change] = []

    def heeds(self, senders: Collection[str]) -> bool:
        """Whether what these sent counts: of another institution nobody else writes, whatever its bundle holds."""
        return not senders or any(one in self.heard for one in senders)

    def entry(self, entry: Entry) -> None:
        """One entry of the log."""
        what, values = entry.what, entry.values
        if (
            not entry.readable
            or not self.heeds({entry.sent} - {""})
            or what not in ("born", "changed", "retired")
            # Two registers may have borne it, each with what it knew; within one it is a race that was lost.
            or (what == "born" and entry is not self.birth and entry.sent == self.birth.sent)
        ):
            self._note(entry, "ignored")
            return
        if what == "retired":
            gone_by = self._gone(entry.event.at)
            if self.state is State.CLOSED or not gone_by:
                self._note(entry, "ignored")
                return
            self.retired = str(values.get("by", "")) or "?"
            self._note(entry, "retired", gone_by)
            return
        self._set(values)
        self._note(entry, "born" if entry is self.birth else "changed")
        wanted = values.get("state")
        if wanted is not None:
            if self.state is State.CLOSED or wanted not in BY_HAND:
                self._note(entry, "ignored")
            else:
                self.state, self.retired = State(wanted), ""

    def sight(self, look: Look, sighting: Sighting) -> None:
        """What one run found."""
        self.last, self.last_run, self.estate = look.at, look.run, look.estate
        self.verdict, self.waived = sighting.verdict, sighting.waived
        if look.at <= self.origin.since:
            return
        if self.retired:
            self.retired = ""
            self._did("returned", look)
        if sighting.verdict is Verdict.PASS and sighting.level >= self.origin.least:
            if self.state is not State.CLOSED:
                self.state, self.closed_by = State.CLOSED, look.run
                self._did("closed", look)
        elif sighting.verdict is Verdict.FAIL:
            if self.state is State.CLOSED:
                self.state, self.closed_by = State.OPEN, ""
                self.reopened += 1
                self._did("reopened", look)
            elif self.state is State.VERIFY:
                self.state = State.DOING
                self.refuted += 1
                self._did("refuted", look)

    def action(self) -> Action:
        gone_by = self._gone(None)
        return Action(
            id=self.name,
            origin=self.origin,
            born=self.birth.event.at,
            state=self.state,
            owner=self.owner,
            due=self.due,
            budget=self.budget,
            plan=self.plan,
            milestones=tuple(sorted(self.milestones.values(), key=lambda one: (one.day, one.text))),
            earlier=tuple(sorted(self.earlier)),
            reopened=self.reopened,
            refuted=self.refuted,
            verdict=self.verdict,
            seen=self.last,
            waived=self.waived,
            gone=bool(gone_by),
            retired=self.retired,
            closed_by=self.closed_by,
            told_by=self.last_run,
            gone_by=gone_by,
            history=tuple(self.history),
        )

    def _gone(self, until: datetime | None) -> str:
        """The newest whole run of its estate, up to an instant, that came after the last one that knew it."""
        looks = self.whole.get(self.estate, ())
        number = len(looks) if until is None else bisect_right(looks, until, key=_began)
        after = self.last if self.last is not None and self.last > self.origin.since else self.origin.since
        for look in reversed(looks[:number]):
            if look.at <= after:
                break
            if self.heeds(look.sent_by):
                return look.run
        return ""

    def _set(self, values: Mapping[str, Any]) -> None:
        if "owner" in values:
            self.owner = str(values["owner"])
        if "plan" in values:
            self.plan = str(values["plan"])
        if "due" in values:
            self.due = parse_day(values["due"]) if values["due"] else None
        if "budget" in values:
            self.budget = parse_money(values["budget"]) if values["budget"] else None
        for milestone in milestones_of(values):
            self.milestones[milestone.text] = milestone
        self.earlier.update(dict.fromkeys(earlier_of(values)))

    def _note(self, entry: Entry, what: What, run: str = "") -> None:
        at, by = entry.event.at, str(entry.values.get("by", ""))
        if what == "born":
            self.history.append(Change(at, what, by, self.origin.run))
        else:
            self.history.append(Change(at, what, by, run, values=texts_of(entry.values)))

    def _did(self, what: What, look: Look) -> None:
        self.history.append(Change(look.at, what, run=look.run))
