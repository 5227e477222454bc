"""Backup files on a file server with a workshop to what a restore of one of them brought back."""

from __future__ import annotations

import glob
from typing import Final

from audit.contract import FileSeen, SshDoor, Workshop, drill
from audit.model.drilling import Restored
from checks.backup.drills import backup_file
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.drills.drop import NAME, Place, brought_back
from checks.backup.sftp import SftpDrop, newest_files

_MOST: Final = 100_000


@drill(verbs=also(newest_files, *backup_file.COMMANDS))
async def restored(copy: SftpDrop, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        # What is fetched is read as a whole afterwards: once is enough.
        state = await look(newest_files, copy.model_copy(update={"verify": "ends"}), workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop)) is not None:
            return lost
    door = SshDoor(copy.server, copy.port, copy.user, copy.host_key, copy.key, copy.password)
    async with workshop.world.sftp.files(door, workshop.left) as files:

        async def fetch(seen: FileSeen) -> str:
            folder, _, last = seen.path.rpartition("/")
            if last != "toc.dat":
                await workshop.save(NAME, files.pieces(seen.path, seen.size))
                return ""
            for file in await files.list(f"{glob.escape(folder)}/*", _MOST):
                await workshop.save(f"{NAME}/{file.path.rpartition('/')[2]}", files.pieces(file.path, file.size))
            return ""

        place = Place(files, copy.path, copy.manifest, copy.timezone, fetch, copy.may_be_empty)
        return await brought_back(place, point, workshop)
