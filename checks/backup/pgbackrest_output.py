"""What pgBackRest printed becomes backups, files, findings, settings, or the reason why it told nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import RestorePoint
from audit.model.json_values import count, epoch, loaded
from checks.backup.wal import Base, Piece, Span

_LABEL: Final = re.compile(r"\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?")
_SETTING: Final = re.compile(r"^[ \t]*([a-z0-9-]+)[ \t]*=[ \t]*(.*?)[ \t]*$")
_SECTION: Final = re.compile(r"^[ \t]*\[([^\]]+)\][ \t]*$")
_PLAIN: Final = (
    "type", "host", "path", "cipher-type", "retention-full", "retention-full-type", "retention-archive",
    "retention-archive-type", "s3-endpoint", "s3-bucket", "s3-region", "storage-host", "sftp-host",
)  # fmt: skip
_SAYINGS: Final = (
    ("permission denied", Reason.DENIED),
    ("authentication", Reason.DENIED),
    ("accessdenied", Reason.DENIED),
    ("cipher", Reason.DENIED),
    ("unable to decrypt", Reason.DENIED),
    ("unable to connect", Reason.UNREACHABLE),
    ("unable to get address", Reason.UNREACHABLE),
    ("no such file or directory", Reason.UNREACHABLE),
    ("missing stanza", Reason.UNREACHABLE),
    ("hosterror", Reason.UNREACHABLE),
    ("invalid option", Reason.NO_TOOL),
    ("invalid command", Reason.NO_TOOL),
)
_KINDS: Final = ("missing", "checksum invalid", "size invalid", "other")


@dataclass(frozen=True, slots=True)
class Stored:
    """One backup of the list, with what it is built on."""

    label: str
    kind: str
    base: Base
    needs: tuple[str, ...]
    """The labels of earlier backups whose files it uses."""
    error: bool
    archive: str
    """The folder of its log, such as `15-1`."""
    start: tuple[str, str]
    """Position with name of the segment in which it began."""
    cluster: str


@dataclass(frozen=True, slots=True)
class Stanza:
    """What `info` says of one stanza in one repository."""

    backups: tuple[Stored, ...]
    cipher: str
    running: bool


def answer(output: Output, command: str) -> Any:
    """What a command printed as JSON; None where it printed nothing. CannotSee where it failed."""
    if output.code != 0:
        raise refused(output)
    if not output.out.strip():
        return None
    return loaded(output.out, say("pgbackrest {command} did not print JSON", command=command))


def refused(output: Output) -> CannotSee:
    """Why pgBackRest gave no answer."""
    lines = [line.strip() for line in (output.err or output.out).splitlines() if line.strip()]
    line = next((line for line in lines if "ERROR:" in line), lines[0] if lines else f"code {output.code}")
    said = " ".join(lines).lower()
    reason = next((reason for words, reason in _SAYINGS if words in said), Reason.INCOMPLETE)
    return CannotSee(reason, say("pgBackRest could not read the repository: {answer}", answer=line[:200]))


def stanza(entries: Any, name: str, repository: int) -> Stanza:
    """One stanza of `info --output=json`."""
    try:
        found = next((entry for entry in entries or () if entry["name"] == name), None)
        if found is None:
            raise CannotSee(Reason.UNREACHABLE, say("the repository knows no stanza {stanza}", stanza=name))
        own = next((entry for entry in found.get("repo") or () if entry["key"] == repository), None)
        status = (own or found)["status"]
        # 0 well, 2 no backup yet; every other one means that it could not read what is there.
        if status["code"] not in (0, 2):
            said = str(status["message"])
            code = {1: Reason.UNREACHABLE, 3: Reason.UNREACHABLE}.get(status["code"], Reason.INCOMPLETE)
            reason = next((reason for words, reason in _SAYINGS if words in said.lower()), code)
            raise CannotSee(reason, say("pgBackRest says of stanza {stanza}: {answer}", stanza=name, answer=said[:200]))
        archives = {
            (entry["database"]["id"], entry["database"].get("repo-key", repository)): str(entry["id"])
            for entry in found.get("archive") or ()
        }
        clusters = {(entry["id"], entry.get("repo-key", repository)): str(entry["system-id"]) for entry in found["db"]}
        backups = tuple(
            _stored(entry, archives, clusters, repository)
            for entry in found["backup"]
            if entry["database"].get("repo-key", repository) == repository
        )
        held = bool(found["status"]["lock"]["backup"]["held"])
        return Stanza(backups, str((own or found)["cipher"]), held)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("pgBackRest told of its backups in a form that is not known")
        ) from broken


def _stored(entry: Any, archives: Mapping[Any, str], clusters: Mapping[Any, str], repository: int) -> Stored:
    database = (entry["database"]["id"], entry["database"].get("repo-key", repository))
    label = str(entry["label"])
    if not _LABEL.fullmatch(label):
        raise ValueError("no label")
    archive = entry["archive"]
    first, last = (str(archive[word] or "") for word in ("start", "stop"))
    point = RestorePoint(
        id=label,
        start=epoch(entry["timestamp"]["start"]),
        end=epoch(entry["timestamp"]["stop"]),
        size=count(entry["info"]["size"]),
    )
    return Stored(
        label=label,
        kind=str(entry["type"]),
        base=Base(point, Span(first, last)),
        needs=tuple(dict.fromkeys(str(name) for name in (*(entry["reference"] or ()), entry["prior"]) if name)),
        error=bool(entry.get("error")),
        archive=archives.get(database, ""),
        start=(str((entry.get("lsn") or {}).get("start", "")), first),
        cluster=clusters.get(database, ""),
    )


def sound(backups: Sequence[Stored], folders: frozenset[str], wrong: Mapping[str, str]) -> dict[str, str]:
    """Why backups do not count, by label: damaged, without its folder, built on one that does not count."""
    doubts: dict[str, str] = dict(wrong)
    known = {backup.label for backup in backups}
    for backup in backups:
        if backup.error:
            doubts.setdefault(backup.label, "pages of it had a wrong checksum when it was made")
        if backup.label not in folders:
            doubts[backup.label] = "its folder is not in the repository"
    for backup in sorted(backups, key=lambda backup: backup.base.point.start):
        for needed in backup.needs:
            if needed not in known:
                doubts.setdefault(backup.label, f"it is built on {needed}, which is not there")
            elif needed in doubts:
                doubts.setdefault(backup.label, f"it is built on {needed}: {doubts[needed]}")
    return doubts


def files(entries: Any) -> dict[str, Piece | None]:
    """What `repo-ls --output=json` lists: each path to its file; None for a folder, a link or what lies there else."""
    try:
        return {
            str(path): Piece(str(path).rpartition("/")[2], int(entry["size"]), epoch(entry["time"]))
            if entry["type"] == "file"
            else None
            for path, entry in (entries or {}).items()
        }
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("pgBackRest listed files in a form that is not known")) from broken


def labels(folders: Iterable[str]) -> frozenset[str]:
    """The backups that have a folder."""
    return frozenset(name for name in folders if _LABEL.fullmatch(name))


def unfinished(found: Stanza, folders: frozenset[str]) -> tuple[RestorePoint, ...]:
    """Folders of backups that were never finished, as points that do not count; the one that runs now is left out."""
    known = {backup.label: backup.base.point for backup in found.backups}
    if not known:
        return ()
    # A label is the local time of the machine that made it: the others tell how far that is from UTC.
    newest = max(known, key=lambda label: known[label].start)
    ahead = timedelta(minutes=15) * round((_dated(newest) - known[newest].start) / timedelta(minutes=15))
    left = sorted((label for label in folders if label not in known), key=_dated)
    return tuple(
        RestorePoint(id=label, start=_dated(label) - ahead, complete=False, doubt="it was never finished")
        for label in (left[:-1] if found.running else left)
    )


def _dated(label: str) -> datetime:
    own = label.rpartition("_")[2]
    try:
        return datetime.strptime(own[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError as broken:
        raise CannotSee(Reason.INCOMPLETE, say("{label} is no label of a backup", label=label[:60])) from broken


def verified(output: Output) -> tuple[tuple[str, ...], dict[str, str]]:
    """What `verify --output=text --verbose` found wrong, with the backups concerned. Its code tells nothing: it is 0
    where checksums are wrong."""
    if output.code != 0:
        raise refused(output)
    errors: list[str] = []
    wrong: dict[str, str] = {}
    statuses: list[str] = []
    about, label = "", ""
    for line in (line.strip() for line in output.out.splitlines()):
        if line.startswith("status: "):
            statuses.append(line.removeprefix("status: "))
        elif found := re.match(r"backup: (\S+), status: (.+?), total files checked", line):
            about, label = f"backup {found[1]}", found[1]
            # One without an entry in the list is told by its folder: it may be the one that runs now.
            if found[2] not in ("valid", "in-progress"):
                wrong[label] = f"pgbackrest verify says: {found[2]}"
        elif found := re.match(r"archiveId: (\S+?),", line):
            about, label = f"archive {found[1]}", ""
        for kind in _KINDS:
            count = re.search(rf"(?:^|, ){kind}: (\d{{1,12}})", line)
            if count and int(count[1]):
                errors.append(f"{about}: {kind} {count[1]}"[:200])
    if len(statuses) != 1 or statuses[0] not in ("ok", "error"):
        raise CannotSee(Reason.INCOMPLETE, say("pgbackrest verify reported in a form that is not known"))
    errors += [f"backup {name}: {why}" for name, why in wrong.items() if not any(name in text for text in errors)]
    if statuses[0] == "error" and not errors:
        errors.append("pgbackrest verify says: status error")
    return tuple(errors[:20]), wrong


def settings(text: str, stanza: str, repository: int) -> dict[str, str]:
    """The settings of one repository that hold no secret, without `repoN-` before them."""
    found: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        header = _SECTION.match(line)
        if header:
            section = header[1]
            continue
        setting = _SETTING.match(line)
        # Before version 2.3 the first repository had no number; a stanza's own section wins over the global one.
        if setting and (section == stanza or (section.partition(":")[0] == "global" and setting[1] not in found)):
            found[setting[1]] = setting[2]
    return {name: found[f"repo{repository}-{name}"] for name in _PLAIN if f"repo{repository}-{name}" in found}
