"""RDB files or logs of Redis with a workshop become what a server that read a copy of one of them says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.drilling import Checked, Restored
from checks.backup.drills import links
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.serving import level_of, serving, short_enough
from checks.backup.redis import RedisFiles
from checks.backup.redis import saves as probe
from checks.backup.redis_aof import FOLDER, AofLook, complaint

_SOCKET: Final = "redis.sock"
COMMANDS: Final = (
    "mkdir --mode=700 -- *",
    "cp --no-target-directory -- * *",
    "cp --recursive --no-dereference --no-target-directory -- * *",
    "redis-check-rdb *",
    "redis-check-aof *",
    "redis-server *",
    "redis-cli -s * --raw PING",
    "redis-cli -s * --raw INFO keyspace",
    "redis-cli -s * --raw TYPE *",
    "redis-cli -s * --raw GET *",
    "redis-cli -s * --raw EXISTS *",
    *links.COMMANDS,
)
_MOST: Final = 500
_MANIFEST: Final = re.compile(r"[\w][\w.-]{0,99}\.manifest")
_KEYS: Final = re.compile(r"\[info\] (\d{1,15}) keys read")
_HELD: Final = re.compile(r"^db\d+:keys=(\d{1,15}),", re.MULTILINE)
_EXPIRED: Final = re.compile(r"\[info\] (\d{1,15}) already expired")
_TOO_NEW: Final = ("Can't handle RDB format version", "No space left")
_OURS: Final = (*_TOO_NEW, "module")
"""Words of complaints about the Redis of this machine, not about the file."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A copy in the room, as its own tool found it."""

    settings: str
    """With which a server reads it."""
    keys: Callable[[int], tuple[bool, str]]
    """Whether so many keys in the server are as they should be, with what to say of them."""


@drill(verbs=also(probe, *COMMANDS))
async def restored(copy: RedisFiles, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        if copy.rdb is None and copy.aof is None:
            says = say("the server's own files were not named: write `rdb:` with where copies of them lie")
            raise CannotSee(Reason.INCOMPLETE, says)
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        workshop.afford(point.size or 0)
        path = await _there(copy, workshop, point.id)
        if path is None:
            raise CannotSee(Reason.INCOMPLETE, say("{name} is not there any more", name=point.id))
    data = workshop.room / "data"
    checks: list[Checked] = []
    kept = await (_saved if copy.aof is None else _logged)(workshop, path, data, checks)
    if kept is not None:
        await _started(workshop, checks, kept)
    tree = await workshop.tree(data)
    return Restored(
        point=point,
        bytes=tree.bytes,
        files=tree.files,
        integrity=level_of(checks),
        checks=tuple(checks),
        tool=seen.tool,
    )


async def _there(copy: RedisFiles, workshop: Workshop, point: str) -> str | None:
    """The file of a point, of a log its manifest."""
    if copy.aof is not None:
        logs = await AofLook(workshop.world, workshop.left, copy.aof).logs()
        return next((log.manifest for log in logs if log.point.id == point), None)
    listed = await workshop.world.files.list(copy.rdb or "", _MOST)
    return next((file.path for file in listed if file.path.rpartition("/")[2] == point), None)


async def _saved(workshop: Workshop, path: str, data: Path, checks: list[Checked]) -> _Kept | None:
    """Bring an RDB file back, have it read to its end; None where it never came."""
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(data)))
        source = str(workshop.world.root / path)
        output = await workshop.run(("cp", "--no-target-directory", "--", source, f"{data}/dump.rdb"))
        checks.append(_judged(workshop, "restore", output))
        await workshop.hand_over(data)
    if not checks[0].held:
        return None
    with workshop.part("verify"):
        output = await workshop.run(("redis-check-rdb", f"{data}/dump.rdb"), inside=True)
    checks.append(_judged(workshop, "redis-check-rdb", output))
    wanted, gone = (_number(pattern, output.out) for pattern in (_KEYS, _EXPIRED))

    def keys(found: int) -> tuple[bool, str]:
        if wanted is None:
            return False, "nobody told how many keys there are"
        # Whatever has expired since is left out as the file is read, or soon after.
        left = wanted - (gone or 0)
        return left <= found + (gone or 0) and found <= wanted, f"{found} of {wanted} keys"

    return _Kept("dbfilename dump.rdb\nappendonly no\n", keys)


