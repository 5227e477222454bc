"""A plan with what was seen to its findings, also where a rule of somebody else never ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import Final

from audit.catalogue import Catalogue
from audit.contract import Check, Ruling
from audit.judge import judge
from audit.model.clean import line
from audit.model.evidence import Finding, Observation
from audit.model.exit import Exit
from audit.model.message import say
from audit.model.plan import Plan
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.watchdog import Watchdog

LONGEST: Final = timedelta(minutes=5)
"""For one rule about one subject: far more than any of ours takes for an estate of 17,000 systems."""
_TICKS: Final = 50
"""How often one such time is looked at."""
_DEAF: Final = 5
"""So often a rule may catch what is to end it."""
_SLACK: Final = timedelta(seconds=2)
"""So much later than it could be ended from within a rule is ended from outside."""
_ENDLESS: Final = "haechi: the rule {rule} does not end and cannot be ended; nothing was judged"


def judge_in_time(
    plan: Plan,
    catalogue: Catalogue,
    seen: Mapping[str, Observation],
    at: datetime,
    *,
    state: str = "complete",
    longest: timedelta = LONGEST,
) -> tuple[Finding, ...]:
    """As `judge`, with rules that end."""
    with bounded(catalogue, longest) as known:
        return judge(plan, known, seen, at, state=state)


@contextmanager
def bounded(catalogue: Catalogue, longest: timedelta = LONGEST) -> Iterator[Catalogue]:
    """The same rules; one that takes longer is ended and asked about nothing more, which makes its findings unknown.

    One that cannot be ended ends the program, with its name and the exit code of a bug. One of others that does not
    even let a signal in, as it loops inside of C, ends it from outside, with its name too: `audit.world.watchdog`.
    In another thread than the main one of a program every rule of others that takes longer does so.
    """
    with Watchdog() as dog:
        watch = _Watch(longest, dog)
        checks = {name: replace(check, rule=partial(watch.ask, check)) for name, check in catalogue.checks.items()}
        with _ringing(watch):
            yield replace(catalogue, checks=checks)


def _ours(check: Check) -> bool:
    """Whether a rule came with Haechi."""
    return str(getattr(check.rule, "__module__", "")).startswith("checks.")


class _Overtime(BaseException):
    """Raised within a rule; one that catches every Exception does not catch it."""


class _Watch:
    """Which rule is being asked, since when."""

    def __init__(self, longest: timedelta, dog: Watchdog) -> None:
        self.longest = longest
        self._dog = dog
        self._rule = ""
        self._since = 0.0
        self._deaf = 0
        self._given_up: set[str] = set()

    def ask(self, check: Check, **given: object) -> Ruling:
        """What a rule says; CannotSee for one that does not end, or did not before."""
        if check.id in self._given_up:
            raise CannotSee(Reason.CRASHED, say("the rule did not end in {time} elsewhere, and was not asked again",
                                                time=plain(self.longest)))  # fmt: skip
        try:
            try:
                self._rule, self._since, self._deaf = check.id, time.monotonic(), 0
                return check.rule(**given) if _ours(check) else self._guarded(check, given)
            finally:
                self._rule = ""
        except _Overtime as late:
            self._rule = ""  # it may have come too early for the line above, or for the end of the watching
            self._dog.ended()
            says = say("the rule did not end in {time}", time=plain(self.longest))
            raise CannotSee(Reason.CRASHED, says) from late

    def _guarded(self, check: Check, given: Mapping[str, object]) -> Ruling:
        """What a rule of others says: it may loop where no signal comes in."""
        text = _ENDLESS.format(rule=line(check.id))
        with self._dog.watching(text, self.longest * 1.2 + _SLACK):
            return check.rule(**given)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """End the rule, wherever it is, if its time is over."""
        if not self._rule or time.monotonic() - self._since < self.longest.total_seconds():
            return
        self._given_up.add(self._rule)
        self._deaf += 1
        if self._deaf > _DEAF:
            os.write(2, _ENDLESS.format(rule=line(self._rule)).encode() + b"\n")
            os._exit(Exit.INTERNAL)
        raise _Overtime


@contextmanager
def _ringing(watch: _Watch) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    tick = watch.longest.total_seconds() / _TICKS
    before = signal.signal(signal.SIGALRM, watch.ring)
    signal.setitimer(signal.ITIMER_REAL, tick, tick)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
