"""Backups on a storage that rclone reaches, with a workshop, to what a fetch of one of them brought back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Checked, Restored
from checks.backup.checksums import listed
from checks.backup.drills import backup_file
from checks.backup.drills.choice import FULL, also, chosen, hopeless, look
from checks.backup.drills.dump_inside import COMMANDS as LOADING
from checks.backup.drills.dump_inside import dump_proven
from checks.backup.drills.inside import held, is_canary, told
from checks.backup.drills.sample import sampled
from checks.backup.rclone import ALWAYS, DENIED, LIST, Rclone, configured, stored

_LIST: Final = ("rclone", *LIST)
_LARGEST_MANIFEST: Final = 32_000_000
_DAMAGED: Final = re.compile(r"corrupted on transfer|not found|sizes? differ|unexpected EOF|nput/output error")


@drill(
    verbs=also(
        stored,
        *LOADING,
        f"{' '.join(_LIST)} haechi:* {' '.join(ALWAYS)}",
        f"rclone copyto haechi:* * {' '.join(ALWAYS)}",
        f"rclone copy haechi:* * --files-from-raw=* {' '.join(ALWAYS)}",
    )
)
async def restored(copy: Rclone, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        state = await look(stored, copy, workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop, state.tool)) is not None:
            return lost
    sums = await _sums(copy, workshop)
    if copy.point == "folder":
        return await _folder(copy, point, sums, workshop)
    return await _object(copy, point, sums.get(point.id), workshop)


async def _object(copy: Rclone, point: RestorePoint, wanted: str | None, workshop: Workshop) -> Restored:
    """One file is one backup, such as a dump."""
    workshop.afford(point.size or 0)
    with workshop.part("fetch"):
        output = await _run(
            copy, workshop, "rclone", "copyto", _where(copy, workshop, point.id), f"{workshop.room}/backup"
        )
    trouble = _trouble(output)
    checks = [workshop.check("fetch", held=not trouble, detail=trouble or f"{point.size} bytes")]
    if trouble:
        return Restored(point=point, bytes=0, integrity=0, checks=tuple(checks), tool="rclone")
    with workshop.part("verify"):
        entry = (await workshop.entries(workshop.room)).get("backup")
        if entry is None or entry.size != point.size:
            detail = f"{entry.size if entry else 0} bytes instead of {point.size}"
            checks = [workshop.check("fetch", held=False, detail=detail)]
        if wanted is not None:
            same = (await workshop.sums(workshop.room, ("backup",))).get("backup") == wanted
            detail = f"as {copy.manifest} says" if same else f"another than {copy.manifest} says"
            checks.append(workshop.check("sha256", held=same, detail=detail))
    opened = await backup_file.opened(workshop.room / "backup", point.id.rpartition("/")[2], workshop, None)
    opened.summed = opened.summed or wanted is not None
    opened.checks[:0] = checks
    return Restored(
        point=point,
        bytes=opened.bytes,
        files=opened.files,
        integrity=opened.integrity,
        checks=tuple(opened.checks),
        tool="rclone",
    )


async def _folder(copy: Rclone, point: RestorePoint, sums: Mapping[str, str], workshop: Workshop) -> Restored:
    """All files below one folder are one backup."""
    with workshop.part("preflight"):
        output = await _run(copy, workshop, *_LIST, _where(copy, workshop, point.id))
        if trouble := _trouble(output):
            raise CannotSee(Reason.INCOMPLETE, say("rclone gave nothing: {answer}", answer=trouble))
        sizes = sizes_of(output.out)
        # A name with a line's end in it would be two names in the list that rclone reads.
        sample = sampled(
            {name: size for name, size in sizes.items() if "\n" not in name and "\r" not in name},
            workshop.share,
            workshop.turn,
            always=lambda name: is_canary(workshop, name),
        )
        workshop.afford(sample.bytes)
        names = workshop.write("names", "".join(f"{name}\n" for name in sample.files))
    folder = workshop.room / "restored"
    with workshop.part("fetch"):
        where = _where(copy, workshop, point.id)
        output = await _run(copy, workshop, "rclone", "copy", where, str(folder), f"--files-from-raw={names}")
    trouble = _trouble(output)
    checks: list[Checked] = [workshop.check("fetch", held=not trouble, detail=trouble)]
    with workshop.part("verify"):
        known = {name: sums[f"{point.id}/{name}"] for name in sample.files if f"{point.id}/{name}" in sums}
        if known:
            found = await workshop.sums(folder, tuple(known))
            wrong = tuple(f"{name}: not what {copy.manifest} says" for name in known if found.get(name) != known[name])
            detail = told(wrong) or f"sha256 of {len(known)} files"
            checks.append(workshop.check("sha256", held=not wrong, detail=detail))
        inside = await held(workshop, folder, sample.files, whole=sample.share == 1)
    level = 1
    if all(check.held for check in (*checks, *inside.checks) if check.name != "canary"):
        level = await dump_proven(workshop, folder, inside, whole=sample.share == 1)
        summed = len(known) == len(sample.files) or any(check.name == "manifest" for check in inside.checks)
        level = level if summed or level > 3 else 1
    return Restored(
        point=point,
        bytes=inside.bytes,
        files=inside.files,
        share=sample.share,
        integrity=level,
        checks=(*checks, *inside.checks),
        tool="rclone",
    )


async def _sums(copy: Rclone, workshop: Workshop) -> Mapping[str, str]:
    """What the manifest says of each file; nothing where the inventory names none."""
    if copy.manifest is None:
        return {}
    place = workshop.room / "sums"
    output = await _run(copy, workshop, "rclone", "copyto", _where(copy, workshop, copy.manifest), str(place))
    if trouble := _trouble(output):
        raise CannotSee(Reason.INCOMPLETE, say("rclone gave nothing: {answer}", answer=trouble))
    text = await workshop.world.files.head(str(place), _LARGEST_MANIFEST)
    return listed(text.decode("utf-8", "replace"))


def _where(copy: Rclone, workshop: Workshop, name: str) -> str:
    path = str(workshop.world.root / copy.path) if copy.storage == "local" else copy.path
    return f"haechi:{path.rstrip('/')}/{name}"


async def _run(copy: Rclone, workshop: Workshop, *words: str) -> Output:
    """Run rclone with what the inventory sets of the storage, and no file of its own."""
    environment, secrets = configured(copy)
    return await workshop.run((*words, *ALWAYS), secrets=secrets, environment=environment)


def _trouble(output: Output) -> str:
    """What is wrong with the data; empty where nothing is. CannotSee where rclone failed at something else."""
    if output.code == 0:
        return ""
    line = next((line.strip() for line in reversed(output.err.splitlines()) if line.strip()), "")
    line = line or f"it ended with {output.code}"
    if _DAMAGED.search(output.err) and not DENIED.search(output.err) and not FULL.search(output.err):
        return line[:300]
    reason = Reason.DENIED if DENIED.search(output.err) else Reason.UNREACHABLE
    reason = Reason.INCOMPLETE if output.code < 0 or FULL.search(output.err) else reason
    raise CannotSee(reason, say("rclone gave nothing: {answer}", answer=line[:200]))


def sizes_of(text: str) -> Mapping[str, int]:
    """The size of each file that `rclone lsjson` lists."""
    try:
        entries: Any = json.loads(text)
        found = {str(entry["Path"]): int(entry["Size"]) for entry in entries}
    except (ValueError, RecursionError, KeyError, TypeError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("rclone lists files in a form that is not known")) from broken
    return {path: max(0, size) for path, size in found.items()}
