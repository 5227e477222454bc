"""What was seen of planted faults in, a sentence with a place that helps whoever has to mend them out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import anyio
import pytest

from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.evidence import Finding
from audit.model.facts import Certificate, Facts, NameState, PowerState, Sample, ServiceState
from audit.world.scene import SceneFile, scene
from checks.backup.files import FileCopies, newest_files
from checks.network.dns import DnsEndpoint, answer
from tests.checks.judging import AT, catalogue
from tests.checks.judging import scene as estate

SITES = """
sites:
  - {id: a, rooms: [{id: r1, compartment: c1}, {id: r2, compartment: c2}]}
  - {id: b, rooms: [{id: r1, compartment: c1}]}
"""
ENDPOINTS = """
institutions: [{id: i, systems: [{id: s, grade: 1, endpoints: [
  {id: https, kind: http, url: "https://w.example/"}, {id: http, kind: http, url: "http://w.example/"},
  {id: tls, kind: tls, host: w.example}, {id: tcp, kind: tcp, host: w.example, port: 5432},
  {id: icmp, kind: icmp, host: w.example}, {id: dns, kind: dns, name: w.example, server: 127.0.0.1}]}]}]
"""
COPIES = """
institutions: [{id: i, systems: [{id: s, grade: 1, rpo: 6h, data: [{id: d, copies: [
  {id: c, kind: files, at: b, path: "/dumps/*"},
  {id: r, kind: postgresql-standby, at: b, primary: {env: P}, standby: {env: S}}]}]}]}]
