"""Backup files on a file server become the points in time to which they can bring data back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from audit.contract import SshDoor, World, probe
from audit.model.address import Host, Port
from audit.model.backup import BackupState
from audit.model.estate import parse_timezone
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.dropped import Drop, dropped
from checks.backup.round_trip import noted


class SftpDrop(Copy, kind="sftp"):
    """Files on a server that match a pattern, one backup each, read over SFTP by asyncssh; nothing there is changed.

    Tested against the sftp-server of OpenSSH 9.2. SFTP does not tell the clock of the server: ages are taken by the
    clock of this machine.
    """

    server: Host = Field(alias="host")
    port: Port = 22
    user: Text
    host_key: Text
    """One line of the server's public key, such as `ssh-ed25519 AAAA...`: no other host is believed."""
    key: SecretRef | None = None
    password: SecretRef | None = None
    path: Text
    """A pattern such as `/drop/*.sql.gz`; a relative one starts in the folder in which the user arrives."""
    verify: Literal["ends", "content"] = "ends"
    """`ends` reads the first and last bytes of the newest file, `content` all of it, held against its checksum."""
    manifest: Text | None = None
    """File with sha256 sums; with `verify: content`, `NAME.sha256` or `SHA256SUMS` beside the newest file else."""
    timezone: Annotated[Text, AfterValidator(parse_timezone)] | None = None
    """Of the machine that makes the dumps: most write the hour of their start without a zone."""
    may_be_empty: Flag = False
    """Whether a dump without a row is a sound one, as of a database that is not used yet."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt; a file that takes longer to read stays unverified."""

    @property
    def host(self) -> str:
        return self.server


@probe(deadline=185)
async def newest_files(copy: SftpDrop, world: World) -> BackupState:
    door = SshDoor(copy.server, copy.port, copy.user, copy.host_key, copy.key, copy.password)
    async with world.sftp.files(door, copy.timeout) as files:
        drop = Drop(
            world,
            copy.timeout,
            files,
            copy.path,
            manifest=copy.manifest,
            zone=copy.timezone,
            whole=copy.verify == "content",
            here=False,
            empty=copy.may_be_empty,
        )
        seen = await dropped(drop, copy.server)
        facts: dict[str, Any] = {}
        absent = dict(seen.absent)
        await noted(files.round_trip(), facts, absent)
    return seen.model_copy(update={**facts, "absent": absent})
