"""A server that Barman keeps with a workshop becomes what a restore of its newest backup brought back.

Barman's own files are laid out as `barman recover` does it: each of its commands would write into Barman's home, and
its settings may name scripts that a recovery runs.
"""

from __future__ import annotations

import glob
from typing import Final

from audit.contract import Workshop, drill
from audit.model.drilling import Restored
from checks.backup.barman import Barman
from checks.backup.barman import server_backups as probe
from checks.backup.barman_files import located
from checks.backup.drills import archive
from checks.backup.drills.choice import also, chosen, hopeless, look

_MOST: Final = 1_000_000


@drill(verbs=also(probe, *archive.COMMANDS))
async def restored(copy: Barman, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        files = workshop.world.files
        where = await located(files, copy.config, copy.server)
        log = [
            file.path for pattern in ("*/*", "*.history") for file in await files.list(f"{where.wals}/{pattern}", _MOST)
        ]
        # Table spaces lie beside the data folder, each under its number.
        beside = await files.list(f"{glob.escape(f'{where.base}/{point.id}')}/[0-9]*/**", _MOST)
        start = f"{where.base}/{point.id}/"
        numbers = {file.path.removeprefix(start).partition("/")[0] for file in beside if file.path.startswith(start)}
        spaces = {number: start + number for number in sorted(numbers) if number.isdigit()}
    return await archive.brought_back(workshop, point, f"{start}data", archive.named(log), spaces)
