"""An estate with its store to what the watch measured, as findings, reports, commands for people need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from audit.analysis.availability import availability, tallied, timeline
from audit.analysis.budget import Uptime, budget
from audit.analysis.latency import ladder
from audit.analysis.outages import outages
from audit.analysis.spans import within
from audit.analysis.windows import counted
from audit.app.drilling_record import DRILL, drills_seen
from audit.app.records import DAY, MONTH, Records
from audit.app.switching_record import SWITCH, switches_seen
from audit.inventory.collecting import collecting_later
from audit.model.alerting import AlertState, AlertTest
from audit.model.drilling import RestoreState
from audit.model.estate import Estate, System
from audit.model.event import Event
from audit.model.evidence import Observation
from audit.model.exit import Exit, Stop
from audit.model.facts import Facts, ServiceState
from audit.model.history import Availability, Outage, Strip, meets
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.switching import SwitchState
from audit.model.technology import Endpoint
from audit.model.verdict import CannotSee, Level, NotApplicable
from audit.store.bundling_measured import BETWEEN
from audit.store.history import History, open_history

DAYS: Final = 90
TARGET: Final = "availability.month"
"""The check whose limits say which availability a grade demands, how much has to be measured to tell."""
LOG: Final = "watch.log"
"""Stands in an observation where else the id of a probe does: what was seen is the watch's own log."""
PROVEN: Final[Mapping[str, type[Facts]]] = MappingProxyType({LOG: AlertState, DRILL: RestoreState, SWITCH: SwitchState})
"""What stands so in place of a probe, with the facts that it gives."""


def uptime(
    estate: Estate, policy: Policy, store: str, start: datetime, end: datetime, on: str = ""
) -> tuple[Uptime, ...]:
    """Each endpoint at or below `on` with its availability over [start, end), each system before its endpoints."""
    found: list[Uptime] = []
    with open_history(store, watching=False) as history:
        records = Records(estate, history)
        for system, endpoints in _endpoints(estate, on):
            found += _uptimes(records, system, endpoints, start, end, _target(policy, system.grade))
    return tuple(found)


def _uptimes(
    records: Records,
    system: System,
    endpoints: Iterable[Endpoint],
    start: datetime,
    end: datetime,
    target: tuple[float | None, float],
) -> Iterator[Uptime]:
    """The line of a system, then those of its endpoints."""
    least, enough = target
    lines = []
    for endpoint in endpoints:
        told = records.stretches(endpoint.ref, start, end)
        windows = records.windows_of(endpoint.ref)
        seen = availability(endpoint.ref, records.story(told), windows, start, end, endpoint.counts)
        left = budget(seen, least) if least is not None else None
        met = _met(seen, least, enough)
        lines.append(Uptime(endpoint.ref, system.ref, system.grade, seen, least, left, met))
    worst = min(lines, key=lambda line: (line.seen.least is None, line.seen.least or 0.0, line.seen.most or 0.0))
    answers = {line.met for line in lines}
    met = False if False in answers else None if None in answers else True
    yield replace(worst, subject=system.ref, met=met, worst=worst.subject)
    yield from lines


def listed_outages(
    estate: Estate, store: str, start: datetime, end: datetime, now: datetime, on: str = ""
) -> tuple[Outage, ...] | None:
    """The outages of each endpoint at or below `on` that touch [start, end), newest first; None where none of these
    endpoints was ever watched."""
    found: list[Outage] = []
    with open_history(store, watching=False) as history:
        records = Records(estate, history)
        wanted = [(system, one) for system, endpoints in _endpoints(estate, on) for one in endpoints]
        if not any(one.ref in records.watched for _, one in wanted):
            return None
        for system, endpoint in wanted:
            found += _outages(records, system, endpoint, start, end, now)
    return tuple(sorted(found, key=lambda one: (one.first_bad, one.subject), reverse=True))


def left_out(estate: Estate, store: str, start: datetime, end: datetime, on: str = "") -> tuple[str, ...]:
    """What was watched at or below `on` in [start, end), but is no endpoint of the estate: gone, or under a new id."""
    known = {one.ref for _, endpoints in _endpoints(estate) for one in endpoints}
    below = "" if on in ("", estate.ref) else on + "/"
    ours = {institution.ref for institution in estate.institutions}
    with open_history(store, watching=False) as history:
        return tuple(
            ref
            for ref in history.subjects()
            if ref not in known
            and (ref + "/").startswith(below)
            # What another institution sent is no loss of this inventory.
            and (ref.partition("/")[0] in ours or not all(BETWEEN in one for one in history.vantages(ref)))
            and history.stretches(ref, start, end)
        )


def strips(estate: Estate, store: str, now: datetime, policy: Policy) -> tuple[Strip, ...]:
    """The last 90 days of each endpoint that was ever watched; none where the store holds no watch."""
    with collecting_later(), open_history(store, watching=False) as history:
        records = Records(estate, history)
        if not records.watched:
            return ()
        bounds = tuple(_days(now, estate.about.timezone))
        return tuple(
            _strip(records, system, endpoint, bounds, now, _target(policy, system.grade))
            for system, endpoints in _endpoints(estate)
            for endpoint in endpoints
            if endpoint.ref in records.watched
        )


