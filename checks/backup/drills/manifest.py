"""Lists of checksums among restored files to what is wrong with the files that they name."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from audit.contract import Entry, Workshop
from checks.backup.checksums import listed

NAMES: Final = ("SHA256SUMS", "SHA256SUMS.txt", "sha256sums", "sha256sums.txt", "MANIFEST.sha256", "manifest.sha256")
LARGEST: Final = 64_000_000
_MOST: Final = 50


def is_manifest(name: str) -> bool:
    """Whether a file is by its name a list of checksums."""
    return name.rpartition("/")[2] in NAMES


def top(names: Iterable[str]) -> str:
    """The deepest folder below which all files lie; empty where that is the root itself."""
    folders = [name.split("/")[:-1] for name in names]
    if not folders:
        return ""
    least, most = min(folders), max(folders)
    common = 0
    while common < min(len(least), len(most)) and least[common] == most[common]:
        common += 1
    return "/".join(least[:common])


async def broken(
    workshop: Workshop, folder: Path, entries: Mapping[str, Entry], expected: Callable[[str], bool]
) -> tuple[int, tuple[str, ...]] | None:
    """How many files the manifests among the restored ones named, with what is wrong; None where there is none.

    A file that was `expected` but is not there is missed where the manifest stands above all that was restored: one
    somewhere below may well be about files that were never kept.
    """
    above = top(entries)
    wanted: dict[str, str] = {}
    missed: list[str] = []
    for name in sorted(filter(is_manifest, entries)):
        if entries[name].size > LARGEST:
            continue
        head = await workshop.world.files.head(str(folder / name), LARGEST)
        own = posixpath.dirname(name)
        for path, digest in listed(head.decode("utf-8", "surrogateescape"), own).items():
            if path in entries:
                wanted[path] = digest
            elif own == above and expected(path):
                missed.append(path)
    if not wanted and not missed:
        return None
    sums = await workshop.sums(folder, tuple(wanted))
    wrong = [f"{name}: another sha256 than its manifest says" for name in wanted if sums.get(name) != wanted[name]]
    troubles = (*(f"{name}: named by its manifest, not restored" for name in missed), *wrong)
    return len(wanted) + len(missed), troubles[:_MOST]
