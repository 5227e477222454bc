"""The parts of an XLSX archive to the rows of texts of its first sheet."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final
from xml.parsers import expat

_PIECE: Final = 256 * 1024
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")
_WIDEST: Final = 257
_BUILT_IN_DATES: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone
_DAY_0_OF_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
Attributes = Mapping[str, str]


class Formula(Exception):
    """A cell whose text depends on who opens it."""

    def __init__(self, row: int, column: int) -> None:
        super().__init__()
        self.row, self.column = row, column


def sheet_rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, list[str]]]:
    """Each row that is there, with its number, up to the width of the first; Formula, or what a broken file raises."""
    _told(archive, "[Content_Types].xml")
    sheet, texts, styles, day_0 = _parts(archive)
    reader = _Sheet(_shared(archive, texts) if texts else [], _dates(archive, styles) if styles else set(), day_0)
    for _ in _parsed(archive, sheet, reader.start, reader.end, reader.data):
        yield from reader.rows
        reader.rows.clear()


def _parts(archive: zipfile.ZipFile) -> tuple[str, str, str, datetime]:
    """Where the first sheet, the shared texts and the styles lie, and the day from which days are counted."""
    (book, *_) = (target for kind, target, _ in _links(archive, "") if kind == "officeDocument")
    links = list(_links(archive, book))
    sheets = {name: target for kind, target, name in links if kind == "worksheet"}
    others = {kind: target for kind, target, _ in links}
    inside = _told(archive, book)
    (first, *_) = (
        sheets[value]
        for tag, told in inside
        if tag == "sheet"
        for key, value in told.items()
        if key.rpartition(":")[2] == "id" and value in sheets
    )
    from_1904 = any(tag == "workbookPr" and told.get("date1904") in ("1", "true") for tag, told in inside)
    start = _DAY_0_OF_1904 if from_1904 else _DAY_0
    return first, others.get("sharedStrings", ""), others.get("styles", ""), start


def _links(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """What a part leans on: its kind, its path, its name."""
    folder, name = posixpath.split(part)
    for tag, told in _told(archive, posixpath.join(folder, "_rels", f"{name}.rels")):
        if tag == "Relationship" and told.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, told["Target"])).lstrip("/")
            yield told["Type"].rpartition("/")[2], target, told["Id"]


def _told(archive: zipfile.ZipFile, part: str) -> list[tuple[str, Attributes]]:
    """Every element of a small part."""
    found: list[tuple[str, Attributes]] = []
    for _ in _parsed(archive, part, lambda tag, told: found.append((tag.rpartition(":")[2], told))):
        continue
    return found


def _shared(archive: zipfile.ZipFile, part: str) -> list[str]:
    found: list[str] = []
    pieces: list[str] = []
    state = {"reading": False, "phonetic": False}

    def start(tag: str, told: Attributes) -> None:
        name = tag.rpartition(":")[2]
        if name == "t":
            state["reading"] = not state["phonetic"]
        elif name == "rPh":
            # How a word is read aloud is no part of it.
            state["phonetic"] = True

    def end(tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "t":
            state["reading"] = False
        elif name == "rPh":
            state["phonetic"] = False
        elif name == "si":
            found.append("".join(pieces))
            pieces.clear()

    def data(text: str) -> None:
        if state["reading"]:
            pieces.append(text)

    for _ in _parsed(archive, part, start, end, data):
        continue
    return found


def _dates(archive: zipfile.ZipFile, part: str) -> set[str]:
    """The numbers of those styles that show a number as a date."""
    own: dict[str, str] = {}
    found: set[str] = set()
    inside, count = False, 0
    for tag, told in _told(archive, part):
        if tag == "numFmt":
            own[told["numFmtId"]] = told["formatCode"]
        elif tag in ("cellXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            number = told.get("numFmtId", "0")
            code = _QUOTED.sub("", own.get(number, "")).lower()
            if (code not in ("", "general") and set(code) & set("ymdhs")) or int(number) in _BUILT_IN_DATES:
                found.add(str(count))
            count += 1
    return found


class _Sheet:
    """Takes the elements of a sheet as they come."""

    def __init__(self, texts: list[str], dates: set[str], day_0: datetime) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._texts, self._dates, self._day_0 = texts, dates, day_0
        self._columns: dict[str, int] = {}
        self._row, self._column, self._width = 0, 0, 0
        self._kind, self._style = "n", ""
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._reading = self._phonetic = False

    def start(self, tag: str, told: Attributes) -> None:
        if tag == "c" or tag.endswith(":c"):
            at = told.get("r")
            self._column = self._column + 1 if at is None else self._placed(at)
            self._kind, self._style = told.get("t", "n"), told.get("s", "")
        elif tag == "v" or tag.endswith((":v", ":t")) or tag == "t":
            self._reading = not self._phonetic
        elif tag == "row" or tag.endswith(":row"):
            self._row = int(told.get("r", self._row + 1))
            self._column, self._cells = 0, []
        elif tag == "f" or tag.endswith(":f"):
            if not self._width or self._column <= self._width:
                raise Formula(self._row, self._column)
        elif tag.rpartition(":")[2] == "rPh":
            self._phonetic = True

    def data(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag == "v" or tag.endswith((":v", ":t")) or tag == "t":
            self._reading = False
        elif tag == "c" or tag.endswith(":c"):
            if self._pieces:
                self._put("".join(self._pieces))
                self._pieces.clear()
        elif tag == "row" or tag.endswith(":row"):
            if self._cells:
                self._width = self._width or len(self._cells)
                self.rows.append((self._row, self._cells))
        elif tag.rpartition(":")[2] == "rPh":
            self._phonetic = False

    def _placed(self, at: str) -> int:
        name = at.rstrip("0123456789")
        if name not in self._columns:
            if _COLUMN.fullmatch(name) is None:
                raise ValueError(at)
            number = 0
            for sign in name:
                number = number * 26 + ord(sign) - 64
            self._columns[name] = number
        return self._columns[name]

    def _put(self, written: str) -> None:
        column, cells = self._column, self._cells
        if column > (self._width or _WIDEST):
            return
        while len(cells) < column - 1:
            cells.append("")
        text = self._text(written)
        if len(cells) < column:
            cells.append(text)
        else:
            cells[column - 1] = text

    def _text(self, written: str) -> str:
        kind = self._kind
        if kind == "s":
            if not written.isdigit():
                raise ValueError(written)
            return self._texts[int(written)]
        if kind == "b":
            return str(written.strip() == "1")
        if kind != "n":
            return written
        if self._style in self._dates:
            return str(self._day_0 + timedelta(seconds=round(float(written) * 86_400, 3)))
        if written.isdigit():
            return written
        # A spreadsheet keeps every number as a fraction: 7.0 was written as 7.
        value = float(written)
        if not isfinite(value):
            raise ValueError(written)
        return str(int(value)) if value.is_integer() else str(value)


def _parsed(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Any], object],
    end: Callable[[str], object] | None = None,
    data: Callable[[str], object] | None = None,
) -> Iterator[None]:
    """Feeds a part piece by piece; a document type, which could define entities, is an error."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.StartDoctypeDeclHandler = _refuse
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
        yield


def _refuse(*told: object) -> None:
    raise ValueError(told[0])
