"""The bytes of an XLSX file to the rows of its first sheet, after its size was examined."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers.expat import ExpatError

from audit.model.message import say
from audit.world.lists.cells import Formula, sheet_rows
from audit.world.lists.wrong import refused

_MOST_PARTS: Final = 500
_MOST_BYTES: Final = 512 * 1024 * 1024
_MOST_PART: Final = 256 * 1024 * 1024
_MOST_TEXTS: Final = 96 * 1024 * 1024
"""Of all parts but the sheets, which are held in memory whole."""
_RATIO: Final = 200
_SMALL: Final = 1024 * 1024
_SIZE: Final = say("a plain table, saved anew as XLSX or CSV")


def is_workbook(content: bytes) -> bool:
    """Whether it starts like a ZIP archive."""
    return content.startswith(b"PK\x03\x04")


def workbook_rows(content: bytes, path: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of texts; BadList with file:row:column for what is unsafe or a formula."""
    examine(content, path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from sheet_rows(archive)
    except Formula as found:
        wrong = say("this cell holds a formula")
        raise refused(path, found.row, found.column, wrong, say("paste its value")) from found
    except (zipfile.BadZipFile, zlib.error, ExpatError, KeyError, ValueError, IndexError, OverflowError,
            EOFError, NotImplementedError) as broken:  # fmt: skip
        # Whatever a parser stumbles over in a file from elsewhere, that file is what is wrong.
        raise refused(path, 1, 1, say("this is no XLSX file that can be read"), _SIZE) from broken


def examine(content: bytes, path: str) -> None:
    """BadList where the archive would unpack to too much, holds a name twice, is locked, or defines entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            whole = sum(part.file_size for part in parts)
            texts = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
            worst = max((part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _SMALL),
                        default=0.0)  # fmt: skip
            if len(parts) > _MOST_PARTS:
                raise refused(path, 1, 1, say("it holds {count} parts", count=len(parts)), _SIZE)
            if whole > _MOST_BYTES or texts > _MOST_TEXTS or any(part.file_size > _MOST_PART for part in parts):
                wrong = say("it unpacks to {count} MB", count=whole // 1024**2)
                raise refused(path, 1, 1, wrong, _SIZE)
            if worst > _RATIO:
                wrong = say("a part of it unpacks to {count} times its size", count=f"{worst:,.0f}")
                raise refused(path, 1, 1, wrong, _SIZE)
            if len({part.filename for part in parts}) < len(parts):
                raise refused(path, 1, 1, say("it holds a part twice"), _SIZE)
            if any(part.flag_bits & 1 for part in parts):
                raise refused(path, 1, 1, say("it is locked by a password"), _SIZE)
            if any(_defines(archive, part) for part in parts if part.filename.endswith((".xml", ".rels"))):
                raise refused(path, 1, 1, say("it defines entities"), _SIZE)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, OSError) as broken:
        raise refused(path, 1, 1, say("this archive is broken"), _SIZE) from broken


def _defines(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a document type stands at the head of a part, the only place where XML takes one."""
    with archive.open(part) as file:
        head = file.read(64 * 1024)
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head or b"<\0!\0D\0O\0" in head or b"\0<\0!\0D\0O" in head
