"""What a probe may ask of databases, object stores, file servers, devices, as narrow Protocols that only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, Protocol

from audit.model.item import Secret
from audit.model.listed import ListState
from audit.model.message import say
from audit.model.naming import ZoneState
from audit.model.verdict import CannotSee, Reason


class Mysql(Protocol):
    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        """Rows of each query, in one read-only session; `dsn` reveals a URL such as `mysql://user:word@host:3306/`.

        CannotSee(unreachable | denied | timeout | no-tool); the text never holds the connection string.
        """
        ...


@dataclass(frozen=True, slots=True)
class RedisDoor:
    """Where a Redis or a Sentinel is asked."""

    host: str
    port: int
    user: str = ""
    password: Secret | None = None
    tls: bool = False
    authority: str | None = None


class Redis(Protocol):
    async def ask(self, door: RedisDoor, commands: Sequence[Sequence[str]], timeout: timedelta) -> tuple[Any, ...]:
        """The answer to each command over one connection: texts, whole numbers, lists, None.

        An error that the server gives to one command stands in its place as an `Exception`; CannotSee(unreachable |
        denied | timeout | no-tool) where there was no conversation.
        """
        ...


@dataclass(frozen=True, slots=True)
class S3Door:
    """Where an S3-compatible store is asked, with which credential."""

    endpoint: str = ""
    """URL of the service; empty for AWS itself."""
    region: str = ""
    access: Secret | None = None
    secret: Secret | None = None
    session: Secret | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class S3Answer:
    """What a store answered: data, or the code of its error such as `NoSuchLifecycleConfiguration`."""

    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    code: str = ""


class S3(Protocol):
    async def ask(self, door: S3Door, operation: str, arguments: Mapping[str, Any], timeout: timedelta) -> S3Answer:
        """One operation by its name in boto3; Get*, List*, Head* alone.

        CannotSee(unreachable | timeout | no-tool | denied): `denied` where the endpoint is outside `allow` or a secret
        is missing, not where the store refuses, which is the code of the answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class SshDoor:
    """Where files are read over SFTP. The key of the host comes from the inventory, never from a first contact."""

    host: str
    port: int
    user: str
    host_key: str
    """One line such as `ssh-ed25519 AAAA...`."""
    key: Secret | None = None
    password: Secret | None = None


class Sftp(Protocol):
    def files(self, door: SshDoor, timeout: timedelta) -> AbstractAsyncContextManager[Any]:
        """The files there, as `Files`, for as long as the connection stands; nothing on the server is changed.

        They have one method more, `round_trip() -> timedelta`: the least time that a question took.
        CannotSee(unreachable | denied | timeout | no-tool) when it is entered.
        """
        ...


@dataclass(frozen=True, slots=True)
class SnmpDoor:
    """Where an SNMP agent is asked: by community in v2c, by user in v3."""

    host: str
    port: int = 161
    community: Secret | None = None
    user: str = ""
    auth: Secret | None = None
    privacy: Secret | None = None
    digest: Literal["sha1", "sha224", "sha256", "sha384", "sha512"] = "sha256"
    cipher: Literal["aes128", "aes192", "aes256"] = "aes128"


class Snmp(Protocol):
    async def get(self, door: SnmpDoor, oids: Sequence[str], timeout: timedelta) -> Mapping[str, int | str | None]:
        """The value of each numeric OID; None where the agent has no such object.

        CannotSee(timeout) also for a wrong community, which an agent does not answer.
        """
        ...

    async def walk(self, door: SnmpDoor, oid: str, timeout: timedelta) -> Mapping[str, int | str]:
        """Everything below an OID, at most 10,000 values."""
        ...


class Local(Protocol):
    async def talk(self, path: str, lines: Sequence[str], timeout: timedelta) -> str:
        """Send lines to a UNIX socket of this machine, one connection a line, read each answer until it is closed.

        CannotSee(unreachable | denied | timeout | incomplete); at most 1 MB is read.
        """
        ...


@dataclass(frozen=True, slots=True)
class AwsDoor:
    """Where a service with the interface of AWS is asked, with which credential."""

    region: str
    endpoint: str = ""
    """URL of the service; empty for AWS itself."""
    access: Secret | None = None
    secret: Secret | None = None
    session: Secret | None = None
    authority: str | None = None


