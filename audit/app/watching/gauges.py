"""Measurements with what happened to the watch, to the text that Prometheus scrapes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from audit.app.watching.pulse import Pulse
from audit.model.clean import line
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.measurement import GOOD, LOST, MISSED, PHASES, Measurement, State
from audit.model.technology import Endpoint
from audit.model.watching import Counting

LATENESS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds in seconds of the classes in which the lateness of looks is counted."""
_MEASURED: Final = (State.UP, State.DEGRADED, State.PARTIAL, State.DOWN, State.UNKNOWN)
_OUTCOMES: Final = ("sent", "failed")
_PIECE: Final = 500


@dataclass(frozen=True, slots=True)
class _Place:
    """One subject as labels, with the vantage that saw it or without one."""

    open: str
    """`{subject="..."`, to be gone on with."""
    full: str
    """With institution, system and grade."""
    counts: Counting | None

    @property
    def short(self) -> str:
        return self.open + "}"

    def at(self, vantage: str) -> _Place:
        """The same as seen from somewhere."""
        seen = f',vantage="{_label(vantage)}"'
        return _Place(self.open + seen, self.full[:-1] + seen + "}", self.counts)


class Gauges(Collector):
    """The newest measurement of each subject; labels are ids of the inventory alone, so their number is bounded.

    Everything is called in the loop, but what `pieces` gives is gone through in a thread: it reads copies.
    """

    def __init__(self, estate: Estate, pulse: Callable[[], Pulse], version: str = "") -> None:
        self._pulse = pulse
        self._version = version
        self._last: dict[tuple[str, str], Measurement] = {}
        self._labels: dict[tuple[str, str], _Place] = {}
        self._down: dict[str, None] = {}
        self._counts: Counter[State] = Counter()
        self._missed = 0
        self._late = [0] * (len(LATENESS) + 1)
        self._late_sum = 0.0
        self._alerts: Counter[tuple[str, str]] = Counter()
        self._now = pulse()
        self._reloaded = self._now.at
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        self._take(estate)

    def _take(self, estate: Estate) -> None:
        self._estate = estate
        self._own = estate.watch.vantage
        self._vantages = frozenset({self._own, *(vantage.id for vantage in estate.watch.vantages)})
        self._places = {
            endpoint.ref: _place(endpoint, institution.ref, system.ref, system.grade)
            for institution, system in estate.systems()
            for endpoint in system.endpoints
        }

    def adopt(self, estate: Estate, at: datetime) -> None:
        """Go on with a reloaded inventory; what it no longer holds is forgotten."""
        self._take(estate)
        self._reloaded = at
        kept = [key for key in self._last if key[0] in self._places and key[1] in self._vantages]
        self._labels = {key: self._places[key[0]].at(key[1]) for key in kept}
        self._last = {key: self._last[key] for key in kept}
        self._down = {subject: None for subject in self._down if subject in self._places}

    def heed(self, m: Measurement) -> None:
        """Take note of one measurement."""
        if m.subject not in self._places or m.vantage not in self._vantages:
            return
        key = m.subject, m.vantage
        before = self._last.get(key)
        if before is None:
            self._labels[key] = self._places[m.subject].at(m.vantage)
        if before is None or before.due <= m.due:
            self._last[key] = m
        if m.vantage != self._own:
            return
        if m.reason in (MISSED, LOST):
            self._missed += 1 if m.until is None or not m.every else max(1, (m.until - m.due) // m.every + 1)
            return
        self._counts[m.state] += 1
        late = max(0.0, m.lateness.total_seconds())
        self._late[bisect_left(LATENESS, late)] += 1
        self._late_sum += late

    def flip(self, event: Event) -> None:
        """Take note of an entry of the log; those that no metric tells of are let pass."""
        if event.kind == "down":
            if event.subject in self._places:
                self._down[event.subject] = None
        elif event.kind in ("up", "partial"):
            self._down.pop(event.subject, None)
        elif event.kind in ("alert", "test-alert", "alert-failed"):
            channel = str(event.values.get("channel") or event.subject)
            if any(known.id == channel for known in self._estate.watch.alerts):
                self._alerts[channel, "failed" if event.kind == "alert-failed" else "sent"] += 1

    def restore(self, down: Collection[str]) -> None:
        """What the log says is down already, at a start."""
        self._down = {subject: None for subject in down if subject in self._places}

    def text(self) -> bytes:
        """All metrics in the text format 0.0.4."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The same in pieces, each made so quickly that a loop beside their thread is not held up."""
        self._now = self._pulse()
        return self._written()

    def _written(self) -> Iterator[bytes]:
        # Half a million lines through the library's own samples would take many seconds: these are written here.
        yield from self._measured()
        yield from self._declared()
        yield generate_latest(self._registry)

    def _measured(self) -> Iterator[bytes]:
        keys, last, labels = list(self._last), self._last, self._labels
        for name, says, written in _FAMILIES:
            yield _head(name, says)
            for start in range(0, len(keys), _PIECE):
                some = keys[start : start + _PIECE]
                yield "".join(
                    [written(labels[key], last[key]) for key in some if key in last and key in labels]
                ).encode()

    def _declared(self) -> Iterator[bytes]:
        now, down, estate = self._now.at, self._down, self._estate
        held = [window.on for window in estate.maintenance if window.start <= now < window.end]
        places = list(self._places.items())
        yield _head("haechi_declared_down", "Whether enough measurements of enough vantages were down to declare it.")
        for start in range(0, len(places), _PIECE):
            some = places[start : start + _PIECE]
            yield "".join([f"haechi_declared_down{it.full} {int(ref in down)}\n" for ref, it in some]).encode()
        yield _head("haechi_maintenance", "Whether a declared maintenance window is open for it.")
        for start in range(0, len(places), _PIECE):
            open_ones = [
                f"haechi_maintenance{it.short} {int(any(estate.covers(on, ref) for on in held))}\n"
                for ref, it in places[start : start + _PIECE]
            ]
            yield "".join(open_ones).encode()

    def collect(self) -> Iterator[Metric]:
        """What there is of the watch itself."""
        pulse = self._now
        states = CounterMetricFamily("haechi_measurements", "Looks that were taken, by state.", labels=["state"])
        for state in _MEASURED:
            states.add_metric([str(state)], self._counts[state])
        yield states
        yield CounterMetricFamily("haechi_missed", "Looks that were due and not taken, or not stored.", self._missed)
        counted, buckets = 0, []
        for bound, count in zip((*map(str, LATENESS), "+Inf"), list(self._late), strict=True):
            counted += count
            buckets.append((bound, float(counted)))
        help_late = "How long after it was due a look began."
        yield HistogramMetricFamily("haechi_lateness_seconds", help_late, buckets, self._late_sum)
        alerts = CounterMetricFamily("haechi_alerts", "Alerts handed over.", labels=["channel", "outcome"])
        for channel in self._estate.watch.alerts:
            for outcome in _OUTCOMES:
                alerts.add_metric([line(channel.id), outcome], self._alerts[channel.id, outcome])
        yield alerts
        for name, says, value in (
            ("haechi_active", "Whether this instance measures; 0 while it stands by.", pulse.active),
            ("haechi_subjects", "How many subjects it watches.", pulse.subjects),
            ("haechi_lag_seconds", "How late the loop of the watch was at worst, lately.", pulse.lag),
            ("haechi_store_ok", "Whether measurements are being stored.", pulse.store),
            ("haechi_store_buffer", "Measurements that wait to be stored.", pulse.buffered),
            ("haechi_prober_trouble", "Whether the watch itself cannot look.", bool(pulse.trouble)),
            ("haechi_inventory_ok", "Whether the newest inventory is the one in use.", pulse.inventory),
            ("haechi_reload_timestamp_seconds", "When the inventory was last read.", self._reloaded.timestamp()),
        ):
            yield GaugeMetricFamily(name, says, float(value))
        build = GaugeMetricFamily("haechi_build_info", "The version that runs.", labels=["version"])
        build.add_metric([line(self._version)], 1)
        yield build


def _head(name: str, says: str) -> bytes:
    return f"# HELP {name} {says}\n# TYPE {name} gauge\n".encode()


def _place(endpoint: Endpoint, institution: str, system: str, grade: int) -> _Place:
    opened = f'{{subject="{_label(endpoint.ref)}"'
    full = f'{opened},institution="{_label(institution)}",system="{_label(system)}",grade="{grade}"}}'
    return _Place(opened, full, endpoint.counts)


def _label(text: str) -> str:
    return line(text).replace("\\", r"\\").replace('"', r"\"")


def _up(labels: _Place, m: Measurement) -> str:
    """As the inventory counts answers at some addresses; nothing is claimed where it does not say."""
    if m.state in GOOD:
        return f"haechi_up{labels.full} 1\n"
    if m.state is State.DOWN:
        return f"haechi_up{labels.full} 0\n"
    if m.state is not State.PARTIAL or labels.counts is None or m.good <= 0:
        return ""
    counted = labels.counts == "any" or (labels.counts == "quorum" and 2 * m.good > m.tried)
    return f"haechi_up{labels.full} {int(counted)}\n"


def _state(labels: _Place, m: Measurement) -> str:
    return "".join([f'haechi_state{labels.open},state="{state}"}} {int(m.state is state)}\n' for state in _MEASURED])


def _latency(labels: _Place, m: Measurement) -> str:
    return f"haechi_latency_seconds{labels.short} {m.latency!r}\n" if m.latency is not None else ""


def _phases(labels: _Place, m: Measurement) -> str:
    took = zip(PHASES, m.phases, strict=False)
    return "".join([f'haechi_phase_seconds{labels.open},phase="{phase}"}} {seconds!r}\n' for phase, seconds in took])


def _measured(labels: _Place, m: Measurement) -> str:
    return f"haechi_measured_timestamp_seconds{labels.short} {m.at.timestamp()!r}\n"


def _cadence(labels: _Place, m: Measurement) -> str:
    return f"haechi_cadence_seconds{labels.short} {m.every.total_seconds()!r}\n"


_FAMILIES: Final = (
    ("haechi_up", "Whether it answered rightly; absent where nobody can tell, so too for some addresses alone.", _up),
    ("haechi_state", "The state of the newest measurement: 1 for the one it is in, 0 for the others.", _state),
    ("haechi_latency_seconds", "How long the slowest good address took; absent where none was good.", _latency),
    ("haechi_phase_seconds", "The same by phase.", _phases),
    ("haechi_measured_timestamp_seconds", "When the newest measurement began.", _measured),
    ("haechi_cadence_seconds", "How often it is measured.", _cadence),
)
