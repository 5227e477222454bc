"""50,000 measured subjects in, seconds and megabytes of their metrics out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from audit.app.watching.gauges import Gauges
from audit.app.watching.pulse import Pulse
from audit.model.measurement import Measurement, State
from tests.watching.watched import estate

pytestmark = pytest.mark.bench
AT = datetime.fromisoformat("2026-11-22T01:00:00+00:00")
COUNT = 50_000


class Plain(Collector):
    """One family of as many samples, as the library itself writes them."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("plain", "x", labels=["subject", "vantage", "state"])
        for number in range(COUNT):
            family.add_metric([f"fund/system-{number // 10}/e-{number % 10}", "here", "up"], 1.0)
        yield family


def quickest(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Seconds of the best of three, with what came out."""
    taken = []
    made = b""
    for _ in range(3):
        started = time.perf_counter()
        made = work()
        taken.append(time.perf_counter() - started)
    return min(taken), made


def test_metrics_of_50_000_subjects() -> None:
    whole = estate(COUNT)
    gauges = Gauges(whole, lambda: Pulse(AT), "0.1.0")
    refs = [endpoint.ref for _, system in whole.systems() for endpoint in system.endpoints]
    looks = [
        Measurement(ref, AT, AT + timedelta(milliseconds=3), State.UP, latency=0.0123, phases=(0.001,) * 6)
        for ref in refs
    ]
    heeded = []
    for _ in range(2):
        started = time.perf_counter()
        for look in looks:
            gauges.heed(look)
        heeded.append((time.perf_counter() - started) / COUNT * 1e6)
    ours, text = quickest(gauges.text)
    registry = CollectorRegistry()
    registry.register(Plain())
    theirs, plain = quickest(lambda: generate_latest(registry))
    lines, others = text.count(b"\n"), plain.count(b"\n")
    print(f"\nheeding one measurement: the first of a subject {heeded[0]:.1f} us, any other {heeded[1]:.1f} us")
    print(f"{lines:,} lines, {len(text) / 1e6:.0f} MB in {ours:.2f} s: {ours / lines * 1e6:.2f} us a line")
    print(f"the library's own samples: {theirs / others * 1e6:.2f} us a line", end="")
    print(f", {theirs / others / (ours / lines):.1f} x as much", end="")
    assert lines > 16 * COUNT