"""


def judged(check: str, text: str, on: str, seen: Facts | None = None) -> Finding:
    return estate(SITES + text).judge(catalogue().checks[check], on, {} if seen is None else {on: seen}, AT)


def said(finding: Finding) -> str:
    return finding.says.english()


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("https", "unknown"), ("tls", "unknown"),
        ("http", "not-applicable"), ("tcp", "not-applicable"), ("icmp", "not-applicable"), ("dns", "not-applicable"),
    ],
)  # fmt: skip
def test_what_shows_no_certificate_owes_none_when_it_is_down(kind: str, verdict: str) -> None:
    down: dict[str, Any] = {"samples": (Sample(address="1", failure="refused"),)}
    state = NameState(addresses=(), **down) if kind == "dns" else ServiceState(**down)
    assert judged("network.certificate", ENDPOINTS, f"i/s/{kind}", state).verdict == verdict


def shown(days: int) -> ServiceState:
    """What a client that checks certificates sees of one that is not trusted."""
    until = AT + timedelta(days=days)
    certificate = Certificate(
        subject="x", issuer="y", names=(), not_before=AT - timedelta(days=90), not_after=until, chain_not_after=until,
        sha256="", key="", trusted=False, trouble="certificate has expired" if days < 0 else "self-signed certificate",
    )  # fmt: skip
    return ServiceState(samples=(Sample(address="1", failure="tls-untrusted", certificate=certificate),))


def test_a_certificate_that_is_over_says_since_when() -> None:
    finding = judged("network.certificate", ENDPOINTS, "i/s/https", shown(-9))
    assert (finding.verdict, finding.measured) == ("fail", "-9d")
    assert "expired on 2026-08-23" in said(finding)


def test_a_certificate_of_nobody_is_measured_by_its_trouble() -> None:
    finding = judged("network.certificate", ENDPOINTS, "i/s/https", shown(90))
    assert (finding.verdict, finding.measured) == ("fail", "self-signed certificate")
    assert str(finding.required) == "a trusted certificate, 30d left"


def test_a_certificate_on_the_way_from_http_counts() -> None:
    assert judged("network.certificate", ENDPOINTS, "i/s/http", shown(90)).verdict == "fail"


@pytest.mark.parametrize("check", ["failover.name-lifetime", "network.name-servers"])
def test_a_name_server_that_refused_is_told_as_the_reason(check: str) -> None:
    refused = NameState(samples=(Sample(address="127.0.0.1", failure="refused", detail="went away"),), addresses=())
    endpoint = DnsEndpoint.model_validate({"id": "dns", "kind": "dns", "name": "w.example", "server": "127.0.0.1"})
    seen = anyio.run(answer.look, endpoint, scene(dns={"w.example@127.0.0.1:53": refused}))
    assert isinstance(seen, NameState)
    finding = judged(check, ENDPOINTS, "i/s/dns", seen)
    assert (finding.verdict, finding.reason) == ("unknown", "incomplete")
    assert said(finding) == "127.0.0.1 gave no good answer about the name: went away"


def point(name: str, hours: float, doubt: str = "") -> RestorePoint:
    return RestorePoint(id=name, start=AT - timedelta(hours=hours), complete=not doubt, doubt=doubt)


@pytest.mark.parametrize(
    ("points", "tells"),
    [
        ((point("old", 30), point("new", 1, "it is half")), "new is newer and does not count: it is half"),
        ((point("new", 1, "it is half"),), "the newest, new, does not count: it is half"),
        ((point("odd", 40, "it is half"), point("old", 30)), "the newest backup in i/s/d/c is 1d 6h old"),
    ],
)
def test_an_old_backup_tells_of_a_newer_one_that_does_not_count(points: tuple[RestorePoint, ...], tells: str) -> None:
    finding = judged("backup.age", COPIES, "i/s/d/c", BackupState(points=points, clock=AT))
    assert finding.verdict == "fail"
    assert tells in said(finding)


def looked(**files: tuple[float, bytes]) -> BackupState:
    """What the probe sees of files under `/dumps`: each so many hours old, with this content."""
    copy = FileCopies.model_validate({"id": "c", "kind": "files", "at": "b", "path": "/dumps/*"})
    there = {f"/dumps/{name}": SceneFile(text, AT - timedelta(hours=age)) for name, (age, text) in files.items()}
    seen = anyio.run(newest_files.look, copy, scene(now=AT, files=there))
    assert isinstance(seen, BackupState)
    return seen


def test_an_empty_newest_file_is_an_error() -> None:
    seen = looked(one=(30, b"text"), two=(1, b""))
    finding = judged("backup.verified", COPIES, "i/s/d/c", seen)
    assert finding.verdict == "fail"
    assert "two: it is empty" in said(finding)


@pytest.mark.parametrize("check", ["backup.verified", "backup.keys"])
def test_where_nothing_could_be_looked_into_the_reason_is_told(check: str) -> None:
    seen = looked(**{"notes.part": (1, b"text")})
    assert said(judged(check, COPIES, "i/s/d/c", seen)) == "there is no complete backup to look into"


def test_a_file_of_a_form_that_nobody_knows_may_be_encrypted() -> None:
    seen = looked(one=(1, b"text"))
    assert said(judged("backup.keys", COPIES, "i/s/d/c", seen)) == "one does not tell whether it is encrypted"


def test_a_replica_that_was_cut_off_says_what_was_seen() -> None:
    seen = ReplicaState(attached=False, detail="no receiver runs on the standby")
    finding = judged("backup.replication-lag", COPIES, "i/s/d/r", seen)
    assert (finding.verdict, finding.measured) == ("fail", "no receiver runs on the standby")
    assert "no receiver runs on the standby" in said(finding)


@pytest.mark.parametrize(
    ("state", "verdict", "trouble"),
    [
        ({"flags": ("OL", "RB"), "alarms": ("Replace it!", "RB: worn out")}, "fail", "Replace it!; RB: worn out"),
        ({"flags": ("OL", "COMMBAD")}, "fail", "COMMBAD"),
        ({"flags": ("OL",), "test_result": "Battery test failed"}, "fail", "ups.test.result: Battery test failed"),
        ({"flags": ("OL",), "test_result": "Done and passed"}, "pass", "OL"),
        ({"flags": ("OL",), "test_result": "No test initiated"}, "pass", "OL"),
    ],
)
def test_each_trouble_of_a_power_supply_is_told_once(state: dict[str, Any], verdict: str, trouble: str) -> None:
    text = "institutions: [{id: i, systems: [{id: s, grade: 1, at: [p/r]}]}]\n" + SITES.replace(
        "sites:",
        "sites:\n  - {id: p, rooms: [{id: r}], "
        "power-protection: [{id: u, kind: nut, host: 127.0.0.1, ups: u, room: p/r}]}",
    )
    finding = estate(text).judge(
        catalogue().checks["facility.battery-monitoring"], "p/u", {"p/u": PowerState(**state)}, AT
    )
    assert (finding.verdict, finding.measured) == (verdict, trouble)


TOOLS = """
institutions: [{id: i, systems: [
  {id: s, grade: 1, at: [a/r1], needs: [i/t], recovers-with: [i/v]},
  {id: t, grade: 1, at: [b/r1]},
  {id: v, grade: 3, at: [a/r1]}]}]
