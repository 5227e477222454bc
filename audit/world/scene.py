"""Plain values to a World that answers nothing else: what is not in the scene cannot be seen."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from audit.model.facts import NameState, ServiceState
from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3Answer
from audit.world.scene_servers import SceneLocal, SceneRedis, SceneS3, SceneSftp, SceneSnmp, longest, seen
from audit.world.world import Answer, FileSeen, Output, Page, Unpacked, World

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
NOON: Final = datetime.fromisoformat("2026-09-01T12:00:00+00:00")

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SceneFile:
    """A file of a scene."""

    content: bytes
    modified: datetime


def scene(
    *,
    now: datetime = NOON,
    http: Mapping[str, ServiceState | CannotSee] = NOTHING,
    pages: Mapping[str, Answer | CannotSee] = NOTHING,
    tcp: Mapping[str, ServiceState | CannotSee] = NOTHING,
    talk: Mapping[str, Mapping[str, str] | CannotSee] = NOTHING,
    tls: Mapping[str, ServiceState | CannotSee] = NOTHING,
    dns: Mapping[str, NameState | CannotSee] = NOTHING,
    icmp: Mapping[str, ServiceState | CannotSee] = NOTHING,
    files: Mapping[str, SceneFile | CannotSee] = NOTHING,
    command: Mapping[str, Output | CannotSee] = NOTHING,
    postgresql: Mapping[str, Mapping[str, Rows] | CannotSee] = NOTHING,
    mysql: Mapping[str, Mapping[str, Rows] | CannotSee] = NOTHING,
    redis: Mapping[str, Mapping[str, Any] | CannotSee] = NOTHING,
    s3: Mapping[str, S3Answer | CannotSee] = NOTHING,
    sftp: Mapping[str, Mapping[str, SceneFile | CannotSee] | CannotSee] = NOTHING,
    snmp: Mapping[str, Mapping[str, int | str] | CannotSee] = NOTHING,
    local: Mapping[str, Mapping[str, str] | CannotSee] = NOTHING,
    allowed: Mapping[str, tuple[str, ...] | CannotSee] = NOTHING,
    root: Path = Path(),
) -> World:
    """A world of plain values; a `CannotSee` among them is raised. `scene()` is the dark world.

    Keys: `http` the URL, with ` @ADDRESS` behind it where the page is pinned; `pages`, for what is read, the URL, with
    `POST ` before it where that is the method; `tcp`, `tls`, `talk` `host:port`, and in `talk` each line to its answer;
    `dns` `name@server:port`; `icmp` the host; `files` the path; `command` the beginning of the command line, longest
    first; `postgresql`, `mysql` the secret's name, then a piece of the query; `redis` `host:port`, then the command;
    `s3` the beginning of `OPERATION BUCKET KEY`, longest first; `sftp` `host:port`, then the path; `snmp` `host:port`,
    then the numeric OID; `local` the path, then the line; `allowed` a host to its addresses.
    """
    return World(
        clock=SceneClock(now),
        http=SceneHttp(http, pages),
        tcp=SceneTcp(tcp, talk),
        tls=SceneTls(tls),
        dns=SceneDns(dns),
        icmp=SceneIcmp(icmp),
        files=SceneFiles(files),
        command=SceneCommand(command),
        postgresql=ScenePostgresql(postgresql),
        root=root,
        guard=SceneGuard(allowed),
        mysql=ScenePostgresql(mysql),
        redis=SceneRedis(redis),
        s3=SceneS3(s3),
        sftp=SceneSftp(
            {where: files if isinstance(files, CannotSee) else SceneFiles(files) for where, files in sftp.items()}
        ),
        snmp=SceneSnmp(snmp),
        local=SceneLocal(local),
    )


@dataclass(frozen=True, slots=True)
class SceneClock:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class SceneHttp:
    """Visits by URL, documents by URL."""

    visits: Mapping[str, ServiceState | CannotSee]
    documents: Mapping[str, Answer | CannotSee]

    async def visit(self, page: Page, timeout: timedelta) -> ServiceState:
        return seen(self.visits, f"{page.url} @{page.address}" if page.address else page.url)

    async def read(self, page: Page, timeout: timedelta) -> Answer:
        return seen(self.documents, page.url if page.method in ("GET", "HEAD") else f"{page.method} {page.url}")

    def transport(self, authority: str | None = None) -> Any:
        raise CannotSee(Reason.UNREACHABLE, say("a scene has pages alone, no network"))


@dataclass(frozen=True, slots=True)
class SceneTcp:
    """Ports by `host:port`."""

    ports: Mapping[str, ServiceState | CannotSee]
    talks: Mapping[str, Mapping[str, str] | CannotSee]

    async def knock(self, host: str, port: int, timeout: timedelta, family: int | None = None) -> ServiceState:
        return seen(self.ports, f"{host}:{port}")

    async def talk(self, host: str, port: int, lines: Sequence[str], timeout: timedelta, ends: str) -> str:
        answers = seen(self.talks, f"{host}:{port}")
        return "".join(seen(answers, line) for line in lines)


@dataclass(frozen=True, slots=True)
class SceneTls:
    """Handshakes by `host:port`."""

    ports: Mapping[str, ServiceState | CannotSee]

    async def greet(
        self,
        host: str,
        port: int,
        name: str | None,
        timeout: timedelta,
        authority: str | None,
        family: int | None = None,
    ) -> ServiceState:
        return seen(self.ports, f"{host}:{port}")


@dataclass(frozen=True, slots=True)
class SceneDns:
    """Answers by `name@server:port`."""

    answers: Mapping[str, NameState | CannotSee]

    async def ask(self, name: str, server: str, port: int, timeout: timedelta) -> NameState:
        return seen(self.answers, f"{name}@{server}:{port}")


@dataclass(frozen=True, slots=True)
class SceneIcmp:
    """Echoes by host."""

    echoes: Mapping[str, ServiceState | CannotSee]

    async def ping(self, host: str, timeout: timedelta, family: int | None = None) -> ServiceState:
        return seen(self.echoes, host)


@dataclass(frozen=True, slots=True)
class SceneFiles:
    """Files by path. A folder is there when a file of the scene lies in it."""

    files: Mapping[str, SceneFile | CannotSee]

    async def list(self, pattern: str, most: int) -> tuple[FileSeen, ...]:
        if isinstance(self.files.get(pattern), CannotSee):
            seen(self.files, pattern)
        before = pattern[: min((pattern.find(sign) for sign in "*?[" if sign in pattern), default=len(pattern))]
        folder = before.rpartition("/")[0]
        if not any(path.startswith(folder + "/") for path in self.files):
            seen(self.files, pattern)
        parts = pattern.split("/")
        found = [
            FileSeen(path, len(file.content), file.modified)
            for path, file in self.files.items()
            if isinstance(file, SceneFile) and _matches(path.split("/"), parts)
        ]
        return tuple(sorted(found, key=lambda file: (file.modified, file.path))[-most:])

    async def folders(self, path: str, timeout: timedelta) -> tuple[str, ...]:
        below = [name.removeprefix(f"{path}/") for name in self.files if name.startswith(f"{path}/")]
        if not below:
            seen(self.files, path)
        return tuple(sorted({name.partition("/")[0] for name in below if "/" in name}))

    async def sha256(self, path: str, timeout: timedelta | None = None, size: int | None = None) -> str:
        return hashlib.sha256(seen(self.files, path).content[:size]).hexdigest()

    async def head(self, path: str, size: int) -> bytes:
        return seen(self.files, path).content[:size]

    async def tail(self, path: str, size: int) -> bytes:
        return seen(self.files, path).content[-size:] if size else b""

    async def piece(self, path: str, at: int, size: int) -> bytes:
        return seen(self.files, path).content[at : at + size]

    async def unpack(self, path: str, size: int, timeout: timedelta) -> Unpacked | None:
        content = seen(self.files, path).content
        openers = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress))
        opener = next((opener for magic, opener in openers if content.startswith(magic)), None)
        if opener is None:
            return None
        try:
            inside = opener(content)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as broken:
            return Unpacked(b"", b"", 0, str(broken) or type(broken).__name__)
        return Unpacked(inside[:size], inside[-size:], len(inside))


def _matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Glob by folder: `*` stays inside one, `**` stands for any number of them."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_matches(path[skip:], pattern[1:]) for skip in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _matches(path[1:], pattern[1:])


@dataclass(frozen=True, slots=True)
class SceneCommand:
    """Outputs by the beginning of the command line."""

    outputs: Mapping[str, Output | CannotSee]

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = NOTHING,
        environment: Mapping[str, str] = NOTHING,
    ) -> Output:
        return longest(self.outputs, " ".join(argv))

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        return await self.run(argv, timeout, NOTHING)

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        output = await self.run(argv, timeout, NOTHING)
        inside = output.out.encode()
        return Unpacked(inside[:size], inside[-size:], len(inside), output.err if output.code else "")

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        return await self.run(argv, timeout, secrets)


@dataclass(frozen=True, slots=True)
class ScenePostgresql:
    """Rows of PostgreSQL or MySQL by the name of the connection's secret, then by a piece of the query."""

    servers: Mapping[str, Mapping[str, Rows] | CannotSee]

    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        answers = seen(self.servers, dsn.name)
        return tuple(tuple(_rows(answers, query)) for query in queries)


def _rows(answers: Mapping[str, Rows], query: str) -> Rows:
    fitting = [piece for piece in answers if piece in query]
    if not fitting:
        raise CannotSee(Reason.UNREACHABLE, say("{name} is not in this scene", name=query))
    return answers[max(fitting, key=len)]


@dataclass(frozen=True, slots=True)
class SceneGuard:
    """Addresses by host."""

    hosts: Mapping[str, tuple[str, ...] | CannotSee]

    async def check(self, host: str) -> tuple[str, ...]:
        return seen(self.hosts, host)
