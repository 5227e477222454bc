"""The bytes of a table of machines or systems to its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from types import MappingProxyType
from typing import Final

from audit.model.hostname import address_key, word_key
from audit.model.listed import Entry
from audit.model.message import say
from audit.world.lists.rows import rows
from audit.world.lists.wrong import Mistakes, refused

WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "name": ("name", "host", "hostname", "host name", "fqdn", "dns name", "server", "asset", "asset name",
                 "instance", "target host", "호스트", "호스트명", "서버명", "장비명", "자산명", "도메인", "이름"),
        "address": ("address", "addresses", "ip", "ip address", "ip addresses", "ipv4", "ipv6",
                    "ip주소", "ip 주소", "주소"),
        "location": ("place", "site", "room", "location", "data centre", "datacenter", "data center", "rack location",
                  "위치", "설치장소", "설치 장소", "전산실", "센터"),
        "owner": ("owner", "contact", "responsible", "담당자", "책임자", "관리자"),
        "institution": ("institution", "organisation", "organization", "agency", "기관", "기관명", "소속기관"),
        "system": ("system", "service", "application", "system id", "system name",
                   "시스템", "시스템명", "서비스", "서비스명"),
        "source": ("source", "src", "source ip", "src ip", "source address", "출발지", "출발지 ip"),
        "target": ("target", "destination", "dst", "destination ip", "dst ip", "destination address",
                   "목적지", "목적지 ip"),
        "port": ("port", "dport", "dst port", "destination port", "목적지 포트", "포트"),
    }
)  # fmt: skip
_NONE: Final = frozenset(("", "-", "n/a", "none", "null", "없음"))


def entries(content: bytes, path: str, columns: Mapping[str, str]) -> tuple[Entry, ...]:
    """Every row; BadList with every cell that cannot be read."""
    table = rows(content, path)
    number, head = next(table, (1, []))
    places = heads(path, number, head, columns, ("name", "address", "location", "owner", "institution", "system"))
    if not {"name", "address", "system"} & places.keys():
        wrong = say("no column says what the rows are about")
        raise refused(path, number, 1, wrong, say("name one with --column, such as name=Host"))
    mistakes, found = Mistakes(path), []
    for line, cells in table:
        values = {key: cell(cells, column) for key, column in places.items()}
        written = values.pop("address", "")
        addresses = tuple(dict.fromkeys(map(_address, written.replace(",", " ").replace(";", " ").split())))
        if "" in addresses:
            wrong = say("{got} is no address", got=repr(written[:80]))
            mistakes.note(line, places["address"] + 1, wrong, say("write one such as 10.20.0.9, or leave it empty"))
        elif not (addresses or values.get("name") or values.get("system")):
            mistakes.note(line, 1, say("this row names nothing"), say("give it a name or an address, or take it out"))
        else:
            found.append(Entry(line=line, addresses=addresses, **values))
    mistakes.settle()
    return tuple(found)


def heads(path: str, row: int, head: Sequence[str], named: Mapping[str, str], wanted: Sequence[str]) -> dict[str, int]:
    """What is wanted to the number of its column, by the words of the first row."""
    words = [word_key(text.replace("_", " ").replace("-", " ")) for text in head]
    plain = [word_key(text) for text in head]
    found: dict[str, int] = {}
    for key in wanted:
        if key in named:
            if word_key(named[key]) not in plain:
                close = get_close_matches(word_key(named[key]), plain, 1)
                if close:
                    right = say("did you mean {close}?", close=repr(head[plain.index(close[0])]))
                else:
                    right = say("there are {names}", names=", ".join(text[:40] for text in head[:20]) or "-")
                raise refused(path, row, 1, say("no column is called {name}", name=repr(named[key][:80])), right)
            found[key] = plain.index(word_key(named[key]))
            continue
        place = next((words.index(word) for word in WORDS[key] if word in words), None)
        if place is not None and place not in chain(found.values()):
            found[key] = place
    return found


def cell(cells: Sequence[str], column: int) -> str:
    """The text of a cell; empty where nothing is meant by it."""
    text = cells[column].strip() if column < len(cells) else ""
    return "" if text.casefold() in _NONE else text


def _address(text: str) -> str:
    return address_key(text.partition("/")[0])
