"""The alarms of a moment to what one channel has to be told of them now."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from audit.app.watching.situation import Alarm
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.watching import Channel

MORE: Final = timedelta(minutes=5)
"""How often at most somebody is told that more has fallen with what they were told of."""
BACKOFF: Final = (30.0, 60.0, 120.0, 300.0)
"""Seconds until a channel that failed is tried again, the last one from then on."""
_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

What = Literal["firing", "changed", "more", "repeat", "resolved", "merged", "dropped"]
OVER: Final = ("resolved", "merged", "dropped")
"""After these a channel is no longer told of an alarm; `dropped`: the channel itself is gone."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm that a channel knows of, as it was told last."""

    alarm: Alarm
    code: str
    sent: datetime
    """When it was told last."""
    by: str = ""
    """Who acknowledged it."""
    today: Alarm | None = None
    """The same alarm as it stands now."""

    @property
    def standing(self) -> Alarm:
        # The grade names the alert at an Alertmanager: it stays that of the first time.
        return replace(self.today, grade=self.alarm.grade) if self.today is not None else self.alarm


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell."""

    what: What
    alarm: Alarm
    code: str
    before: Told | None = None
    still: tuple[str, ...] = ()
    """Of what is up again: the members that are not."""

    def event(self, channel: str, now: datetime) -> Event:
        """What the log keeps of it, from which `Tray.restore` goes on."""
        alarm = self.alarm
        values: dict[str, Any] = {
            "channel": channel,
            "what": self.what,
            "code": self.code,
            "key": alarm.key,
            "kind": alarm.kind,
            "roots": sorted(alarm.roots) if len(alarm.roots) != 1 or alarm.root not in alarm.roots else [],
            "fallen": list(alarm.fallen),
            "since": alarm.since.isoformat(),
            "grade": alarm.grade,
        }
        return Event(now, "alert", alarm.root, values)


@dataclass(slots=True)
class Tray:
    """One channel: what it was told, what waits."""

    channel: Channel
    told: dict[str, Told] = field(default_factory=dict)
    failures: int = 0
    not_before: datetime | None = None
    busy: bool = False
    posted: datetime | None = None
    test: tuple[str, datetime] | None = None
    """The code of a test alert that has yet to go out, with when it was asked for."""
    test_failed: str = ""
    _now: datetime | None = None
    _under: dict[str, str] = field(default_factory=dict)
    """Each subject that was in trouble the last time, to the alarm that it belonged to then."""
    _first: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _latest: dict[str, datetime] = field(default_factory=dict)
    """Each subject in trouble that the channel does not know of, to when its cause counts as found, whatever it is."""
    _over: dict[str, datetime] = field(default_factory=dict)

    def news(
        self,
        alarms: Sequence[Alarm],
        muted: Collection[str],
        now: datetime,
        stamp: datetime,
        estate: Estate,
        hold: Mapping[str, timedelta],
    ) -> tuple[News, ...]:
        """What is to be told now; nothing as long as what there is may still find its cause.

        `stamp` is when the alarms changed last, `hold` how long each subject may need to come back by itself.
        """
        self._set_back(now)
        wanted = {alarm.key: alarm for alarm in alarms if self._wants(alarm, estate)}
        current = {key: alarm for key, alarm in wanted.items() if key not in muted}
        self._latest = dict(self._unknown(current.values(), stamp, hold))
        waiting = [(self._since(alarm, stamp, hold), self._opening(alarm)) for alarm in current.values()
                   if alarm.key not in self.told or self.told[alarm.key].alarm.kind != alarm.kind]  # fmt: skip
        for gone in self._first.keys() - {(alarm.key, alarm.kind) for alarm in current.values()}:
            del self._first[gone]
        under = {member: alarm.key for alarm in alarms for member in alarm.members}
        self._under, bad = under, under.keys()
        for key, told in list(self.told.items()):
            if key not in wanted:
                if told.alarm.once:
                    del self.told[key]
                    continue
                if told.alarm.roots & bad:
                    continue  # its cause goes by another name now: see `_merged`
                still = tuple(one for one in told.alarm.fallen if one in bad)
                waiting.append(
                    (self._over.setdefault(key, stamp), News("resolved", told.alarm, told.code, told, still))
                )
                continue
            self._over.pop(key, None)
            if key in current and current[key].kind == told.alarm.kind:
                if told.today is not current[key]:
                    self.told[key] = told = replace(told, today=current[key])
                waiting += self._going_on(current[key], told)
        due = self._due(waiting, now, estate)
        return (*due, *self._merged(current, wanted, due))

    def _wants(self, alarm: Alarm, estate: Estate) -> bool:
        on = self.channel.on
        if alarm.own:
            everybody = not any(not one.on or estate.ref in one.on for one in estate.watch.alerts)
            return not on or estate.ref in on or everybody
        if alarm.grade > self.channel.grade and self.channel.grade < 4:
            return False
        return not on or any(estate.covers(one, member) for one in on for member in (alarm.root, *alarm.members))

    def _since(self, alarm: Alarm, stamp: datetime, hold: Mapping[str, timedelta]) -> datetime:
        known = self._first.get((alarm.key, alarm.kind))
        if known is None:
            known = stamp
            if self._fell_with(alarm):
                # What it fell with is back, so it may well be about to follow: it gets the time to be seen up.
                known += _longest(hold, alarm)
            self._first[alarm.key, alarm.kind] = known
        return min((known, *(self._latest[one] for one in alarm.members if one in self._latest)))

    def _unknown(
        self, current: Iterable[Alarm], stamp: datetime, hold: Mapping[str, timedelta]
    ) -> Iterator[tuple[str, datetime]]:
        """What is in trouble without being told, with when it has waited for its cause long enough.

        Another cause begins to wait anew, so causes that come and go would else keep it back for ever.
        """
        for alarm in current:
            told = self.told.get(alarm.key)
            same = told is not None and told.alarm.kind == alarm.kind
            for one in alarm.members.difference(told.alarm.members if told is not None and same else ()):
                yield one, self._latest.get(one, stamp + _longest(hold, alarm))

    def _fell_with(self, alarm: Alarm) -> bool:
        """Whether it was explained by something else until now."""
        before = {self._under.get(one, "") for one in alarm.roots}
        if len(before) == 1 and not before & {"", alarm.key}:
            return True
        return any(told.alarm.key != alarm.key and alarm.roots <= told.alarm.members for told in self.told.values())

    def _set_back(self, now: datetime) -> None:
        """What is noted lies in the past, also where the clock was set back."""
        if self._now is not None and now < self._now:
            self._first = {name: min(at, now) for name, at in self._first.items()}
            self._latest = {name: min(at, now) for name, at in self._latest.items()}
            self._over = {name: min(at, now) for name, at in self._over.items()}
            self.told = {key: replace(told, sent=min(told.sent, now)) for key, told in self.told.items()}
            self.not_before = None
        self._now = now

    def _opening(self, alarm: Alarm) -> News:
        before = self.told.get(alarm.key)
        return News("firing" if before is None else "changed", alarm, code_of(alarm), before)

    def _going_on(self, alarm: Alarm, told: Told) -> list[tuple[datetime, News]]:
        """What to say of an alarm that is known: that it grew, or that nobody took it up yet."""
        found: list[tuple[datetime, News]] = []
        group, repeat = self.channel.group, self.channel.repeat
        if not alarm.members <= told.alarm.members:
            found.append((told.sent + max(MORE, group) - group, News("more", alarm, told.code, told)))
        elif not told.by and not alarm.once and self.channel.kind != "alertmanager" and repeat:
            found.append((told.sent + max(repeat, group) - group, News("repeat", alarm, told.code, told)))
        return found

    def _due(self, waiting: list[tuple[datetime, News]], now: datetime, estate: Estate) -> tuple[News, ...]:
        """Everything that waits, once the first of it has waited long enough; in quiet hours only the gravest."""
        hushed = quiet(self.channel.quiet, now, estate.about.timezone)
        open_now = [(at, news) for at, news in waiting if at <= now and (not hushed or news.alarm.grade == 1)]
        if not any(now - at >= self.channel.group for at, _ in open_now):
            return ()
        return tuple(news for _, news in open_now)

    def _merged(
        self, current: Mapping[str, Alarm], wanted: Mapping[str, Alarm], due: tuple[News, ...]
    ) -> tuple[News, ...]:
        """What goes on under the name of another alarm, as soon as that one is told."""
        known = {*self.told, *(news.alarm.key for news in due)}
        members = frozenset(one for key, alarm in current.items() if key in known for one in alarm.members)
        return tuple(
            News("merged", told.alarm, told.code, told)
            for key, told in self.told.items()
            if key not in wanted and told.alarm.roots & members
        )

    def sent(self, news: Sequence[News], now: datetime) -> None:
        """Remember what went out."""
        for one in news:
            if one.what in OVER:
                self.told.pop(one.alarm.key, None)
                self._over.pop(one.alarm.key, None)
                continue
            by = one.before.by if one.before is not None and one.what != "changed" else ""
            alarm = one.alarm
            if one.before is not None and one.what != "changed":
                alarm = replace(alarm, grade=one.before.alarm.grade)  # it names the alert at an Alertmanager
            self.told[alarm.key] = Told(alarm, one.code, now, by)
            self._first.pop((alarm.key, alarm.kind), None)
        self.failures, self.not_before = 0, None

    def dropped(self, now: datetime) -> tuple[Event, ...]:
        """What the log has to say where nobody hears of this channel any more."""
        return tuple(News("dropped", told.alarm, told.code).event(self.channel.id, now) for told in self.told.values())

    def failed(self, now: datetime) -> None:
        """Wait longer each time."""
        self.not_before = now + timedelta(seconds=BACKOFF[min(self.failures, len(BACKOFF) - 1)])
        self.failures += 1

    def acknowledge(self, code: str, by: str) -> None:
        """No more repeats of the alarm with a code."""
        for key, told in self.told.items():
            if told.code == code:
                self.told[key] = replace(told, by=by or "?")

    def restore(self, event: Event) -> None:
        """Take up one `alert` of the log."""
        values = event.values
        key, what = str(values.get("key", "")), values.get("what")
        if what in OVER:
            self.told.pop(key, None)
            return
        try:
            since = datetime.fromisoformat(str(values["since"]))
        except (KeyError, ValueError):
            return
        fallen = texts(values.get("fallen"))
        kind = str(values.get("kind", "down"))
        own = kind not in ("down", "partial", "flapping")
        roots = frozenset(texts(values.get("roots")) or (() if own else (event.subject,)))
        grade = values.get("grade")
        alarm = Alarm(key, kind, event.subject, roots, fallen, since, grade=grade if isinstance(grade, int) else 5)
        before = self.told.get(key)
        by = before.by if before is not None and before.code == values.get("code") else ""
        self.told[key] = Told(alarm, str(values.get("code", "")), event.at, by)


def _longest(hold: Mapping[str, timedelta], alarm: Alarm) -> timedelta:
    return max((hold.get(one, timedelta(0)) for one in alarm.roots), default=timedelta(0))


def texts(value: object) -> tuple[str, ...]:
    """A list of the log; empty for anything else."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def code_of(alarm: Alarm) -> str:
    """Six letters by which somebody acknowledges an alarm: the same at every channel, after a restart too."""
    return short_code(f"{alarm.key}|{alarm.kind}|{alarm.since.isoformat()}")


def short_code(text: str) -> str:
    """Any text to six letters that nobody mixes up on the telephone."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return "".join(_SIGNS[number // len(_SIGNS) ** place % len(_SIGNS)] for place in range(6))


def quiet(hours: str | None, now: datetime, zone: str) -> bool:
    """Whether it is one of the hours in which little is told, by the clocks of the estate."""
    if hours is None:
        return False
    start, end = hours.split("-")
    clock = now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    return start <= clock < end if start < end else clock >= start or clock < end
