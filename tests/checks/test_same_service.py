"""Answers of two places that differ in one thing to the difference that is named, or to why nobody can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.model.evidence import Finding
from audit.model.facts import Certificate, Facts, Sample, ServiceState, Unseen
from audit.model.health import Dependency, HealthState
from audit.model.message import fill
from audit.model.verdict import Reason, Verdict
from checks.network.samples import HERE, HOT, SYSTEM, THERE, URL, WEB, answered, elsewhere, portal, silent
from tests.checks.judging import catalogue, scene

YEAR = datetime(2027, 9, 1, tzinfo=UTC)
DARK = Unseen(reason=Reason.TIMEOUT, template="it is dark")


def certificate(*names: str) -> Certificate:
    return Certificate(
        subject="CN=a", issuer="CN=CA", names=names, not_before=datetime(2026, 1, 1, tzinfo=UTC), not_after=YEAR,
        chain_not_after=YEAR, sha256="0" * 64, key="EC 256", trusted=True,
    )  # fmt: skip


def judged(check: str, text: str, on: str, seen: dict[str, Any]) -> Finding:
    return scene(text).judge(catalogue().checks[check], on, seen)


def compared(there: Facts | Unseen, here: Facts | Unseen, text: str = portal(HERE, elsewhere())) -> Finding:
    return judged("network.same-service", text, THERE, {WEB: here, THERE: there})


def says(finding: Finding) -> str:
    return fill(finding.says.template, finding.says.values)


@pytest.mark.parametrize(
    ("there", "here", "word"),
    [
        ({"status": 204}, {}, "status 204 instead of 200"),
        ({"kind": "text/plain"}, {}, "kind of the page text/plain instead of text/html"),
        ({"certificate": certificate("b.example")}, {"certificate": certificate("a.example")}, "b.example instead of"),
        ({}, {"certificate": certificate("a.example")}, "certificate - instead of a.example"),
        ({"tls": "TLSv1.2"}, {"tls": "TLSv1.3"}, "TLS TLSv1.2 instead of TLSv1.3"),
        ({"hops": [URL], "location": f"{URL}notice"}, {}, "redirects"),
        ({"sha256": "1" * 64}, {"sha256": "0" * 64}, "another page, byte by byte"),
    ],
)
def test_each_difference_is_named(there: dict[str, Any], here: dict[str, Any], word: str) -> None:
    found = compared(answered("198.51.100.9", **there), answered("192.0.2.4", **here))
    assert found.verdict is Verdict.FAIL
    assert word in says(found)


def test_all_differences_are_named_together() -> None:
    found = compared(answered("198.51.100.9", kind="a/b", status=201), answered("192.0.2.4"))
    assert "status 201 instead of 200; the kind of the page a/b instead of text/html" in says(found)


def test_a_newer_tls_or_a_sum_of_one_place_is_no_difference() -> None:
    found = compared(answered("198.51.100.9", tls="TLSv1.3", sha256="0" * 64), answered("192.0.2.4", tls="TLSv1.2"))
    assert found.verdict is Verdict.PASS
    assert "site-marker" in says(found)


def test_headers_that_both_ask_for_are_compared() -> None:
    both = portal(HERE.replace("}", ", same: X-Version}"), elsewhere("at: busan, same: X-Version"))
    old, new = (dict[str, Any](headers={"x-version": version}) for version in ("2", "3"))
    assert compared(answered("198.51.100.9", **old), answered(**new), both).verdict is Verdict.FAIL
    assert compared(answered("198.51.100.9"), answered(**new), both).verdict is Verdict.FAIL
    assert compared(answered("198.51.100.9", **new), answered(**new), both).verdict is Verdict.PASS
    one = portal(HERE, elsewhere("at: busan, same: X-Version"))
    found = compared(answered("198.51.100.9", **old), answered(), one)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)


def test_less_may_not_be_asked_of_the_other_place() -> None:
    strict = portal(HERE.replace("}", ", expect: {contains: 보증}}"), elsewhere())
    found = compared(answered("198.51.100.9"), answered(), strict)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)
    assert "expect" in says(found)


@pytest.mark.parametrize(("seconds", "verdict"), [(2, Verdict.PASS), (-9, Verdict.FAIL), (3600, Verdict.FAIL)])
def test_clocks_of_both_places(seconds: int, verdict: Verdict) -> None:
    there, here = (
        answered(address).model_copy(update={"clock_offset": timedelta(seconds=offset)})
        for address, offset in (("198.51.100.9", seconds), ("192.0.2.4", 0))
    )
    assert compared(there, here).verdict is verdict


def test_nobody_can_tell_without_both() -> None:
    for there, here in ((DARK, answered()), (answered("198.51.100.9"), DARK)):
        found = compared(there, here)
        assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.TIMEOUT)
    partly = ServiceState(partial=answered("198.51.100.9").samples, absent={"samples": DARK})
    assert compared(partly, answered()).reason is Reason.TIMEOUT
    assert compared(answered("198.51.100.9", kind="a/b"), silent("192.0.2.4")).reason is Reason.INCOMPLETE


def test_reports_of_health_tell_versions() -> None:
    text = portal(*(one.replace("kind: http", "kind: health") for one in (HERE, elsewhere())))

    def report(address: str, version: str, *names: str) -> HealthState:
        found = tuple(Dependency(name=name, up=True) for name in names)
        return HealthState(samples=(Sample(address=address, status=200),), version=version, dependencies=found)

    here = report("192.0.2.4", "3.4", "db")
    assert compared(report("198.51.100.9", "3.4", "db"), here, text).verdict is Verdict.PASS
    assert "version 2.0 instead of 3.4" in says(compared(report("198.51.100.9", "2.0", "db"), here, text))
    assert "dependencies db, queue" in says(compared(report("198.51.100.9", "3.4", "db", "queue"), here, text))


def test_a_marker_of_the_first_place_is_held_against_it_too() -> None:
    marked = portal(HERE.replace("}", ", site-marker: {header: X-Site, is: daejeon}}"), elsewhere())
    check, good = "network.same-service", answered(headers={"x-site": "daejeon"})
    assert judged(check, marked, WEB, {WEB: good}).verdict is Verdict.PASS
    assert judged(check, marked, WEB, {WEB: answered()}).verdict is Verdict.FAIL
    assert judged(check, marked, WEB, {WEB: DARK}).verdict is Verdict.UNKNOWN


def test_one_place_is_not_compared() -> None:
    for one in (portal(elsewhere()), portal(HERE, elsewhere("at: daejeon"))):
        found = judged("network.same-service", one, THERE, {THERE: answered("198.51.100.9"), WEB: answered()})
        assert found.verdict is Verdict.NOT_APPLICABLE
    placeless = portal(HERE, elsewhere()).replace("at: [daejeon/room-1]", "at: []")
    assert compared(answered("198.51.100.9"), answered(), placeless).reason is Reason.INCOMPLETE


def test_the_other_place_is_looked_at_wherever_something_takes_over_at_once() -> None:
    text = portal(HERE, elsewhere(), switch=f"{HOT}, {{id: two, kind: declared, to: sejong, mode: active-active}}")
    check = "network.standby-endpoint"
    found = judged(check, text, SYSTEM, {THERE: answered("198.51.100.9"), WEB: answered()})
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.INCOMPLETE)
    assert "sejong" in says(found)


@pytest.mark.parametrize(
    ("rest", "verdict"),
    [("at: busan", Verdict.FAIL), ("at: sejong", Verdict.UNKNOWN), ("at: daejeon", Verdict.NOT_APPLICABLE)],
)
def test_distance_needs_to_know_both_places(rest: str, verdict: Verdict) -> None:
    text = portal(HERE, elsewhere(rest), more="watch: {at: daejeon/room-1}\n")
    quick = answered("198.51.100.9", phases={"connect": 0.0002})
    assert judged("network.distance", text, THERE, {THERE: quick}).verdict is verdict


def test_only_what_stands_elsewhere_asks_where_the_audit_looks_from() -> None:
    for rest, verdict in (("at: busan", Verdict.UNKNOWN), ("at: daejeon", Verdict.NOT_APPLICABLE)):
        found = judged("network.distance", portal(HERE, elsewhere(rest)), THERE, {THERE: answered("198.51.100.9")})
        assert found.verdict is verdict


def test_distance_is_not_taken_from_relays_or_files() -> None:
    watched = "watch: {at: daejeon}\n"
    relay = portal(
        HERE,
        elsewhere("at: busan, transport: httpx, proxy: 'http://127.0.0.1:3128'").replace("address: 198.51.100.9, ", ""),
        more=watched,
    )
    quick = answered("198.51.100.9", phases={"connect": 0.0002})
    assert judged("network.distance", relay, THERE, {THERE: quick}).verdict is Verdict.NOT_APPLICABLE
    timeless = judged("network.distance", portal(HERE, elsewhere(), more=watched), THERE, {THERE: answered("1.2.3.4")})
    assert timeless.verdict is Verdict.NOT_APPLICABLE
