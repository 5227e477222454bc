"""The path of an exported list to what it holds."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from audit.model.listed import Edge, Entry, ListState
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.files import LocalFiles, in_thread

MOST_BYTES: Final = 64 * 1024 * 1024
NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})


class ListsHand:
    """Lists that lie on this machine; relative paths start at the estate's folder."""

    def __init__(self, root: Path) -> None:
        self._files = LocalFiles(root)

    async def listed(self, path: str, form: str, columns: Mapping[str, str], origin: str) -> ListState:
        """Whole or not at all. CannotSee(unreachable | denied | incomplete | no-tool) with file:row:column."""
        content = await self._files.head(path, MOST_BYTES + 1)
        seen = await self._files.list(glob.escape(path), 1)
        return await in_thread(lambda: parsed(content, path, form, columns, origin, changed(seen)), None, path)


def changed(seen: tuple[object, ...]) -> datetime | None:
    """When the listed file was last written."""
    found = getattr(seen[-1], "modified", None) if seen else None
    return found if isinstance(found, datetime) else None


def parsed(
    content: bytes, path: str, form: str, columns: Mapping[str, str], origin: str, taken: datetime | None
) -> ListState:
    """What the bytes of a list hold; CannotSee(incomplete | no-tool) with file:row:column."""
    from audit.world.lists.firewall import edges
    from audit.world.lists.monitored import own_format
    from audit.world.lists.table import entries
    from audit.world.lists.zone import records

    if len(content) > MOST_BYTES:
        says = say("{path} is longer than {most} MB; export less of it", path=path, most=MOST_BYTES // 1024**2)
        raise CannotSee(Reason.INCOMPLETE, says)
    found: tuple[Entry, ...] = ()
    talks: tuple[Edge, ...] = ()
    if form == "dns-zone":
        found = records(content, path, origin)
    elif form == "firewall":
        talks = edges(content, path, columns)
    elif form == "monitoring" and (reads := own_format(content)) is not None:
        found = reads(content, path)
    else:
        found = entries(content, path, columns)
    known: dict[str, Any] = {"taken": taken.astimezone(UTC)} if taken is not None else {}
    return ListState(
        form=form, file=path, entries=found, edges=talks, sha256=hashlib.sha256(content).hexdigest(), **known
    )  # fmt: skip
