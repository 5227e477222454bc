"""Any text of the tree becomes complaints about what must not stand in it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

NAMELESS = frozenset("base common core helper helpers lib manager managers misc shared util utils".split())

# Each pattern is written so that it does not match itself.
UNFINISHED = re.compile(r"\b(?:TO[D]O|FI[X]ME|X[X]X)\b")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|crates\.io|proxy\.golang\.org|deb\.debian\.org)\b"
    r"|--(?:extra-)?index[-]url\b|--find[-]links\b"
)
MACHINE = re.compile(r"(?<![\w.~}$)-])/(?:w[o]rk|r[o]ot|opt/wh[e]els|opt/py[p]i)(?![\w.-])")


def names(path: PurePosixPath) -> Iterator[str]:
    """A file or folder whose name says nothing."""
    for part in path.parts:
        if part.split(".")[0].lower() in NAMELESS:
            yield f"0: the name {part} says nothing; the noun that it is about would be right"


def unfinished(text: str) -> Iterator[str]:
    """A note to do later what belongs here now."""
    yield from complaints(text, UNFINISHED, "an issue, or the work itself, would be right")


def registries(text: str) -> Iterator[str]:
    """The address of a place that packages come from: that is each machine's own setting."""
    yield from complaints(text, REGISTRY, "the setting of the machine would be right")


def machines(text: str) -> Iterator[str]:
    """A path that stands on one machine only."""
    yield from complaints(text, MACHINE, "a path from the root of the tree would be right")


def complaints(text: str, pattern: re.Pattern[str], instead: str) -> Iterator[str]:
    """Each match with its line."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in pattern.finditer(line):
            yield f"{number}: {match.group()}; {instead}"
