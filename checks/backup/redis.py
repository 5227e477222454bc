"""The persistence of a Redis server, or files of it elsewhere, become the points to which they can bring data back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from pydantic import Field, model_validator

from audit.contract import CannotSee, Level, Reason, RedisDoor, Verbs, World, probe, say
from audit.model.address import Host, Port
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration, Flag
from checks.backup.redis_aof import COMMANDS as AOF_COMMANDS
from checks.backup.redis_aof import AofLook
from checks.backup.redis_file import COMMANDS, Look

Info = Mapping[str, str]
VERBS: Final = Verbs(
    redis=("INFO server", "INFO persistence", "ACL WHOAMI", "ACL GETUSER *"), commands=(*COMMANDS, *AOF_COMMANDS)
)
_SLACK: Final = 3
"""Seconds by which the start of a server and its first `last save` may differ."""


class RedisFiles(Copy, kind="redis"):
    """What a Redis server (6 or newer) keeps on its own disk, or RDB files of it that were taken elsewhere (`rdb:`).

    With `host` alone it is the server's own persistence: its last save, or its log where that is switched on. With
    `rdb`, a pattern such as `/srv/redis/*.rdb`, it is those files, each with the time in its own head; the newest is
    read to its end by redis-check-rdb. With both, the server also tells whether its saves fail. `aof`, in the place of
    `rdb`, names the manifests of copies of its log (Redis 7), such as `/srv/redis/*/appendonlydir/*.manifest`: each
    counts from the last mark of time in it (`aof-timestamp-enabled yes`), without one from its last rewrite. The user
    needs `+info` alone; with `+acl|whoami` and `+acl|getuser` it can also be told what else it may do. Ran with Redis
    7.0.
    """

    server: Host | None = Field(default=None, alias="host")
    port: Port = 6379
    user: Text | None = None
    password: SecretRef | None = None
    tls: Flag = False
    authority: Text | None = None
    rdb: Text | None = None
    aof: Text | None = None
    timeout: Duration = timedelta(seconds=30)

    @property
    def host(self) -> str:
        return self.server or "localhost"

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.server is None and self.rdb is None and self.aof is None:
            raise Unexpected(say("a `host:` or a pattern of files, `rdb:`"), say("neither"))
        if self.rdb is not None and self.aof is not None:
            raise Unexpected(say("one of {known}", known="`rdb:`, `aof:`"), say("more"))
        return self

    @property
    def door(self) -> RedisDoor:
        return RedisDoor(self.server or "", self.port, self.user or "", self.password, self.tls, self.authority)


@probe(deadline=95, verbs=VERBS)
async def saves(copy: RedisFiles, world: World) -> BackupState:
    server: BackupState | CannotSee | None = None
    if copy.server is not None:
        try:
            server = await _server(copy, world)
        except CannotSee as gap:
            if copy.rdb is None and copy.aof is None:
                raise
            server = gap
    if copy.aof is not None:
        logs = await AofLook(world, copy.timeout, copy.aof).state()
        return logs if server is None else _both(logs, server)
    if copy.rdb is None:
        assert isinstance(server, BackupState)  # noqa: S101 - the validator leaves one of both
        return server
    files = await Look(world, copy.timeout, copy.rdb).state()
    return files if server is None else _both(files, server)


async def _server(copy: RedisFiles, world: World) -> BackupState:
    asked = (("INFO", "server"), ("INFO", "persistence"))
    answers = await world.redis.ask(copy.door, asked, copy.timeout)
    seen = state({**info(answers[0]), **info(answers[1])}, copy.server or "")
    try:
        return seen.model_copy(update={"excess": await beyond(copy.door, world, copy.timeout)})
    except CannotSee as gap:
        return seen.model_copy(update={"absent": {**seen.absent, "excess": Unseen.of(gap)}})


def _both(files: BackupState, server: BackupState | CannotSee) -> BackupState:
    """The files with what the server adds: failures of its own saves, rights of the audit."""
    if isinstance(server, CannotSee):
        return files.model_copy(update={"absent": {**files.absent, "excess": Unseen.of(server)}})
    facts: dict[str, Any] = {"absent": dict(files.absent)}
    if server.has("excess"):
        facts["excess"] = server.excess
    elif "excess" in server.absent:
        facts["absent"]["excess"] = server.absent["excess"]
    if server.has("errors"):
        facts["errors"] = (*(files.errors if files.has("errors") else ()), *server.errors)
    return files.model_copy(update=facts)


def state(server: Info, host: str) -> BackupState:
    """What a server says of itself and its saves to facts."""
    now = _time(server.get("server_time_usec"), 1_000_000)
    up = whole(server.get("uptime_in_seconds"))
    saved = _time(server.get("rdb_last_save_time"), 1)
    if now is None or up is None or saved is None:
        raise CannotSee(Reason.INCOMPLETE, say("the server does not tell its time, its start, its last save"))
    if server.get("loading") == "1":
        raise CannotSee(Reason.UNREACHABLE, say("the server is still loading its data"))
    points: list[RestorePoint] = []
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    # A server that never saved gives the time of its own start as that of its last save.
    count = whole(server.get("rdb_saves"))
    never = count == 0 or (count is None and abs((saved - (now - timedelta(seconds=up))).total_seconds()) <= _SLACK)
    took = max(0, whole(server.get("rdb_last_bgsave_time_sec")) or 0)
    if not never:
        points.append(RestorePoint(id="rdb", start=saved - timedelta(seconds=took), end=saved))
    elif whole(server.get("rdb_last_load_keys_loaded")):
        absent["reach"] = Unseen.of(
            CannotSee(
                Reason.INCOMPLETE,
                say("the server has not saved since it started; how old the file is that it read, only `rdb:` tells"),
            )
        )
    trouble = [text for key, text in _TROUBLES if server.get(key, "ok") != "ok"]
    if server.get("aof_enabled") == "1" and server.get("aof_last_write_status") == "ok":
        if server.get("aof_rewrite_in_progress") == "1" and not whole(server.get("aof_base_size")):
            trouble.append("the log has no base yet: its first rewrite is not through")
        else:
            points.append(RestorePoint(id="aof", start=now, end=now))
    if trouble:
        facts["errors"] = tuple(trouble)
    else:
        says = say("a server does not verify what it saved: write `rdb:` to have the files read")
        absent["errors"] = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    version = re.sub(r"[^0-9.]", "", server.get("redis_version", ""))[:20]
    return BackupState(
        points=tuple(sorted(points, key=lambda point: point.start)),
        clock=now,
        integrity=0,
        location=host,
        encrypted=False,
        tool=f"Redis {version}".strip(),
        absent=absent,
        level=Level.OBSERVED,
        **facts,
    )


_TROUBLES: Final = (
    ("rdb_last_bgsave_status", "the last save failed"),
    ("aof_last_write_status", "the last write to the log failed"),
    ("aof_last_bgrewrite_status", "the last rewrite of the log failed"),
)


async def beyond(door: RedisDoor, world: World, timeout: timedelta) -> tuple[str, ...]:
    """The rights beyond reading of the user as whom the server is asked; CannotSee where it may not see them.

    ACL GETUSER also gives hashes of passwords: only the categories of commands are taken out of it.
    """
    (name,) = await world.redis.ask(door, (("ACL", "WHOAMI"),), timeout)
    if not isinstance(name, str) or not re.fullmatch(r"[^\s*?\[\]]{1,200}", name):
        raise CannotSee(Reason.DENIED, say("the user of the audit may not see its own rights"))
    (rights,) = await world.redis.ask(door, (("ACL", "GETUSER", name),), timeout)
    if not isinstance(rights, list | dict):
        raise CannotSee(Reason.DENIED, say("the user of the audit may not see its own rights"))
    pairs = rights if isinstance(rights, dict) else dict(zip(rights[::2], rights[1::2], strict=False))
    commands = pairs.get("commands")
    if not isinstance(commands, str):
        raise CannotSee(Reason.INCOMPLETE, say("the server lists rights in a way that cannot be read"))
    allowed = [word for word in commands.split() if word.startswith("+")]
    return tuple(word[:60] for word in allowed if word.lower() not in _READS)


_READS: Final = frozenset(
    "+info +ping +role +time +lastsave +config|get +acl|whoami +acl|getuser +@read +get +hello +auth +command "
    "+client|setinfo +client|id +sentinel|masters +sentinel|master +sentinel|replicas +sentinel|sentinels "
    "+sentinel|ckquorum +sentinel|get-master-addr-by-name +select +dbsize +exists +ttl".split()
)


def info(answer: object) -> Info:
    """The text of INFO to its values; CannotSee(denied) where the server refused the command."""
    if isinstance(answer, Exception):
        text = str(answer)
        denied = any(word in text.upper() for word in ("PERM", "NOAUTH", "WRONGPASS"))
        reason = Reason.DENIED if denied else Reason.INCOMPLETE
        raise CannotSee(reason, say("the server refuses INFO: {error}", error=" ".join(text.split())[:120]))
    if not isinstance(answer, str):
        raise CannotSee(Reason.INCOMPLETE, say("the server does not answer INFO as Redis does"))
    pairs = (line.partition(":")[::2] for line in answer.splitlines() if ":" in line and not line.startswith("#"))
    return {key.strip()[:80]: value.strip()[:500] for key, value in pairs}


def whole(text: str | None) -> int | None:
    """A whole number; None for anything else."""
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _time(text: str | None, parts: int) -> datetime | None:
    """A time since 1970 in parts of a second; None where it is none."""
    value = whole(text)
    if value is None or not 0 < value // parts < 7_258_118_400:
        return None
    return datetime.fromtimestamp(value / parts, UTC)
