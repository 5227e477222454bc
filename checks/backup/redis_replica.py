"""A replica of Redis as the inventory words it becomes how far it is behind its primary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final

from pydantic import Field

from audit.contract import CannotSee, Reason, RedisDoor, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.backup import ReplicaState
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.redis import Info, beyond, info, whole

VERBS: Final = Verbs(redis=("INFO replication", "ACL WHOAMI", "ACL GETUSER *"))
_SILENT: Final = 60
_AGAIN: Final = 2
_LINE: Final = re.compile(r"slave\d{1,5}")


class RedisReplica(Copy, kind="redis-replica"):
    """A replica of Redis (6 or newer), asked at both ends; `info` is all that the user needs (`+info +acl|whoami`).

    It counts as attached where the primary calls it `online` and its own link is `up`: until its first synchronisation
    is through it holds nothing. Ran with Redis 7.0.
    """

    replica: ClassVar[bool] = True

    server: Host = Field(alias="host")
    port: Port = 6379
    user: Text | None = None
    password: SecretRef | None = None
    primary: Host = Field(alias="primary-host")
    primary_port: Port = 6379
    primary_user: Text | None = None
    primary_password: SecretRef | None = None
    """Those of the replica where they are not written."""
    tls: Flag = False
    authority: Text | None = None
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return self.server

    @property
    def door(self) -> RedisDoor:
        return RedisDoor(self.server, self.port, self.user or "", self.password, self.tls, self.authority)

    @property
    def primary_door(self) -> RedisDoor:
        own = self.primary_user is not None or self.primary_password is not None
        user, password = (self.primary_user, self.primary_password) if own else (self.user, self.password)
        return RedisDoor(self.primary, self.primary_port, user or "", password, self.tls, self.authority)


@probe(deadline=30, verbs=VERBS)
async def replication(copy: RedisReplica, world: World) -> ReplicaState:
    primary: Info | CannotSee
    try:
        # The primary first: what it had written by then and the replica does not hold by now is truly behind.
        primary = await _asked(copy.primary_door, copy, world)
    except CannotSee as gap:
        primary = gap
    began = world.clock.monotonic()
    replica = await _asked(copy.door, copy, world)
    seen = state(replica, primary, copy.port, timedelta(0))
    for _ in range(_AGAIN):
        if not seen.has("bytes_behind") or not seen.bytes_behind:
            break
        # What is on its way now has come by the second look, and was late by no more than the time between both.
        replica = await _asked(copy.door, copy, world)
        seen = state(replica, primary, copy.port, timedelta(seconds=world.clock.monotonic() - began))
    try:
        return seen.model_copy(update={"excess": await beyond(copy.door, world, copy.timeout)})
    except CannotSee as gap:
        return seen.model_copy(update={"absent": {**seen.absent, "excess": Unseen.of(gap)}})


async def _asked(door: RedisDoor, copy: RedisReplica, world: World) -> Info:
    (answer,) = await world.redis.ask(door, (("INFO", "replication"),), copy.timeout)
    return info(answer)


def state(replica: Info, primary: Info | CannotSee, port: int, waited: timedelta) -> ReplicaState:
    """What both ends say to facts; `waited` is the time since the primary spoke where the replica was asked again."""
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    if replica.get("role") != "slave":
        detail = "it is no replica: it takes writes of its own"
        if not isinstance(primary, CannotSee):
            facts["same_cluster"] = replica.get("master_replid") == primary.get("master_replid")
        return ReplicaState(attached=False, detail=detail, **facts)
    facts |= _attachment(replica, primary, port)
    if facts["attached"]:
        # Nothing pauses the replay of a replica of Redis: what it has read it has done.
        facts["paused"] = False
    try:
        if isinstance(primary, CannotSee):
            raise primary
        if primary.get("role") != "master":
            raise CannotSee(Reason.CONTRADICTED, say("the server named as primary is itself a replica"))
        facts["same_cluster"] = _same(replica, primary)
        if not facts["same_cluster"]:
            raise CannotSee(Reason.CONTRADICTED, say("the replica follows another primary than the one that is named"))
        written, held = whole(primary.get("master_repl_offset")), whole(replica.get("slave_repl_offset"))
        if written is None or held is None:
            raise CannotSee(Reason.INCOMPLETE, say("the servers do not tell how far they have written"))
        facts["bytes_behind"] = max(0, written - held)
        if facts["bytes_behind"]:
            raise CannotSee(
                Reason.INCOMPLETE, say("the replica is behind, and nothing tells how old the newest change in it is")
            )
        facts["replay_age"] = waited
    except CannotSee as gap:
        for fact in ("same_cluster", "bytes_behind", "replay_age"):
            if fact not in facts:
                absent[fact] = Unseen.of(gap)
    return ReplicaState(absent=absent, **facts)


def _same(replica: Info, primary: Info) -> bool:
    """Both tell of the same stream of changes, the one before the last switch included."""
    streams = {primary.get("master_replid"), primary.get("master_replid2")} - {None, "", "0" * 40}
    return replica.get("master_replid") in streams


def _attachment(replica: Info, primary: Info | CannotSee, port: int) -> dict[str, Any]:
    link = replica.get("master_link_status", "")
    if link != "up":
        why = "its first synchronisation is not through" if replica.get("master_sync_in_progress") == "1" else ""
        return {"attached": False, "detail": f"its link to the primary is {link[:20] or '-'}" + (why and f": {why}")}
    silent = whole(replica.get("master_last_io_seconds_ago"))
    if silent is not None and silent > _SILENT:
        return {"attached": False, "detail": "it has heard nothing of its primary for over a minute"}
    if isinstance(primary, CannotSee):
        return {"attached": True, "detail": "seen from the replica only"}
    lines = [_words(text) for key, text in primary.items() if _LINE.fullmatch(key)]
    own = [words for words in lines if words.get("port") == str(port)] or (lines if len(lines) == 1 else [])
    states = {words.get("state", "") for words in own or lines}
    if "online" in states:
        return {"attached": True, "detail": "" if own else "the primary knows it by another port"}
    shown = ", ".join(sorted(states))[:60]
    return {
        "attached": False,
        "detail": f"the primary calls it {shown}" if shown else "the primary has no replica",
    }


def _words(text: str) -> Mapping[str, str]:
    """`ip=127.0.0.1,port=16380,state=online,offset=8355,lag=1` to its words."""
    return dict(piece.partition("=")[::2] for piece in text.split(","))
