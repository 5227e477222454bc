"""Health and load endpoints as an inventory writes them to what their probes make of a world of plain values."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from audit.contract import Answer, CannotSee, Reason, World
from audit.model.facts import Sample, ServiceState
from audit.model.health import HealthState, LoadState
from audit.world.scene import NOON, SceneFile, scene
from checks.availability.health import HealthEndpoint, report
from checks.availability.http import HttpEndpoint
from checks.availability.load import LoadEndpoint, load
from checks.availability.tls import TlsEndpoint

URL = "https://guarantee.example/health"
LIVE = "https://guarantee.example/live"
GOOD = ServiceState(samples=(Sample(address="192.0.2.4", status=200),), clock_offset=timedelta(seconds=1))
ILL = ServiceState(samples=(Sample(address="192.0.2.4", status=503, failure="bad-status"),))
GONE = ServiceState(samples=(Sample(address="192.0.2.4", failure="refused"),))
METRICS = "http://127.0.0.1:9090/metrics"
TEXT = b"cpu_peak 0.42\nmemory_peak 61\nodd NaN\nnegative -1\n"


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), "192.0.2.4")


def told(world: World, **more: Any) -> HealthState:
    endpoint = HealthEndpoint.model_validate({"id": "health", "kind": "health", "url": URL, **more})
    found = anyio.run(report.look, endpoint, world)
    assert isinstance(found, HealthState)
    return HealthState.model_validate(found.plain())


def test_a_report_is_read_at_its_address() -> None:
    body = {"status": "UP", "components": {"db": {"status": "UP"}}, "version": "3"}
    seen = told(scene(http={URL: GOOD, LIVE: GOOD}, pages={URL: answer(body)}), liveness=LIVE)
    assert (seen.up, seen.version, seen.live, seen.schema_name) == (True, "3", True, "Spring Boot")
    assert [(one.name, one.up) for one in seen.dependencies] == [("db", True)]
    assert seen.clock_offset == timedelta(seconds=1)
    with pytest.raises(CannotSee) as gap:
        seen.ready  # noqa: B018 - asking for what is absent tells why it is
    assert "readiness" in str(gap.value)


def test_a_report_of_trouble_is_read_too() -> None:
    body = {"status": "DOWN", "components": {"db": {"status": "DOWN"}}}
    seen = told(scene(http={URL: ILL, LIVE: GONE}, pages={URL: answer(body, 503)}), liveness=LIVE)
    assert seen.troubled()
    assert (seen.up, seen.dependencies[0].up, seen.live, seen.version) == (False, False, False, "")


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (scene(http={URL: GONE}), Reason.UNREACHABLE),
        (scene(http={URL: GOOD}, pages={URL: answer(b"<html>")}), Reason.INCOMPLETE),
        (scene(http={URL: GOOD}), Reason.UNREACHABLE),
    ],
)
def test_no_report_leaves_what_it_would_say_unknown(world: World, reason: Reason) -> None:
    seen = told(world)
    assert seen.tried
    for fact in ("up", "dependencies", "version"):
        with pytest.raises(CannotSee) as gap:
            getattr(seen, fact)
        assert gap.value.reason is reason


def used(world: World, **more: Any) -> LoadState:
    written = {"id": "load", "kind": "load", "uses": {"cpu": "cpu_peak"}, **more}
    endpoint = LoadEndpoint.model_validate(written)
    found = anyio.run(load.look, endpoint, world)
    assert isinstance(found, LoadState)
    return LoadState.model_validate(found.plain())


def test_shares_come_from_a_page_or_a_file() -> None:
    uses = {"cpu": "cpu_peak", "memory": {"metric": "memory_peak", "times": "0.01"}}
    for seen in (
        used(scene(pages={METRICS: answer(TEXT)}), url=METRICS, uses=uses, over="30d"),
        used(scene(files={"load.prom": SceneFile(TEXT, NOON)}), file="load.prom", uses=uses, over="30d"),
    ):
        assert seen.peaks == {"cpu": 0.42, "memory": pytest.approx(0.61)}
        assert seen.complete
        assert seen.over == timedelta(days=30)


@pytest.mark.parametrize("series", ["nowhere", "odd", "negative", "memory_peak"])
def test_a_figure_that_is_no_share_is_unknown(series: str) -> None:
    seen = used(scene(pages={METRICS: answer(TEXT)}), url=METRICS, uses={"cpu": "cpu_peak", "odd": series})
    assert seen.peaks == {"cpu": 0.42}
    with pytest.raises(CannotSee) as gap:
        seen.complete  # noqa: B018 - asking for what is absent tells why it is
    assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    ("world", "more", "reason"),
    [
        (scene(), {"url": METRICS}, Reason.UNREACHABLE),
        (scene(pages={METRICS: answer(TEXT, 403)}), {"url": METRICS}, Reason.DENIED),
        (scene(pages={METRICS: answer(b"{} {")}), {"url": METRICS}, Reason.INCOMPLETE),
        (scene(files={"a.prom": SceneFile(TEXT, NOON - timedelta(days=2))}), {"file": "a.prom"}, Reason.STALE),
        (scene(files={"b.prom": SceneFile(TEXT, NOON)}), {"file": "a.prom"}, Reason.UNREACHABLE),
    ],
)
def test_no_figures(world: World, more: dict[str, str], reason: Reason) -> None:
    with pytest.raises(CannotSee) as gap:
        used(world, **more)
    assert gap.value.reason is reason


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": METRICS, "file": "a"}, "either `url` or `file`"),
        ({}, "either `url` or `file`"),
        ({"file": "a*"}, "the path of one file"),
        ({"url": METRICS, "uses": {}}, "a resource with its series"),
        ({"url": METRICS, "uses": {"a": "not a series"}}, "a series such as"),
    ],
)
def test_what_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        LoadEndpoint.model_validate({"id": "load", "kind": "load", "uses": {"cpu": "cpu_peak"}, **change})
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"same": ["Set-Cookie"]}, "a secret is never kept"),
        ({"same": []}, "names of headers"),
        ({"same": "a b"}, "names of headers"),
        ({"site-marker": {"header": "a b", "is": "x"}}, "names of headers"),
        ({"site-marker": {"header": "X-Api-Key", "is": "x"}}, "a secret is never kept"),
        ({"site-marker": {"header": "X-Site"}}, "Field required"),
    ],
)
def test_headers_that_cannot_be_compared(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HttpEndpoint.model_validate({"id": "web", "kind": "http", "url": URL, **change})
    assert says in str(refused.value)


def test_what_serves_the_same() -> None:
    marked = {"site-marker": {"header": "X-Site", "is": "busan"}, "same": "X-Version", "expect": {"contains": "보증"}}
    one, other = (
        HttpEndpoint.model_validate({"id": name, "kind": "http", "url": URL, **more})
        for name, more in (("a", {}), ("b", marked))
    )
    assert one.service.name == other.service.name
    assert other.service.marker == ("x-site", "busan")
    assert other.page.note == ("x-version", "x-site")
    assert (one.service.telling, other.service.telling) == (False, True)
    written = ({"host": "10.0.0.1", "server-name": "idp.example"}, {"host": "10.1.0.1", "server-name": "idp.example"})
    first, second = (TlsEndpoint.model_validate({"id": "ldap", "kind": "tls", "port": "636", **one}) for one in written)
    assert first.service == second.service
