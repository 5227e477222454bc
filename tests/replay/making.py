"""The drafts of the replayed estates to the folders that are shipped, each beside its repaired twin."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.replay import mass, papers

HERE: Final = Path(__file__).parent
TARGET: Final = HERE.parents[1] / "inventories" / "replay"
NAMES: Final = tuple(sorted(path.stem for path in (HERE / "drafts").glob("*.yaml")))
TWIN: Final = "-repaired"
_MARK: Final = re.compile(r"\s*#(?P<side>[-+]) (?P<control>[A-Z]+-\d\d|\*)$")
_INSERTS: Final[Mapping[str, Callable[..., Iterator[str]]]] = MappingProxyType(
    {"@rooms": mass.rooms, "@steps": mass.steps, "@papers": papers.lines}
)


def rendered(name: str, *, mended: bool) -> str:
    """The text of the estate as it was, or as it would have been."""
    return "\n".join(_lines((HERE / "drafts" / f"{name}.yaml").read_text("utf-8"), mended=mended)) + "\n"


def _lines(draft: str, *, mended: bool) -> Iterator[str]:
    for line in draft.splitlines():
        if line in _INSERTS:
            yield from _INSERTS[line](mended=mended)
            continue
        mark = _MARK.search(line)
        if mark is None:
            yield line
        elif (mark["side"] == "+") == mended and mark.start():
            yield line[: mark.start()]


def expected(name: str, *, mended: bool) -> str:
    """What the checks must say of it."""
    head, *rows = (HERE / "drafts" / f"{name}.csv").read_text("utf-8").splitlines()
    verdict = "pass" if mended else "fail"
    return "\n".join((f"{head},verdict", *(f"{row},{verdict}" for row in rows))) + "\n"


def write(name: str) -> None:
    """Both folders of one incident; their signatures and records are left as they are."""
    for mended in (False, True):
        folder = TARGET / (name + TWIN * mended)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "estate.yaml").write_text(rendered(name, mended=mended), "utf-8")
        (folder / "expect.csv").write_text(expected(name, mended=mended), "utf-8")
        if name == mass.NAME:
            (folder / "systems.yaml").write_text("\n".join(mass.systems(mended=mended)) + "\n", "utf-8")


if __name__ == "__main__":
    for one in NAMES:
        write(one)
        if "--sign" in sys.argv[1:]:
            papers.sign((TARGET / one, TARGET / (one + TWIN)))
