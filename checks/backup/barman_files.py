"""The files in which Barman keeps its books become settings, backups, the log that it says to hold."""

from __future__ import annotations

import ast
import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Files, Reason, say
from audit.model.backup import Attempt, RestorePoint
from audit.model.json_values import instant
from checks.backup.wal import Base, Span

_SECTION: Final = re.compile(r"^\[([^\]]+)\]\s*$")
_SETTING: Final = re.compile(r"^([a-z_]+)\s*[=:]\s*(.*?)\s*$")
_PLAIN: Final = (
    "barman_home",
    "backup_directory",
    "basebackups_directory",
    "wals_directory",
    "incoming_wals_directory",
    "configuration_files_directory",
)
_LARGEST: Final = 1_000_000
_DAY: Final = timedelta(days=1)
_ID: Final = re.compile(r"\d{8}T\d{6}")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a server's backups lie with their log."""

    home: str
    base: str
    wals: str
    meta: str
    incoming: str
    """Where a piece of the log waits until Barman's job of each minute has put it among the others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one `backup.info` says."""

    id: str
    status: str
    base: Base
    parent: str
    start: tuple[str, str]
    """Position with name of the segment in which it began."""
    segment: int | None
    cluster: str
    encrypted: bool
    error: str

    @property
    def ended(self) -> bool:
        # Barman waits for the last segment by itself; whether it is there is counted here.
        return self.status in ("DONE", "WAITING_FOR_WALS")


def sections(text: str) -> dict[str, dict[str, str]]:
    """The settings that hold no secret, by section."""
    found: dict[str, dict[str, str]] = {}
    own: dict[str, str] = {}
    for line in text.splitlines():
        header, setting = _SECTION.match(line), _SETTING.match(line)
        if header:
            own = found.setdefault(header[1], {})
        elif setting and setting[1] in _PLAIN:
            own[setting[1]] = setting[2].strip("\"'")
    return found


def places(settings: Mapping[str, Mapping[str, str]], server: str) -> Places:
    """Where everything of a server lies. CannotSee where the settings do not name it."""
    if server not in settings:
        raise CannotSee(Reason.UNREACHABLE, say("the settings of Barman name no server {server}", server=server))
    own = settings[server]
    home = settings.get("barman", {}).get("barman_home", "/var/lib/barman")
    known = {"barman_home": home, "name": server}
    for word, usual in (
        ("backup_directory", "%(barman_home)s/%(name)s"),
        ("basebackups_directory", "%(backup_directory)s/base"),
        ("wals_directory", "%(backup_directory)s/wals"),
        ("incoming_wals_directory", "%(backup_directory)s/incoming"),
    ):
        written = own.get(word, usual)
        for name, value in known.items():
            written = written.replace(f"%({name})s", value)
        known[word] = written
    meta = f"{known['backup_directory']}/meta"
    return Places(home, known["basebackups_directory"], known["wals_directory"], meta, known["incoming_wals_directory"])


async def located(files: Files, config: str, server: str) -> Places:
    """Where everything of a server lies, by the file of settings with those that it includes."""
    settings = sections((await files.head(config, _LARGEST)).decode("utf-8", "replace"))
    folder = settings.get("barman", {}).get("configuration_files_directory", "")
    for file in await files.list(f"{glob.escape(folder)}/*.conf", 1000) if folder else ():
        for name, values in sections((await files.head(file.path, _LARGEST)).decode("utf-8", "replace")).items():
            settings.setdefault(name, {}).update(values)
    return places(settings, server)


def entry(text: str, name: str) -> Entry:
    """One backup by what Barman wrote about it. CannotSee where that is in another form."""
    values = dict(line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    values = {key.strip(): "" if value == "None" else value.strip() for key, value in values.items()}
    try:
        status = values["status"]
        begun = _instant(values.get("begin_time", "")) or datetime.strptime(name, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        size, segment = (
            int(values[word]) if values.get(word, "").isdigit() else None for word in ("size", "xlog_segment_size")
        )
        error = values.get("error", "")
        point = RestorePoint(
            id=name,
            start=begun,
            end=_instant(values.get("end_time", "")),
            size=size,
            complete=status in ("DONE", "WAITING_FOR_WALS"),
            doubt=""
            if status in ("DONE", "WAITING_FOR_WALS")
            else f"{status}: {error or 'it was never finished'}"[:300],
        )
        first, last = values.get("begin_wal", ""), values.get("end_wal", "")
        if not first and values.get("backup_label"):
            first = _labelled(values["backup_label"])
        return Entry(
            id=name,
            status=status,
            base=Base(point, Span(first, last)),
            parent=values.get("parent_backup_id", ""),
            start=(values.get("begin_xlog", ""), first),
            segment=segment,
            cluster=values.get("systemid", ""),
            encrypted=bool(values.get("encryption")),
            error=error,
        )
    except (KeyError, ValueError, OverflowError) as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("the record of backup {name} has a form that is not known", name=name[:40])
        ) from broken


def _labelled(written: str) -> str:
    try:
        found = re.search(r"\(file ([0-9A-F]{24})\)", str(ast.literal_eval(written)))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    return found[1] if found else ""


def _instant(text: str) -> datetime | None:
    return instant(text) if text else None


def named(path: str) -> str | None:
    """The backup to which a record belongs: `base/ID/backup.info`, since version 3.13 also `meta/ID-backup.info`."""
    parts = path.split("/")
    for text in (parts[-1].removesuffix("-backup.info"), parts[-2] if len(parts) > 1 else ""):
        if _ID.fullmatch(text):
            return text
    return None


def judged(entries: Sequence[Entry], data: frozenset[str]) -> tuple[Base, ...]:
    """The backups, doubted where their files are not there or what they are built on is not."""
    doubts: dict[str, str] = {}
    known = {entry.id for entry in entries}
    for found in sorted(entries, key=lambda entry: entry.id):
        if found.ended and found.id not in data:
            doubts[found.id] = "its files are not there"
        elif found.parent and (found.parent not in known or found.parent in doubts):
            doubts[found.id] = f"it is built on {found.parent[:40]}, which does not count"
        elif not found.ended:
            doubts[found.id] = found.base.point.doubt
    return tuple(
        replace(
            found.base,
            point=found.base.point.model_copy(
                update={"complete": found.id not in doubts, "doubt": doubts.get(found.id, "")}
            ),
        )
        for found in entries
    )


def without_running(entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """Without the newest where it has begun, not ended: it may run now. After a day it counts as never finished."""
    if entries and entries[-1].status in ("EMPTY", "STARTED", "SYNCING") and now - entries[-1].base.point.start < _DAY:
        return tuple(entries[:-1])
    return tuple(entries)


def attempts(entries: Sequence[Entry], since: datetime) -> tuple[Attempt, ...]:
    """The runs that ended; Barman keeps those that failed until somebody deletes them."""
    found = [
        Attempt(start=entry.base.point.start, ok=entry.ended, why="" if entry.ended else entry.error[:300])
        for entry in entries
        if entry.base.point.start >= since and (entry.ended or entry.status == "FAILED")
    ]
    return tuple(sorted(found, key=lambda attempt: attempt.start))


def packed(text: str) -> dict[str, bool]:
    """Each file of the log that `xlog.db` names to whether it is packed."""
    found: dict[str, bool] = {}
    for line in text.splitlines():
        parts = line.split("\t")
        if len(parts) >= 4:
            found[parts[0]] = parts[3] != "None"
    return found
