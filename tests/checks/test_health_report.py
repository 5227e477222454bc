"""Health reports as frameworks write them, or as nobody does, to what is made of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.contract import CannotSee, Reason
from checks.availability.health_report import Report, read_report

SPRING = {
    "status": "DOWN",
    "components": {
        "db": {"status": "UP", "components": {"primary": {"status": "UP"}, "archive": {"status": "DOWN"}}},
        "redis": {"status": "OUT_OF_SERVICE"},
        "ping": {"status": "UP"},
        "mail": {"status": "UNKNOWN"},
    },
}
DRAFT = {
    "status": "warn",
    "releaseId": "1.2.2",
    "checks": {
        "cassandra:responseTime": [{"componentId": "a", "status": "pass"}, {"componentId": "b", "status": "fail"}],
        "uptime": [{"observedValue": 1209600.25, "observedUnit": "s"}],
        "cpu:utilization": [{"status": "warn", "observedValue": 85}],
    },
}
ASPNET = {
    "status": "Unhealthy",
    "totalDuration": "00:00:00.02",
    "entries": {"sql": {"status": "Unhealthy", "data": {}}, "bus": {"status": "Degraded", "data": {}}},
}
MICROPROFILE = {"status": "UP", "checks": [{"name": "db", "status": "UP"}, {"name": "queue", "status": "DOWN"}]}
PLAIN = {"status": "ok", "version": "7", "db": "ok", "cache": False, "login": {"status": "up"}}
WORDS = {True: "up", False: "down", None: ""}
OWN = {"health": {"of": {"db": "up", "x": {"state": "FAILED"}}}, "build": {"version": 7.5}}


def read(document: Any, **where: str) -> Report:
    return read_report(document if isinstance(document, bytes) else json.dumps(document).encode(), **where)


def states(report: Report) -> dict[str, bool | None]:
    return {one.name: one.up for one in report.dependencies}


@pytest.mark.parametrize(
    ("document", "up", "named", "version"),
    [
        (SPRING, "down", {"db/primary": True, "db/archive": False, "redis": False, "ping": True, "mail": None}, ""),
        (DRAFT, "up", {"cassandra:responseTime": False, "cpu:utilization": True}, "1.2.2"),
        (ASPNET, "down", {"sql": False, "bus": True}, ""),
        (MICROPROFILE, "up", {"db": True, "queue": False}, ""),
        (PLAIN, "up", {"db": True, "cache": False, "login": True}, "7"),
        ({"status": "UP", "db": {"status": "UP"}, "diskSpace": {"status": "DOWN"}}, "up",
         {"db": True, "diskSpace": False}, ""),
        ({"status": "UP", "details": {"db": {"status": "DOWN"}}}, "up", {"db": False}, ""),
        ({"status": "UP"}, "up", {}, ""),
        ({}, "", {}, ""),
    ],
)  # fmt: skip
def test_as_frameworks_write_them(document: Any, up: str, named: dict[str, bool | None], version: str) -> None:
    report = read(document)
    assert (WORDS[report.up], states(report), report.version) == (up, named, version)


def test_where_the_inventory_says() -> None:
    report = read(OWN, dependencies="health.of", version="build.version")
    assert states(report) == {"db": True, "x": False}
    assert (report.version, report.up) == ("7.5", None)
    for wrong in ("health.nowhere", "build.version", "health.of.db", "."):
        with pytest.raises(CannotSee) as gap:
            read(OWN, dependencies=wrong)
        assert gap.value.reason is Reason.INCOMPLETE


@pytest.mark.parametrize(
    "body",
    [
        b"", b"UP", b"Healthy", b"<html>", b"[]", b"3", b"null", b'"UP"', b"\xff\xfe", b"[" * 200_000,
        b'{"a":' * 90_000, b'{"checks": {"db": [1]}}'[:-1], b'{"db": []}',
        b'{"db": "sleepy"}', b'{"db": 200}', b'{"db": NaN}', b'{"db": null}', b'{"db": [1, 2]}', b'{"db": {}}',
        b'{"checks": [1]}', b'{"checks": [{"status": "UP"}]}', b'{"dependencies": ["db"]}',
        b"{" + b",".join(b'"d%d": "up"' % number for number in range(300)) + b"}",
        b'{"status": "ok", "shop": {"db": {"status": "DOWN"}}}',
    ],
)  # fmt: skip
def test_what_nobody_knows_is_no_report(body: bytes) -> None:
    with pytest.raises(CannotSee) as gap:
        read(body)
    assert gap.value.reason is Reason.INCOMPLETE


def test_a_word_that_nobody_knows_is_neither() -> None:
    report = read({"status": "UP", "components": {"db": {"status": "SLEEPY"}, "x": {}, "y": {"status": 1}}})
    assert states(report) == {"db": None, "x": None, "y": None}
    assert states(read({"checks": {"db": [{"status": "pass"}, {"status": "odd"}]}})) == {"db": None}
    assert read({"status": 200, "components": {}}).up is None


def test_names_and_words_are_cut() -> None:
    (one,) = read({"components": {"n" * 5000: {"status": "x" * 5000}}}).dependencies
    assert (len(one.name), len(one.word)) == (100, 100)
    deep: dict[str, Any] = {"status": "DOWN"}
    for _ in range(50):
        deep = {"status": "UP", "components": {"c": deep}}
    (inner,) = read(deep).dependencies
    assert inner.name.count("/") <= 5
    assert inner.up is True or inner.up is None
