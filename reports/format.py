"""A dossier with a language to the bytes of one report, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final

from audit.model.clean import line
from audit.model.dossier import Dossier
from audit.model.exit import Exit, Stop
from audit.model.message import say

LANGUAGES: Final = ("en", "ko")
_PLAIN_SIGNS: Final = MappingProxyType(
    str.maketrans({"✓": "+", "✗": "x", "⚑": "w", "–": "-", "·": "|", "…": "...", "→": "->", "≤": "<=", "≥": ">="})
)


@dataclass(frozen=True, slots=True)
class Page:
    """One file of a report; the main document has no name, others are paths relative to its folder."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal as a format sees it."""

    width: int
    colour: bool


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a dossier."""

    name: str
    suffix: str
    media: str
    pages: Callable[[Dossier, str], Iterator[Page]]
    """Called with the dossier and the language; the main document comes first."""
    screen: Callable[[Dossier, str, Screen], Iterable[bytes]] | None = None
    """How it looks on a terminal, where that differs from a file."""


def write(form: Format, dossier: Dossier, language: str, target: Path | IO[Any]) -> tuple[Path, ...]:
    """Write a report to a file (with its further pages beside it) or to an open stream; the files that were made.

    A file appears whole or not at all. Stop(STORAGE) where it cannot be written, Stop(USAGE) where a report of many
    pages meets a stream. A reader who closes a pipe early is the caller's to handle (BrokenPipeError).
    """
    if isinstance(target, Path):
        try:
            return _to_files(form, dossier, language, target)
        except OSError as broken:
            says = say("cannot write the report to {path}: {why}", path=line(str(target)), why=_why(broken))
            raise Stop(Exit.STORAGE, says) from broken
    try:
        _to_stream(form, dossier, language, target)
    except BrokenPipeError:
        raise
    except OSError as broken:
        raise Stop(Exit.STORAGE, say("cannot write the report: {why}", why=_why(broken))) from broken
    return ()


def _why(broken: OSError) -> str:
    return line(broken.strerror or type(broken).__name__)


def _to_stream(form: Format, dossier: Dossier, language: str, target: IO[Any]) -> None:
    stream, encoding = _opened(target)
    if form.screen is not None and stream.isatty():
        width = shutil.get_terminal_size().columns
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        chunks = form.screen(dossier, language, Screen(max(width, 40), colour))
    else:
        pages = form.pages(dossier, language)
        first = next(pages)
        if next(pages, None) is not None:
            says = say(
                "a {format} report of {count} findings has many pages; give it a file: --output report{suffix}",
                format=form.name,
                count=len(dossier.findings),
                suffix=form.suffix,
            )
            raise Stop(Exit.USAGE, says)
        chunks = first.chunks
    for chunk in chunks:
        stream.write(_for(encoding, chunk) if form.media == "text/plain" else chunk)
    stream.flush()


def _opened(target: IO[Any]) -> tuple[IO[Any], str]:
    """The bytes below a stream with the encoding of its reader; a bare byte stream is read as UTF-8."""
    if target is getattr(sys.stdout, "buffer", None):
        target = sys.stdout
    buffer = getattr(target, "buffer", None)
    if buffer is None:
        return target, "utf-8"
    target.flush()
    return buffer, getattr(target, "encoding", None) or "utf-8"


def _for(encoding: str, chunk: bytes) -> bytes:
    text = chunk.decode("utf-8")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN_SIGNS).encode(encoding, "backslashreplace")
    except LookupError:
        return chunk


def _to_files(form: Format, dossier: Dossier, language: str, target: Path) -> tuple[Path, ...]:
    if target.is_dir():
        says = say(
            "{path} is a folder; name a file in it, e.g. report{suffix}", path=line(str(target)), suffix=form.suffix
        )
        raise Stop(Exit.USAGE, says)
    # Before its links are followed: /dev/stdout leads to a pipe that has no path.
    if target.exists() and not target.is_file():
        with target.open("wb") as device:
            _to_stream(form, dossier, language, device)
        return ()
    target = Path(os.path.realpath(target))
    draft = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    rooms: dict[str, Path] = {}
    try:
        made = [target]
        for page in form.pages(dossier, language):
            if not page.name:
                _fill(draft, page.chunks)
                continue
            folder, _, name = page.name.partition("/")
            if folder not in rooms:
                rooms[folder] = target.with_name(f".{folder}.{os.getpid()}.part")
                shutil.rmtree(rooms[folder], ignore_errors=True)
                rooms[folder].mkdir()
            _fill(rooms[folder] / name, page.chunks)
            made.append(target.with_name(folder) / name)
        for folder, room in rooms.items():
            _replace_folder(room, target.with_name(folder))
        draft.replace(target)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
        for room in rooms.values():
            shutil.rmtree(room, ignore_errors=True)
    return tuple(made)


def _fill(path: Path, chunks: Iterable[bytes]) -> None:
    with suppress(FileNotFoundError):
        path.unlink()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _replace_folder(made: Path, wanted: Path) -> None:
    old = made.with_suffix(".old")
    if wanted.exists():
        wanted.rename(old)
    made.rename(wanted)
    shutil.rmtree(old, ignore_errors=True)
