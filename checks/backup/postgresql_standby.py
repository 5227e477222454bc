"""A streaming standby as the inventory words it becomes how far it is behind its primary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from audit.contract import CannotSee, Reason, Verbs, World, probe, say
from audit.model.backup import ReplicaState
from audit.model.facts import Unseen
from audit.model.item import SecretRef
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.postgresql_rights import RIGHTS, excess
from checks.backup.wal import position

Row = Mapping[str, Any]

# Neither may ask for primary_conninfo: a member of pg_monitor gets the password in it in clear.
_WRITER: Final = """
SELECT pg_is_in_recovery() AS in_recovery, clock_timestamp() AS now,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS written,
       (SELECT system_identifier::text FROM pg_control_system()) AS cluster
"""
_SENDERS: Final = "SELECT state FROM pg_stat_replication"
_REPLICA: Final = """
SELECT pg_is_in_recovery() AS in_recovery, clock_timestamp() AS now, pg_last_wal_replay_lsn()::text AS replayed,
       pg_last_xact_replay_timestamp() AS replayed_at,
       CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused,
       (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
       (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline
"""
_RECEIVERS: Final = "SELECT status, received_tli, last_msg_receipt_time FROM pg_stat_wal_receiver"
_SILENT: Final = timedelta(seconds=60)


class PostgresqlStandby(Copy, kind="postgresql-standby"):
    """A PostgreSQL (10 or newer) streaming standby; `primary` and `standby` are secrets that hold connection strings.

    Both roles need `pg_monitor` (`GRANT pg_monitor TO audit`), and no right to any table. Ran with PostgreSQL 15.
    """

    replica: ClassVar[bool] = True

    primary: SecretRef
    standby: SecretRef
    timeout: Duration = timedelta(seconds=5)


@probe(verbs=Verbs(sql=(_WRITER, _SENDERS, _REPLICA, _RECEIVERS, RIGHTS)))
async def replication(copy: PostgresqlStandby, world: World) -> ReplicaState:
    primary: tuple[Row, Sequence[Row]] | CannotSee
    try:
        # The primary first: what it had written by then and the standby has not replayed by now is truly behind.
        written, senders, first = await world.postgresql.rows(copy.primary, (_WRITER, _SENDERS, RIGHTS), copy.timeout)
        primary = _only(written), senders
    except CannotSee as gap:
        primary, first = gap, ()
    replica, receivers, second = await world.postgresql.rows(copy.standby, (_REPLICA, _RECEIVERS, RIGHTS), copy.timeout)
    found = state(_only(replica), receivers, primary)
    try:
        rights = excess(second) if isinstance(primary, CannotSee) else excess(first) + excess(second)
    except CannotSee as gap:
        return found.model_copy(update={"absent": {**found.absent, "excess": Unseen.of(gap)}})
    if isinstance(primary, CannotSee) and not rights:
        return found.model_copy(update={"absent": {**found.absent, "excess": Unseen.of(primary)}})
    return found.model_copy(update={"excess": tuple(dict.fromkeys(rights))})


def _only(rows: Sequence[Row]) -> Row:
    if len(rows) != 1:
        raise CannotSee(Reason.INCOMPLETE, say("the server answered with {count} rows, not one", count=len(rows)))
    return rows[0]


def state(replica: Row, receivers: Sequence[Row], primary: tuple[Row, Sequence[Row]] | CannotSee) -> ReplicaState:
    """The rows of both ends to facts; the primary's may be missing, and the facts that need them are then absent."""
    facts: dict[str, Any] = {"timeline": next((row["received_tli"] for row in receivers), None) or replica["timeline"]}
    absent: dict[str, Unseen] = {}
    gap = primary if isinstance(primary, CannotSee) else _contradiction(replica, primary[0])
    if not isinstance(primary, CannotSee):
        facts["same_cluster"] = replica["cluster"] == primary[0]["cluster"]
    else:
        absent["same_cluster"] = Unseen.of(primary)
    if not replica["in_recovery"]:
        absent["bytes_behind"] = absent["replay_age"] = absent["paused"] = Unseen.of(
            CannotSee(Reason.CONTRADICTED, say("the server named as standby is not in recovery"))
        )
        detail = "it is not in recovery: it takes writes of its own"
        return ReplicaState(attached=False, detail=detail, absent=absent, **facts)
    facts["paused"] = replica["paused"]
    if gap is None and not isinstance(primary, CannotSee):
        try:
            facts |= _distance(replica, primary[0])
            if facts["replay_age"] is None:
                del facts["replay_age"]
                raise CannotSee(Reason.INCOMPLETE, say("the standby has replayed no transaction since it started"))
        except CannotSee as missing:
            absent["replay_age"] = Unseen.of(missing)
            if "bytes_behind" not in facts:
                absent["bytes_behind"] = Unseen.of(missing)
    elif gap is not None:
        absent["bytes_behind"] = absent["replay_age"] = Unseen.of(gap)
    try:
        senders = None if isinstance(primary, CannotSee) or gap is not None else primary[1]
        facts |= _attachment(replica, receivers, senders, facts)
    except CannotSee as hidden:
        absent["attached"] = Unseen.of(hidden)
    return ReplicaState(absent=absent, **facts)


def _contradiction(replica: Row, writer: Row) -> CannotSee | None:
    """Why the two ends cannot be held against each other."""
    if writer["in_recovery"]:
        return CannotSee(Reason.CONTRADICTED, say("the server named as primary is itself in recovery"))
    if writer["cluster"] != replica["cluster"]:
        return CannotSee(Reason.CONTRADICTED, say("the standby is a replica of another primary"))
    return None


def _distance(replica: Row, writer: Row) -> dict[str, Any]:
    """Bytes behind, with the age of what was replayed last: both of its times come from the primary's clock."""
    if replica["replayed"] is None:
        raise CannotSee(Reason.INCOMPLETE, say("the standby has replayed nothing since it started"))
    behind = max(0, position(writer["written"]) - position(replica["replayed"]))
    age: timedelta | None = timedelta(0)
    if behind:
        age = None if replica["replayed_at"] is None else max(timedelta(0), writer["now"] - replica["replayed_at"])
    return {"bytes_behind": behind, "replay_age": age}


def _attachment(
    replica: Row, receivers: Sequence[Row], senders: Sequence[Row] | None, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Whether a receiver streams now. CannotSee where the role of the standby may not see it."""
    if facts.get("same_cluster") is False:
        return {"attached": False, "detail": "it is a replica of another primary"}
    if not receivers:
        return {"attached": False, "detail": "no receiver runs on the standby"}
    receiver = receivers[0]
    if receiver["status"] is None:
        raise CannotSee(Reason.DENIED, say("the role of the standby may not see its receiver: grant it pg_monitor"))
    if receiver["status"] != "streaming":
        return {"attached": False, "detail": f"the receiver of the standby is {receiver['status']}"}
    heard = receiver["last_msg_receipt_time"]
    silent = heard is not None and replica["now"] - heard > _SILENT
    if silent and "bytes_behind" not in facts:
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the receiver of the standby has heard nothing for over a minute; the primary could not tell more"),
        )
    if silent and facts["bytes_behind"]:
        # A dead line keeps its receiver until wal_receiver_timeout, for ever where that is 0.
        return {"attached": False, "detail": "the receiver of the standby has heard nothing for over a minute"}
    if senders is None:
        return {"attached": True, "detail": "seen from the standby only"}
    states = {row["state"] for row in senders}
    if states & {"streaming", "catchup"}:
        return {"attached": True}
    if None in states:
        return {"attached": True, "detail": "seen from the standby only: the role of the primary has no pg_monitor"}
    return {"attached": False, "detail": "the primary has no sender that streams"}
