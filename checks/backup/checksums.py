"""Lists of checksums, as sha256sum and its like write them, to the sum of each file that they name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

_LINE: Final = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_TAGGED: Final = re.compile(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})")


def listed(text: str, folder: str = "") -> Mapping[str, str]:
    """Each file that a manifest names, by its path from where `folder` is, to its sha256; nothing above that place."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        plain, tagged = _LINE.fullmatch(line.rstrip("\r")), _TAGGED.fullmatch(line.rstrip("\r"))
        if plain:
            name, digest = plain[3], plain[2]
            if plain[1]:
                name = name.replace("\\n", "\n").replace("\\\\", "\\")
        elif tagged:
            name, digest = tagged[1], tagged[2]
        else:
            continue
        path = posixpath.normpath(posixpath.join(folder, name))
        if not path.startswith(("/", "../")) and path not in (".", ".."):
            found[path] = digest.lower()
    return found


def listed_sum(manifest: bytes, name: str) -> str | None:
    """The sha256 that a manifest gives a file, in any of the three usual forms; None where it names another."""
    for line in manifest.decode("utf-8", "replace").split("\n"):
        found = re.fullmatch(r"\\?([0-9a-fA-F]{64})(?:\s+\*?(.+?))?\s*", line) or None
        if found and (found[2] is None or _same(found[2], name)):
            return found[1].lower()
        tagged = re.fullmatch(r"SHA256 \((.+)\) = ([0-9a-fA-F]{64})\s*", line)
        if tagged and _same(tagged[1], name):
            return tagged[2].lower()
    return None


def _same(written: str, path: str) -> bool:
    return path == written or path.endswith("/" + written.removeprefix("./").lstrip("/"))
