"""Flights to their ends in one event loop: any number in the air, each seen within its time."""

from __future__ import annotations

import asyncio
import heapq
import select
from collections import deque
from collections.abc import Callable
from time import monotonic, thread_time
from typing import Final

from audit.world.fault import late_by
from audit.world.prober.flight import Flight

STARTS: Final = 32
"""Flights that are started in one turn of the loop: more would let the answers of the others wait."""
_STEPS: Final = 32
"""Flights that are moved on between two looks at the kernel."""
_NEWS: Final = 4096
_BLINK: Final = 0.0005
"""Seconds of work between two looks at the kernel: no answer is dated later than that."""
_SPARE: Final = 1000
"""Deadlines of flights that have ended which are kept until it is worth while to sweep."""
_EVENTS: Final = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET


class Ring:
    """One epoll descriptor inside the loop's own, one heap of deadlines with one timer; open while it is needed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int, closed: Callable[[Ring], None]) -> None:
        self.loop = loop
        self._closed = closed
        self._most = most
        """Flights in the air at once; the others wait on the ground, and their time with them."""
        self._epoll = select.epoll()
        self._air: dict[int, Flight] = {}
        self._ground: deque[tuple[float, Flight]] = deque()
        self._news: deque[Flight] = deque()
        self._ends: list[tuple[float, int]] = []
        self._tickets: dict[int, Flight] = {}
        """What the numbers beside the deadlines stand for; what has ended is gone from here at once."""
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timed = 0.0
        self._starting = False
        self._turning = False
        self._busy = thread_time()
        self._looked = 0.0
        loop.add_reader(self._epoll.fileno(), self._turn)

    async def fly(self, flight: Flight) -> None:
        """Wait for the end of a flight; raises what ended it. Cancelled, it closes the connection."""
        flight.awaited = self.loop.create_future()
        self._ground.append((monotonic(), flight))
        if not self._starting:
            self._starting = True
            self.loop.call_soon(self._start)
        try:
            await flight.awaited
            self._glance()
        finally:
            flight.awaited = None
            if not flight.ended:
                self._land(flight)
        if flight.trouble is not None:
            try:
                raise flight.trouble
            finally:
                flight.trouble = None

    def close(self) -> None:
        """Let go of the kernel."""
        for flight in tuple(self._air.values()):
            flight.end()
        self._epoll.close()

    def _rest(self) -> None:
        """Close where nothing is left to do: each inventory that a watch reads anew has an engine of its own."""
        busy = self._timer or self._air or self._ground or self._news or self._starting or self._turning
        if not busy and not self._epoll.closed:
            self.loop.remove_reader(self._epoll.fileno())
            self.close()
            self._closed(self)

    def _start(self) -> None:
        self._starting = False
        ground, air = self._ground, self._air
        if not air:
            self._busy = thread_time()
        turns = STARTS
        while ground and turns and len(air) < self._most:
            since, flight = ground.popleft()
            if flight.ended:
                continue
            turns -= 1
            self._glance()
            waited = monotonic() - since
            draft = flight.draft
            if since + waited > draft.deadline:
                flight.end(TimeoutError() if since > draft.deadline else late_by(waited))
                continue
            draft.deadline += waited
            try:
                number = flight.start()
                self._epoll.register(number, _EVENTS)
            except OSError as broken:
                flight.end(broken)
                continue
            air[number] = flight
            self._time(flight)
        if ground and len(air) < self._most:
            self._starting = True
            self.loop.call_soon(self._start)

    def _turn(self) -> None:
        """Look at the kernel, then move on some of those to which something happened."""
        self._look()
        news = self._news
        for _ in range(min(len(news), _STEPS)):
            self._glance()
            self._move(news.popleft())
        if news:
            self._turn_soon()

    def _turn_soon(self) -> None:
        if not self._turning:
            self._turning = True
            self.loop.call_soon(self._turn_again)

    def _turn_again(self) -> None:
        self._turning = False
        self._turn()
        self._rest()

    def _glance(self) -> None:
        """Look at the kernel if that was some time ago, only to know when things happened."""
        if monotonic() - self._looked > _BLINK and not self._epoll.closed:
            self._look()
            if self._news:
                self._turn_soon()

    def _look(self) -> None:
        # What this thread computed since the last look: so much earlier may have happened what is seen now.
        busy = thread_time()
        late, self._busy = busy - self._busy, busy
        news, air = self._news, self._air
        found = self._epoll.poll(0, _NEWS)
        self._looked = stamp = monotonic()
        for number, flags in found:
            flight = air.get(number)
            if flight is None:
                continue
            if not flight.queued:
                news.append(flight)
            flight.news(flags, stamp, late)

    def _move(self, flight: Flight) -> None:
        if flight.ended or not flight.queued:
            return
        until = flight.until
        if flight.go_on():
            self._land(flight)
            return
        if flight.again:
            flight.news(0, monotonic(), 0.0)
            self._news.append(flight)
        if flight.until != until:
            self._time(flight)

    def _end_late(self, flight: Flight, now: float) -> None:
        if not flight.ended and flight.until <= now:
            flight.end(TimeoutError())
            self._land(flight)

    def _land(self, flight: Flight) -> None:
        flight.end()
        if self._air.get(flight.number) is flight:
            del self._air[flight.number]
        if self._ground and not self._starting:
            self._starting = True
            self.loop.call_soon(self._start)
        tickets = self._tickets
        tickets.pop(flight.ticket, None)
        if len(self._ends) > 2 * len(tickets) + _SPARE:
            self._ends = [end for end in self._ends if end[1] in tickets]
            heapq.heapify(self._ends)

    def _time(self, flight: Flight) -> None:
        self._number += 1
        self._tickets.pop(flight.ticket, None)
        flight.ticket = self._number
        self._tickets[flight.ticket] = flight
        heapq.heappush(self._ends, (flight.until, flight.ticket))
        if self._timer is None or flight.until < self._timed:
            self._set_timer(flight.until)

    def _set_timer(self, until: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timed = until
        self._timer = self.loop.call_later(max(0.0, until - monotonic()), self._expire)

    def _expire(self) -> None:
        """End what is over its time; an answer that lies there already is heeded first."""
        self._timer = None
        self._look()
        now = monotonic()
        while self._ends and self._ends[0][0] <= now:
            flight = self._tickets.get(heapq.heappop(self._ends)[1])
            if flight is not None:
                self._move(flight)
                self._end_late(flight, now)
        while self._ends and self._ends[0][1] not in self._tickets:
            heapq.heappop(self._ends)
        if self._ends:
            self._set_timer(self._ends[0][0])
        if self._news:
            self._turn_soon()
        self._rest()
