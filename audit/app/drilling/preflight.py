"""An estate with one of its copies to what a drill of it may do, or the reason why there is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from audit.model.drilling import Consent
from audit.model.estate import Estate, day_ends
from audit.model.exit import Exit, Stop
from audit.model.item import Item
from audit.model.message import say
from audit.model.technology import Copy
from audit.model.verdict import CannotSee, Reason

_WILD: Final = "*?["
_ODD: Final = frozenset(f"{_WILD}]'\"\\`$%,")
"""What patterns, settings of servers, shells, names of hosts take for more than a letter of a path."""


def consented(copy: Copy, estate: Estate, now: datetime) -> Consent:
    """The consent to drill a copy; Stop(USAGE) where there is none any more."""
    consent = copy.drill
    if consent is None:
        says = say("{copy}: nobody consented to drills of it; write `drill:` with `consent` and `until`", copy=copy.ref)
        raise Stop(Exit.USAGE, says)
    if now > day_ends(consent.until, estate.about.timezone):
        says = say("{copy}: the consent to drills of it ended on {date}", copy=copy.ref, date=consent.until)
        raise Stop(Exit.USAGE, says)
    return consent


def scratches(estate: Estate) -> tuple[Path, ...]:
    """The scratch folders in which a drill may work, that with the most room first; Stop(USAGE) with why not."""
    written = [Path(estate.root) / text for text in estate.drills.scratch]
    if not written:
        raise Stop(Exit.USAGE, say("this estate has no scratch space; write `drills:` with `scratch: [FOLDER]`"))
    production = tuple(dict.fromkeys(_production(estate)))
    found, problems = [], []
    for path in written:
        why = _unfit(path, production)
        if why is None:
            found.append(Path(os.path.realpath(path)))
        else:
            problems.append(say("{path} is no scratch space: {why}", path=path, why=why))
    if not found:
        raise Stop(Exit.USAGE, *problems)
    return tuple(sorted(found, key=lambda path: -_free(path)))


def calm(estate: Estate) -> None:
    """CannotSee(denied) while this machine has too much to do."""
    load, most = os.getloadavg()[0] / (os.cpu_count() or 1), estate.drills.load
    if load > most:
        says = say("this machine is busy: a load of {load} for each processor, where {most} is allowed",
                   load=f"{load:.2f}", most=f"{most:g} (`load:`)")  # fmt: skip
        raise CannotSee(Reason.DENIED, says)


def hosts(estate: Estate) -> Iterator[str]:
    """Each name or address at which a system of the estate answers."""
    for _, system in estate.systems():
        for endpoint in system.endpoints:
            yield endpoint.host


def _unfit(path: Path, production: Iterable[Path]) -> Any:
    """Why a folder is no scratch space; None where it is one."""
    real = Path(os.path.realpath(path))
    try:
        seen = real.stat()
    except OSError as broken:
        return broken.strerror or "?"
    if not stat.S_ISDIR(seen.st_mode):
        return say("it is no folder")
    if seen.st_uid not in (0, os.geteuid()):
        return say("it belongs to somebody else")
    if seen.st_mode & 0o022 and not seen.st_mode & stat.S_ISVTX:
        return say("others may write to it")
    if not os.access(real, os.W_OK | os.X_OK):
        return say("it is not writable")
    odd = "".join(sorted({sign for sign in str(real) if sign in _ODD or not sign.isprintable()}))
    if odd:
        return say("its path holds {signs}, which programs read as more than a name", signs=repr(odd))
    for other in production:
        if real == other or other in real.parents:
            return say("it lies in {path}, where data of the estate is", path=other)
        if real in other.parents:
            return say("data of the estate is in it: {path}", path=other)
    return None


def _production(estate: Estate) -> Iterator[Path]:
    """Every file or folder of this machine that a copy of the estate names."""
    root = Path(os.path.realpath(estate.root))
    for item in estate.index.values():
        if isinstance(item, Copy):
            for text in _texts(item):
                path = _fixed(root, text)
                if path is not None:
                    yield path


def _texts(item: Item) -> Iterator[str]:
    """The texts of a copy: any of them may be a path."""
    waiting: list[Any] = [value for name, value in item.model_dump(exclude={"place", "drill"}).items() if name != "id"]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)


def _fixed(root: Path, text: str) -> Path | None:
    """The part of a path before its first wildcard, where it is there; None for any other text."""
    written = text.removeprefix("local:").removeprefix("file://")
    if not written.strip() or "\0" in written or "\n" in written or len(written) > 4000:
        return None
    parts = Path(written).parts
    fixed = []
    for part in parts:
        if any(sign in part for sign in _WILD):
            break
        fixed.append(part)
    path = Path(os.path.realpath(root.joinpath(*fixed)))
    # A bare root, or the folder of the estate itself, is where everything is: no sign of anything.
    if path in (root, Path("/")) or not path.exists():
        return None
    return path


def _free(path: Path) -> int:
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
