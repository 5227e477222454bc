"""Estates at the edges of a rule in, the verdict that is right there out."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.evidence import Finding
from audit.model.facts import Certificate, Facts, NameServer, NameState, PowerState, Sample, ServiceState, Unseen
from audit.model.verdict import Reason
from tests.checks.judging import AT, catalogue, scene

PLACES = """
sites:
  - {id: a, location: {latitude: 36, longitude: 127}, power: [f1], rooms: [{id: r1, compartment: c1}, {id: r2}]}
  - {id: b, location: {latitude: 36.5, longitude: 127}, power: [f2], rooms: [{id: r1, compartment: c1}]}
  - {id: c, location: {latitude: 35, longitude: 127}, power: [f1], rooms: [{id: r1, compartment: c1}]}
  - {id: d}
suppliers: [{id: gov24}]
"""


def estate(*systems: str) -> str:
    return PLACES + "institutions: [{id: i, systems: [" + ", ".join(systems) + "]}]\n"


def data(rest: str, *copies: str, grade: int = 1, at: str = "") -> str:
    written = ", ".join(
        f"{{id: c{number}, kind: restic, repository: /srv, password: {{env: P}}, {copy}}}"
        for number, copy in enumerate(copies)
    )
    return estate(f"{{id: s, grade: {grade}, {at}data: [{{id: d, {rest}copies: [{written}]}}]}}")


def judged(check: str, text: str, on: str, seen: Facts | None = None, at: datetime = AT) -> Finding:
    return scene(text).judge(catalogue().checks[check], on, {} if seen is None else {on: seen}, at)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (data("at: a/r1, ", "at: b/r1"), "pass"),  # 55.6 km
        (data("at: a/r1, ", "at: c/r1"), "fail"),  # far away, on the same feed
        (data("at: a/r1, ", "at: c/r1", "at: b/r1"), "pass"),  # one that is right is enough
        (data("at: a/r1, ", "at: a/r2", "at: d"), "unknown"),  # the one that might be right is not known
        (data("at: a/r1, ", "at: d", grade=3), "pass"),  # no distance is asked of grade 3
        (data("at: a/r1, ", "at: a/r2", grade=4), "unknown"),  # which compartment is r2 in?
        (data("", "at: b/r1", at="at: [a/r1, b/r1], "), "fail"),  # nothing survives the loss of b
        (data("", "at: b/r1", "at: a/r1", at="at: [a/r1, b/r1], "), "pass"),
        (data("at: a/r1, "), "fail"),
    ],
)
def test_offsite(text: str, verdict: str) -> None:
    assert judged("backup.offsite", text, "i/s/d").verdict == verdict


def test_a_copy_inside_the_storing_platform_is_no_backup() -> None:
    platform = (
        "{id: p, grade: 1, at: [a/r1]}, {id: s, grade: 1, data: [{id: d, at: i/p, copies: [{id: c0, kind: restic, "
    )
    rest = "repository: /srv, password: {env: P}, at: %s}]}]}"
    assert judged("backup.exists", estate(platform + rest % "i/p"), "i/s/d").verdict == "fail"
    assert judged("backup.exists", estate(platform + rest % "b"), "i/s/d").verdict == "pass"


def test_a_slow_wire_does_not_overflow() -> None:
    text = data("at: a, size: 800 EB, ", "at: b, restore-rate: 1 B/s")
    assert judged("backup.restore-time", text, "i/s/d").verdict == "fail"


def state(*ages: timedelta, **more: object) -> BackupState:
    points = tuple(RestorePoint(id=str(age), start=AT - age) for age in ages)
    return BackupState.model_validate({"points": points, "clock": AT, **more})


@pytest.mark.parametrize(
    ("ages", "verdict"),
    [
        ([timedelta(minutes=15)], "pass"),
        ([timedelta(minutes=15, microseconds=1)], "fail"),
        ([timedelta(days=1), timedelta(minutes=1)], "pass"),
        ([-timedelta(seconds=2)], "pass"),
        ([-timedelta(seconds=3)], "unknown"),
    ],
)
def test_age_at_its_edges(ages: list[timedelta], verdict: str) -> None:
    assert judged("backup.age", data("", "at: b"), "i/s/d/c0", state(*ages)).verdict == verdict


REPLICA = estate(
    "{id: s, grade: 1, data: [{id: d, copies: [{id: r, kind: postgresql-standby, at: b, primary: {env: P}, "
    "standby: {env: S}}]}]}"
)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"attached": True, "paused": False, "bytes_behind": 0, "same_cluster": True}, "pass"),
        ({"attached": True, "paused": False, "bytes_behind": 0}, "unknown"),
        ({"attached": True, "paused": False, "bytes_behind": 1, "same_cluster": True}, "unknown"),
        ({"attached": True, "paused": True, "bytes_behind": 0, "same_cluster": True}, "fail"),
        ({"attached": True, "paused": False, "bytes_behind": 0, "same_cluster": False}, "fail"),
        ({"attached": False}, "fail"),
        ({}, "unknown"),
    ],
)
def test_replicas(facts: dict[str, object], verdict: str) -> None:
    assert judged("backup.replication-lag", REPLICA, "i/s/d/r", ReplicaState.model_validate(facts)).verdict == verdict


def certificate(days: int) -> Certificate:
    until = AT + timedelta(days=days)
    return Certificate(
        subject="x", issuer="y", names=(), not_before=AT, not_after=until, chain_not_after=until, sha256="", key="",
        trusted=True,
    )  # fmt: skip


WEB = estate('{id: s, grade: 1, endpoints: [{id: w, kind: http, url: "https://w.example/"}]}')


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (ServiceState(samples=(Sample(address="1", certificate=certificate(30)),)), "pass"),
        (ServiceState(samples=(Sample(address="1", certificate=certificate(29)),)), "fail"),
        (
            ServiceState(
                samples=(Sample(address="1", certificate=certificate(90)), Sample(address="2", failure="refused"))
            ),
            "unknown",
        ),
        (
            ServiceState(
                samples=(Sample(address="1", certificate=certificate(9)), Sample(address="2", failure="refused"))
            ),
            "fail",
        ),
        (
            ServiceState(
                partial=(Sample(address="1", certificate=certificate(90)),),
                absent={"samples": Unseen(reason=Reason.UNREACHABLE, template="no route")},
            ),
            "unknown",
        ),
        (ServiceState(samples=()), "unknown"),
    ],
)
def test_certificates(state: ServiceState, verdict: str) -> None:
    assert judged("network.certificate", WEB, "i/s/w", state).verdict == verdict


def test_one_machine_under_three_names_is_one_server() -> None:
    text = estate("{id: s, grade: 1, endpoints: [{id: n, kind: dns, name: w.example, server: 127.0.0.1}]}")
    same = tuple(NameServer(name=f"ns{number}", addresses=("192.0.2.1", "2001:db8::1")) for number in range(3))
    seen = NameState(samples=(), addresses=(), zone="example", servers=same)
    assert str(judged("network.name-servers", text, "i/s/n", seen).measured) == "name servers 1, networks 2"


@pytest.mark.parametrize(
    ("needs", "others", "verdict"),
    [
        ("needs: [{k: 2, of: [x, y, z]}]", ("{id: x, grade: 1, rto: 1h}", "{id: y, grade: 1, rto: 2h}"), "pass"),
        ("needs: [{any: [x, y]}, z]", ("{id: x, grade: 1, rto: 9h}", "{id: y, grade: 1, rto: 1h}"), "fail"),
        ("needs: [{any: [x, gov24]}]", ("{id: x, grade: 1, rto: 9h}", "{id: y, grade: 1}"), "unknown"),
        ("needs: [{all: [x, y]}]", ("{id: x, grade: 1, rto: 1h}", "{id: y, grade: 1, rto: 3h}"), "fail"),
    ],
)
def test_recovery_times_of_groups(needs: str, others: tuple[str, str], verdict: str) -> None:
    text = estate("{id: s, grade: 1, rto: 2h, " + needs + "}", *others, "{id: z, grade: 1, rto: 30h}")
    assert judged("dependency.recovery-time", text, "i/s").verdict == verdict


@pytest.mark.parametrize(
    ("places", "verdict"),
    [("[a/r1], failover: [{id: f, kind: declared, to: b/r1, mode: hot}]", "fail"), ("[a/r1, b/r1]", "pass")],
)
def test_a_hot_standby_covers_the_place_alone(places: str, verdict: str) -> None:
    """A standby does not help where the system needs one thing that nobody else has."""
    needs = "[{any: [gov24, b]}]" if verdict == "pass" else "[gov24]"
    text = estate("{id: s, grade: 1, at: " + places + ", needs: " + needs + "}")
    finding = judged("availability.single-point", text, "i/s")
    assert finding.verdict == verdict
    if verdict == "fail":
        assert "gov24" in str(finding.says)
        assert "a/r1" not in str(finding.says)


@pytest.mark.parametrize(
    ("drills", "verdict"),
    [("", "unknown"), (", drills: [{on: 2026-09-12, realism: real-switch}]", "pass"),
     (", drills: [{on: 2026-09-12, realism: tabletop}]", "unknown")],
)  # fmt: skip
def test_a_standby_that_never_took_over_proves_nothing(drills: str, verdict: str) -> None:
    """Neither one of the system itself nor one of what it needs."""
    standby = "failover: [{id: f, kind: declared, to: b/r1, mode: hot" + drills + "}]"
    own = "{id: s, grade: 1, at: [a/r1], needs: [{any: [gov24, b]}], " + standby + "}"
    assert judged("availability.single-point", estate(own), "i/s").verdict == verdict
    needed = "{id: z, grade: 1, at: [a/r1], needs: [{any: [gov24, b]}], " + standby + "}"
    text = estate("{id: s, grade: 1, at: [a/r1, b/r1], needs: [z]}", needed)
    finding = judged("availability.single-point", text, "i/s")
    assert finding.verdict == "fail"
    assert "i/z" in str(finding.says)
    assert "a/r1" not in str(finding.says)


@pytest.mark.parametrize(("realism", "verdict"), [("real-switch", "pass"), ("tabletop", "fail")])
def test_a_fire_reaches_no_further_than_a_standby_that_has_switched(realism: str, verdict: str) -> None:
    standby = "failover: [{id: f, kind: declared, to: b/r1, mode: hot, drills: [{on: 2026-05-01, realism: REAL}]}]"
    needed = "{id: z, grade: 1, at: [a/r1], " + standby.replace("REAL", realism) + "}"
    text = estate("{id: s, grade: 1, at: [b/r1], needs: [t]}", "{id: t, grade: 1, at: [b/r1], needs: [z]}", needed)
    assert judged("dependency.fire-reach", text, "a/r1").verdict == verdict


@pytest.mark.parametrize(("flags", "verdict"), [("OL", "pass"), ("OB", "fail"), ("OL RB", "fail"), ("CHRG", "fail")])
def test_power(flags: str, verdict: str) -> None:
    text = "sites: [{id: a, power-protection: [{id: u, kind: nut, host: 127.0.0.1, ups: u}]}]"
    assert judged("facility.battery-monitoring", text, "a/u", PowerState(flags=tuple(flags.split()))).verdict == verdict


def test_a_battery_may_stand_in_a_room_of_another_site() -> None:
    text = estate("{id: s, grade: 1, at: [a/r1]}").replace("{id: d}", "{id: d, batteries: [{id: u, room: a/r1}]}")
    assert judged("facility.battery-compartment", text, "d/u").verdict == "fail"


def test_days_end_in_the_zone_of_the_estate() -> None:
    text = "sites: [{id: a, rooms: [{id: r}], batteries: [{id: u, room: r, installed: 2016-01-01, life: 1y}]}]"
    before, after = datetime(2015, 12, 31, 14, 59, tzinfo=UTC), datetime(2015, 12, 31, 15, 0, tzinfo=UTC)
    assert judged("facility.battery-life", text, "a/u", at=before).reason == Reason.CONTRADICTED
    assert judged("facility.battery-life", text, "a/u", at=after).verdict == "pass"


BATTERY = "sites: [{id: a, rooms: [{id: r}], batteries: [{id: u, room: r, %s}]}]"
TOOL = "{id: s, grade: 1, at: [a/r1], recovers-with: [t]}"


@pytest.mark.parametrize(
    ("check", "text", "on", "verdict"),
    [
        ("backup.restore-time", data("at: a, size: 1 TB, ", "at: b"), "i/s/d", "unknown"),
        ("backup.restore-time", data("at: a, ", "at: b, restore-rate: 1 GB/s"), "i/s/d", "unknown"),
        ("facility.battery-spacing", BATTERY % "spacing: 90 cm", "a/u", "pass"),
        ("facility.battery-spacing", BATTERY % "spacing: 89 cm", "a/u", "fail"),
        ("facility.battery-life", BATTERY % "installed: 2016-09-01, life: 3652d", "a/u", "pass"),
        ("facility.battery-life", BATTERY % "installed: 2016-09-01, life: 3651d", "a/u", "fail"),
        ("facility.vendor-advice", BATTERY % "advice: [{says: x, opened: 2026-03-05}]", "a/u", "unknown"),
        ("facility.vendor-advice", BATTERY % "advice: [{says: x, opened: 2026-03-04}]", "a/u", "fail"),
        ("facility.vendor-advice", BATTERY % "advice: [{says: x, opened: 2027-01-01}]", "a/u", "unknown"),
        (
            "facility.vendor-advice",
            BATTERY % "advice: [{says: x, opened: 2026-09-01, closed: 2026-09-01}]",
            "a/u",
            "unknown",
        ),
        ("failover.control-plane", estate(TOOL, "{id: t, grade: 1}"), "i/s", "unknown"),
        ("failover.control-plane", estate(TOOL, "{id: t, grade: 1, at: [b/r1], needs: [a]}"), "i/s", "fail"),
        ("failover.control-plane", estate(TOOL, "{id: t, grade: 1, at: [b/r1]}"), "i/s", "pass"),
        ("dependency.tier-inversion", estate("{id: s, grade: 1, at: [t]}", "{id: t, grade: 2}"), "i/s", "fail"),
    ],
)
def test_edges(check: str, text: str, on: str, verdict: str) -> None:
    assert judged(check, text, on).verdict == verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(1.0, "pass"), (1.001, "fail")])
def test_latency_at_its_edge(seconds: float, verdict: str) -> None:
    seen = ServiceState(samples=(Sample(address="1", phases={"total": seconds}),))
    assert judged("availability.latency", WEB, "i/s/w", seen).verdict == verdict
