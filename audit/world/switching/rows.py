"""A connection string with a table becomes the ledger of a canary, one row a stroke, at whoever of them leads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.postgresql import PostgresqlHand
from audit.world.secrets import Secrets
from audit.world.world import Guard

T = TypeVar("T")
_OWN: Final = (
    "SELECT pg_catalog.concat_ws(' ', pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port(),"
    " pg_catalog.pg_postmaster_start_time())"
)
_CONNECT: Final = 0.9


class Rows(PostgresqlHand):
    """All servers of the string are tried at once: one that stands still must not hide that another one leads."""

    def __init__(self, secrets: Secrets, guard: Guard, dsn: Secret, table: str, drill: str) -> None:
        super().__init__(secrets, guard)
        self._dsn = dsn
        self._table = table
        self._drill = drill
        self._connection: Any = None
        self._server = ""

    async def write(self, number: int) -> str:
        from psycopg import sql

        async def work(connection: Any) -> str:
            text = sql.SQL("INSERT INTO {} (drill, number) VALUES (%s, %s)").format(self._named())
            await connection.execute(text, (self._drill, number))
            return self._server

        return await self._held(work)

    async def found(self) -> frozenset[int]:
        from psycopg import sql

        async def work(connection: Any) -> frozenset[int]:
            text = sql.SQL("SELECT number FROM {} WHERE drill = %s").format(self._named())
            async with await connection.execute(text, (self._drill,)) as cursor:
                return frozenset([row[0] for row in await cursor.fetchall()])

        return await self._held(work)

    async def clear(self) -> None:
        from psycopg import sql

        async def work(connection: Any) -> None:
            await connection.execute(
                sql.SQL("DELETE FROM {} WHERE drill = %s").format(self._named()), (self._drill,)
            )  # fmt: skip

        await self._held(work)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                await connection.close()

    def _named(self) -> Any:
        from psycopg import sql

        return sql.Identifier(*self._table.split("."))

    async def _held(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Over the connection that stands, or a new one; one that failed is not used again."""
        try:
            import psycopg
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("PostgreSQL cannot be asked: install haechi[postgres]")) from broken
        whole = False
        try:
            if self._connection is None:
                self._connection = await self._leading()
            answer = await self._unless_cancelled(work)
            whole = True
        except psycopg.Error as broken:
            raise self._trouble(broken, self._dsn) from None  # the cause would carry the connection string
        finally:
            if not whole:
                await self.close()
        return answer

    async def _unless_cancelled(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """What the work gives; where nobody waits for it any longer, the connection is cut at once.

        Left to itself, psycopg asks a server that stands still to give up first: seconds in which nothing is written.
        """
        working = asyncio.ensure_future(work(self._connection))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            self._connection.pgconn.finish()
            await _gone(working)
            raise

    async def _leading(self) -> Any:
        """A connection to the server that takes writes; CannotSee where there is none."""
        settings = await self._settings(self._dsn)
        columns = [str(settings.get(name, "")).split(",") for name in ("host", "hostaddr", "port")]
        tries = [asyncio.create_task(self._connected({**settings, "host": host, "hostaddr": address, "port": port}))
                 for host, address, port in zip(*columns, strict=True)]  # fmt: skip
        why: CannotSee | None = None
        kept: Any = None
        try:
            for attempt in asyncio.as_completed(tries, timeout=_CONNECT):
                try:
                    kept, self._server = await attempt
                except CannotSee as gap:
                    why = why or gap
                    continue
                return kept
        except TimeoutError:
            why = why or CannotSee(Reason.TIMEOUT, say("the server of {secret} did not answer", secret=self._dsn))
        finally:
            await _let_go(tries, kept)
        raise why or CannotSee(Reason.UNREACHABLE, say("no server takes writes"))

    async def _connected(self, settings: dict[str, Any]) -> tuple[Any, str]:
        import psycopg

        limits = f"{settings.get('options', '')} -c statement_timeout=5s -c lock_timeout=1s"
        words = {"target_session_attrs": "read-write", "connect_timeout": 2, "options": limits.strip()}
        try:
            connection = await psycopg.AsyncConnection.connect(**{**settings, **words}, autocommit=True)
        except psycopg.Error as broken:
            raise self._trouble(broken, self._dsn) from None
        try:
            async with await connection.execute(_OWN) as cursor:
                row = await cursor.fetchone()
        except psycopg.Error as broken:
            await connection.close()
            raise self._trouble(broken, self._dsn) from None
        return connection, str(row[0]) if row else "?"


async def _gone(working: asyncio.Future[Any]) -> None:
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def _let_go(tries: list[asyncio.Task[tuple[Any, str]]], kept: Any) -> None:
    """End the attempts that came too late, close what they opened."""
    for attempt in tries:
        attempt.cancel()
    for ended in await asyncio.gather(*tries, return_exceptions=True):
        if isinstance(ended, tuple) and ended[0] is not kept:
            await ended[0].close()
