"""A restored folder becomes a refusal where something in it leads out of the room, to where no server may write."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Reason, Workshop, say

_STRANGE: Final = ("-not", "-type", "f", "-not", "-type", "d", "-not", "-type", "l", "-printf", "%f\\n")
COMMANDS: Final = ("find * -type l -printf *", f"find * {' '.join(_STRANGE)}")


async def none_leads_out(workshop: Workshop, folder: Path) -> None:
    """CannotSee(denied) where a link below `folder` leads out of the room, or a device does, perhaps into production.

    To be asked before the folder is handed over or anything is started in it.
    """
    strange = await workshop.run(("find", str(folder), *_STRANGE))
    if strange.code != 0 or strange.out:
        says = say("there is something that is no file, no folder, no link: {name}", name=strange.out.split("\n")[0])
        raise CannotSee(Reason.DENIED, says)
    output = await workshop.run(("find", str(folder), "-type", "l", "-printf", r"%p\0%l\0"))
    if output.code != 0:
        raise CannotSee(Reason.DENIED, say("the links in what was restored cannot be read"))
    words = output.out.split("\0")
    room = posixpath.normpath(str(workshop.room))
    for link, target in zip(words[0::2], words[1::2], strict=False):
        where = posixpath.normpath(posixpath.join(posixpath.dirname(link), target))
        if where != room and not where.startswith(room + "/"):
            raise CannotSee(
                Reason.DENIED,
                say("{link} leads out of the room of the drill: it was not started", link=Path(link).name),
            )
