"""A file server whose host key the inventory names to the files that are there, with what is in them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import SshDoor
from audit.world.secrets import Secrets
from audit.world.sftp_files import SftpFiles
from audit.world.world import Files, Guard

_HOST_KEY: Final = re.compile(r"[a-z0-9@.-]{3,60} [A-Za-z0-9+/]{20,4000}={0,3}(?: [^\r\n]*)?")


class SftpHand:
    """File servers over SSH: neither agent nor settings of a user, the host's key alone from the inventory."""

    def __init__(self, secrets: Secrets, guard: Guard) -> None:
        self._secrets = secrets
        self._guard = guard

    @asynccontextmanager
    async def files(self, door: SshDoor, timeout: timedelta) -> AsyncIterator[Files]:
        """The files there for as long as the connection stands. CannotSee(unreachable | denied | timeout | no-tool)."""
        try:
            import asyncssh
        except ImportError as broken:
            raise CannotSee(Reason.NO_TOOL, say("SFTP cannot be spoken: install haechi[ssh]")) from broken
        seconds = timeout.total_seconds()
        settings = self._settings(door)
        addresses = await self._guard.check(door.host)
        connection: Any = None
        client: Any = None
        try:
            try:
                with anyio.fail_after(seconds):
                    connection = await _connected(addresses, settings, seconds)
                    client = await connection.start_sftp_client(path_encoding="utf-8", path_errors="surrogateescape")
            except TimeoutError as late:
                raise CannotSee(
                    Reason.TIMEOUT,
                    say("{host} did not open its files within {timeout}", host=door.host, timeout=plain(timeout)),
                ) from late
            except (asyncssh.Error, OSError) as broken:
                raise self._trouble(broken, door) from None  # the cause may hold what was sent to log in
            yield SftpFiles(client)
        finally:
            # Not a polite end: a server that is silent would hold the look up.
            if client is not None:
                client.exit()
            if connection is not None:
                connection.abort()

    def _settings(self, door: SshDoor) -> dict[str, Any]:
        import asyncssh

        if not _HOST_KEY.fullmatch(door.host_key.strip()):
            raise CannotSee(
                Reason.INCOMPLETE,
                say("the host key of {host} is none: one line such as ssh-ed25519 AAAA...", host=door.host),
            )
        keys: list[Any] = []
        try:
            host_key = asyncssh.import_public_key(door.host_key.strip())
            if door.key is not None:
                keys.append(asyncssh.import_private_key(self._secrets.reveal(door.key) + "\n"))
        except (asyncssh.KeyImportError, ValueError) as broken:
            raise CannotSee(
                Reason.DENIED,
                say("a key for {host} cannot be read: it is broken, or locked with a passphrase", host=door.host),
            ) from broken
        return {
            "port": door.port,
            "username": door.user,
            "password": self._secrets.reveal(door.password) if door.password is not None else None,
            "client_keys": keys or None,
            "known_hosts": ([host_key], [], []),
            "agent_path": None,
            "agent_forwarding": False,
            "config": None,
            "gss_auth": False,
            "gss_kex": False,
            "host_based_auth": False,
            "disable_trivial_auth": True,
            "x509_trusted_certs": None,
            "client_version": "Haechi",
        }

    def _trouble(self, broken: Exception, door: SshDoor) -> CannotSee:
        import asyncssh

        why = " ".join(self._secrets.redact(str(broken)).split())[:200] or type(broken).__name__
        if isinstance(broken, asyncssh.HostKeyNotVerifiable):
            return CannotSee(Reason.DENIED, say("{host} is not the host whose key the inventory names", host=door.host))
        if isinstance(broken, asyncssh.KeyExchangeFailed) and "host key" in why.lower():
            return CannotSee(Reason.DENIED, say("{host} has no key of the kind that is named", host=door.host))
        denied = isinstance(broken, asyncssh.PermissionDenied | asyncssh.SFTPPermissionDenied)
        if denied:
            return CannotSee(Reason.DENIED, say("{host} does not let {user} in", host=door.host, user=door.user))
        return CannotSee(Reason.UNREACHABLE, say("{host} opened no files: {why}", host=door.host, why=why))


async def _connected(addresses: tuple[str, ...], settings: dict[str, Any], seconds: float) -> Any:
    """A connection to the first address that can be reached."""
    import asyncssh

    for address in addresses[:-1]:
        try:
            with anyio.fail_after(seconds / len(addresses)):
                return await asyncssh.connect(address, **settings)
        except (TimeoutError, OSError):
            continue
    return await asyncssh.connect(addresses[-1], **settings)
