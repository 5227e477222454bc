"""The files of this machine about names to what its resolver has to know, as they are now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.model.address import literal

REST: Final = 2.0
"""Seconds for which nobody looks whether a file has changed: a watch runs for months, and asks often."""


@dataclass(frozen=True, slots=True)
class Names:
    """What is known about names before anybody is asked, with whom to ask."""

    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    servers: tuple[tuple[str, int], ...] = ()
    search: tuple[str, ...] = ()


class NameFiles:
    """Reads the two files again when one of them has changed."""

    def __init__(self, settings: Path, hosts: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._paths = settings, hosts
        self._clock = clock
        self._looked = clock()
        self._marks = self._state()
        self._names = read_names(settings, hosts)

    def now(self) -> Names:
        if self._clock() - self._looked >= REST:
            self._looked = self._clock()
            marks = self._state()
            if marks != self._marks:
                self._marks, self._names = marks, read_names(*self._paths)
        return self._names

    def _state(self) -> tuple[tuple[int, ...], ...]:
        return tuple(_mark(path) for path in self._paths)


def _mark(path: Path) -> tuple[int, ...]:
    try:
        seen = os.stat(path)  # noqa: PTH116 - twice as quick as Path.stat
    except OSError:
        return ()
    return seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_size


def read_names(settings: Path, hosts: Path) -> Names:
    """What resolv.conf and hosts say; what cannot be read says nothing."""
    servers: list[tuple[str, int]] = []
    search: tuple[str, ...] = ()
    for words in _lines(settings):
        if words[0] == "nameserver" and len(words) > 1:
            address = _address(words[1].partition("%")[0])
            if address:
                servers.append((address, 53))
        elif words[0] in ("search", "domain"):
            search = tuple(domain.rstrip(".") for domain in words[1:] if domain.rstrip("."))
    known: dict[str, tuple[str, ...]] = {}
    for words in _lines(hosts):
        address = _address(words[0])
        for name in words[1:] if address else ():
            before = known.get(name.lower(), ())
            known[name.lower()] = before if address in before else (*before, address)
    return Names(MappingProxyType(known), tuple(servers) or (("127.0.0.1", 53),), search)


def _lines(path: Path) -> list[list[str]]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    stripped = (line.partition("#")[0].partition(";")[0].split() for line in text.splitlines())
    return [words for words in stripped if words]


def _address(text: str) -> str:
    try:
        address = literal(text)
    except ValueError:
        return ""
    return str(address) if address is not None else ""
