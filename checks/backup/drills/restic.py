"""A restic repository with a workshop to what a restore of one snapshot brought back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Workshop, drill, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Restored
from audit.model.json_values import count
from checks.backup.drills.choice import FULL, also, chosen, hopeless
from checks.backup.drills.dump_inside import COMMANDS as LOADING
from checks.backup.drills.dump_inside import dump_proven
from checks.backup.drills.inside import Held, held, is_canary
from checks.backup.drills.manifest import is_manifest
from checks.backup.drills.sample import Sample, sampled
from checks.backup.drills.walk import walked
from checks.backup.restic import Restic, ResticLook, allowed, snapshots, state_of
from checks.backup.restic_output import refused
from checks.backup.restic_place import remote_host

_RESTIC: Final = "restic --repo=* --password-file {password} --no-lock [--no-cache] [--cache-dir=*]"
_TELLING: Final = re.compile(r"error|fatal|mismatch|invalid|unable|unexpected|missing|not found|damaged", re.IGNORECASE)


Nodes = Mapping[str, Mapping[str, Any]]
"""What `restic ls --json` lists, by path without the first slash."""


@drill(
    verbs=also(
        snapshots,
        *LOADING,
        f"{_RESTIC} ls --json [--host=*] [--path=*]... [--tag=*] * [/*]",
        f"{_RESTIC} restore * --target=* --verify [--include=*]...",
    ),
)
async def restored(copy: Restic, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        work = _Work(copy, workshop)
        state = await work.seen()
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop, state.tool)) is not None:
            return lost
        at_once = point.id not in work.lists and workshop.share == 1 and point.size is not None
        sizes = None if at_once else await work.listed(point)
        sample = await work.sample(point, sizes)
        workshop.afford(sample.bytes if sizes is not None else int((point.size or 0) * min(1.0, workshop.share * 2)))
    with workshop.part("restore"):
        if at_once:
            # What is to come is needed only once all of it has come: its list is read meanwhile.
            trouble, sizes = await workshop.both(work.restore(point, sample), work.listed(point))
            sample = await work.sample(point, sizes)
        else:
            trouble = await work.restore(point, sample)
    with workshop.part("verify"):
        found = await held(workshop, work.folder, None if sizes is None else sample.files, whole=not sample.names)
        if sizes is None and sample.names:
            sample = Sample(sample.names, {}, min(1.0, max(1e-9, found.bytes / (point.size or found.bytes or 1))))
        elif sizes is None and point.size is not None:
            enough = found.bytes >= point.size
            detail = f"{found.bytes} bytes, where the repository counts {point.size}"
            found.checks.append(workshop.check("size", held=enough, detail=detail))
    level = 1 if trouble else await dump_proven(workshop, work.folder, found, whole=sample.share == 1)
    return _told(workshop, point, sample, found, trouble, level, state.tool)


def _told(
    workshop: Workshop, point: RestorePoint, sample: Sample, found: Held, trouble: str, level: int, tool: str
) -> Restored:
    detail = trouble or "each file was read again and held against the repository"
    checks = (workshop.check("restic restore --verify", held=not trouble, detail=detail), *found.checks)
    return Restored(
        point=point,
        bytes=found.bytes,
        files=found.files,
        share=sample.share,
        integrity=level,
        checks=checks,
        tool=tool or "restic",
    )


class _Work:
    """One restore. Each start of restic derives a key anew, so that nothing is asked twice."""

    def __init__(self, copy: Restic, workshop: Workshop) -> None:
        self.copy, self.workshop = copy, workshop
        self.folder: Path = workshop.room / "restored"
        self.lists: dict[str, Nodes | None] = {}
        """What each snapshot holds; None where that is too much to be listed, or cannot be read."""

    async def seen(self) -> BackupState:
        """What the repository holds, while what is most likely its newest point is listed."""
        look = _Look(self.workshop.world, self.copy.timeout, self.copy.model_copy(update={"verify": "none"}), self)
        await allowed(look)
        if self.workshop.wanted:
            return await state_of(look, await look.entries())
        entries, _ = await self.workshop.both(look.entries(), self.guess())
        return await state_of(look, entries)

    async def guess(self) -> None:
        """List the snapshot that restic takes for the newest: of no use where another one turns out to be meant."""
        copy = self.copy
        words = [f"--host={copy.from_host}"] if copy.from_host is not None else []
        words += [f"--path={path}" for path in copy.paths]
        words += [f"--tag={','.join(copy.tags)}"] if copy.tags else []
        try:
            output = await self.run("ls", "--json", *words, "latest")
        except CannotSee:
            return
        point = point_of(output.out)
        if output.code == 0 and point:
            self.lists[point] = nodes_of(output.out)

    async def run(self, *words: str) -> Output:
        remote = remote_host(self.copy.repository) != ""
        where = self.copy.repository.removeprefix("local:")
        where = where if remote else str(self.workshop.world.root / where)
        # Far away each tree would be fetched anew for every part of the restore.
        cache = f"--cache-dir={self.workshop.room / 'cache'}" if remote else "--no-cache"
        argv = ("restic", f"--repo={where}", "--password-file", "{password}", "--no-lock", cache, *words)
        return await self.workshop.run(argv, secrets=self.copy.variables, files={"password": self.copy.password})

    async def nodes(self, point: RestorePoint) -> Nodes | None:
        """What a snapshot holds; None where that is too much to be listed, or cannot be read."""
        if point.id not in self.lists:
            self.lists[point.id] = await self._nodes("ls", "--json", point.id)
        return self.lists[point.id]

    async def _nodes(self, *words: str) -> Nodes | None:
        try:
            output = await self.run(*words)
        except CannotSee as gap:
            if gap.reason is not Reason.INCOMPLETE:
                raise
            return None
        if output.code != 0:
            # Damage to the catalogue comes out in the restore itself; here it is only not there to compare with.
            raise_where_it_was_not_tried(output)
            return None
        return nodes_of(output.out)

    async def listed(self, point: RestorePoint) -> Mapping[str, int] | None:
        """Each file of a snapshot with its size; None where they cannot be listed."""
        nodes = await self.nodes(point)
        return None if nodes is None else _sizes(nodes)

    async def inside(self, point: RestorePoint, folder: str) -> Mapping[str, bool] | None:
        """What lies right in a folder, with whether it is one; None where that is too much to be listed."""
        nodes = await self._nodes("ls", "--json", point.id, f"/{folder}")
        if nodes is None:
            return None
        below = f"{folder}/" if folder else ""
        kinds = {path: node.get("type") == "dir" for path, node in nodes.items() if path != folder}
        return {path: opens for path, opens in kinds.items() if path.startswith(below)}

    async def sample(self, point: RestorePoint, sizes: Mapping[str, int] | None) -> Sample:
        """What is restored: all of it, or the part whose turn it is."""
        shop = self.workshop
        if sizes is None:
            names = await walked(partial(self.inside, point), shop.share, shop.turn) if shop.share < 1 else ()
            return Sample(names, {}, 1.0)
        return sampled(sizes, shop.share, shop.turn, always=lambda name: is_manifest(name) or is_canary(shop, name))

    async def restore(self, point: RestorePoint, sample: Sample) -> str:
        """Bring the files back; what was wrong, empty where nothing was."""
        includes = [f"--include=/{pattern(name)}" for name in sample.names]
        canary = self.workshop.canary
        if includes and not sample.files and canary is not None and canary.file is not None:
            # Where it lies is not known: without the first slash it is taken wherever it is.
            includes.append(f"--include={pattern(canary.file.strip('/'))}")
        output = await self.run("restore", point.id, f"--target={self.folder}", "--verify", *includes)
        if output.code == 0:
            return ""
        raise_where_it_was_not_tried(output)
        lines = [line.strip() for line in f"{output.err}\n{output.out}".splitlines() if _TELLING.search(line)]
        return next(iter(lines), f"it ended with {output.code}")[:300]


@dataclass(slots=True)
class _Look(ResticLook):
    """Weighs by the lists that the restore is held against afterwards."""

    work: _Work

    async def weighed(self, point: RestorePoint) -> RestorePoint:
        nodes = await self.work.nodes(point)
        if nodes is None:
            return await ResticLook.weighed(self, point)
        return point.model_copy(update={"size": sum(_sizes(nodes).values()), "files": len(nodes)})


def raise_where_it_was_not_tried(output: Output) -> None:
    """CannotSee where restic did not fail at the data but at this machine, at the way to it or at a lock."""
    if output.code < 0:
        raise CannotSee(Reason.INCOMPLETE, say("restic was ended by signal {number}", number=-output.code))
    if full := FULL.search(output.err):
        raise CannotSee(Reason.INCOMPLETE, say("restic could not write here: {why}", why=full[0]))
    why = refused(output)
    if why.reason is not Reason.INCOMPLETE or "already locked" in output.err:
        raise why


def pattern(name: str) -> str:
    """A path as restic takes it for itself and for nothing else."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", name)


def files_of(lines: str) -> Mapping[str, int] | None:
    """Each ordinary file that `restic ls --json` lists, by its path without the first slash, with its size."""
    nodes = nodes_of(lines)
    return None if nodes is None else _sizes(nodes)


def _sizes(nodes: Nodes) -> Mapping[str, int]:
    sizes = {path: count(node.get("size", 0)) for path, node in nodes.items() if node.get("type") == "file"}
    return {path: size for path, size in sizes.items() if size is not None}


def point_of(lines: str) -> str:
    """The snapshot that `restic ls --json` says to list; empty where it says none."""
    try:
        head: Any = json.loads(lines.partition("\n")[0])
    except (ValueError, RecursionError):
        return ""
    return str(head.get("id", "")) if isinstance(head, dict) else ""


def nodes_of(lines: str) -> Nodes | None:
    """Everything that `restic ls --json` lists, by its path without the first slash; None for another form."""
    found: dict[str, Mapping[str, Any]] = {}
    # Not by `splitlines`: a name may hold what Unicode takes for the end of a line.
    for line in filter(None, lines.split("\n")):
        try:
            node: Any = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(node, dict):
            return None
        path = node.get("path")
        if isinstance(path, str):
            found[path.lstrip("/")] = node
    return found
