"""Backup files of this machine with a workshop to what a restore of one of them brought back."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, FileSeen, Reason, Workshop, drill, say
from audit.model.drilling import Restored
from checks.backup.drills import backup_file
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.drop import NAME, Place, brought_back
from checks.backup.files import FileCopies, newest_files

_COPY: Final = ("cp", "--no-dereference", "--no-preserve=all")


@drill(verbs=also(newest_files, f"{' '.join(_COPY)} [--recursive] -- * *", *backup_file.COMMANDS))
async def restored(copy: FileCopies, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        state = await look(newest_files, copy, workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop)) is not None:
            return lost

    async def fetch(seen: FileSeen) -> str:
        source = workshop.world.root / seen.path
        words: tuple[str, ...] = (*_COPY, "--", str(source))
        if source.name == "toc.dat":
            words = (*_COPY, "--recursive", "--", str(source.parent))
        output = await workshop.run((*words, str(workshop.room / NAME)))
        if output.code == 0:
            return ""
        line = next((line.strip() for line in output.err.splitlines() if line.strip()), f"code {output.code}")
        if "nput/output error" in line:
            return line
        raise CannotSee(Reason.INCOMPLETE, say("{name} could not be fetched: {why}", name=point.id, why=line[:200]))

    place = Place(workshop.world.files, copy.path, copy.manifest, copy.timezone, fetch, copy.may_be_empty)
    return await brought_back(place, point, workshop)
