"""What a cloud describes in, the members of a load balancer or a database out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from audit.contract import World
from audit.model.failover import FailoverState
from audit.model.unfit import Unexpected
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import AwsDoor, S3Answer
from audit.world.scene import scene
from checks.failover.kubernetes import parse_server, parse_workload
from checks.failover.load_balancer import LoadBalancer, state, targets
from checks.failover.rds import Rds, members

BALANCER = {"State": {"Code": "active"}, "AvailabilityZones": [{"ZoneName": "a"}, {"ZoneName": "b"}],
            "LoadBalancerArn": "arn"}  # fmt: skip


class SceneAws:
    """Answers by `SERVICE.OPERATION NAME`."""

    def __init__(self, answers: dict[str, dict[str, Any] | str | CannotSee]) -> None:
        self.answers = answers
        self.regions: list[str] = []

    async def call(self, door: AwsDoor, service: str, operation: str, arguments: Any, timeout: Any) -> S3Answer:
        name = next((str(value) for value in arguments.values() if isinstance(value, str)), "")
        self.regions.append(door.region)
        found = self.answers.get(f"{service}.{operation} {name}", self.answers.get(f"{service}.{operation}", "Missing"))
        if isinstance(found, CannotSee):
            raise found
        return S3Answer({}, found) if isinstance(found, str) else S3Answer(found)


def world(answers: dict[str, dict[str, Any] | str | CannotSee]) -> World:
    return replace(scene(), aws=SceneAws(answers))


def target(name: str, code: str = "healthy", zone: str = "", **more: Any) -> dict[str, Any]:
    return {"Target": {"Id": name, "Port": 80, "AvailabilityZone": zone}, "TargetHealth": {"State": code, **more}}


def balanced(*found: dict[str, Any], **more: Any) -> FailoverState:
    return state(BALANCER | more, {"front": found}, {"i-1": "a"}, {})


def test_targets_with_their_zones() -> None:
    seen = balanced(target("i-1"), target("10.0.0.2", zone="b"), target("10.0.0.3", "draining", zone="all"))
    assert [(one.name, one.zone, one.address, one.usable) for one in seen.members] == [
        ("i-1:80", "a", "", True), ("10.0.0.2:80", "b", "10.0.0.2", True), ("10.0.0.3:80", "", "10.0.0.3", False),
    ]  # fmt: skip
    assert (seen.automatic, seen.trouble) == (True, ())
    assert len(seen.ready) == 1


def test_a_load_balancer_that_stands_in_one_zone_or_is_impaired() -> None:
    assert balanced(AvailabilityZones=[{"ZoneName": "a"}]).trouble == ("the load balancer itself stands in a alone",)
    assert balanced(State={"Code": "active_impaired"}).trouble == ("the load balancer is active_impaired",)


def test_each_group_has_to_have_one() -> None:
    groups = {"front": (target("i-1"), target("i-2")), "api": (target("i-3", "unhealthy", Reason="Target.Timeout"),)}
    seen = state(BALANCER, groups, {}, {})
    assert seen.trouble == ("no target of api is healthy",)
    assert seen.members[0].detail == "it is unhealthy: Target.Timeout"


@pytest.mark.parametrize(
    "broken",
    [
        {"State": {"Code": "sleeping"}},
        {"State": None},
        {"AvailabilityZones": "a"},
        {"AvailabilityZones": ["a"]},
    ],
)
def test_words_that_are_not_known(broken: dict[str, Any]) -> None:
    with pytest.raises(CannotSee):
        balanced(target("i-1"), **broken)


def test_a_target_that_nobody_checks_is_not_judged() -> None:
    with pytest.raises(CannotSee, match="does not tell"):
        balanced(target("i-1", "unavailable"))


@pytest.mark.parametrize(
    ("code", "reason"),
    [("AccessDenied", Reason.DENIED), ("ExpiredToken", Reason.DENIED), ("Throttling", Reason.TIMEOUT),
     ("LoadBalancerNotFound", Reason.INCOMPLETE), ("\x1b[31mEvil", Reason.INCOMPLETE)],
)  # fmt: skip
def test_a_cloud_that_refuses(code: str, reason: Reason) -> None:
    item = LoadBalancer.model_validate(
        {"id": "it", "kind": "load-balancer", "to": "busan", "mode": "hot", "region": "eu-x-1", "name": "front"}
    )
    with pytest.raises(CannotSee) as gap:
        anyio.run(targets.look, item, world({"elbv2.describe_load_balancers": code}))
    assert gap.value.reason is reason
    assert "\x1b" not in str(gap.value)


def database(**more: Any) -> dict[str, Any]:
    return {"DBInstanceIdentifier": "ledger", "DBInstanceStatus": "available", "MultiAZ": True, "Engine": "postgres",
            "EngineVersion": "15.4", "AvailabilityZone": "a", "SecondaryAvailabilityZone": "b", **more}  # fmt: skip


def looked(answers: dict[str, dict[str, Any] | str | CannotSee], **more: str) -> FailoverState:
    keys = more or {"instance": "ledger"}
    item = Rds.model_validate({"id": "it", "kind": "rds", "to": "busan", "mode": "hot", "region": "eu-x-1", **keys})
    found = anyio.run(members.look, item, world(answers))
    assert isinstance(found, FailoverState)
    return found


def test_an_instance_with_its_standby_and_its_replica_elsewhere() -> None:
    own = database(ReadReplicaDBInstanceIdentifiers=["arn:aws:rds:eu-y-1:1:db:far"])
    info = {"StatusType": "read replication", "Normal": True, "Status": "replicating"}
    far = database(DBInstanceIdentifier="far", MultiAZ=False, AvailabilityZone="c", StatusInfos=[info])
    date = datetime(2026, 8, 1, tzinfo=UTC)
    events = [
        {"Date": date, "Message": "Multi-AZ instance failover completed.", "EventCategories": ["failover"]},
        {"Date": date, "Message": "Finished DB instance backup", "EventCategories": ["backup"]},
    ]
    seen = looked({"rds.describe_db_instances ledger": {"DBInstances": [own]},
                   "rds.describe_db_instances far": {"DBInstances": [far]},
                   "rds.describe_events": {"Events": events}})  # fmt: skip
    assert [(one.name, one.role, one.usable, one.zone) for one in seen.members] == [
        ("ledger", "primary", True, "a"), ("ledger (standby)", "standby", True, "b"), ("far", "standby", True, "c"),
    ]  # fmt: skip
    assert (seen.automatic, seen.last_switch.at) == (True, date)


def test_a_replica_whose_replication_stopped() -> None:
    own = database(MultiAZ=False, ReadReplicaDBInstanceIdentifiers=["far"])
    info = {"StatusType": "read replication", "Normal": False, "Status": "error"}
    seen = looked({"rds.describe_db_instances ledger": {"DBInstances": [own]},
                   "rds.describe_db_instances far": {"DBInstances": [database(StatusInfos=[info])]}})  # fmt: skip
    assert (seen.members[1].usable, seen.members[1].detail) == (False, "its replication is error")
    assert not seen.automatic
    with pytest.raises(CannotSee):
        _ = seen.last_switch


@pytest.mark.parametrize(
    "broken", [{"DBInstanceStatus": "dreaming"}, {"MultiAZ": "yes"}, {"ReadReplicaDBInstanceIdentifiers": ["--x"]}]
)
def test_a_description_that_is_not_known(broken: dict[str, Any]) -> None:
    with pytest.raises(CannotSee):
        looked({"rds.describe_db_instances": {"DBInstances": [database(**broken)]}})


def test_a_cluster_with_its_reader() -> None:
    cluster = {"Status": "available", "DBClusterMembers": [
        {"DBInstanceIdentifier": "one", "IsClusterWriter": True},
        {"DBInstanceIdentifier": "two", "IsClusterWriter": False}]}  # fmt: skip
    two = database(DBInstanceIdentifier="two", DBInstanceStatus="stopped")
    seen = looked({"rds.describe_db_clusters": {"DBClusters": [cluster]},
                   "rds.describe_db_instances one": {"DBInstances": [database(DBInstanceIdentifier="one")]},
                   "rds.describe_db_instances two": {"DBInstances": [two]}}, cluster="ledger")  # fmt: skip
    assert [(one.role, one.usable) for one in seen.members] == [("primary", True), ("standby", False)]


@pytest.mark.parametrize("keys", [{}, {"instance": "a", "cluster": "b"}, {"instance": "-x"}])
def test_what_an_inventory_may_not_say(keys: dict[str, str]) -> None:
    written = {"id": "it", "kind": "rds", "to": "busan", "mode": "hot", "region": "eu-x-1", **keys}
    with pytest.raises(ValueError, match=r".+"):
        Rds.model_validate(written)


@pytest.mark.parametrize(
    "written", ["deployment/../secrets", "secret/token", "deployment/", "deployment/a?b", "portal"]
)
def test_a_workload_leads_nowhere_else(written: str) -> None:
    assert parse_workload("statefulset/ledger") == "statefulset/ledger"
    with pytest.raises(Unexpected):
        parse_workload(written)


@pytest.mark.parametrize("written", ["ftp://k8s.example", "https://a:b@k8s.example", "https://k8s.example/?x=1", "k8s"])
def test_a_server_is_a_plain_url(written: str) -> None:
    assert parse_server("https://k8s.example:6443/") == "https://k8s.example:6443"
    with pytest.raises(Unexpected):
        parse_server(written)
