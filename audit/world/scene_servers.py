"""Plain values to databases, object stores, file servers, devices that answer nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import RedisDoor, S3Answer, S3Door, SnmpDoor, SshDoor
from audit.world.world import Files

T = TypeVar("T")


def seen(values: Mapping[str, T | CannotSee], key: str) -> T:
    """What a scene has under a key; a `CannotSee` is raised."""
    found = values.get(key)
    if found is None:
        raise CannotSee(Reason.UNREACHABLE, say("{name} is not in this scene", name=key))
    if isinstance(found, CannotSee):
        raise found
    return found


def longest(values: Mapping[str, T | CannotSee], line: str) -> T:
    """What a scene has under the longest beginning of a line, whole words."""
    fitting = [begin for begin in values if line == begin or line.startswith(begin + " ")]
    return seen(values, max(fitting, key=len, default=line))


@dataclass(frozen=True, slots=True)
class SceneRedis:
    """Answers by `host:port`, then by the command."""

    servers: Mapping[str, Mapping[str, Any] | CannotSee]

    async def ask(self, door: RedisDoor, commands: Sequence[Sequence[str]], timeout: timedelta) -> tuple[Any, ...]:
        answers = seen(self.servers, f"{door.host}:{door.port}")
        return tuple(_answered(answers, " ".join(words)) for words in commands)


def _answered(answers: Mapping[str, Any], line: str) -> Any:
    if line not in answers:
        raise CannotSee(Reason.UNREACHABLE, say("{name} is not in this scene", name=line))
    return answers[line]


@dataclass(frozen=True, slots=True)
class SceneS3:
    """Answers by `OPERATION BUCKET KEY`, the longest beginning of it; the key may be a prefix, or left out."""

    answers: Mapping[str, S3Answer | CannotSee]

    async def ask(self, door: S3Door, operation: str, arguments: Mapping[str, Any], timeout: timedelta) -> S3Answer:
        words = (operation, arguments.get("Bucket", ""), arguments.get("Key") or arguments.get("Prefix") or "")
        return longest(self.answers, " ".join(word for word in words if word))


@dataclass(frozen=True, slots=True)
class SceneSftp:
    """Files by `host:port`."""

    servers: Mapping[str, Files | CannotSee]

    def files(self, door: SshDoor, timeout: timedelta) -> AbstractAsyncContextManager[Files]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Files]:
            yield seen(self.servers, f"{door.host}:{door.port}")

        return opened()


@dataclass(frozen=True, slots=True)
class SceneSnmp:
    """Values by `host:port`, then by numeric OID."""

    agents: Mapping[str, Mapping[str, int | str] | CannotSee]

    async def get(self, door: SnmpDoor, oids: Sequence[str], timeout: timedelta) -> Mapping[str, int | str | None]:
        values = seen(self.agents, f"{door.host}:{door.port}")
        return {oid: values.get(oid) for oid in oids}

    async def walk(self, door: SnmpDoor, oid: str, timeout: timedelta) -> Mapping[str, int | str]:
        values = seen(self.agents, f"{door.host}:{door.port}")
        return {name: value for name, value in values.items() if name.startswith(oid + ".")}


@dataclass(frozen=True, slots=True)
class SceneLocal:
    """Answers by path, then by the line."""

    sockets: Mapping[str, Mapping[str, str] | CannotSee]

    async def talk(self, path: str, lines: Sequence[str], timeout: timedelta) -> str:
        answers = seen(self.sockets, path)
        return "".join(seen(answers, line) for line in lines)
