"""A folder to one technology made for real in it, with the ways in which it can be broken behind its tool's back."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
FOLDER: Final = Path(__file__).parent / "labs"


@dataclass(frozen=True, slots=True)
class Said:
    """What the technology's own tool says once it was broken."""

    native: str
    """One line without dates, names of folders, sizes that differ from run to run."""
    content: bool
    """Whether a reader would take it for "all is well"."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One technology, healthy until it is broken."""

    item: Mapping[str, Any]
    """What the inventory says of it, without `id` and `at`."""
    state: Callable[[], Mapping[str, str]]
    """What is looked at, byte by byte (`tree`) or by its own words: equal before and after every look."""
    breaks: Mapping[str, Callable[[], Said]]
    """Each way to break it by a name."""
    role: str = "copies"
    """copies, failover, endpoints, power-protection or monitoring: the list of the inventory in which it stands."""
    data: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """More keys of the data set, such as `canary`."""
    promised: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({"rpo": "1h", "rto": "1h"}))
    """Of the system."""
    environment: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Secrets that the item names by `{env: NAME}`."""
    beside: tuple[Mapping[str, Any], ...] = ()
    """Other items of the same list, such as the first place of what is looked at here; each with an `id`."""


Made = Callable[[Path], AbstractContextManager[Lab]]


def labs() -> Iterator[tuple[str, tuple[str, ...], Made]]:
    """Name, programs that it takes, maker of every lab, by name: each is a module of `labs/` with `NEEDS`, `lab`."""
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        module = importlib.import_module(f"tests.real.labs.{path.stem}")
        yield path.stem, module.NEEDS, module.lab


def tree(folder: Path) -> Mapping[str, str]:
    """Every entry below a folder to what it is: sha256, times, owner, mode of a file; where a link leads."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        what = f"{seen.st_mode:o} {seen.st_uid} {seen.st_mtime_ns}"
        if path.is_symlink():
            what += f" {path.readlink()}"
        elif path.is_file():
            what += f" {hashlib.sha256(path.read_bytes()).hexdigest()}"
        found[str(path.relative_to(folder))] = what
    return found