class Aws(Protocol):
    async def call(
        self, door: AwsDoor, service: str, operation: str, arguments: Mapping[str, Any], timeout: timedelta
    ) -> S3Answer:
        """One operation by the names of boto3, such as `elbv2`, `describe_target_health`; all its pages together.

        Describe*, Get*, List* alone. CannotSee as of S3.
        """
        ...


Table = Literal["coils", "discrete-inputs", "holding-registers", "input-registers"]
"""What function codes 1, 2, 3 and 4 read."""


class Modbus(Protocol):
    def registers(self, host: str, port: int, unit: int, timeout: timedelta) -> AbstractAsyncContextManager[Any]:
        """A connection with one method, `read(table: Table, address: int, count: int) -> tuple[int, ...]`.

        Only function codes 1 to 4 leave it. CannotSee(unreachable | denied | timeout | no-tool | incomplete), the last
        with the exception code of the device.
        """
        ...


class Bacnet(Protocol):
    async def read(
        self, host: str, port: int, asked: Sequence[tuple[str, str]], timeout: timedelta
    ) -> tuple[str | float | int | bool | None, ...]:
        """Properties by object and name, e.g. `("analog-input,1", "present-value")`, None where there is no such one.

        ReadProperty alone, to one address, nothing is broadcast. CannotSee(unreachable | timeout | denied | no-tool).
        """
        ...


@dataclass(frozen=True, slots=True)
class NameDoor:
    """Where one name server is asked."""

    host: str
    port: int = 53
    name: str = ""
    """As the records of the zone name it; the host where it is not given."""


class Zones(Protocol):
    async def survey(
        self,
        zone: str,
        servers: Sequence[NameDoor],
        names: Sequence[str],
        parent: NameDoor | None,
        timeout: timedelta,
        *,
        whole: bool = False,
    ) -> ZoneState:
        """What each server, asked alone and without recursion, says of a zone and of names in it.

        `whole` asks those that agree on its version for all of it too. CannotSee where not one could be asked.
        """
        ...


class Lists(Protocol):
    async def listed(self, path: str, form: str, columns: Mapping[str, str], origin: str) -> ListState:
        """What an exported list holds, whole or not at all.

        CannotSee(unreachable | denied | incomplete | no-tool), where it can with file:row:column.
        """
        ...


class Absent:
    """All these hands in a world that has none of them."""

    async def rows(self, dsn: Secret, queries: Sequence[str], timeout: timedelta) -> Any:
        raise _absent("a database")

    async def ask(self, door: object, *asked: object) -> Any:
        raise _absent("a server")

    async def listed(self, path: str, form: str, columns: Mapping[str, str], origin: str) -> Any:
        raise _absent("an exported list")

    def files(self, door: SshDoor, timeout: timedelta) -> Any:
        raise _absent("an SFTP server")

    async def get(self, door: SnmpDoor, oids: Sequence[str], timeout: timedelta) -> Any:
        raise _absent("an SNMP agent")

    async def walk(self, door: SnmpDoor, oid: str, timeout: timedelta) -> Any:
        raise _absent("an SNMP agent")

    async def talk(self, path: str, lines: Sequence[str], timeout: timedelta) -> Any:
        raise _absent("a local socket")

    async def call(
        self, door: AwsDoor, service: str, operation: str, arguments: Mapping[str, Any], timeout: timedelta
    ) -> Any:
        raise _absent("a cloud")

    def registers(self, host: str, port: int, unit: int, timeout: timedelta) -> Any:
        raise _absent("a Modbus device")

    async def survey(self, zone: str, servers: Sequence[NameDoor], *asked: object, whole: bool = False) -> Any:
        raise _absent("a name server")

    async def read(self, host: str, port: int, asked: Sequence[tuple[str, str]], timeout: timedelta) -> Any:
        raise _absent("a BACnet device")


def _absent(what: str) -> CannotSee:
    return CannotSee(Reason.NO_TOOL, say("this world cannot ask {what}", what=what))


async def at_once(time: timedelta) -> None:
    """The pause of a world of plain values: none."""
