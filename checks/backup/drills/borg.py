"""A borg repository with a workshop to what a restore of one archive brought back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, Unpacked, Workshop, drill, say
from audit.model.backup import RestorePoint
from audit.model.drilling import Checked, Restored
from audit.model.item import Secret
from checks.backup.borg import Borg, BorgLook, BorgRepository, archives
from checks.backup.borg_output import refused
from checks.backup.borg_place import borg_host
from checks.backup.drills.choice import FULL, also, chosen, hopeless, look
from checks.backup.drills.dump_inside import COMMANDS as LOADING
from checks.backup.drills.dump_inside import dump_proven
from checks.backup.drills.inside import held, is_canary, told
from checks.backup.drills.manifest import is_manifest
from checks.backup.drills.sample import Sample, sampled

_LIST: Final = ("borg", "list", "--bypass-lock", "--json-lines", "--format", "{type}{path}{size}{health}{source}")
EXTRACT: Final = ("borg", "extract", "--bypass-lock")
MAKE: Final = ("mkdir", "--mode=700", "--")
COMMANDS: Final = (f"{' '.join(MAKE)} *", f"{' '.join(_LIST)} *", f"{' '.join(EXTRACT)} * PATHS...", *LOADING)
# Said of a name that is extracted all the same, or of what a file is worth as much without.
_HARMLESS: Final = re.compile(
    r"never matched\.$|extended attribute|xattr|bsdflags|\bACL\b|when setting|Remote: Warning|^\$LOG", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Listed:
    """The ordinary files of an archive."""

    sizes: Mapping[str, int]
    broken: frozenset[str]
    """Those in which a repair once put zeros where data was lost."""


@drill(verbs=also(archives, *COMMANDS))
async def restored(copy: Borg, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        state = await look(archives, copy.model_copy(update={"verify": "none"}), workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop, state.tool)) is not None:
            return lost
    return await restored_from(copy, copy.repository, point, workshop, state.tool)


async def restored_from(
    copy: BorgRepository, repository: str, point: RestorePoint, workshop: Workshop, tool: str
) -> Restored:
    """Restore one archive of one repository."""
    with workshop.part("preflight"):
        folder = workshop.room / "restored"
        await workshop.run((*MAKE, str(folder)))
        world = replace(workshop.world, command=_Restoring(workshop, folder))
        work = BorgLook(world, workshop.left, copy, repository)
        where = f"{work.repository}::{point.id}"
        at_once = workshop.share == 1 and point.size is not None
        found = None if at_once else await _listed(work, where)
        if found is None and workshop.share < 1:
            raise CannotSee(
                Reason.INCOMPLETE, say("the list of files in {point} is too long to take a share of it", point=point.id)
            )
        sample = _sample(workshop, found)
        workshop.afford(sample.bytes if found is not None else point.size or 0)
    names = tuple(f"{'pf' if name in sample.files else 'pp'}:{name}" for name in sample.names)
    with workshop.part("restore"):
        if at_once:
            # What is to come is needed only once all of it has come: its list is read meanwhile.
            output, found = await workshop.both(work.run(*EXTRACT, where), _listed(work, where))
            sample = _sample(workshop, found)
        else:
            output = await work.run(*EXTRACT, where, *names)
    trouble = _trouble(output, remote=bool(borg_host(repository)))
    detail = trouble or "borg held each piece of data against its id as it was extracted"
    checks: list[Checked] = [workshop.check("borg extract", held=not trouble, detail=detail)]
    with workshop.part("verify"):
        if found is not None and (zeros := tuple(sorted(found.broken & sample.files.keys()))):
            detail = told(tuple(f"{name}: zeros stand where data was lost" for name in zeros))
            checks.append(workshop.check("health", held=False, detail=detail))
        inside = await held(workshop, folder, None if found is None else sample.files, whole=not sample.names)
        if found is None and point.size is not None:
            enough = inside.bytes >= point.size
            detail = f"{inside.bytes} bytes, where the repository counts {point.size}"
            checks.append(workshop.check("size", held=enough, detail=detail))
    level = 1
    if all(check.held for check in checks):
        level = await dump_proven(workshop, folder, inside, whole=sample.share == 1)
    return Restored(
        point=point,
        bytes=inside.bytes,
        files=inside.files,
        share=sample.share,
        integrity=level,
        checks=(*checks, *inside.checks),
        tool=tool or "borg",
    )


def _sample(workshop: Workshop, found: Listed | None) -> Sample:
    """What is restored: all of it, or the part whose turn it is."""
    if found is None:
        return Sample((), {}, 1.0)
    return sampled(
        found.sizes, workshop.share, workshop.turn, always=lambda name: is_manifest(name) or is_canary(workshop, name)
    )


@dataclass(frozen=True, slots=True)
class _Restoring:
    """The command hand of a look whose programs write into a folder of the room."""

    workshop: Workshop
    folder: Path

    async def run(
        self,
        argv: Sequence[str],
        timeout: timedelta,
        secrets: Mapping[str, Secret],
        files: Mapping[str, Secret] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Output:
        return await self.workshop.run(argv, secrets=secrets, files=files, environment=environment, folder=self.folder)

    async def version(self, argv: Sequence[str], timeout: timedelta) -> Output:
        return await self.workshop.world.command.version(argv, timeout)

    async def unpack(self, argv: Sequence[str], size: int, timeout: timedelta) -> Unpacked:
        return await self.workshop.world.command.unpack(argv, size, timeout)

    async def plugin(self, argv: Sequence[str], timeout: timedelta, secrets: Mapping[str, Secret]) -> Output:
        return await self.workshop.run(argv, secrets=secrets)


async def _listed(work: BorgLook, where: str) -> Listed | None:
    """The files of an archive; None where they are too many to be listed, or its list is damaged."""
    try:
        output = await work.run(*_LIST, where)
    except CannotSee as gap:
        if gap.reason is not Reason.INCOMPLETE:
            raise
        return None
    if output.code != 0:
        why = refused(output)
        if why.reason is not Reason.INCOMPLETE:
            raise why
        return None
    return listed(output.out)


def listed(lines: str) -> Listed | None:
    """What `borg list --json-lines` says of the ordinary files; None where a line is not of the known form."""
    sizes: dict[str, int] = {}
    broken: set[str] = set()
    links: dict[str, str] = {}
    for line in lines.splitlines():
        try:
            item: Any = json.loads(line)
            path, kind, size = item["path"], item["type"], item["size"]
            linked = str(item["mode"]).startswith("h")
        except (ValueError, RecursionError, KeyError, TypeError):
            return None
        if kind != "-" or not isinstance(path, str):
            continue
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            return None
        sizes[path] = size
        if linked:
            links[path] = str(item.get("source", ""))
        if item.get("healthy") is False:
            broken.add(path)
    # A second name of a file is listed without a size of its own.
    return Listed({path: sizes.get(links.get(path, path), size) for path, size in sizes.items()}, frozenset(broken))


def _trouble(output: Output, *, remote: bool) -> str:
    """What borg found damaged; empty where nothing. CannotSee where it failed at something else than the data."""
    if output.code == 0:
        return ""
    if output.code < 0:
        raise CannotSee(Reason.INCOMPLETE, say("borg was ended by signal {number}", number=-output.code))
    if full := FULL.search(output.err):
        raise CannotSee(Reason.INCOMPLETE, say("borg could not write here: {why}", why=full[0]))
    lines = [line.strip() for line in output.err.splitlines() if line.strip() and not _HARMLESS.search(line)]
    if output.code == 1 and not lines:
        return ""
    why = refused(output)
    # On this machine the repository was there a moment ago: what is not found now is a piece of its data.
    unknown = (Reason.INCOMPLETE,) if remote else (Reason.INCOMPLETE, Reason.UNREACHABLE)
    if output.code != 1 and why.reason not in unknown:
        raise why
    return next(iter(lines), f"it ended with {output.code}")[:300]
