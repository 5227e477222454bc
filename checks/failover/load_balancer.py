"""A load balancer of a cloud as the inventory words it becomes the targets that would go on serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Patience
from audit.model.item import Text
from checks.failover.cloud import InCloud, rows, strange, text, told

VERBS: Final = Verbs(
    aws=("elbv2.describe_load_balancers", "elbv2.describe_target_groups", "elbv2.describe_target_health",
         "ec2.describe_instances"),
)  # fmt: skip
_SICK: Final = ("initial", "unhealthy", "unhealthy.draining", "unused", "draining")
_MOST_GROUPS: Final = 20
_MOST_TARGETS: Final = 200
_DAY: Final = 86_400


class LoadBalancer(InCloud, kind="load-balancer"):
    """A load balancer with the interface of AWS Elastic Load Balancing 2: which targets answer, in which zones.

    Ran against moto 5; never run against the real thing. The key needs `DescribeLoadBalancers`,
    `DescribeTargetGroups`, `DescribeTargetHealth`, and `DescribeInstances` for the zones of machines. A site of the
    inventory whose id or `region` is the name of a zone is where the targets of that zone stand.
    """

    name: Text
    """Of the load balancer."""
    group: Text | None = None
    """The target group that is meant, where not all of them are."""


@probe(deadline=120, verbs=VERBS)
async def targets(switch: LoadBalancer, world: World) -> FailoverState:
    found = rows(await told(switch, world, "elbv2", "describe_load_balancers", {"Names": [switch.name]}),
                 "LoadBalancers")  # fmt: skip
    if len(found) != 1:
        raise strange()
    balancer, arn = found[0], text(found[0], "LoadBalancerArn")
    groups = rows(await told(switch, world, "elbv2", "describe_target_groups", {"LoadBalancerArn": arn}),
                  "TargetGroups")  # fmt: skip
    meant = [one for one in groups if switch.group in (None, text(one, "TargetGroupName"))]
    if not meant or len(meant) > _MOST_GROUPS:
        says = say("{failover} has target groups that could be judged: {count}", failover=switch.ref, count=len(meant))
        raise CannotSee(Reason.INCOMPLETE, says)
    health: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for one in meant:
        asked = {"TargetGroupArn": text(one, "TargetGroupArn")}
        answer = await told(switch, world, "elbv2", "describe_target_health", asked)
        health[text(one, "TargetGroupName")] = rows(answer, "TargetHealthDescriptions")
    absent: dict[str, Unseen] = {}
    try:
        zones = await _zones(switch, world, [row for group in health.values() for row in group])
    except CannotSee as gap:
        zones, absent["zones"] = {}, Unseen.of(gap)
    return state(balancer, health, zones, absent, patience=waited(meant))


async def _zones(switch: LoadBalancer, world: World, found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The zone of each target that is a machine."""
    machines = sorted({name for row in found if (name := text(row, "Target", "Id")).startswith("i-")})[:_MOST_TARGETS]
    if not machines:
        return {}
    answer = await told(switch, world, "ec2", "describe_instances", {"InstanceIds": machines})
    return {
        text(one, "InstanceId"): text(one, "Placement", "AvailabilityZone")
        for reserved in rows(answer, "Reservations")
        for one in rows(reserved, "Instances")
    }


def state(
    balancer: Mapping[str, Any],
    health: Mapping[str, Sequence[Mapping[str, Any]]],
    zones: Mapping[str, str],
    absent: Mapping[str, Unseen],
    *,
    patience: Patience | None = None,
) -> FailoverState:
    """What the cloud says of a load balancer, its groups, the zones of its machines to facts."""
    trouble: list[str] = []
    code = text(balancer, "State", "Code")
    if code in ("provisioning", "active_impaired", "failed"):
        trouble.append(f"the load balancer is {code}")
    elif code != "active":
        raise strange()
    own = sorted({text(zone, "ZoneName") for zone in rows(balancer, "AvailabilityZones")} - {""})
    if len(own) == 1:
        trouble.append(f"the load balancer itself stands in {own[0]} alone")
    members = [
        _member(row, group if len(health) > 1 else "", zones)
        for group, found in sorted(health.items())
        for row in found[:_MOST_TARGETS]
    ]
    for group, found in sorted(health.items()):
        if len(health) > 1 and not any(text(row, "TargetHealth", "State") == "healthy" for row in found):
            trouble.append(f"no target of {group} is healthy")
    facts: dict[str, Any] = {} if patience is None else {"patience": patience}
    return FailoverState(
        members=tuple(members),
        automatic=True,
        paused=False,
        trouble=tuple(trouble),
        absent=dict(absent),
        tool="elbv2",
        replicates=False,
        **facts,
    )


def waited(groups: Sequence[Mapping[str, Any]]) -> Patience | None:
    """For how long the health checks let a dead target get people, in the slowest group; None where one is unknown."""
    pairs = [(one.get("HealthCheckIntervalSeconds"), one.get("UnhealthyThresholdCount")) for one in groups]
    known = [every * count for every, count in pairs if isinstance(every, int) and isinstance(count, int)]
    if len(known) < len(pairs) or not 0 < max(known, default=0) < _DAY:
        return None
    by = "HealthCheckIntervalSeconds x UnhealthyThresholdCount"
    return Patience(time=timedelta(seconds=max(known)), by=by)


def _member(row: Mapping[str, Any], group: str, zones: Mapping[str, str]) -> Member:
    name, port = text(row, "Target", "Id"), row.get("Target", {}).get("Port")
    code, reason = text(row, "TargetHealth", "State"), text(row, "TargetHealth", "Reason")
    whole = f"{name}:{port}" if isinstance(port, int) else name
    if not name or code not in (*_SICK, "healthy"):
        # `unavailable`: nobody checks it, so that nobody knows.
        says = say("the load balancer does not tell how {target} is: {state}", target=whole or "-", state=code or "-")
        raise CannotSee(Reason.INCOMPLETE, says)
    told_zone = text(row, "Target", "AvailabilityZone")
    zone = told_zone if told_zone not in ("", "all") else zones.get(name, "")
    return Member(
        name=f"{group} {whole}".strip(),
        role="serving",
        usable=code == "healthy",
        detail="" if code == "healthy" else f"it is {code}: {reason or '-'}",
        address="" if name.startswith("i-") else name,
        zone=zone,
    )
