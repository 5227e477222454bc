"""Two folders of mariabackup become why the newer one holds too few of the tables of the older one."""

from __future__ import annotations

import glob
import re
from typing import Final

from audit.contract import Timed

_MOST: Final = 100_000
_TABLE: Final = re.compile(r"([^/]+)/([^/#]+)(?:#P#[^/]*)?\.(?:frm|ibd)$")
_OWN: Final = frozenset({"mysql", "sys", "performance_schema", "information_schema"})
"""Schemas that a server has by itself."""


async def fewer(newer: str, older: str, look: Timed, may_shrink: float) -> str:
    """Empty where it holds enough of them: the dropped ones are missing in the folder of an incremental one too."""
    now, then = await _tables(newer, look), await _tables(older, look)
    if len(now) >= len(then) * (1 - may_shrink):
        return ""
    return f"it holds {len(now)} tables, an earlier one {len(then)}"


async def _tables(folder: str, look: Timed) -> frozenset[tuple[str, str]]:
    files = await look.world.files.list(f"{glob.escape(folder)}/*/*", _MOST)
    found = (_TABLE.search(file.path) for file in files)
    return frozenset((match[1], match[2]) for match in found if match is not None and match[1] not in _OWN)
