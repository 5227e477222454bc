"""Settings that hold a switch up to what the probes tell of them, to what comes of a promised recovery time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.contract import CannotSee
from audit.model.facts import NameState, Sample
from audit.model.failover import FailoverState, Patience
from audit.model.verdict import Verdict
from checks.failover.haproxy_config import plan
from checks.failover.keepalived_output import INSTANCES, of_file, of_mib
from checks.failover.load_balancer import state as balanced
from checks.failover.load_balancer import waited
from checks.failover.patience import detection
from checks.failover.repmgr_words import patience
from checks.failover.samples import TO_BUSAN, failover
from tests.checks.judging import catalogue, scene
from tests.checks.test_probes_keepalived import told, written
from tests.checks.test_probes_patroni import look
from tests.checks.test_probes_sentinel import LEAD, seen

MINUTE = timedelta(minutes=1)
STEPS = "steps: {detect: 1m, decide: 1m, switch: 1m, verify: 1m}"
HAPROXY = """
global
  log "a # b" local0   # defaults
defaults usual
  default-server inter 5s fall 2
defaults slow
  default-server inter 1h
frontend front
  use_backend app if { path /a }
  {front}
backend app from usual
  server a 10.0.0.1:80 check
  server b 10.0.0.2:80 check inter 10s fastinter 500 fall 4
  server c 10.0.0.3:80 inter 1d
backend lone
  server a 10.0.0.1:80 check
frontend closed
  disabled
  default_backend lone
listen both
  server s 10.0.0.1:1
"""


def group(hours: int, *, automatic: bool = True) -> FailoverState:
    return FailoverState(
        members=(), automatic=automatic, patience=Patience(time=timedelta(hours=hours), by="down-after-milliseconds")
    )


@pytest.mark.parametrize(("declared", "took"), [(None, 2), (MINUTE, 2), (timedelta(hours=3), 3)])
def test_what_the_group_waits_for_goes_before_less_that_was_declared(declared: timedelta | None, took: int) -> None:
    assert detection(declared, group(2), automatic=True)[1] == timedelta(hours=took)
    assert detection(declared, group(2), automatic=False) == ("detect", declared)
    assert detection(declared, FailoverState(members=()), automatic=True) == ("detect", declared)


@pytest.mark.parametrize(
    ("seen_state", "verdict"),
    [(group(1), Verdict.PASS), (group(9), Verdict.FAIL), (group(9, automatic=False), Verdict.PASS)],
)
def test_a_group_that_waits_for_longer_than_is_promised(seen_state: FailoverState, verdict: Verdict) -> None:
    here = scene(failover(f"to: busan, mode: hot, {STEPS}"))
    check = catalogue().checks["failover.recovery-time"]
    assert here.judge(check, "kibo/guarantee", {TO_BUSAN: seen_state}).verdict is verdict


@pytest.mark.parametrize(
    ("steering", "hours", "verdict"),
    [(", steering: by-hand", 24, Verdict.FAIL), (", steering: by-hand", 1, Verdict.PASS), ("", 24, Verdict.PASS)],
)
def test_a_name_that_leads_people_is_remembered_for_a_while(steering: str, hours: int, verdict: Verdict) -> None:
    name = "endpoints: [{id: name, kind: dns, name: a.kibo.example, server: 127.0.0.1" + steering + "}], failover:"
    here = scene(failover(f"to: busan, mode: hot, {STEPS}").replace("failover:", name))
    lived = timedelta(hours=hours)
    answer = NameState(samples=(Sample(address="127.0.0.1"),), addresses=("192.0.2.4",), ttl=MINUTE, lifetime=lived)
    check = catalogue().checks["failover.recovery-time"]
    assert here.judge(check, "kibo/guarantee", {"kibo/guarantee/name": answer}).verdict is verdict


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 60), ("reconnect_attempts=3\n", 30), ("reconnect_interval = '1200'\n#reconnect_attempts=1", 7200)],
)
def test_of_repmgr(text: str, seconds: int) -> None:
    assert patience(text).time == timedelta(seconds=seconds)


@pytest.mark.parametrize("silence", ["", "-1", "x", "9" * 40])
def test_of_sentinel(silence: str) -> None:
    assert not seen(lead={**LEAD, "down-after-milliseconds": silence}).has("patience")
    day = seen(lead={**LEAD, "down-after-milliseconds": "86400000"})
    assert day.patience == Patience(time=timedelta(days=1), by="down-after-milliseconds")


def test_of_patroni() -> None:
    assert look().patience == Patience(time=timedelta(seconds=30), by="ttl")
    assert not look(lambda found: found["config"].update(ttl="x")).has("patience")


def test_of_keepalived() -> None:
    assert of_file(written(adver_int=40.5), "VI_1").interval == 40.5
    assert of_file(written(adver_int=-1), "VI_1").interval is None
    table = told(1)
    assert of_mib(table, None, "VI_1").interval == 1
    assert of_mib({**table, f"{INSTANCES}.30.7": 3}, None, "VI_1").interval == 0.01


@pytest.mark.parametrize(("every", "count", "seconds"), [(300, 10, 3000), (30, None, None), ("x", 2, None)])
def test_of_a_load_balancer(every: Any, count: Any, seconds: int | None) -> None:
    found = waited([{"HealthCheckIntervalSeconds": 5, "UnhealthyThresholdCount": 2},
                    {"HealthCheckIntervalSeconds": every, "UnhealthyThresholdCount": count}])  # fmt: skip
    assert (None if found is None else found.time.total_seconds()) == seconds
    zone = {"State": {"Code": "active"}, "AvailabilityZones": []}
    assert balanced(zone, {}, {}, {}, patience=found).has("patience") is (found is not None)


@pytest.mark.parametrize(
    ("backend", "front", "seconds", "led"),
    [
        ("app", "", 11.5, True), ("lone", "", 10800, False), ("both", "", None, True),
        ("lone", "use_backend %[req.hdr(host)]", 10800, None), ("lone", "default_backend lone", 10800, True),
    ],
)  # fmt: skip
def test_of_haproxy(backend: str, front: str, seconds: float | None, led: Any) -> None:
    found = plan([HAPROXY.replace("{front}", front)], backend)
    assert (None if found.patience is None else found.patience.time.total_seconds()) == seconds
    assert found.led is led
    with pytest.raises(CannotSee, match="no backend other"):
        plan([HAPROXY], "other")
