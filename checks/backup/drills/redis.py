"""RDB files of Redis with a workshop become what a server that read a copy of one of them says."""

from __future__ import annotations

import re
from typing import Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.drilling import Checked, Restored
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.serving import level_of, serving, short_enough
from checks.backup.redis import RedisFiles
from checks.backup.redis import saves as probe

_SOCKET: Final = "redis.sock"
COMMANDS: Final = (
    "mkdir --mode=700 -- *",
    "cp --no-target-directory -- * *",
    "redis-check-rdb *",
    "redis-server *",
    "redis-cli -s * --raw PING",
    "redis-cli -s * --raw INFO keyspace",
    "redis-cli -s * --raw TYPE *",
    "redis-cli -s * --raw GET *",
    "redis-cli -s * --raw EXISTS *",
)
_MOST: Final = 500
_KEYS: Final = re.compile(r"\[info\] (\d{1,15}) keys read")
_HELD: Final = re.compile(r"^db\d+:keys=(\d{1,15}),", re.MULTILINE)
_EXPIRED: Final = re.compile(r"\[info\] (\d{1,15}) already expired")
_TOO_NEW: Final = ("Can't handle RDB format version", "No space left")
_OURS: Final = (*_TOO_NEW, "module")
"""Words of complaints about the Redis of this machine, not about the file."""


@drill(verbs=also(probe, *COMMANDS))
async def restored(copy: RedisFiles, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        if copy.rdb is None:
            says = say("the server's own files were not named: write `rdb:` with where copies of them lie")
            raise CannotSee(Reason.INCOMPLETE, says)
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        workshop.afford(point.size or 0)
        listed = await workshop.world.files.list(copy.rdb, _MOST)
        path = next((file.path for file in listed if file.path.rpartition("/")[2] == point.id), None)
        if path is None:
            raise CannotSee(Reason.INCOMPLETE, say("{name} is not there any more", name=point.id))
    data = workshop.room / "data"
    checks: list[Checked] = []
    with workshop.part("restore"):
        await workshop.run(("mkdir", "--mode=700", "--", str(data)))
        source = str(workshop.world.root / path)
        output = await workshop.run(("cp", "--no-target-directory", "--", source, f"{data}/dump.rdb"))
        checks.append(_judged(workshop, "restore", output))
        await workshop.hand_over(data)
    if checks[0].held:
        with workshop.part("verify"):
            output = await workshop.run(("redis-check-rdb", f"{data}/dump.rdb"), inside=True)
        checks.append(_judged(workshop, "redis-check-rdb", output))
        wanted, gone = (_number(pattern, output.out) for pattern in (_KEYS, _EXPIRED))
        await _started(workshop, checks, wanted, gone or 0)
    tree = await workshop.tree(data)
    return Restored(
        point=point,
        bytes=tree.bytes,
        files=tree.files,
        integrity=level_of(checks),
        checks=tuple(checks),
        tool=seen.tool,
    )


async def _started(workshop: Workshop, checks: list[Checked], wanted: int | None, gone: int) -> None:
    """Start a server over the copy, without a port, without saving, following nobody; count its keys."""
    socket = short_enough(workshop, _SOCKET)
    settings = workshop.write(
        "redis.conf",
        f'port 0\nunixsocket "{socket}"\nunixsocketperm 700\ndir "{workshop.room}/data"\ndbfilename dump.rdb\n'
        'save ""\nappendonly no\ndaemonize no\nprotected-mode yes\nloglevel warning\n',
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
                found = sum(int(keys) for keys in _HELD.findall(output.out))
                # Whatever has expired since is left out as the file is read, or soon after.
                held = output.code == 0 and wanted is not None and wanted - gone <= found + gone and found <= wanted
                detail = f"{found} of {wanted} keys" if wanted is not None else "nobody told how many keys there are"
                checks.append(workshop.check("keys", held=held, detail=detail))
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
