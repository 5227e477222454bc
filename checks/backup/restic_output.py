"""What restic printed becomes points in time to restore to, or the reason why it told nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import RestorePoint

_DIGITS: Final = re.compile(r"(\.\d{6})\d+")
_MOST_ERRORS: Final = 20
# What restic up to 0.16 says, as it ends with 1 whatever happened; newer ones have codes of their own.
_SAYINGS: Final = (
    ("wrong password or no key found", Reason.DENIED, 12),
    ("permission denied", Reason.DENIED, 0),
    ("access denied", Reason.DENIED, 0),
    ("access key", Reason.DENIED, 0),
    ("is there a repository at the following location", Reason.UNREACHABLE, 10),
    ("unable to open repository", Reason.UNREACHABLE, 0),
    ("unable to open config file", Reason.UNREACHABLE, 0),
    ("dial tcp", Reason.UNREACHABLE, 0),
    ("unsupported repository version", Reason.NO_TOOL, 0),
    ("unknown flag", Reason.NO_TOOL, 0),
    ("unknown command", Reason.NO_TOOL, 0),
    ("already locked", Reason.INCOMPLETE, 11),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One entry of the list: the point that it is, the machine with the folders that it belongs to, its tags."""

    point: RestorePoint
    machine: str
    folders: tuple[str, ...]
    tags: frozenset[str]

    @property
    def set(self) -> str:
        """What is backed up together: snapshots of one set can be held against each other."""
        return f"{self.machine}: {', '.join(self.folders)}"


def listed(entries: Any) -> tuple[Snapshot, ...]:
    """All snapshots of `restic snapshots --json`, oldest first."""
    try:
        found = [_snapshot(entry) for entry in entries or ()]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("restic listed its snapshots in a form that is not known")) from broken
    return tuple(sorted(found, key=lambda snapshot: snapshot.point.start))


def _snapshot(entry: Mapping[str, Any]) -> Snapshot:
    summary = entry.get("summary") or {}
    end = summary.get("backup_end")
    point = RestorePoint(
        id=str(entry["id"])[:64],
        start=_instant(entry["time"]),
        end=_instant(end) if end else None,
        size=count(summary.get("total_bytes_processed")),
        files=count(summary.get("total_files_processed")),
    )
    folders = tuple(sorted(str(path) for path in entry.get("paths") or ()))
    return Snapshot(point, str(entry.get("hostname", "")), folders, frozenset(map(str, entry.get("tags") or ())))


def _instant(text: Any) -> datetime:
    found = datetime.fromisoformat(_DIGITS.sub(r"\1", str(text)))
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found.astimezone(UTC)


def count(value: Any) -> int | None:
    """A number as restic prints it; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**24 else None


def chosen(
    snapshots: Sequence[Snapshot], *, machine: str | None, folders: Sequence[str], tags: Sequence[str]
) -> tuple[Snapshot, ...]:
    """The snapshots that the inventory means. CannotSee where it names none of several sets side by side."""
    if not (machine or folders or tags):
        _one_set(snapshots)
        return tuple(snapshots)
    return tuple(
        snapshot
        for snapshot in snapshots
        if machine in (None, snapshot.machine) and {*folders} <= {*snapshot.folders} and {*tags} <= snapshot.tags
    )


def _one_set(snapshots: Sequence[Snapshot]) -> None:
    """Sets one after another are one job whose folders changed; sets side by side hide the one that stopped."""
    last: dict[str, datetime] = {}
    for snapshot in snapshots:
        last[snapshot.set] = snapshot.point.start
    begun: set[str] = set()
    for snapshot in snapshots:
        beside = [name for name in begun if name != snapshot.set and last[name] > snapshot.point.start]
        if beside:
            raise CannotSee(
                Reason.INCOMPLETE,
                say(
                    "the repository holds {count} sets of snapshots side by side, such as {one} and {two}: write which "
                    "of them is meant with `from-host`, `paths` or `tags`",
                    count=len(last),
                    one=min(beside)[:120],
                    two=snapshot.set[:120],
                ),
            )
        begun.add(snapshot.set)


def doubted(newest: RestorePoint, before: RestorePoint) -> RestorePoint:
    """The newest point, not counted as complete where it holds less than half of the one before.

    restic makes a snapshot also where it could not read its source, and the list of snapshots does not show it.
    """
    for word, now, then in (("files", newest.files, before.files), ("bytes", newest.size, before.size)):
        if now is not None and then is not None and now * 2 < then:
            doubt = f"it holds {now} {word}, the one before {then}"
            return newest.model_copy(update={"complete": False, "doubt": doubt})
    return newest


def refused(output: Output) -> CannotSee:
    """Why restic gave no answer."""
    said = output.err or output.out
    reasons = [reason for words, reason, code in _SAYINGS if words in said.lower() or (code and output.code == code)]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    line = next((line for line in lines if line.startswith("Fatal: ")), lines[0] if lines else f"code {output.code}")
    return CannotSee(
        next(iter(reasons), Reason.INCOMPLETE),
        say("restic could not read the repository: {answer}", answer=line[:200]),
    )


def errors(output: Output) -> tuple[str, ...]:
    """What `restic check` found wrong. CannotSee where it did not get as far as finding something."""
    said = f"{output.err}\n{output.out}"
    if "repository contains errors" not in said:
        raise refused(output)
    telling = re.compile("error|pack|damaged|mismatch|missing", re.IGNORECASE)
    lines = [line.strip() for line in said.splitlines() if telling.search(line)]
    told = [line for line in dict.fromkeys(lines) if not line.startswith(("check", "load", "read", "using"))]
    return tuple(line[:200] for line in told[:_MOST_ERRORS])
