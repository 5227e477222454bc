"""A connection URL with queries becomes the rows of one read-only session of MySQL, or the reason why there is none."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import anyio
import anyio.to_thread

from audit.model.item import Secret
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.secrets import Secrets
from audit.world.world import Guard

_PORT: Final = 3306
_MOST_ROWS: Final = 10_000
_LARGEST: Final = 16 * 1024 * 1024
"""Bytes that a server sends in one session at most."""
_DENIED: Final = frozenset(
    (1044, 1045, 1130, 1142, 1143, 1227, 1251, 1370, 1524, 1698, 1792, 1820, 1862, 2059, 2061, 3118, 3159, 4151, 4166)
)
_TIMEOUT: Final = frozenset((1205, 1317, 1969, 3024))
_AWAY: Final = frozenset((1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 2002, 2003, 2006, 2013))
_GARBLED: Final = (
    OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RuntimeError,
    struct.error,
)  # fmt: skip
"""What pymysql raises where a server does not keep to the protocol."""
_OPTIONS: Final = ("socket", "tls", "authority")


@dataclass(frozen=True, slots=True)
class _Door:
    """A server as a URL names it; the word is never shown."""

    user: str
    word: str
    host: str
    port: int
    database: str
    path: str
    """Of a UNIX socket; empty where it is asked over the network."""
    context: ssl.SSLContext | None


class MysqlHand:
    """MySQL and MariaDB servers, read only: connected where the guard lets, with limits of time on every statement."""

    def __init__(self, secrets: Secrets, guard: Guard) -> None:
        self._secrets = secrets
        self._guard = guard

    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        try:
            import pymysql
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("MySQL cannot be asked: install haechi[mysql]")) from broken
        ends = time.monotonic() + timeout.total_seconds()
        late = CannotSee(
            Reason.TIMEOUT,
            say("the server of {secret} did not answer within {timeout}", secret=dsn, timeout=plain(timeout)),
        )
        try:
            with anyio.fail_after(timeout.total_seconds()):
                door = self._door(dsn)
                addresses = ("",) if door.path else await self._guard.check(door.host)
                return await self._asked(door, addresses, queries, ends)
        except TimeoutError as broken:
            raise late from broken
        except pymysql.Error as broken:
            # Where the line was cut at the deadline, the words that follow tell of a lost connection.
            raise (late if time.monotonic() >= ends else self._trouble(broken, dsn)) from None
        except _GARBLED as broken:
            # What stands there does not speak the protocol, or broke off in the middle of a word.
            raise (late if time.monotonic() >= ends else self._trouble(broken, dsn)) from None

    async def _asked(
        self, door: _Door, addresses: Sequence[str], queries: Sequence[str], ends: float
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        line = await anyio.to_thread.run_sync(lambda: _connected(door, addresses, ends), abandon_on_cancel=True)
        # A second hand on the same line: it ends the thread that reads there once nobody waits for it.
        brake = socket.socket(fileno=os.dup(line.fileno()))
        with closing(brake):
            try:
                return await anyio.to_thread.run_sync(
                    lambda: _session(door, line, queries, ends), abandon_on_cancel=True
                )
            finally:
                with suppress(OSError):
                    brake.shutdown(socket.SHUT_RDWR)

    def _door(self, dsn: Secret) -> _Door:
        """What a URL says; CannotSee(denied) without a word of it where it says nothing that can be used."""
        refused = CannotSee(
            Reason.DENIED,
            say("the secret {secret} is no URL such as mysql://user:word@host:3306/", secret=dsn),
        )
        try:
            found = urlsplit(self._secrets.reveal(dsn).strip())
            port = found.port
            options = dict(parse_qsl(found.query, strict_parsing=True)) if found.query else {}
        except ValueError:
            raise refused from None
        word = unquote(found.password or "")
        if word:
            self._secrets.remember(word)
        path = options.get("socket", "")
        if found.scheme not in ("mysql", "mariadb") or set(options) - set(_OPTIONS) or found.fragment:
            raise refused
        if not found.username or bool(found.hostname) == bool(path) or (path and not path.startswith("/")):
            raise refused
        return _Door(
            unquote(found.username),
            word,
            found.hostname or "",
            port or _PORT,
            unquote(found.path.strip("/")),
            path,
            _context(options, dsn),
        )

    def _trouble(self, broken: BaseException, dsn: Secret) -> CannotSee:
        number = broken.args[0] if broken.args and isinstance(broken.args[0], int) else 0
        text = str(broken.args[1]) if len(broken.args) > 1 and number else str(broken)
        if number in _DENIED:
            reason = Reason.DENIED
        elif number in _TIMEOUT or "timed out" in text:
            reason = Reason.TIMEOUT
        elif number in _AWAY or isinstance(broken, OSError):
            reason = Reason.UNREACHABLE
        else:
            reason = Reason.INCOMPLETE
        line = " ".join(self._secrets.redact(text).split())[:200] or type(broken).__name__
        return CannotSee(reason, say("the server of {secret} gave nothing: {error}", secret=dsn, error=line))


def _context(options: Mapping[str, str], dsn: Secret) -> ssl.SSLContext | None:
    """With `tls=require` or a file of an authority the server has to prove its name; else TLS where it offers it."""
    if options.get("tls", "require") != "require":
        raise CannotSee(Reason.DENIED, say("the secret {secret} may say tls=require, nothing else", secret=dsn))
    if not {"tls", "authority"} & set(options):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if "authority" in options:
            context.load_verify_locations(cafile=options["authority"])
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    except OSError as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("the authority that {secret} names cannot be read", secret=dsn)
        ) from broken
    return context


def _connected(door: _Door, addresses: Sequence[str], ends: float) -> socket.socket:
    """A line to the first address that takes one."""
    last = OSError("the name has no address")
    for address in addresses:
        left = max(0.05, ends - time.monotonic())
        try:
            if not door.path:
                return socket.create_connection((address, door.port), left)
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                line.settimeout(left)
                line.connect(door.path)
            except OSError:
                line.close()
                raise
            return line
        except OSError as broken:
            last = broken
    raise last


class _Refused:
    """Stands where a server asks for the password in clear: it is not given."""

    def __init__(self, connection: Any) -> None:
        pass

    def authenticate(self, packet: Any) -> Any:
        from pymysql import OperationalError

        raise OperationalError(2061, "the server asks for the password in clear, which is not sent")


def _session(
    door: _Door, line: socket.socket, queries: Sequence[str], ends: float
) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    import pymysql
    from pymysql.cursors import DictCursor

    ordinary: Any = pymysql.Connection  # its types do not tell what it reads with

    class Bounded(ordinary):  # type: ignore[misc]
        """Reads no more than there is room for: a length comes before the bytes."""

        taken = 0

        def _read_bytes(self, num_bytes: int) -> bytes:
            self.taken += num_bytes
            if self.taken > _LARGEST:
                self._force_close()
                raise pymysql.OperationalError("it sends more than 16 MiB")
            data: bytes = super()._read_bytes(num_bytes)
            return data

    left = max(0.05, ends - time.monotonic())
    # The certificate is held against this name; the address came from the guard.
    connection: Any = Bounded(
        host=door.host or "localhost",
        user=door.user,
        password=door.word.encode(),
        database=door.database or None,
        charset="utf8mb4",
        cursorclass=DictCursor,
        connect_timeout=left,
        read_timeout=left,
        write_timeout=left,
        ssl=door.context,
        auth_plugin_map={"mysql_clear_password": _Refused, "dialog": _Refused},
        defer_connect=True,
        program_name="haechi",
    )
    try:
        connection.connect(line)
        found: list[tuple[Mapping[str, Any], ...]] = []
        with connection.cursor() as cursor:
            for statement in _limits(str(connection.server_version), left):
                cursor.execute(statement)
            for query in queries:
                cursor.execute(query)
                rows = cursor.fetchmany(_MOST_ROWS + 1)
                if len(rows) > _MOST_ROWS:
                    raise CannotSee(Reason.INCOMPLETE, say("the server sends more than {most} rows", most=_MOST_ROWS))
                found.append(tuple(rows))
            cursor.execute("ROLLBACK")
        return tuple(found)
    finally:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        with suppress(pymysql.Error):
            connection.close()
        line.close()


def _limits(version: str, seconds: float) -> tuple[str, ...]:
    """What makes the session one that only reads, for a bounded time."""
    if "mariadb" in version.lower():
        bounded = f"SET SESSION max_statement_time = {seconds:.3f}"
    else:
        bounded = f"SET SESSION max_execution_time = {max(1, int(seconds * 1000))}"
    return (
        bounded,
        "SET SESSION lock_wait_timeout = 1",
        "SET SESSION TRANSACTION READ ONLY",
        "START TRANSACTION READ ONLY",
    )
