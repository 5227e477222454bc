"""The list of databases and the manifest of a pgBackRest backup become those whose turn it is, with what they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audit.contract import CannotSee, Reason, say
from checks.backup.drills.sample import dealt

_DATABASE: Final = re.compile(r"(?:pg_data/base|pg_tblspc/[0-9]+/[^/]+)/([0-9]{1,10})/(.+)", re.DOTALL)
_SIZE: Final = re.compile(r'(?:^|,)"size":([0-9]{1,18})(?=[,}])')
_SYSTEM: Final = ("template0", "template1", "postgres")
_FIRST_OWN: Final = 16384
"""The smallest number of a database that somebody made; pgBackRest always restores the others, and `_SYSTEM`."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one drill restores of a backup."""

    taken: tuple[int, ...]
    """The numbers of the databases to name to pgBackRest; empty for everything."""
    only: frozenset[int] | None
    """The numbers of all databases that come whole, those of the system too; None for everything."""
    bytes: int
    files: int
    share: float
    told: str
    """What a record says of it."""


def part_of(manifest: str, told: Any, label: str, share: float, turn: int) -> Part:
    """What comes in this turn; in `ceil(1 / share)` turns each database does. CannotSee where they cannot be told.

    `told` is what `info --set` says. A database goes by its number, which no name can be taken for.
    """
    names = _names(told, label)
    sizes, made = _sizes(manifest, label)
    system = {number for number, name in names.items() if name in _SYSTEM}
    own = sorted(number for number in made if number >= _FIRST_OWN and number not in system)
    taken = dealt(own, share, turn)
    every = sum(size for size, _ in sizes.values())
    count = sum(files for _, files in sizes.values())
    if len(own) < 2 or len(taken) == len(own):
        says = f"{len(own)} beside those of the system: all was restored"
        return Part((), None, every, count, 1.0, says)
    left = set(own) - set(taken)
    kept = [found for number, found in sizes.items() if number not in left]
    size = sum(one for one, _ in kept)
    says = f"{len(taken)} of {len(own)} came in this turn: {', '.join(names.get(one, str(one)) for one in taken)}"
    real = min(1.0, max(size / every if every else len(taken) / len(own), 1e-9))
    return Part(taken, made - left, size, sum(files for _, files in kept), real, says)


def _names(told: Any, label: str) -> Mapping[int, str]:
    """The databases of a backup as `info --set` lists them, by their numbers."""
    try:
        backup = next(one for one in told[0]["backup"] if one["label"] == label)
        return {int(one["oid"]): str(one["name"]) for one in backup["database-ref"]}
    except (LookupError, TypeError, ValueError, StopIteration) as broken:
        raise _untold(label) from broken


def _sizes(manifest: str, label: str) -> tuple[Mapping[int | None, tuple[int, int]], frozenset[int]]:
    """Bytes and files below each database, None for what is in no database; the databases that pgBackRest tells."""
    sizes: dict[int | None, tuple[int, int]] = {}
    made: set[int] = set()
    inside = False
    for line in manifest.split("\n"):
        if line.startswith("[") and line.endswith("]"):
            inside = line == "[target:file]"
        elif inside and line:
            path, _, facts = line.rpartition("={")
            size = _SIZE.search(facts)
            if not path or size is None:
                raise _untold(label)
            found = _DATABASE.fullmatch(path)
            number = int(found[1]) if found else None
            bytes_, files = sizes.get(number, (0, 0))
            sizes[number] = (bytes_ + int(size[1]), files + 1)
            # A folder without it is none that pgBackRest leaves out.
            if number is not None and found is not None and found[2] == "PG_VERSION":
                made.add(number)
    if not sizes:
        raise _untold(label)
    return sizes, frozenset(made)


def _untold(label: str) -> CannotSee:
    # What the manifest says is not quoted: it holds the passphrase of the backup.
    return CannotSee(Reason.INCOMPLETE, say("the databases in {point} cannot be told", point=label))
