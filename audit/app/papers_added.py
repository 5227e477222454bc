"""What somebody says of a document or a fact to one more piece of evidence in an inventory, or to what is wrong."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from audit.app.past import named
from audit.app.stored import whole
from audit.catalogue import Catalogue, discover
from audit.inventory.evidence import appended, sheet
from audit.inventory.load import load, load_sources
from audit.inventory.near import near
from audit.model.clean import line
from audit.model.estate import Estate, Evidence
from audit.model.exit import Exit, Stop
from audit.model.item import parse_id
from audit.model.message import say
from audit.model.statement import statement
from audit.model.unfit import Unexpected
from audit.world.clock import SystemClock

FOLDER: Final = "evidence"
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Added:
    """A piece of evidence with where it was written."""

    evidence: Evidence
    path: Path
    root: Path


def add(path: Path, written: Mapping[str, str], *, file: Path | None, to: str = "") -> Added:
    """Write one more piece of evidence; `written` holds its keys as an inventory would, all but those of the file.

    It goes into `to`, a file of the estate, else into a new one of its own. Stop(USAGE) with what is wrong, and nothing
    is written; Stop(INVALID) where the inventory was broken before.
    """
    known = discover()
    loaded = load(path, known)
    estate = whole(loaded)
    root = Path(estate.root)
    _check_written(written)
    values = {**written, "on": _subject(estate, written["on"])}
    _check_known(known, values["check"])
    if file is not None:
        values |= {"file": _relative(file, root), "sha256": _sum(file)}
    values.setdefault("collected", f"{SystemClock().now().astimezone(ZoneInfo(estate.about.timezone)):%Y-%m-%d}")
    values.setdefault("id", _free(estate, values))
    values.setdefault("signature", f"{FOLDER}/{values['id']}.sig")
    name = to or (path.name if not path.is_dir() else f"{FOLDER}/{values['id']}.yaml")
    before = loaded.sources.get(name)
    if to and before is None:
        close = near(to, loaded.sources)
        hint = say("did you mean {close}?", close=repr(close)) if close else say("name one that is there")
        raise Stop(Exit.USAGE, say("{file} is no file of this inventory; {hint}", file=line(to), hint=hint))
    target = root / name
    if before is None and (target.exists() or target.is_symlink()):
        raise Stop(Exit.USAGE, say("{path} is there already; name another id", path=target))
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise Stop(Exit.USAGE, say("{path} leads out of the folder of the estate", path=target.parent))
    text = (sheet(values) if before is None else appended(before.decode("utf-8-sig"), values, name)).encode()
    if before is not None and before.startswith(b"\xef\xbb\xbf"):
        text = b"\xef\xbb\xbf" + text
    again = load_sources({**loaded.sources, name: text}, known, path.resolve())
    if again.estate is None:
        told = [say("{says}; {hint}", says=one.says, hint=one.hint) for one in again.problems[:20]]
        raise Stop(Exit.USAGE, *told)
    made = _only_new(estate, again.estate, values["id"], name)
    _write(target, text, before)
    return Added(made, target, root)


def write_new(path: Path, content: bytes, *, again: bool = False) -> None:
    """Write a file whole or not at all; one that is there is only replaced where that is asked for."""
    if again and path.is_file() and not path.is_symlink():
        _write(path, content, path.read_bytes())
        return
    _write(path, content, None)


def named_in(estate: Estate, known: Catalogue, check: str, written: str) -> str:
    """The full reference of what is meant; Stop(USAGE) where it, or the check, is not there."""
    _check_known(known, check)
    return _subject(estate, written)


def _only_new(before: Estate, after: Estate, made: str, name: str) -> Evidence:
    """The new piece, where it is all that changed."""
    old = [(one.id, statement(one)) for one in before.evidence]
    new = [(one.id, statement(one)) for one in after.evidence if one.id != made]
    found = next((one for one in after.evidence if one.id == made), None)
    same = before.index.keys() == after.index.keys() - ({found.ref} if found is not None else set())
    if found is None or sorted(old) != sorted(new) or not same:
        says = say("{file} is written in a way to which nothing can be added; name another file with --to", file=name)
        raise Stop(Exit.USAGE, says)
    return found


def _check_written(written: Mapping[str, str]) -> None:
    for key, text in written.items():
        if text.encode("utf-8", "replace").decode("utf-8") != text:
            raise Stop(Exit.USAGE, say("the text of --{key} is no UTF-8", key=key))
    try:
        parse_id(written.get("id", "any"))
    except Unexpected as wrong:
        raise Stop(Exit.USAGE, say("--id: expected {right}, got {got}", right=wrong.right, got=wrong.got)) from wrong


def _subject(estate: Estate, written: str) -> str:
    """The full reference of what somebody wrote; an unambiguous end of it is enough."""
    try:
        return named(estate, written)
    except Stop:
        short = {ref.rpartition("/")[2]: ref for ref in estate.index}
        close = near(written, estate.index) or short.get(near(written, short), "")
        if not close or any(ref.endswith("/" + written) for ref in estate.index):
            raise
        says = say("unknown subject {name}; did you mean {close}?", name=repr(line(written)), close=repr(close))
        raise Stop(Exit.USAGE, says) from None


def _check_known(known: Catalogue, check: str) -> None:
    if check not in known.checks:
        close = near(check, known.checks)
        hint = say("did you mean {close}?", close=repr(close)) if close else say("`haechi checks` lists them")
        raise Stop(Exit.USAGE, say("no check is called {check}; {hint}", check=repr(line(check)), hint=hint))


def _free(estate: Estate, values: Mapping[str, str]) -> str:
    """An id that is not taken."""
    parts = (values["check"].rpartition(".")[2], values["on"].rpartition("/")[2], values["collected"])
    stem = re.sub(r"[^\w.\-]+", "-", "-".join(parts)).strip("-_.")[:56]
    taken = {one.id for one in estate.evidence}
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := stem + (f"-{number}" if number > 1 else "")) not in taken
    )


def _relative(file: Path, root: Path) -> str:
    """The path of a document inside the estate's folder, as the inventory writes it."""
    try:
        found = file.resolve(strict=True)
        if not found.is_file():
            raise Stop(Exit.USAGE, say("{path} is no ordinary file", path=file))
        return found.relative_to(root.resolve()).as_posix()
    except (OSError, RuntimeError) as broken:
        why = (broken.strerror if isinstance(broken, OSError) else None) or type(broken).__name__
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=file, why=why)) from broken
    except ValueError as outside:
        says = say("{path} is not in the folder of the estate, {root}; copy it there first", path=file, root=root)
        raise Stop(Exit.USAGE, says) from outside


def _sum(file: Path) -> str:
    found = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                found.update(piece)
    except OSError as broken:
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=file, why=broken.strerror)) from broken
    return found.hexdigest()


def _write(path: Path, content: bytes, before: bytes | None) -> None:
    """The file, whole or not at all, with nothing lost that somebody wrote into it meanwhile."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Hidden, and without an ending that an inventory has: nobody reads it while it is half there.
        handle, temporary = tempfile.mkstemp(prefix=".haechi-", suffix=".new", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644 if before is None else path.stat().st_mode & 0o777)
        if before is None:
            # Unlike a rename, a link never takes the place of what appeared meanwhile.
            os.link(temporary, path)
        elif path.is_symlink() or path.read_bytes() != before:
            raise Stop(Exit.USAGE, say("{path} was changed meanwhile; try again", path=path))
        else:
            Path(temporary).replace(path)
    except FileExistsError as taken:
        raise Stop(Exit.USAGE, say("{path} is there already; move it away first", path=path)) from taken
    except OSError as broken:
        raise Stop(Exit.STORAGE, say("cannot write {path}: {why}", path=path, why=broken.strerror)) from broken
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