def with_past(observation: Observation, records: Records, estate: Estate) -> Observation:
    """A look at a service with what the watch knew until then; any other, or where it knew nothing, as it is."""
    endpoint = estate.index.get(observation.subject)
    if observation.subject not in records.watched or not isinstance(endpoint, Endpoint):
        return observation
    if not isinstance(observation.seen, ServiceState):
        return observation
    past = records.past(endpoint, observation.at)
    if past is None:
        return observation
    return replace(observation, seen=observation.seen.model_copy(update={"past": past}))


def alerts_seen(estate: Estate, history: History, now: datetime) -> Observation | None:
    """The test alerts of the last 90 days as a look at the watch's log; None where no watch ever ran."""
    if history.alive() is None:
        return None
    log = history.events(kinds=("test-alert", "alert-failed", "acknowledged"), since=now - DAYS * DAY)
    return Observation(
        subject=estate.ref,
        probe=LOG,
        at=now,
        took=timedelta(0),
        seen=AlertState(tests=_tests(log), level=Level.DRILLED),
        source="the log of haechi watch",
    )


def known_before(estate: Estate, history: History, now: datetime) -> tuple[Observation, ...]:
    """What the log proves of the past, as looks: restore drills, switches, test alerts."""
    alerts = alerts_seen(estate, history, now)
    proven = (*drills_seen(estate, history), *switches_seen(estate, history))
    return (*proven, alerts) if alerts is not None else proven


def named(estate: Estate, written: str) -> str:
    """The full reference of what somebody wrote; an unambiguous end of it is enough."""
    refs = [estate.ref, *estate.index]
    ends = [ref for ref in refs if ref == written] or [ref for ref in refs if ref.endswith("/" + written)]
    ends = list(dict.fromkeys(ends))
    if len(ends) == 1:
        return ends[0]
    if ends:
        says = say("subject {name} is ambiguous; it may be {names}", name=repr(written), names=", ".join(ends[:5]))
    else:
        says = say("unknown subject {name}; `haechi plan ESTATE` lists them", name=repr(written))
    raise Stop(Exit.USAGE, says)


def _endpoints(estate: Estate, on: str = "") -> Iterator[tuple[System, tuple[Endpoint, ...]]]:
    """Each system that has some, with those at or below a reference."""
    for _, system in estate.systems():
        wanted = tuple(one for one in system.endpoints if not on or estate.covers(on, one.ref))
        if wanted:
            yield system, wanted


def _outages(
    records: Records, system: System, endpoint: Endpoint, start: datetime, end: datetime, now: datetime
) -> tuple[Outage, ...]:
    spans = records.story(records.stretches(endpoint.ref, start, end))
    windows = records.windows_of(endpoint.ref)
    applicants = system.applicants.per_hour if system.applicants is not None else None
    return outages(endpoint.ref, spans, windows, start, end, now, endpoint.counts, applicants)


def _strip(
    records: Records,
    system: System,
    endpoint: Endpoint,
    bounds: Sequence[datetime],
    now: datetime,
    target: tuple[float | None, float],
) -> Strip:
    told = records.stretches(endpoint.ref, bounds[0], now)
    # A report of a run tells what was known then, whenever it is printed.
    spans = tuple(within(records.story(told), bounds[0] - DAY, now))
    windows = records.windows_of(endpoint.ref)
    pieces, maintenance = timeline(spans, endpoint.counts), counted(windows)
    applicants = system.applicants.per_hour if system.applicants is not None else None
    return Strip(
        subject=endpoint.ref,
        days=tuple(
            tallied(endpoint.ref, pieces, maintenance, start, end)
            for start, end in zip(bounds, (*bounds[1:], now), strict=True)
        ),
        month=tallied(endpoint.ref, pieces, maintenance, now - MONTH, now),
        target=target[0] or 0.0,
        enough=target[1],
        ladder=ladder(records.timed(told, now - MONTH, now)),
        outages=outages(endpoint.ref, spans, windows, bounds[0], now, now, endpoint.counts, applicants),
    )


def _days(now: datetime, zone: str) -> Iterator[datetime]:
    """When each of the last 90 days of a calendar began, today's last."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    for before in reversed(range(DAYS)):
        yield datetime.combine(today - timedelta(days=before), time(), place).astimezone(UTC)


def _target(policy: Policy, grade: int) -> tuple[float | None, float]:
    """The share of time that is demanded of a grade with the share that has to be measured; None for no demand."""
    limits = policy.of(TARGET, grade)
    try:
        return limits.number("least") / 100, limits.number("coverage") / 100
    except (CannotSee, NotApplicable, KeyError):
        return None, 1.0


def _met(seen: Availability, target: float | None, enough: float) -> bool | None:
    if target is None:
        return True
    if seen.least is None or seen.most is None:
        return None
    return meets(seen.least, seen.most, seen.coverage, target, enough)


def _tests(log: Iterable[Event]) -> tuple[AlertTest, ...]:
    """Each test alert with whoever acknowledged it first; the log is in order."""
    tests: dict[str, AlertTest] = {}
    for event in log:
        code = str(event.values.get("code", ""))
        if event.kind == "test-alert":
            tests[code] = AlertTest(sent=event.at, acknowledged=None)
        elif event.kind == "alert-failed":
            if code:  # of a test: other letters have no single code
                tests.setdefault(code, AlertTest(sent=event.at, acknowledged=None, delivered=False))
        elif code in tests and tests[code].acknowledged is None:
            by = str(event.values.get("by", ""))
            tests[code] = AlertTest(sent=tests[code].sent, acknowledged=event.at, by=by)
    return tuple(tests.values())
