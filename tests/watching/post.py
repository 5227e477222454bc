"""A few lines of YAML with a messenger that keeps what it is given become a desk whose letters can be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.app.watching.desk import Desk
from audit.model.event import Event, Kind
from audit.model.message import say
from audit.model.watching import Channel
from audit.world.messenger import CannotSend, Letter
from tests.model.estates import estate_of

NOON: Final = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
"""Noon in Seoul."""


class Post:
    """Keeps every letter; `broken` makes it fail."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, Letter]] = []
        self.broken: set[str] = set()
        self.tries = 0

    async def send(self, channel: Channel, letter: Letter) -> None:
        self.tries += 1
        if channel.id in self.broken:
            raise CannotSend(say("the line is cut"))
        self.letters.append((channel.id, letter))

    def titles(self) -> list[str]:
        """The titles since the last time, which are then forgotten."""
        titles = [letter.title for _, letter in self.letters]
        self.letters.clear()
        return titles


class Office:
    """A desk with its post and its log, at a clock that only the test moves."""

    def __init__(self, text: str, log: Iterable[Event] = ()) -> None:
        self.post, self.log, self.now = Post(), list(log), NOON
        self.estate = estate_of(text)
        self.desk = Desk(self.estate, self.post, self.log.append)
        self.desk.restore(tuple(self.log))

    def happens(self, kind: Kind, subject: str = "", **values: Any) -> None:
        """Something comes into the log."""
        if kind in ("down", "partial"):
            values = {"first-bad": (self.now - timedelta(minutes=1)).isoformat(), "reason": "refused"} | values
        event = Event(self.now, kind, subject, {name.replace("_", "-"): value for name, value in values.items()})
        self.log.append(event)
        self.desk.heed(event)

    async def after(self, seconds: float, tick: float = 10.0) -> list[str]:
        """The titles of what is sent while some time goes by."""
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=tick))
            await self.desk.step(self.now)
        return self.post.titles()

    def restarted(self, text: str) -> Office:
        """The same moment after the process ended and began anew."""
        again = Office(text, self.log)
        again.now = self.now
        return again

    def of_kind(self, kind: Kind) -> list[Event]:
        return [event for event in self.log if event.kind == kind]
