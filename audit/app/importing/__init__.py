"""A file of another tool's results with what it is to answer to a piece of evidence, or to why it is none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from audit.app.drilling_record import ready
from audit.app.importing.read import KINDS, results
from audit.app.importing.result import Results, Verdict
from audit.app.papers_added import FOLDER, add, named_in, write_new
from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.clean import line
from audit.model.estate import Estate, Evidence
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store.history import open_history
from audit.world.clock import SystemClock

__all__ = ["EVENT", "KINDS", "MOST_BYTES", "Asked", "Imported", "take"]

EVENT: Final = "import"
MOST_BYTES: Final = 64 * 1024 * 1024
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What results are to answer."""

    kind: str
    check: str
    on: str
    by: str
    expires: str
    rules: Sequence[str] = ()
    """Patterns of the names of those results that count; all where there is none."""
    written: Mapping[str, str] | None = None
    """Further keys of the piece of evidence."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    results: Results
    sha256: str
    evidence: Evidence | None
    """None where the results do not say that all is well."""
    path: Path | None
    new: bool
    """Whether it was not there before."""

    @property
    def exit(self) -> Exit:
        """1 where something failed, 3 where something was not proven."""
        if self.results.count(Verdict.FAIL):
            return Exit.FAILED
        return Exit.READY if self.evidence is not None else Exit.NOT_VERIFIED


def take(path: Path, file: Path, asked: Asked, *, store: str) -> Imported:
    """Read the results; note them in the log of the store; where all that counts is well, write them as evidence.

    That evidence is unsigned, so that no check that wants a signature rests on it; `haechi attest` signs it. The same
    file about the same check and subject is taken once. Stop(USAGE | INVALID | STORAGE) and nothing is written.
    """
    content = _content(file)
    known = discover()
    estate = whole(load(path, known))
    ref = named_in(estate, known, asked.check, asked.on)
    if not {"claim", "claims"} & set(known.checks[asked.check].wants.values()):
        says = say(
            "no paper answers {check}, however it is signed; it rests on the inventory or on a look", check=asked.check
        )
        raise Stop(Exit.USAGE, says)
    zone = ZoneInfo(estate.about.timezone)
    found = results(content, asked.kind, str(file)).only(asked.rules).at(zone)
    if asked.rules and not found.items:
        names = ", ".join(repr(line(one)[:60]) for one in asked.rules[:_SHOWN])
        raise Stop(Exit.USAGE, say("no result in {file} is called {names}", file=line(str(file)), names=names))
    digest = hashlib.sha256(content).hexdigest()
    ready(store)
    before = _same(estate, digest, asked.check, ref)
    evidence, target, new = before, None, False
    if before is None and found.well:
        evidence, target = _written(path, file, content, digest, asked, found, estate)
        new = True
    _note(store, digest, asked, ref, found, evidence)
    return Imported(found, digest, evidence, target, new)


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise Stop(Exit.USAGE, say("{path} is no ordinary file", path=line(str(file))))
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as broken:
        why = (broken.strerror if isinstance(broken, OSError) else None) or type(broken).__name__
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=line(str(file)), why=why)) from broken
    if len(content) > MOST_BYTES:
        says = say(
            "{path} is longer than {most} MB; export less of it", path=line(str(file)), most=MOST_BYTES // 1024**2
        )
        raise Stop(Exit.INVALID, says)
    return content


def _same(estate: Estate, digest: str, check: str, ref: str) -> Evidence | None:
    """The piece that holds this very file for this check and subject already."""
    return next(
        (
            one
            for one in estate.evidence
            if (one.sha256 or "").lower() == digest and one.check == check and one.on == ref
        ),
        None,
    )


def _written(
    path: Path, file: Path, content: bytes, digest: str, asked: Asked, found: Results, estate: Estate
) -> tuple[Evidence, Path]:
    root, zone = Path(estate.root), ZoneInfo(estate.about.timezone)
    more = dict(asked.written or {})
    day = f"{found.made.astimezone(zone):%Y-%m-%d}" if found.made is not None else more.get("collected", "")
    if not day:
        says = say("{file} does not say when it was made; write --collected", file=line(str(file)))
        raise Stop(Exit.USAGE, says)
    if more.get("collected", day) > day:
        says = say("{file} was made on {date}; --collected cannot be later", file=line(str(file)), date=day)
        raise Stop(Exit.USAGE, says)
    document = file
    if not file.resolve().is_relative_to(root.resolve()):
        stem = re.sub(r"[^\w.\-]+", "-", file.stem).strip("-_.")[:40] or asked.kind
        document = root / FOLDER / f"{stem}-{digest[:12]}{_ending(file)}"
        if not document.exists():
            write_new(document, content)
    values = {
        "check": asked.check,
        "on": asked.on,
        "by": asked.by,
        "expires": asked.expires,
        "says": found.sentence(asked.rules),
        "collected": day,
        **more,
    }
    done = add(path, values, file=document)
    if (done.evidence.sha256 or "").lower() != digest:
        raise Stop(Exit.USAGE, say("{path} was changed meanwhile; try again", path=line(str(document))))
    return done.evidence, done.path


def _ending(file: Path) -> str:
    # What ends like an inventory would be read as one.
    ending = file.suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) and ending not in (".yaml", ".yml") else ".txt"


def _note(store: str, digest: str, asked: Asked, ref: str, found: Results, evidence: Evidence | None) -> None:
    """One entry of the log for this file, this check, this subject, these rules."""
    values: dict[str, Any] = {
        "sha256": digest,
        "kind": asked.kind,
        "tool": line(found.tool)[:200],
        "version": line(found.version)[:80],
        "check": asked.check,
        "rules": [line(one)[:200] for one in asked.rules],
        "made": found.made.astimezone(UTC).isoformat() if found.made is not None else None,
        "counts": {verdict.value: found.count(verdict) for verdict in Verdict},
        "evidence": evidence.id if evidence is not None else None,
        "by": line(asked.by)[:200],
    }
    same = ("sha256", "check", "rules", "evidence")
    with open_history(store, watching=False) as history:
        for event in history.events(kinds=(EVENT,), subject=ref):
            if all(event.values.get(key) == values[key] for key in same):
                return
        history.tell([Event(at=_now(), kind="import", subject=ref, values=values)])


def _now() -> datetime:
    return SystemClock().now()
