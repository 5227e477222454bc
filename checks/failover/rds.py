"""A database of a cloud as the inventory words it becomes whether a standby in another zone would take over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, model_validator

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.facts import Unseen
from audit.model.failover import FailoverState, Member, Role, Switch
from audit.model.item import Text
from audit.model.unfit import Unexpected
from checks.failover.cloud import InCloud, rows, strange, text, told

VERBS: Final = Verbs(aws=("rds.describe_db_instances", "rds.describe_db_clusters", "rds.describe_events"))
Row = Mapping[str, Any]
_UP: Final = frozenset((
    "available", "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth",
    "configuring-log-exports", "modifying", "storage-config-upgrade", "storage-initialization", "storage-optimization",
))  # fmt: skip
_DOWN: Final = re.compile(
    r"creating|delet(e|ing).*|failed|stop(ped|ping)|starting|rebooting|maintenance|upgrading|renaming|restore-error"
    r"|storage-full|insufficient-.*|inaccessible-.*|incompatible-.*|failing-over|converting-to-vpc|moving-to-vpc"
    r"|resetting-master-credentials"
)
_REPLICA: Final = re.compile(r"arn:aws[a-z-]*:rds:([a-z0-9-]{2,41}):\d*:db:([A-Za-z0-9-]{1,80})")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,62}")
_MOST: Final = 16
_DAYS: Final = 14
"""For so long the cloud keeps events."""


def parse_identifier(written: str) -> str:
    """The identifier of an instance or a cluster."""
    if not _NAME.fullmatch(written):
        raise Unexpected(say("an identifier of letters, digits or '-' (at most 63)"), repr(written[:80]))
    return written


Identifier = Annotated[Text, AfterValidator(parse_identifier)]


class Rds(InCloud, kind="rds"):
    """A database with the interface of AWS RDS: `instance` with its standby and its replicas, or a `cluster`.

    Ran against moto 5; never run against the real thing. The key needs `DescribeDBInstances`, `DescribeDBClusters`,
    `DescribeEvents`. A site of the inventory whose id or `region` is the name of a zone is where that member stands.
    """

    instance: Identifier | None = None
    cluster: Identifier | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Rds:
        if (self.instance is None) == (self.cluster is None):
            raise Unexpected(say("either `instance` or `cluster`"), say("none or both of them"))
        return self


@probe(deadline=120, verbs=VERBS)
async def members(switch: Rds, world: World) -> FailoverState:
    if switch.cluster is not None:
        asked = {"DBClusterIdentifier": switch.cluster}
        found = rows(await told(switch, world, "rds", "describe_db_clusters", asked), "DBClusters")
        if len(found) != 1:
            raise strange()
        group, trouble = await _of_cluster(switch, world, found[0])
        automatic = len(group) > 1
        record, kind = switch.cluster, "db-cluster"
    else:
        name = switch.instance or ""
        own = await _instance(switch, world, name)
        group, trouble = [*of_instance(own)], []
        for replica in _names(own)[:_MOST]:
            region, plain = replica
            group.append(_replica(await _instance(switch, world, plain, region)))
        automatic = _flag(own, "MultiAZ")
        record, kind = name, "db-instance"
    absent: dict[str, Unseen] = {}
    facts: dict[str, Any] = {}
    try:
        facts["last_switch"] = await _last(switch, world, record, kind)
    except CannotSee as gap:
        absent["last_switch"] = Unseen.of(gap)
    return FailoverState(
        members=tuple(group),
        automatic=automatic,
        paused=False,
        trouble=tuple(trouble),
        absent=absent,
        tool="rds",
        **facts,
    )


async def _instance(switch: Rds, world: World, name: str, region: str = "") -> Row:
    found = rows(
        await told(switch, world, "rds", "describe_db_instances", {"DBInstanceIdentifier": name}, region), "DBInstances"
    )
    if len(found) != 1:
        raise strange()
    return found[0]


def of_instance(own: Row) -> tuple[Member, ...]:
    """One instance as the cloud describes it, with the standby that nobody can ask."""
    name, zone, other = _known(own), text(own, "AvailabilityZone"), text(own, "SecondaryAvailabilityZone")
    usable, why = standing(own)
    first = _member(own, "primary", usable=usable, why=why)
    if not _flag(own, "MultiAZ"):
        return (first,)
    against = why or ("it stands in the same zone" if other and other == zone else "")
    twin = Member(
        name=f"{name} (standby)", role="standby", usable=usable and not against, detail=against, zone=other,
        version=first.version,
    )  # fmt: skip
    return first, twin


def _replica(own: Row) -> Member:
    """A replica that only reads until somebody promotes it."""
    usable, why = standing(own)
    for info in own.get("StatusInfos") or ():
        if not isinstance(info, Mapping):
            raise strange()
        if text(info, "StatusType") == "read replication" and (
            info.get("Normal") is not True or text(info, "Status") != "replicating"
        ):
            usable, why = False, why or f"its replication is {text(info, 'Status') or '-'}"
    return _member(own, "standby", usable=usable, why=why)


async def _of_cluster(switch: Rds, world: World, cluster: Row) -> tuple[list[Member], list[str]]:
    found: list[Member] = []
    for entry in rows(cluster, "DBClusterMembers")[:_MOST]:
        own = await _instance(switch, world, text(entry, "DBInstanceIdentifier"))
        usable, why = standing(own)
        writer = entry.get("IsClusterWriter")
        if not isinstance(writer, bool):
            raise strange()
        found.append(_member(own, "primary" if writer else "standby", usable=usable, why=why))
    status = text(cluster, "Status")
    if status not in _UP and not _DOWN.fullmatch(status):
        raise _unknown(status)
    return found, [] if status in _UP else [f"the cluster is {status}"]


def standing(own: Row) -> tuple[bool, str]:
    """Whether an instance works, else why not; CannotSee for a word that is not known."""
    status = text(own, "DBInstanceStatus")
    if status in _UP:
        return True, ""
    if _DOWN.fullmatch(status):
        return False, f"it is {status}"
    raise _unknown(status)


def _unknown(status: str) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("the cloud calls it {status}, which is not known", status=status or "-"))


def _member(own: Row, role: Role, *, usable: bool, why: str) -> Member:
    return Member(
        name=_known(own),
        role=role,
        usable=usable,
        detail=why,
        address=text(own, "Endpoint", "Address"),
        zone=text(own, "AvailabilityZone"),
        version=" ".join((text(own, "Engine"), text(own, "EngineVersion"))).strip(),
    )


def _known(own: Row) -> str:
    name = text(own, "DBInstanceIdentifier")
    if not name:
        raise strange()
    return name


def _flag(own: Row, key: str) -> bool:
    found = own.get(key)
    if not isinstance(found, bool):
        raise strange()
    return found


def _names(own: Row) -> Sequence[tuple[str, str]]:
    """Region (empty for the same one) and identifier of each replica."""
    found: list[tuple[str, str]] = []
    for written in own.get("ReadReplicaDBInstanceIdentifiers") or ():
        away = _REPLICA.fullmatch(str(written))
        if away is None and not _NAME.fullmatch(str(written)):
            raise strange()
        found.append((away[1], away[2]) if away is not None else ("", str(written)))
    return found


async def _last(switch: Rds, world: World, name: str, kind: str) -> Switch:
    """The newest failover among the events that the cloud still keeps."""
    asked = {"SourceIdentifier": name, "SourceType": kind, "EventCategories": ["failover"], "Duration": _DAYS * 1440}
    dated = [
        (event["Date"].astimezone(UTC), text(event, "Message"))
        for event in rows(await told(switch, world, "rds", "describe_events", asked), "Events")
        if isinstance(event.get("Date"), datetime) and event["Date"].tzinfo is not None and _switched(event)
    ]
    if not dated:
        says = say("the cloud keeps events for {days} days, and no switch is among them", days=_DAYS)
        raise CannotSee(Reason.INCOMPLETE, says)
    at, message = max(dated)
    return Switch(at=at, source="RDS events", detail=message)


def _switched(event: Row) -> bool:
    """Whether an event tells of a switch that came to its end: others tell of its begin, or that none was tried."""
    kinds = event.get("EventCategories")
    return isinstance(kinds, list) and "failover" in kinds and "completed" in text(event, "Message").lower()
