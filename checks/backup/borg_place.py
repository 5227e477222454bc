"""Where a borg repository is, as an inventory writes it, to what of it can be told without borg."""

from __future__ import annotations

import glob
import re
from typing import Final
from urllib.parse import urlsplit

from audit.contract import CannotSee, FileSeen, Reason, World, say
from audit.model.unfit import Unexpected

_SCP: Final = re.compile(r"(?:[^@/]+@)?([^:/]+):.+", re.DOTALL)
_COMMIT: Final = b"\x40\xf4\x3c\x25\x09\x00\x00\x00\x02"
_SETTINGS: Final = 4096
_MOST_SEGMENTS: Final = 200_000
_UNCOMMITTED: Final = 50


def parse_borg_repository(written: str) -> str:
    """A folder, `ssh://user@host:port/folder` or `user@host:folder`, without a password and without an archive."""
    wanted = say("a repository such as /srv/backup/ledger or ssh://backup@vault.example/srv/ledger")
    if any(letter < " " or letter == "\x7f" for letter in written):
        raise Unexpected(wanted, say("one with a control character"))
    if re.search(r"//[^/@]*:[^/@]*@", written):
        # The text itself is not repeated: it holds a password.
        raise Unexpected(wanted, say("one with a password"), why=say("a secret is never written here"))
    if written.startswith("-") or "::" in written or "{" in written:
        raise Unexpected(wanted, repr(written[:80]))
    return written


def borg_host(repository: str) -> str | None:
    """The host of a repository; empty for this machine, None where it cannot be told."""
    if "://" in repository:
        try:
            parts = urlsplit(repository)
            return (parts.hostname or None) if parts.scheme == "ssh" else "" if parts.scheme == "file" else None
        except ValueError:
            return None
    found = _SCP.fullmatch(repository)
    return "" if repository.startswith(("/", ".")) or not found else found[1]


async def settings(folder: str, world: World) -> bytes:
    """The first lines of a repository's own settings; the key may stand there too, so they go nowhere else."""
    return await world.files.head(f"{folder}/config", _SETTINGS)


async def readable_without_a_write(folder: str, world: World) -> None:
    """CannotSee where borg, asked to list the repository, would first write a new index into it."""
    literal = glob.escape(folder)
    indexes = [_number(file) for file in await world.files.list(f"{literal}/index.*", 10)]
    segments = await world.files.list(f"{literal}/data/*/*", _MOST_SEGMENTS)
    committed = None
    for segment in sorted(segments, key=_number, reverse=True)[:_UNCOMMITTED]:
        if await world.files.tail(segment.path, len(_COMMIT)) == _COMMIT:
            committed = _number(segment)
            break
    if committed is not None and max(indexes, default=None) != committed:
        raise CannotSee(
            Reason.INCOMPLETE,
            say(
                "the index of {repository} is not that of its last transaction: borg would write a new one before it "
                "lists anything; let the next backup do that, or run `borg check`",
                repository=folder,
            ),
        )


def _number(file: FileSeen) -> int:
    found = re.search(r"(\d{1,18})$", file.path)
    return int(found[1]) if found else -1
