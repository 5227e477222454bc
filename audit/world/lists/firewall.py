"""The bytes of a firewall's log or table to who spoke with whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from audit.model.address import parse_address
from audit.model.hostname import address_key, host_key
from audit.model.listed import Edge
from audit.model.message import say
from audit.world.lists.rows import rows, text_of
from audit.world.lists.table import cell, heads
from audit.world.lists.workbook import is_workbook
from audit.world.lists.wrong import MOST_ROWS, Mistakes, refused, too_many

_PAIR: Final = re.compile(
    r"\b(src|dst|dpt|srcip|dstip|dstport|source|destination|action)=\"?([0-9A-Za-z.:_-]{1,253})", re.IGNORECASE
)
_REFUSED: Final = re.compile(r"(?<![a-z])(?:block|drop|reject|den(?:y|ied))|refus", re.IGNORECASE)
"""In front of a packet or as the action: nobody spoke."""
_INNER: Final = re.compile(r"\[(?:src|dst)=", re.IGNORECASE)
"""The packet that an error of ICMP is about."""
_LOG: Final = re.compile(rb"\b(?:src|srcip)=\"?[0-9A-Fa-f:.]+", re.IGNORECASE)
_KEYS: Final[Mapping[str, str]] = {
    "src": "source", "srcip": "source", "source": "source", "dst": "target", "dstip": "target",
    "destination": "target", "dpt": "port", "dstport": "port", "action": "action",
}  # fmt: skip
_PORT: Final = re.compile(r"(?:[a-z]{2,8}/)?(\d{1,5})(?:/[a-z]{2,8})?", re.IGNORECASE)


def edges(content: bytes, path: str, columns: Mapping[str, str]) -> tuple[Edge, ...]:
    """Each pair with its port once; BadList with every line that cannot be read."""
    mistakes = Mistakes(path)
    log = not is_workbook(content) and _LOG.search(content[:65536]) is not None
    found: dict[tuple[str, str, str], list[int]] = {}
    for number, source, target, port in _logged(content, path) if log else _listed(content, path, columns, mistakes):
        key = (source, target, port)
        if key in found:
            found[key][1] += 1
        elif len(found) >= MOST_ROWS:
            raise too_many(path)
        else:
            found[key] = [number, 1]
    mistakes.settle()
    return tuple(
        Edge(line=number, source=source, target=target, port=port, count=count)
        for (source, target, port), (number, count) in found.items()
    )


def _logged(content: bytes, path: str) -> Iterator[tuple[int, str, str, str]]:
    """Lines of `SRC=... DST=... DPT=...`, as netfilter and many others write them.

    Other lines are passed over, and those of a packet that was refused or meant for everybody.
    """
    for number, text in enumerate(text_of(content, path).splitlines(), 1):
        inner = _INNER.search(text)
        outer = text[: inner.start()] if inner is not None else text
        words = {_KEYS[key.lower()]: value for key, value in _PAIR.findall(outer)}
        before = outer.partition(" IN=")[0].rpartition("kernel:")[2] if " IN=" in outer else ""
        if _REFUSED.search(words.get("action", "")) or _REFUSED.search(before):
            continue
        source, target = address_key(words.get("source", "")), address_key(words.get("target", ""))
        if source and target and not _for_all(target):
            yield number, source, target, words.get("port", "")


def _for_all(target: str) -> bool:
    found = parse_address(target)
    return found.is_multicast or target == "255.255.255.255"


def _listed(
    content: bytes, path: str, columns: Mapping[str, str], wrong: Mistakes
) -> Iterator[tuple[int, str, str, str]]:
    table = rows(content, path)
    number, head = next(table, (1, []))
    places = heads(path, number, head, columns, ("source", "target", "port"))
    if not {"source", "target"} <= places.keys():
        says = say("no columns say who spoke with whom")
        raise refused(path, number, 1, says, say("name them with --column, such as source=Src"))
    for line, cells in table:
        ends = [host_key(cell(cells, places[key])) for key in ("source", "target")]
        if not all(ends):
            empty = places["source" if not ends[0] else "target"] + 1
            wrong.note(line, empty, say("this cell is empty"), say("write an address or a name"))
            continue
        written = cell(cells, places["port"]) if "port" in places else ""
        port = _PORT.fullmatch(written)
        if written and (port is None or int(port[1]) > 65535):
            wrong.note(
                line, places["port"] + 1, say("{got} is no port", got=repr(written[:40])), say("write one to 65535")
            )
            continue
        yield line, ends[0], ends[1], port[1] if port else ""
