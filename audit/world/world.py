"""Everything that a probe may use, as narrow Protocols bundled into one value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from audit.model.facts import NameState, ServiceState
from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import S3, Absent, Aws, Bacnet, Lists, Local, Modbus, Mysql, Redis, Sftp, Snmp, Zones, at_once
from audit.world.page import Answer as Answer
from audit.world.page import Page as Page
from audit.world.page import Token as Token
from audit.world.signing import NoSigning, Signing


class Clock(Protocol):
    """Time as it is here."""

    def now(self) -> datetime:
        """UTC, with offset."""
        ...

    def monotonic(self) -> float:
        """Seconds; only differences mean something."""
        ...


class Http(Protocol):
    async def visit(self, page: Page, timeout: timedelta) -> ServiceState:
        """Visit a page freshly at every address of its name. CannotSee when the look itself was impossible."""
        ...

    async def read(self, page: Page, timeout: timedelta) -> Answer:
        """What stands at a URL, whatever its status, whole or not at all; the first address that can be reached.

        GET and HEAD, POST only where the probe declares its path. CannotSee(unreachable | timeout | denied |
        incomplete) with why.
        """
        ...

    def transport(self, authority: str | None = None) -> Any:
        """An `httpx.AsyncBaseTransport` for a probe that speaks httpx itself: GET and HEAD alone, inside `allow`.

        Every request takes a fresh connection to the first address of its host; the body comes whole, at most 2 MB.
        """
        ...


class Tcp(Protocol):
    async def knock(self, host: str, port: int, timeout: timedelta, family: int | None = None) -> ServiceState:
        """Open and close a connection to every address of a name."""
        ...

    async def talk(self, host: str, port: int, lines: Sequence[str], timeout: timedelta, ends: str) -> str:
        """Send lines one after the other, read after each until a line that starts with one of the words of `ends`.

        CannotSee(unreachable | timeout | denied) where no conversation was possible; at most 1 MB is read.
        """
        ...


class Tls(Protocol):
    async def greet(
        self,
        host: str,
        port: int,
        name: str | None,
        timeout: timedelta,
        authority: str | None,
        family: int | None = None,
    ) -> ServiceState:
        """A TLS handshake with every address of a name; the certificate is reported also where it cannot be trusted."""
        ...


class Dns(Protocol):
    async def ask(self, name: str, server: str, port: int, timeout: timedelta) -> NameState:
        """What one named server answers about a name and its zone. CannotSee(timeout) where it is silent."""
        ...


class Icmp(Protocol):
    async def ping(self, host: str, timeout: timedelta, family: int | None = None) -> ServiceState:
        """An echo to every address of a name. CannotSee(denied) where this user may not send one."""
        ...


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file as a directory lists it."""

    path: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a compressed file holds, read from its first byte to its last."""

    head: bytes
    tail: bytes
    size: int
    """Bytes, unpacked."""
    trouble: str = ""
    """Why it cannot be unpacked to its end, such as a cut or a wrong sum; empty where it can."""


class Files(Protocol):
    async def list(self, pattern: str, most: int) -> tuple[FileSeen, ...]:
        """Files (never followed through links out of their folder) that match a glob, newest last, at most `most`.

        CannotSee(unreachable) where the folder before the first wildcard is not there, CannotSee(denied) where it may
        not be read; an empty tuple where it is there and nothing matches.
        """
        ...

    async def folders(self, path: str, timeout: timedelta) -> tuple[str, ...]:
        """Names of the folders in a folder, in order, hidden ones too; links are none.

        CannotSee as for `list`, CannotSee(timeout) where it cannot be read in `timeout`.
        """
        ...

    async def sha256(self, path: str, timeout: timedelta | None = None, size: int | None = None) -> str:
        """Hex digest of a regular file, read in pieces; of its first `size` bytes where that is given.

        CannotSee(timeout) where it is too long for `timeout`.
        """
        ...

    async def head(self, path: str, size: int) -> bytes:
        """The first bytes of a regular file."""
        ...

    async def tail(self, path: str, size: int) -> bytes:
        """The last bytes of a regular file."""
        ...

    async def piece(self, path: str, at: int, size: int) -> bytes:
        """At most `size` bytes of a regular file from the one at `at` on; fewer where it ends."""
        ...

    async def unpack(self, path: str, size: int, timeout: timedelta) -> Unpacked | None:
        """The first and last `size` bytes of what a gzip, bzip2 or xz file holds; None for any other file.

        CannotSee(timeout) where it is too long to be read in `timeout`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Output:
    """How a command ended."""

    code: int
    out: str
    err: str
    took: float = field(default=0.0, compare=False)
    """Seconds from its start to its end."""


class Command(Protocol):
    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        """Run one read-only command without a shell, in UTC and the C locale, output capped at 8 MiB.

        `secrets` maps environment names of the child to secrets; `files` maps a word to a secret that the child reads
        as a file: an argument that is `{word}` becomes the path. `environment` maps names to plain values, of which one
        that is `{word}` becomes the number of the descriptor that the secret is read from. CannotSee(no-tool) where the
        program is missing, CannotSee(timeout) where it did not end; the child and its group are then ended.
        """
        ...

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        """What a program says of itself: like `run`, but asked again only where its file has changed since."""
        ...

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        """Run a program that unpacks: the first and last `size` bytes of what it prints, however much that is.

        Where it does not end with 0, the trouble is what it says; CannotSee as for `run`.
        """
        ...

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        """Run a plugin of Nagios: like `run`, but a few at once, found also in the folders where plugins are kept.

        The time that it waits for its turn does not count; CannotSee(timeout) where the turn does not come.
        """
        ...


class Postgresql(Protocol):
    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        """Rows of each query, in one read-only session with statement and lock timeouts.

        CannotSee(unreachable | denied | timeout | no-tool); the text never holds the connection string.
        """
        ...


class Guard(Protocol):
    """What the estate allows, for a probe whose connection is made by a program that knows no `allow`."""

    async def check(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, each inside `allow`.

        CannotSee(denied) where one is outside, CannotSee(unreachable) where the name has none.
        """
        ...


class Closed:
    """The guard of a world that allows no address."""

    async def check(self, host: str) -> tuple[str, ...]:
        raise CannotSee(Reason.DENIED, say("{host} is outside the addresses that the estate allows", host=host))


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class World:
    """All hands together, bound to what an estate allows."""

    clock: Clock
    http: Http
    tcp: Tcp
    tls: Tls
    dns: Dns
    icmp: Icmp
    files: Files
    command: Command
    postgresql: Postgresql
    root: Path
    """The estate's folder: relative paths in the inventory start here."""
    guard: Guard = field(default_factory=Closed)
    mysql: Mysql = field(default_factory=Absent)
    redis: Redis = field(default_factory=Absent)
    s3: S3 = field(default_factory=Absent)
    sftp: Sftp = field(default_factory=Absent)
    snmp: Snmp = field(default_factory=Absent)
    local: Local = field(default_factory=Absent)
    aws: Aws = field(default_factory=Absent)
    modbus: Modbus = field(default_factory=Absent)
    bacnet: Bacnet = field(default_factory=Absent)
    zones: Zones = field(default_factory=Absent)
    lists: Lists = field(default_factory=Absent)
    pause: Callable[[timedelta], Awaitable[None]] = at_once
    """Waits, for a probe that has to look at a thing for a while; a world of plain values does not wait."""
    signing: Signing = field(default_factory=NoSigning)
    redact: Callable[[str], str] = str
    """Takes what a hand knows to be secret out of a text."""
