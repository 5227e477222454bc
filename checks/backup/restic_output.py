"""What restic printed becomes points in time to restore to, or the reason why it told nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import RestorePoint
from audit.model.json_values import count, instant
from checks.backup.turned import Weight, turned

_MOST_ERRORS: Final = 20
_UNWALKED: Final = re.compile(
    r"walking (?:snapshot|tree)|(?:tree|id|blob) \S+ (?:is )?not found in (?:index|repository)"
)
_LIKENED: Final = 9
"""Snapshots that tell how much usually changes, the newest among them."""
_SETTLED: Final = 3
"""Snapshots of other folders after which they are taken for what the job now takes."""
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
    tree: str
    """What it holds: two with one tree hold the same."""
    weight: Weight
    """As restic from 0.17 on tells it."""
    stored: int | None
    """Bytes that it added to the repository, packed."""

    @property
    def set(self) -> str:
        """What is backed up together: snapshots of one set can be held against each other."""
        return f"{self.machine}:{', '.join(self.folders)}"


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
        start=instant(entry["time"]),
        end=instant(end) if end else None,
        size=count(summary.get("total_bytes_processed")),
        files=count(summary.get("total_files_processed")),
    )
    folders = tuple(sorted(str(path) for path in entry.get("paths") or ()))
    tags = frozenset(map(str, entry.get("tags") or ()))
    added, stored = count(summary.get("data_added")), count(summary.get("data_added_packed"))
    weight = Weight(point.size, point.files, None, added)
    return Snapshot(point, str(entry.get("hostname", "")), folders, tags, str(entry.get("tree") or ""), weight, stored)


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
    _same_job(snapshots)


def _same_job(snapshots: Sequence[Snapshot]) -> None:
    """One snapshot of something else, such as made by hand, must not stand for a job that stopped."""
    earlier = [snapshot for snapshot in snapshots if snapshot.set != snapshots[-1].set]
    if not earlier or len(snapshots) - len(earlier) >= _SETTLED:
        return
    last, before = snapshots[-1], earlier[-1]
    if last.machine == before.machine and {*last.folders} >= {*before.folders}:
        return
    raise CannotSee(
        Reason.INCOMPLETE,
        say(
            "the newest snapshots are of {one}, the ones before them of {two}: write which of them is meant with "
            "`from-host`, `paths` or `tags`",
            one=last.set[:120],
            two=before.set[:120],
        ),
    )


def names(snapshots: Sequence[Snapshot]) -> tuple[str, ...]:
    """Each set of snapshots once."""
    return tuple(sorted({snapshot.set[:300] for snapshot in snapshots}))


def doubted(newest: RestorePoint, before: RestorePoint | None, *, may_shrink: float = 0.5) -> RestorePoint:
    """A point, not counted as complete where it holds nothing, or much less than an earlier one.

    restic makes a snapshot also where it could not read its source, and the list of snapshots does not show it.
    """
    doubt = "it holds nothing" if newest.size == 0 else ""
    for word in ("files", "size") if before is not None and not doubt else ():
        now, then = getattr(newest, word), getattr(before, word)
        if now is not None and then is not None and now < then * (1 - may_shrink):
            doubt = f"it holds {now} {'files' if word == 'files' else 'bytes'}, an earlier one {then}"
            break
    return newest.model_copy(update={"complete": False, "doubt": doubt}) if doubt else newest


def replaced(snapshots: Sequence[Snapshot], may_change: float) -> str:
    """Why the newest snapshot looks as if its source had been encrypted; empty where it does not."""
    if not snapshots:
        return ""
    same = [snapshot.weight for snapshot in snapshots if snapshot.set == snapshots[-1].set]
    return turned(same[-1], same[-_LIKENED:-1], may_change)


def alike(snapshots: Sequence[Snapshot], points: Sequence[RestorePoint]) -> tuple[RestorePoint, ...]:
    """The points; those that hold the same as a doubted one are doubted with it."""
    doubts = {
        snapshot.tree: point.doubt for snapshot, point in zip(snapshots, points, strict=True) if not point.complete
    }
    doubts.pop("", None)
    return tuple(
        point.model_copy(update={"complete": False, "doubt": doubts[snapshot.tree]})
        if snapshot.tree in doubts
        else point
        for snapshot, point in zip(snapshots, points, strict=True)
    )


def version(output: Output) -> str:
    """`restic 0.14.0` of the line that restic says of itself; empty for anything else."""
    found = re.match(r"restic [0-9][\w.+-]{0,40}", output.out)
    return found[0] if found and output.code == 0 else ""


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


def unwalked(output: Output) -> str:
    """Why what a snapshot holds cannot be listed, and so not be brought back; empty where restic says another."""
    lines = [line.strip() for line in f"{output.err}\n{output.out}".splitlines()]
    found = [line for line in lines if _UNWALKED.search(line) and "retrying" not in line]
    return f"what it holds cannot be listed: {found[-1]}"[:300] if found else ""


def errors(output: Output) -> tuple[str, ...]:
    """What `restic check` found wrong. CannotSee where it did not get as far as finding something."""
    said = f"{output.err}\n{output.out}"
    if "repository contains errors" not in said:
        raise refused(output)
    telling = re.compile("error|pack|damaged|mismatch|missing", re.IGNORECASE)
    lines = [line.strip() for line in said.splitlines() if telling.search(line)]
    # Not among them: what it does, how far it is, how often it tried to read a file again.
    noise = ("check", "load", "Load(", "read", "using", "[")
    told = [line for line in dict.fromkeys(lines) if not line.startswith(noise)]
    return tuple(line[:200] for line in told[:_MOST_ERRORS])
