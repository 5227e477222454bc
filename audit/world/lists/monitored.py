"""What a monitoring system tells of itself, in its own format, to the machines that it watches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from audit.model.hostname import address_key, host_key
from audit.model.listed import Entry
from audit.model.message import say
from audit.world.lists.rows import text_of
from audit.world.lists.wrong import MOST_ROWS, refused, too_many

_DEFINE: Final = re.compile(r"^\s*define\s+(\w+)\s*\{")
_NAGIOS: Final = re.compile(rb"^\s*define\s+\w+\s*\{", re.MULTILINE)
_PORT: Final = re.compile(r":\d{1,5}$")


def own_format(content: bytes) -> Callable[[bytes, str], tuple[Entry, ...]] | None:
    """What reads these bytes; None for what is a table."""
    head = content[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return targets
    return objects if _NAGIOS.search(content[: 1024 * 1024]) else None


def targets(content: bytes, path: str) -> tuple[Entry, ...]:
    """Of Prometheus: the answer of `/api/v1/targets`, or a list of targets in a file; rows are targets."""
    wrong = say("this is neither an answer of /api/v1/targets nor a list of targets")
    right = say("save the whole answer, such as with curl")
    try:
        document = json.loads(text_of(content, path))
        found = list(_active(document) if isinstance(document, dict) else _listed(document))
    except json.JSONDecodeError as broken:
        raise refused(path, broken.lineno, broken.colno, say("this is no JSON"), right) from broken
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as broken:
        raise refused(path, 1, 1, wrong, right) from broken
    first: dict[tuple[str, str], int] = {}
    for row, (written, under) in enumerate(found, 1):
        if not written:
            raise refused(path, row, 1, say("this target names no host"), say("give it an `instance`"))
        if row > MOST_ROWS:
            raise too_many(path)
        first.setdefault((written, under), row)
    return tuple(_entry(row, name, under) for (name, under), row in first.items())


def _active(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is asked at present with how it is reached; dropped targets are watched by nobody."""
    if document["status"] != "success":
        raise ValueError(document["status"])
    for one in document["data"]["activeTargets"]:
        labels, before = one["labels"], one.get("discoveredLabels", {})
        address = str(before.get("__address__", ""))
        asked = before.get("__param_target")
        reached = _host(address) if asked in (None, "") else ""
        yield _host(str(labels.get("instance") or asked or address)) or reached, reached


def _listed(document: list[Any]) -> Iterator[tuple[str, str]]:
    """Groups as service discovery by file or over HTTP writes them."""
    for group in document:
        for one in group["targets"]:
            yield _host(one), ""


def _host(written: str) -> str:
    """Without scheme, port and path."""
    if "://" in written:
        return host_key(urlsplit(written).hostname or "")
    bare = written.partition("/")[0]
    return host_key(bare if address_key(bare) else _PORT.sub("", bare))


def _entry(row: int, name: str, under: str) -> Entry:
    address = address_key(name) or address_key(under)
    other = under if under and under != name and not address_key(under) else ""
    plain = "" if address_key(name) else name
    return Entry(line=row, name=plain, addresses=(address,) if address else (), alias=other)


def objects(content: bytes, path: str) -> tuple[Entry, ...]:
    """Of Nagios and its relatives: every `define host` that is registered; templates are none."""
    found: list[Entry] = []
    kind, start, values = "", 0, dict[str, str]()
    for number, written in enumerate(text_of(content, path).splitlines(), 1):
        line = written.partition(";")[0].strip()
        if not line or line.startswith("#"):
            continue
        if not kind:
            opened = _DEFINE.match(line)
            if opened is None:
                if line.partition("=")[0].strip() in ("cfg_file", "cfg_dir", "include_file", "include_dir"):
                    wrong = say("this leans on {word}", word=line[:40])
                    raise refused(path, number, 1, wrong, say("take the objects.cache, which holds all of them"))
                raise refused(path, number, 1, say("this is in no `define`"), say("take the objects.cache as it is"))
            kind, start, values = opened[1], number, {}
            line = line[opened.end() :].strip()
        closed = line == "}" or line.endswith(" }")
        key, _, value = line.removesuffix("}").strip().partition(" ") if "\t" not in line else _tabbed(line)
        if key:
            values[key] = value.strip()
        if closed:
            if kind == "host" and values.get("register") != "0":
                found.append(_host_of(values, start, path))
            kind = ""
        if len(found) > MOST_ROWS:
            raise too_many(path)
    if kind:
        raise refused(path, start, 1, say("this `define` has no end"), say("copy the whole file"))
    return tuple(found)


def _tabbed(line: str) -> tuple[str, str, str]:
    key, *rest = line.removesuffix("}").strip().split(None, 1)
    return key, " ", rest[0] if rest else ""


def _host_of(values: dict[str, str], row: int, path: str) -> Entry:
    name, written = values.get("host_name", ""), values.get("address", "")
    if not name and not written:
        raise refused(
            path, row, 1, say("this host has no name"), say("take the objects.cache, where templates are used")
        )
    address = address_key(written)
    other = "" if address or host_key(written) == host_key(name) else host_key(written)
    return Entry(line=row, name=name, addresses=(address,) if address else (), alias=other)
