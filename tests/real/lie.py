"""One way in which a tool says that all is well while data is gone, to what it said and what Haechi says of it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "lies"


@dataclass(frozen=True, slots=True)
class Lie:
    """A lab, one of the ways to break it, the check that is not to be fooled."""

    title: str
    """What was done to the thing, in a few words: `one WAL segment taken out of the archive`."""
    lab: str
    """The name of the lab."""
    broken: str
    """The key in its `breaks`."""
    check: str
    """The check that passes before and must not pass afterwards."""
    verdict: str = "fail"
    """`fail`, or `unknown: REASON` where nothing could be read."""
    number: int | None = None
    """Among the fifteen of the first list; None for the later ones."""
    more: tuple[tuple[str, str], ...] = ()
    """Keys that the item takes on top for this one, such as `("verify", "subset")`."""

    endless: bool = False
    """Whether a program that is asked of the broken thing never ends by itself."""

    @property
    def silent(self) -> bool:
        """Whether something is asked that does not answer: the lab says for how long that is waited for."""
        return self.endless or "frozen" in self.broken or self.verdict == "unknown: timeout"


def lies() -> Iterator[Lie]:
    """Every lie of the modules of `lies/`, each a tuple `LIES`; the numbered ones first."""
    found: list[Lie] = []
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        found += importlib.import_module(f"tests.real.lies.{path.stem}").LIES
    yield from sorted(found, key=lambda lie: (lie.number is None, lie.number or 0, lie.lab, lie.broken))
