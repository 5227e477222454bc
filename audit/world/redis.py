"""A door with commands becomes the answers of one conversation with a Redis or Sentinel, or why there was none."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import anyio

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import RedisDoor
from audit.world.secrets import Secrets
from audit.world.trust import Trust
from audit.world.world import Guard

_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of all answers together."""


class RedisHand:
    """Redis servers and Sentinels, one short conversation each, at addresses that the guard lets."""

    def __init__(self, secrets: Secrets, guard: Guard, trust: Trust | None = None) -> None:
        self._secrets = secrets
        self._guard = guard
        self._trust = trust or Trust(Path())

    async def ask(self, door: RedisDoor, commands: Sequence[Sequence[str]], timeout: timedelta) -> tuple[Any, ...]:
        try:
            import redis
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("Redis cannot be asked: install haechi[redis]")) from broken
        where = f"{door.host}:{door.port}"
        try:
            with anyio.fail_after(timeout.total_seconds()):
                addresses = await self._guard.check(door.host)
                return await self._asked(door, addresses, commands)
        except (TimeoutError, redis.TimeoutError) as late:
            raise CannotSee(
                Reason.TIMEOUT, say("{server} did not answer within {timeout}", server=where, timeout=plain(timeout))
            ) from late
        except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as broken:
            raise self._trouble(Reason.DENIED, broken, where) from None
        except (redis.RedisError, OSError, ValueError, RecursionError) as broken:
            text = str(broken).upper()
            denied = any(word in text for word in ("NOAUTH", "WRONGPASS", "INVALID PASSWORD", "PROTECTED MODE"))
            away = isinstance(broken, redis.ConnectionError | OSError)
            reason = Reason.DENIED if denied else Reason.UNREACHABLE if away else Reason.INCOMPLETE
            raise self._trouble(reason, broken, where) from None

    async def _asked(
        self, door: RedisDoor, addresses: Sequence[str], commands: Sequence[Sequence[str]]
    ) -> tuple[Any, ...]:
        import redis

        last: redis.RedisError | OSError = OSError("the name has no address")
        for address in addresses:
            connection = self._connection(door, address)
            try:
                try:
                    await connection.connect()
                except redis.AuthenticationError:
                    raise
                except (redis.ConnectionError, OSError) as broken:
                    last = broken
                    continue
                found: list[Any] = []
                for words in commands:
                    await connection.send_command(*words)
                    try:
                        found.append(await connection.read_response())
                    except redis.ResponseError as refused:
                        refused.args = (self._secrets.redact(str(refused)),)
                        found.append(refused)
                return tuple(found)
            finally:
                writer = connection._writer
                with anyio.CancelScope(shield=True):
                    await connection.disconnect(nowait=True)
                if writer is not None:
                    # Else TLS waits half a minute for a farewell of the server, beyond the end of the look.
                    writer.transport.abort()
        raise last

    def _connection(self, door: RedisDoor, address: str) -> Any:
        """A connection of redis-py that says nothing of itself, takes answers up to a size, proves the host's name."""
        from redis._parsers import _AsyncRESP2Parser
        from redis.asyncio.connection import Connection
        from redis.exceptions import ConnectionError as Broken

        class Bounded(_AsyncRESP2Parser):  # type: ignore[misc,unused-ignore]
            """Reads no more than there is room for: a length comes before the bytes."""

            taken = 0

            async def _read(self, length: int) -> bytes:
                self.taken += length
                if not 0 <= length <= _LARGEST or self.taken > _LARGEST:
                    raise Broken("it sends more than 8 MiB")
                data: bytes = await super()._read(length)
                return data

            async def _readline(self) -> bytes:
                line: bytes = await super()._readline()
                self.taken += len(line) + 64
                if self.taken > _LARGEST:
                    raise Broken("it sends more than 8 MiB")
                return line

        context = self._context(door)

        class Named(Connection):  # type: ignore[misc,unused-ignore]
            """Connects to the address while the certificate has to be for the name."""

            def _connection_arguments(self) -> dict[str, Any]:
                words: dict[str, Any] = dict(super()._connection_arguments())
                return words if context is None else {**words, "ssl": context, "server_hostname": door.host}

        return Named(
            host=address,
            port=door.port,
            username=door.user or None,
            password=None if door.password is None else self._secrets.reveal(door.password),
            protocol=2,
            driver_info=None,
            parser_class=Bounded,
            decode_responses=True,
            encoding_errors="backslashreplace",
            # The deadline of all is above: these only end what waits for nothing.
            socket_timeout=None,
            socket_connect_timeout=None,
        )

    def _context(self, door: RedisDoor) -> ssl.SSLContext | None:
        return self._trust.trusting(door.authority) if door.tls else None

    def _trouble(self, reason: Reason, broken: BaseException, where: str) -> CannotSee:
        text = self._secrets.redact(str(broken))
        if isinstance(broken, asyncio.IncompleteReadError):
            text = "it hung up"
        line = " ".join(text.split())[:200] or type(broken).__name__
        return CannotSee(reason, say("{server} gave nothing: {error}", server=where, error=line))
