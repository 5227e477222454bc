"""A connection string with queries becomes the rows of one read-only session, or the reason why there is none."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.model.item import Secret
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.secrets import Secrets
from audit.world.world import Guard

_SOCKETS: Final = "/var/run/postgresql"
_AWAY: Final = tuple(
    os.strerror(number).lower()
    for number in (
        errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNRESET, errno.ENOENT,
    )
)  # fmt: skip
_REASONS: Final = (
    # The beginning of a SQLSTATE to what it means for a look.
    ("28", Reason.DENIED),
    ("42501", Reason.DENIED),
    ("57014", Reason.TIMEOUT),
    ("55P03", Reason.TIMEOUT),
    ("08", Reason.UNREACHABLE),
    ("53", Reason.UNREACHABLE),
    ("57P", Reason.UNREACHABLE),
)
_MOST_ROWS: Final = 10_000


class PostgresqlHand:
    """PostgreSQL servers, read only: connected where the guard lets, with limits that the session cannot lift."""

    def __init__(self, secrets: Secrets, guard: Guard) -> None:
        self._secrets = secrets
        self._guard = guard

    async def rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        try:
            import psycopg
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("PostgreSQL cannot be asked: install haechi[postgres]")) from broken
        try:
            with anyio.fail_after(timeout.total_seconds()):
                return await self._rows(dsn, queries, timeout)
        except TimeoutError as late:
            raise CannotSee(
                Reason.TIMEOUT,
                say("the server of {secret} did not answer within {timeout}", secret=dsn, timeout=plain(timeout)),
            ) from late
        except psycopg.Error as broken:
            raise self._trouble(broken, dsn) from None  # the cause would carry the connection string

    async def _rows(
        self, dsn: Secret, queries: Sequence[str], timeout: timedelta
    ) -> tuple[tuple[Mapping[str, Any], ...], ...]:
        from psycopg import AsyncConnection, sql
        from psycopg.rows import dict_row

        settings = await self._settings(dsn)
        settings["connect_timeout"] = max(2, int(timeout.total_seconds()))
        connection = await AsyncConnection.connect(**settings, row_factory=dict_row)
        async with connection:
            await connection.set_read_only(True)
            limit = f"{max(1, int(timeout.total_seconds() * 1000))}ms"
            for name, value in (
                # Somebody's own functions must not stand in for those of the system.
                ("search_path", "pg_catalog"),
                ("statement_timeout", limit),
                ("lock_timeout", "1s"),
            ):
                await connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value)))
            found: list[tuple[Mapping[str, Any], ...]] = []
            for query in queries:
                async with await connection.execute(query.encode()) as cursor:
                    rows = await cursor.fetchmany(_MOST_ROWS + 1)
                    if len(rows) > _MOST_ROWS:
                        says = say("the server sends more than {most} rows", most=_MOST_ROWS)
                        raise CannotSee(Reason.INCOMPLETE, says)
                    found.append(tuple(rows))
            await connection.rollback()
            return tuple(found)

    async def _settings(self, dsn: Secret) -> dict[str, Any]:
        """The connection string with every name in it replaced by addresses that the estate allows."""
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        try:
            settings: dict[str, Any] = dict(conninfo_to_dict(self._secrets.reveal(dsn)))
        except ProgrammingError:
            raise CannotSee(Reason.DENIED, say("the secret {secret} is no connection string", secret=dsn)) from None
        for word in ("password", "sslpassword"):
            if settings.get(word):
                self._secrets.remember(str(settings[word]))
        if "service" in settings or "replication" in settings:
            raise CannotSee(
                Reason.DENIED,
                say("the connection string of {secret} may name neither a service nor replication", secret=dsn),
            )
        names = str(settings.get("host") or settings.get("hostaddr") or "").split(",")
        wanted = str(settings.get("hostaddr") or settings.get("host") or "").split(",")
        ports = str(settings.get("port") or "5432").split(",")
        hosts: list[tuple[str, str, str]] = []
        for number, host in enumerate(wanted):
            name, port = names[number % len(names)], ports[number % len(ports)] or "5432"
            if not host:
                hosts.append((_SOCKETS, "", port))
            elif host.startswith(("/", "@")):
                hosts.append((host, "", port))
            else:
                hosts += [(name, address, port) for address in await self._guard.check(host)]
        # All three are always given, as libpq would else take them from PGHOST, PGHOSTADDR, PGPORT.
        settings["host"], settings["hostaddr"], settings["port"] = (
            ",".join(column) for column in zip(*hosts, strict=True)
        )
        return settings

    def _trouble(self, broken: Any, dsn: Secret) -> CannotSee:
        text = self._secrets.redact(str(broken)).strip()
        line = next((line.strip() for line in text.splitlines() if line.strip()), type(broken).__name__)
        state = broken.sqlstate or ""
        reason = next((reason for begin, reason in _REASONS if begin and state.startswith(begin)), None)
        if reason is None and not state:
            reason = _unconnected(broken, text.lower())
        return CannotSee(
            reason or Reason.INCOMPLETE,
            say(
                "the server of {secret} gave nothing: {error}",
                secret=dsn,
                error=line.removeprefix("connection failed: ")[:200],
            ),
        )


def _unconnected(broken: Any, text: str) -> Reason:
    """Why there was no session. Servers speak their own language, so the words come last."""
    if "timeout expired" in text:
        return Reason.TIMEOUT
    if any(words in text for words in _AWAY) or "the database system is" in text:
        return Reason.UNREACHABLE
    connection = getattr(broken, "pgconn", None)
    if connection is not None and (connection.used_password or connection.needs_password):
        return Reason.DENIED
    if any(
        words in text
        for words in ("authentication failed", "pg_hba", "no password supplied", "role ", "ssl", "certificate")
    ):
        return Reason.DENIED
    return Reason.UNREACHABLE
