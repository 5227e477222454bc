"""A folder or file to the bytes of each inventory file in it, by its name relative to the folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from audit.inventory.text import MOST_BYTES
from audit.inventory.tree import shown
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.model.place import Place, Problem

SUFFIXES: Final = (".yaml", ".yml")
_READABLE: Final = say("make it readable for the user who runs this")
_INSIDE: Final = say("put what it leads to into the folder itself")


def gather(path: Path) -> tuple[Mapping[str, bytes], tuple[Problem, ...]]:
    """Every `*.yaml` and `*.yml` below a folder, or the one file; Stop where there is no such path."""
    try:
        folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as broken:
        says = say(
            "{path} cannot be read ({why}); name a folder or file that holds an inventory",
            path=path,
            why=_because(broken),
        )
        raise Stop(Exit.USAGE, says) from broken
    root = path if folder else path.parent
    problems: list[Problem] = []
    sources: dict[str, bytes] = {}
    for name in sorted(_names(root, problems)) if folder else [path.name]:
        found = _read(root, name, linked=not folder)
        if isinstance(found, bytes):
            sources[name] = found
        else:
            problems.append(_problem(name, *found))
    return MappingProxyType(sources), tuple(problems)


def _problem(name: str, says: Message, hint: Message) -> Problem:
    return Problem(Place(shown(name, 200), 1, 1), says, hint)


def _names(root: Path, problems: list[Problem]) -> Iterator[str]:
    """Names relative to the root, with `/`, of what looks like an inventory file; hidden ones are left out."""
    folders = [""]
    while folders:
        inside = folders.pop()
        try:
            entries = sorted(os.scandir(root / inside), key=lambda entry: entry.name)
        except OSError as broken:
            says = say("this folder cannot be read ({why})", why=_because(broken))
            problems.append(_problem(inside or ".", says, _READABLE))
            continue
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif _is_inventory(entry.name):
                yield name
            elif entry.is_symlink() and _holds_inventory(root / name):
                # Not followed, because it could lead anywhere; not passed over, because systems would be missing.
                problems.append(_problem(name, say("this is a link to a folder with inventory files"), _INSIDE))


def _holds_inventory(link: Path) -> bool:
    try:
        return any(_is_inventory(path.name) for path in link.iterdir())
    except OSError:
        return False


def _is_inventory(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _read(root: Path, name: str, *, linked: bool) -> bytes | tuple[Message, Message]:
    """The bytes, or what is wrong with what would be right."""
    if shown(name, 4000) != name:
        return say("the name of this file holds signs that cannot be printed"), say("give it a plain name")
    path = root / name
    try:
        if not linked and not path.resolve(strict=True).is_relative_to(root.resolve()):
            return say("this is a link out of the folder"), _INSIDE
        # Not blocking: opening a pipe would otherwise wait for somebody to write.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return say("this is no ordinary file"), say("put a text file here, or give it another ending")
            return file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as broken:
        return say("this file cannot be read ({why})", why=_because(broken)), _READABLE


def _because(broken: Exception) -> str | Message:
    return (broken.strerror or "") if isinstance(broken, OSError) else say("it cannot be followed")
