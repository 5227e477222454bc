"""What a channel has to be told to the letter that tells it, in the language of the channel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from audit.app.watching.situation import Alarm
from audit.app.watching.tray import News, Told
from audit.model.clean import line, redacted
from audit.model.estate import Estate, System
from audit.model.measurement import reasoned
from audit.model.message import Message, say
from audit.model.technology import Endpoint
from audit.model.watching import Channel
from audit.world.messenger import Letter, Notice
from reports.translate import Translator

NAMED: Final = 50
"""Names of what fell with a cause that stand in a letter; of the others only how many they are."""
SHORT: Final = 5
"""Endpoints that are named in a title."""
LONGEST: Final = 8000
LAPSE: Final = timedelta(minutes=15)
"""After so long without a word of the watch an Alertmanager takes an alert for over."""
_CALL: Final = re.compile(r"@(?=(?:everyone|here|channel|all)\b)|<!(?=here|channel|everyone)", re.IGNORECASE)
"""Words with which the text of a server could call a whole chat room."""


class Writer:
    """Writes for one channel."""

    def __init__(self, estate: Estate, channel: Channel) -> None:
        self._estate = estate
        self._channel = channel
        self._words = Translator(channel.language, estate.about.timezone)
        self._language = channel.language
        self._zone = ZoneInfo(estate.about.timezone)

    def letter(self, news: Sequence[News], told: Iterable[Told], now: datetime) -> Letter:
        """The text is about the news alone, the notices about all that stands."""
        spoken = [one for one in news if one.what != "merged"]
        first = self._words.message(self._says(spoken[0])) if spoken else ""
        title = first
        if len(spoken) > 1:
            title = self._words.message(say("{what} (and {count} more)", what=first, count=len(spoken) - 1))
        notices = tuple(self.notices(news, told, now)) if self._channel.kind == "alertmanager" else ()
        return Letter(_plain(title), "\n\n".join(self._blocks(spoken)), notices)

    def _blocks(self, spoken: Sequence[News]) -> Iterator[str]:
        """One piece of text for each, as many as a message can hold."""
        size = 0
        for number, one in enumerate(spoken):
            block = "\n".join(self._block(one))
            if len(spoken) == 1 and "\n" in block:
                block = block.partition("\n")[2]  # its first line is the title
            size += len(block)
            if size > LONGEST and number:
                yield self._line(say("{count} more; see `haechi alerts`", count=len(spoken) - number))
                break
            yield block[:LONGEST]
        notice = self._estate.about.notice
        if notice is not None:
            yield _plain(notice.text(self._language))

    def test(self, code: str, now: datetime) -> Letter:
        """A letter that somebody has to acknowledge, so that it is known that alerts reach people."""
        title = say("test alert of the watch of {estate}", estate=self._called(self._estate.ref))
        lines = (
            self._words.message(title),
            self._words.message(say("nothing is wrong; somebody has to acknowledge this within minutes")),
            self._acknowledge(code),
        )
        told = MappingProxyType({"summary": lines[0], "acknowledge": f"haechi ack {code}"})
        labels = {"alertname": "HaechiTest", "subject": self._estate.ref, "severity": "info", "code": code}
        notice = Notice(MappingProxyType(labels), told, _stamp(now), _stamp(now + LAPSE))
        return Letter(_plain(lines[0]), "\n".join(map(_plain, lines)), (notice,))

    def notices(self, news: Iterable[News], told: Iterable[Told], now: datetime) -> Iterator[Notice]:
        """Every alert that stands, those that are over included."""
        after = {one.alarm.key: one for one in told}
        for one in news:
            if one.before is not None and one.what in ("changed", "resolved", "merged"):
                yield self._notice(one.before.alarm, one.before.code, one.before.by, now, now)
            if one.what in ("resolved", "merged"):
                after.pop(one.alarm.key, None)
            else:
                by = one.before.by if one.before is not None and one.what != "changed" else ""
                grade = one.before.alarm.grade if one.before is not None and one.what != "changed" else one.alarm.grade
                after[one.alarm.key] = Told(replace(one.alarm, grade=grade), one.code, now, by)
        for known in after.values():
            yield self._notice(known.standing, known.code, known.by, now, now + LAPSE)

    def _notice(self, alarm: Alarm, code: str, by: str, now: datetime, ends: datetime) -> Notice:
        institution, system = self._owners(alarm.root)
        severity = "info" if alarm.once else "warning"
        if alarm.kind in ("down", "prober-trouble", "store-lost") and alarm.grade <= 2:
            severity = "critical"
        labels = {
            "alertname": "Haechi" + "".join(part.capitalize() for part in alarm.kind.split("-")),
            "estate": self._estate.ref,
            "subject": alarm.root or self._estate.ref,
            "institution": institution,
            "system": system,
            "grade": str(alarm.grade) if alarm.grade < 5 else "",
            "severity": severity,
        }
        annotations = {
            "summary": _plain(self._words.message(self._what(alarm))),
            "description": "\n".join(self._details(alarm))[:LONGEST],
            "fallen": line(", ".join(alarm.fallen[:NAMED])),
            "acknowledge": f"haechi ack {code}" if not alarm.once else "",
            "acknowledged": line(by),
        }
        return Notice(
            MappingProxyType({name: line(text) for name, text in labels.items() if text}),
            MappingProxyType({name: text for name, text in annotations.items() if text}),
            _stamp(min(alarm.since, now)),
            _stamp(ends),
        )

    def _block(self, news: News) -> Iterator[str]:
        alarm = news.alarm
        yield _plain(self._words.message(self._says(news)))
        if news.what == "resolved":
            back = tuple(one for one in alarm.fallen if one not in news.still and one in self._estate.index)
            if back:
                yield self._line(say("up with it: {names}", names=self._names(back)))
            if news.still:
                yield self._line(say("still down: {names}", names=self._names(news.still)))
            return
        if news.what == "more" and news.before is not None:
            fresh = [one for one in alarm.fallen if one not in news.before.alarm.members]
            yield self._line(say("new: {names}", names=self._names(fresh)))
        yield from self._details(alarm)
        if not alarm.once and not (news.before is not None and news.before.by and news.what != "changed"):
            yield self._acknowledge(news.code)

    def _details(self, alarm: Alarm) -> Iterator[str]:
        if alarm.kind == "suspended":
            return
        if alarm.root and self._called(alarm.root) != alarm.root:
            yield self._line(say("reference: {ref}", ref=alarm.root))
        if not alarm.own and (alarm.reason or alarm.detail):
            why = reasoned(alarm.reason, alarm.detail)
            yield self._line(say("why: {why}", why=_hushed(why)))
        if alarm.last_good is not None:
            start, end = self._clock(alarm.last_good), self._clock(alarm.since)
            yield self._line(say("since: between {start} and {end}", start=start, end=end))
        else:
            yield self._line(say("since: {start} or earlier", start=self._clock(alarm.since)))
        if alarm.fallen:
            told = say("down at once: {names}") if alarm.shared else say("down with it: {names}")
            yield self._line(told.filled(names=self._names(alarm.fallen)))
        if alarm.applicants >= 1:
            count = self._words.number(round(alarm.applicants))
            yield self._line(say("applicants an hour: {count}", count=count))

    def _says(self, news: News) -> Message:
        alarm = news.alarm
        if news.what == "repeat":
            return say("nobody acknowledged yet: {what}", what=self._what(alarm))
        if news.what == "more":
            return say("more is down with {name}", name=self._called(alarm.root))
        if news.what != "resolved":
            return self._what(alarm)
        if alarm.kind == "prober-trouble":
            return say("the watch itself is well again")
        if alarm.kind == "store-lost":
            return say("the watch can store again what it sees")
        if alarm.root not in self._estate.index:
            return say("{name} is no longer watched", name=alarm.root)
        name = self._called(alarm.root)
        if alarm.kind == "flapping":
            return say("{name} is up and no longer flaps", name=name)
        return say("{name} is up again", name=name)

    def _what(self, alarm: Alarm) -> Message:
        name, why = self._called(alarm.root), _hushed(alarm.detail) or "?"
        if alarm.kind == "prober-trouble":
            return say("the watch itself is in trouble, nothing is known of its subjects: {why}", why=why)
        if alarm.kind == "store-lost":
            return say("the watch cannot store what it sees: {why}", why=why)
        if alarm.kind == "suspended":
            start, end = self._clock(alarm.since), self._clock(alarm.last_good or alarm.since)
            return say("the watch stood still from {start} to {end}", start=start, end=end)
        if alarm.kind == "flapping":
            return say("{name} flaps: it goes down and comes back again and again", name=name)
        if alarm.seen_from:
            return say("{name} is seen down from {vantages} only", name=name, vantages=", ".join(alarm.seen_from))
        if alarm.kind == "partial":
            return say("{name} answers at some of its addresses only", name=name)
        return self._down(alarm, name)

    def _down(self, alarm: Alarm, name: str) -> Message:
        count, more = len(alarm.roots), len(alarm.fallen) - len(alarm.roots.intersection(alarm.fallen))
        if alarm.shared and count < alarm.of:
            return say("{count} of {all} services at {name} are down", name=name, count=count, all=alarm.of)
        if alarm.shared:
            return say("everything at {name} is down: {count} services", name=name, count=len(alarm.fallen))
        if count < alarm.of:
            ids = [one.rpartition("/")[2] for one in sorted(alarm.roots)]
            names = line(", ".join(ids[:SHORT] + ["..."] * (len(ids) > SHORT)))
            figures = {"name": name, "count": count, "all": alarm.of, "names": names}
            if more:
                return say("{name}: {count} of {all} endpoints are down ({names}), {more} more with it",
                           more=more, **figures)  # fmt: skip
            return say("{name}: {count} of {all} endpoints are down ({names})", **figures)
        if more:
            return say("{name} is down, {count} more with it", name=name, count=more)
        return say("{name} is down", name=name)

    def _clock(self, at: datetime) -> str:
        """To the second: between two looks there is often less than a minute."""
        return at.astimezone(self._zone).isoformat(" ", "seconds")

    def _called(self, ref: str) -> str:
        """How people call something: an endpoint by the name of its system."""
        item = self._estate.index.get(ref)
        if isinstance(item, Endpoint):
            system = self._estate.named(ref.rpartition("/")[0], self._language)
            return line(f"{system} ({item.id})")
        if item is self._estate and self._estate.about.name is not None:
            return line(self._estate.about.name.text(self._language))
        return line(self._estate.named(ref, self._language))

    def _names(self, refs: Sequence[str]) -> str:
        names = ", ".join(map(self._called, refs[:NAMED]))
        if len(refs) <= NAMED:
            return names
        return self._words.message(say("{names} and {count} more", names=names, count=len(refs) - NAMED))

    def _owners(self, ref: str) -> tuple[str, str]:
        """The institution and the system that something belongs to."""
        for name in (ref, ref.rpartition("/")[0]):
            if isinstance(self._estate.index.get(name), System):
                return name.partition("/")[0], name
        return "", ""

    def _acknowledge(self, code: str) -> str:
        return self._line(say("acknowledge: {command}", command=f"haechi ack {code}"))

    def _line(self, says: Message) -> str:
        return "  " + _plain(self._words.message(says))


def _plain(text: str) -> str:
    return line(text)[:2000]


def _hushed(text: str) -> str:
    """What a server said, on one line, without the words that call a whole chat room."""
    return _CALL.sub(lambda found: found[0] + " ", line(redacted(text)))


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
