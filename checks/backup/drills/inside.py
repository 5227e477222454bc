"""A folder of restored files to what was held against them: their list, the manifests among them, the canary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from audit.contract import CannotSee, Entry, Workshop
from audit.model.drilling import Checked
from checks.backup.drills.manifest import broken

_LARGEST_CANARY: Final = 65_536
_SHOWN: Final = 3
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S{0,24}|\d{9,11}(\.\d{1,9})?")


@dataclass(slots=True)
class Held:
    """What was held against restored files."""

    checks: list[Checked] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    canary: bool = False
    """Whether the canary was looked for and held."""

    @property
    def level(self) -> int:
        """3 where all files are as they should be, 5 where the canary held too, 1 where only the catalogue is read."""
        if not all(check.held for check in self.checks if check.name != "canary"):
            return 1
        return 5 if self.canary else 3


async def held(
    workshop: Workshop, folder: Path, expected: Mapping[str, int] | None, *, whole: bool, manifests: bool = True
) -> Held:
    """Hold the files below a folder against the sizes that the copy lists for them, their manifests, the canary.

    `expected` is None where the copy lists nothing; `whole` tells whether everything was to be restored; `manifests`
    whether lists of checksums are looked for among the files.
    """
    entries = await workshop.entries(folder)
    result = Held(files=len(entries), bytes=sum(entry.size for entry in entries.values()))
    if expected is not None:
        troubles = differences(expected, entries)
        detail = told(troubles) or f"{len(expected)} files with their sizes"
        result.checks.append(workshop.check("files", held=not troubles, detail=detail))
    named = None
    if manifests:
        named = await broken(workshop, folder, entries, lambda name: whole or name in (expected or ()))
    if named is not None:
        count, troubles = named
        detail = told(troubles) or f"sha256 of {count} files"
        result.checks.append(workshop.check("manifest", held=not troubles, detail=detail))
    await _canary(workshop, folder, entries, result)
    return result


def differences(expected: Mapping[str, int], entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """What the copy lists and the restore did not bring, or brought with another size."""
    return tuple(
        f"{name}: not restored" if name not in entries else f"{name}: {entries[name].size} bytes instead of {size}"
        for name, size in expected.items()
        if name not in entries or entries[name].size != size
    )


def told(troubles: tuple[str, ...]) -> str:
    """The first troubles in one line; empty where there are none."""
    more = f" and {len(troubles) - _SHOWN} more" if len(troubles) > _SHOWN else ""
    return "; ".join(troubles[:_SHOWN]) + more


def is_canary(workshop: Workshop, name: str) -> bool:
    """Whether a file is the one that the inventory calls the canary."""
    wanted = workshop.canary.file.strip("/") if workshop.canary is not None and workshop.canary.file else None
    return wanted is not None and (name == wanted or name.endswith("/" + wanted))


async def _canary(workshop: Workshop, folder: Path, entries: Mapping[str, Entry], result: Held) -> None:
    canary = workshop.canary
    if canary is None or canary.file is None:
        return
    names = [name for name in entries if is_canary(workshop, name)]
    exact = [name for name in names if name == canary.file.strip("/")]
    names = exact or names
    if len(names) != 1:
        detail = f"{len(names)} restored files are called {canary.file}"
        result.checks.append(workshop.check("canary", held=False, detail=detail))
        return
    entry = entries[names[0]]
    try:
        head = await workshop.world.files.head(str(folder / names[0]), _LARGEST_CANARY)
    except CannotSee as gap:
        result.checks.append(workshop.check("canary", held=False, detail=str(gap.says)))
        return
    found = head.decode("utf-8", "replace").strip()
    if canary.newest and not _TIME.fullmatch(found):
        # A time in it would tell more than that of the file, which a copy may have changed.
        found = entry.modified.isoformat()
    checked = workshop.canary_held(found)
    result.checks.append(checked)
    result.canary = checked.held
