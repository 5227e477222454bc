"""The bytes of an XLSX file to the rows of its first sheet, after its size was examined."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.lists.wrong import MOST_ROWS, refused

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
    """Rows of texts; BadList with file:row:column for what is unsafe or a formula. CannotSee(no-tool)."""
    examine(content, path)
    try:
        import openpyxl  # type: ignore[import-untyped]
    except ImportError as missing:
        says = say("reading XLSX needs the extra `xlsx`; install it, or export CSV")
        raise CannotSee(Reason.NO_TOOL, says) from missing
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        # Rows are filled up to the width that is asked for: that of the first row is enough.
        first = next(sheet.iter_rows(max_row=1, max_col=257), ())
        width = max((column for column, cell in enumerate(first, 1) if cell.value is not None), default=1)
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=width), 1):
            texts: list[str] = []
            for column, cell in enumerate(cells, 1):
                if cell.data_type == "f":
                    wrong = say("this cell holds a formula")
                    raise refused(path, number, column, wrong, say("paste its value"))
                texts.append("" if cell.value is None else _text(cell.value))
            while texts and not texts[-1]:
                texts.pop()
            yield number, texts
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, IndexError, TypeError,
            AttributeError, SyntaxError, EOFError, NotImplementedError, RecursionError) as broken:  # fmt: skip
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


def _text(value: object) -> str:
    # A spreadsheet keeps every number as a fraction: 7.0 was written as 7.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