"""


def test_the_room_that_takes_the_tool_is_named() -> None:
    finding = judged("failover.control-plane", TOOLS, "i/s")
    assert finding.verdict == "fail"
    assert "lost together with a/r1" in said(finding)


def test_a_slow_tool_of_recovery_is_shown_where_it_is_written() -> None:
    finding = judged("dependency.recovery-time", TOOLS, "i/s")
    assert finding.verdict == "fail"
    written = (SITES + TOOLS).splitlines()[finding.where.line - 1]
    assert written[finding.where.column - 1 :].startswith("[i/v]")


@pytest.mark.parametrize(
    ("places", "verdict"),
    [("[a/r1, b/r1]", "pass"), ("[a/r1, a/r2]", "fail"), ("[a/r1]", "fail"), ("[i/p]", "pass")],
)
def test_who_runs_in_two_sites_needs_nothing_that_takes_over(places: str, verdict: str) -> None:
    text = f"""
institutions: [{{id: i, systems: [{{id: s, grade: 1, at: {places}}}, {{id: p, grade: 1, at: [a/r1, b/r1]}}]}}]
"""
    assert judged("failover.mode", text, "i/s").verdict == verdict


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("{id: x, grade: 1, at: [a/r1, b/r1]}", "not-applicable"),  # nothing runs wholly elsewhere
        ("{id: x, grade: 1, at: [b/r1]}", "unknown"),
        ("{id: x, grade: 1}", "unknown"),
        ("{id: x, grade: 1, at: [b/r1], needs: [b]}", "pass"),
    ],
)
def test_a_fire_reaches_nobody_where_nobody_else_is(other: str, verdict: str) -> None:
    text = f"institutions: [{{id: i, systems: [{{id: s, grade: 1, at: [a/r1]}}, {other}]}}]\n"
    assert judged("dependency.fire-reach", text, "a/r1").verdict == verdict


POINTS = """
sites:
  - {id: p, operator: host, power: [f1], rooms: [{id: r1}, {id: r2}]}
  - {id: q, operator: host, power: [f2]}
suppliers: [{id: host}]
institutions: [{id: i, systems: [{id: s, grade: %s}]}]
"""


@pytest.mark.parametrize(
    ("rest", "verdict", "points"),
    [
        ("1, at: [p/r1]", "fail", {"p/r1"}),  # not also its site, its feed, its operator
        ("1, at: [p/r1, p/r2]", "fail", {"p"}),
        ("1, at: [p/r1, q]", "fail", {"host"}),
        ("1, at: [p/r1], needs: [host]", "fail", {"p/r1", "host"}),
        ("3, at: [p/r1], needs: [{any: [host, p]}]", "pass", {"p/r1"}),
        ("3, at: [p/r1], needs: [host]", "fail", {"p/r1", "host"}),
    ],
)
def test_one_place_is_one_point_and_not_also_all_around_it(rest: str, verdict: str, points: set[str]) -> None:
    check = catalogue().checks["availability.single-point"]
    finding = estate(POINTS % rest).judge(check, "i/s", {}, AT)
    assert finding.verdict == verdict
    told = said(finding).replace(",", " ").split()
    assert {word for word in told if word in ("p", "q", "p/r1", "p/r2", "host", "f1", "f2")} == points
