"""The bytes of a file with its kind to the results in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit.app.importing.chaos import chaos
from audit.app.importing.junit import junit
from audit.app.importing.lynis import lynis
from audit.app.importing.ocsf import ocsf
from audit.app.importing.result import Results, refused
from audit.app.importing.sarif import sarif
from audit.model.message import say

Reader = Callable[[Any, str, str], Results]
_DOCUMENTS: Final[Mapping[str, Reader]] = MappingProxyType({"chaos-toolkit": chaos, "ocsf": ocsf, "sarif": sarif})
_TEXTS: Final[Mapping[str, Callable[[str, str], Results]]] = MappingProxyType({"junit": junit, "lynis": lynis})
KINDS: Final = tuple(sorted((*_DOCUMENTS, *_TEXTS)))


def results(content: bytes, kind: str, file: str) -> Results:
    """What a file holds; Stop(INVALID) with file:line:column where it is not of that kind, or of an unknown version."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        row = content.count(b"\n", 0, broken.start) + 1
        raise refused(file, row, say("this is no UTF-8"), say("export it as UTF-8")) from broken
    if kind in _TEXTS:
        return _TEXTS[kind](text, file)
    return _DOCUMENTS[kind](_document(text, kind, file), text, file)


def _document(text: str, kind: str, file: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as broken:
        if kind == "ocsf" and broken.msg == "Extra data":
            return _lines(text, file)
        raise refused(file, broken.lineno, say("this is no JSON"), say("export it anew")) from broken
    except RecursionError as broken:
        raise refused(file, 1, say("this JSON is nested too deeply"), say("export it anew")) from broken
    except ValueError as broken:
        raise refused(file, 1, say("this JSON holds a number that is none"), say("export it anew")) from broken


def _lines(text: str, file: str) -> list[Any]:
    """One document a line."""
    found = []
    for number, one in enumerate(text.splitlines(), 1):
        if not one.strip():
            continue
        try:
            found.append(json.loads(one, parse_constant=_no_number))
        except (ValueError, RecursionError) as broken:
            raise refused(file, number, say("this line is no JSON"), say("one document a line")) from broken
    return found


def _no_number(written: str) -> Any:
    raise ValueError(written)
