"""Folders of mariabackup with a workshop become what a server over a prepared copy of them says."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, drill, say
from audit.model.drilling import Restored
from checks.backup.drills import links, mariadb
from checks.backup.drills.choice import also, chosen, hopeless, look
from checks.backup.mariabackup import Mariabackup, chained
from checks.backup.mariabackup import backups as probe

COMMANDS: Final = (
    "cp --recursive --no-dereference --no-target-directory -- * *",
    "mariabackup --no-defaults --prepare --target-dir=* [--incremental-dir=*]",
    *mariadb.COMMANDS,
)
_SETTING: Final = re.compile(
    r"^(innodb_page_size|innodb_data_file_path|innodb_undo_tablespaces)\s*=\s*([\w.:;-]{1,200})\s*$", re.MULTILINE
)
_MOST: Final = 100_000


@drill(verbs=also(probe, *COMMANDS))
async def restored(copy: Mariabackup, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        seen = await look(probe, copy, workshop)
        point = chosen(seen, workshop)
        if (given_up := hopeless(point, workshop, seen.tool)) is not None:
            return given_up
        chain = await chained(copy, workshop.world, point.id)
        if not chain:
            raise CannotSee(Reason.INCOMPLETE, say("{name} is not there as a whole", name=point.id))
        size = 0
        for one in chain:
            listed = await workshop.world.files.list(f"{glob.escape(one.path)}/**", _MOST)
            if any(file.path.endswith(".isl") for file in listed):
                # Each of them leads to where a table lies outside of the data folder: in production.
                raise CannotSee(Reason.DENIED, say("{name} has tables outside of its data folder", name=one.name))
            if any(file.path.endswith((".qp", ".zst", ".lz4", ".xbcrypt")) for file in listed):
                raise CannotSee(Reason.NO_TOOL, say("no drill unpacks the compressed files of {name}", name=one.name))
            size += sum(file.size for file in listed)
        workshop.afford(size)
        await mariadb.older(workshop, chain[0].info.get("server_version", ""))
    data = workshop.room / "data"
    found = mariadb.Found()
    copies = [workshop.room / ("data" if number == 0 else f"added-{number}") for number in range(len(chain))]
    with workshop.part("restore"):
        for one, into in zip(chain, copies, strict=True):
            # Preparing writes into its folder: the backup itself is never touched.
            words = ("cp", "--recursive", "--no-dereference", "--no-target-directory", "--")
            output = await workshop.run((*words, str(workshop.world.root / one.path), str(into)))
            if output.code != 0:
                found.checks.append(mariadb.judged(workshop, "restore", output))
        await links.none_leads_out(workshop, workshop.room)
        await workshop.hand_over(workshop.room)
        for into in copies if not found.checks else ():
            extra = () if into == data else (f"--incremental-dir={into}",)
            words = ("mariabackup", "--no-defaults", "--prepare", f"--target-dir={data}", *extra)
            output = await workshop.run(words, inside=True)
            if output.code != 0:
                found.checks.append(mariadb.judged(workshop, "prepare", output))
                break
    tree = await workshop.tree(workshop.room)
    if not found.checks:
        found.checks.append(workshop.check("prepare", held=True))
        await mariadb.proven(workshop, data, found, await _told(workshop, data))
    return Restored(
        point=point,
        bytes=tree.bytes,
        files=tree.files,
        integrity=found.level,
        checks=tuple(found.checks),
        tool=seen.tool,
    )


async def _told(workshop: Workshop, data: Path) -> Mapping[str, str]:
    """The settings without which the files cannot be read, as the backup keeps them."""
    try:
        text = (await workshop.world.files.head(f"{data}/backup-my.cnf", 65_536)).decode("utf-8", "replace")
    except CannotSee:
        return {}
    return {name.replace("_", "-"): value for name, value in _SETTING.findall(text)}