async def _logged(workshop: Workshop, path: str, data: Path, checks: list[Checked]) -> _Kept | None:
    """Bring a log back with its base, have all of it read; None where it never came."""
    folder, _, name = path.rpartition("/")
    if not _MANIFEST.fullmatch(name):
        says = say("{name} leads out of the scratch folder", name=repr(name[:120]))
        raise CannotSee(Reason.DENIED, says)
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(data)))
        source = str(workshop.world.root / folder)
        output = await workshop.run(
            ("cp", "--recursive", "--no-dereference", "--no-target-directory", "--", source, f"{data}/{FOLDER}")
        )
        checks.append(_judged(workshop, "restore", output))
        await links.none_leads_out(workshop, data)
        await workshop.hand_over(data)
    if not checks[0].held:
        return None
    with workshop.part("verify"):
        output = await workshop.run(("redis-check-aof", f"{data}/{FOLDER}/{name}"), inside=True)
    if any(words in output.out + output.err for words in _TOO_NEW):
        raise CannotSee(Reason.NO_TOOL, say("{program}: {answer}", program="redis-check-aof", answer=_TOO_NEW[0]))
    said = "" if output.code == 0 else complaint(output.out + output.err)
    checks.append(workshop.check("redis-check-aof", held=output.code == 0, detail=said))
    settings = (
        f'appendonly yes\nappenddirname "{FOLDER}"\nappendfilename "{name.removesuffix(".manifest")}"\n'
        # Else a server leaves out what was cut off, and says so in its log alone.
        "aof-load-truncated no\nauto-aof-rewrite-percentage 0\n"
    )
    return _Kept(settings, lambda found: (found > 0, f"{found} keys"))


async def _started(workshop: Workshop, checks: list[Checked], kept: _Kept) -> None:
    """Start a server over the copy, without a port, without saving, following nobody; count its keys."""
    socket = short_enough(workshop, _SOCKET)
    settings = workshop.write(
        "redis.conf",
        f'port 0\nunixsocket "{socket}"\nunixsocketperm 700\ndir "{workshop.room}/data"\n{kept.settings}'
        'save ""\ndaemonize no\nprotected-mode yes\nloglevel warning\n',
    )
    door = ("redis-cli", "-s", socket, "--raw")

    async def ready() -> bool:
        output = await workshop.run((*door, "PING"), inside=True)
        return output.out.strip() == "PONG"

    try:
        async with serving(workshop, ("redis-server", str(settings)), ready):
            checks.append(workshop.check("start", held=True))
            with workshop.part("verify"):
                output = await workshop.run((*door, "INFO", "keyspace"), inside=True)
                held, detail = kept.keys(sum(int(keys) for keys in _HELD.findall(output.out)))
                checks.append(workshop.check("keys", held=held and output.code == 0, detail=detail))
                if workshop.canary is not None and workshop.canary.key is not None:
                    checks.append(await _canary(workshop, (*door,), workshop.canary.key))
    except CannotSee as gap:
        if gap.reason is not Reason.INCOMPLETE:
            raise
        if any(words in str(gap) for words in _OURS):
            raise CannotSee(Reason.NO_TOOL, gap.says) from gap
        checks.append(workshop.check("start", held=False, detail=str(gap.says)))


async def _canary(workshop: Workshop, door: tuple[str, ...], key: str) -> Checked:
    kind = (await workshop.run((*door, "TYPE", key), inside=True)).out.strip()
    if kind == "none":
        return workshop.check("canary", held=False, detail="there is no such key")
    # Anything but a string is only looked for, as its value has no one form.
    output = await workshop.run((*door, "GET" if kind == "string" else "EXISTS", key), inside=True)
    return workshop.canary_held(output.out.strip()) if output.code == 0 else _judged(workshop, "canary", output)


def _judged(workshop: Workshop, name: str, output: Output) -> Checked:
    lines = [line.strip() for line in (output.out + output.err).splitlines() if line.strip()]
    wrong = next((line for line in lines if "error" in line.lower() or "ERR" in line), lines[-1] if lines else "")
    if output.code != 0 and any(words in output.out + output.err for words in _TOO_NEW):
        raise CannotSee(Reason.NO_TOOL, say("{program}: {answer}", program=name, answer=wrong[:200]))
    return workshop.check(name, held=output.code == 0, detail="" if output.code == 0 else wrong)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None
