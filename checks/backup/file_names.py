"""The path of a file in a place of backups to what that backup is called, or to why it is none by its name."""

from __future__ import annotations

from typing import Final

_UNFINISHED: Final = (".part", ".tmp", ".temp", ".filepart", ".partial", ".crdownload", ".swp", "~")
_BESIDE: Final = (".sha256", ".sha512", ".sha1", ".md5", ".asc", ".sig", "SHA256SUMS", "SHA512SUMS", "MD5SUMS")


def unfinished(path: str) -> bool:
    """Whether a file is still on its way, as programs that copy call it."""
    return path.endswith(_UNFINISHED)


def beside(path: str) -> bool:
    """Whether a file holds sums or signatures of others."""
    return path.endswith(_BESIDE)


def named(path: str) -> str:
    """What a backup is called: its file, or its folder where the file is the list of contents of a dump in a folder."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name == "toc.dat" and folder else name
