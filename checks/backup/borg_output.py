"""What borg printed becomes points in time to restore to, or the reason why it told nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from audit.contract import CannotSee, Output, Reason, say
from audit.model.backup import Keeping, RestorePoint
from audit.model.json_values import count, loaded
from checks.backup.turned import Weight, turned

_CHECKPOINT: Final = re.compile(r"\.checkpoint(\.\d+)?$")
_DATED: Final = re.compile(r"[-_.@T: ]*(\d{4}-?\d\d-?\d\d|\d+).*$")
_MOST_ERRORS: Final = 20
_SAYINGS: Final = (
    ("is incorrect", Reason.DENIED),
    ("acquire a passphrase", Reason.DENIED),
    ("no key file", Reason.DENIED),
    ("no key entry", Reason.DENIED),
    ("permission denied", Reason.DENIED),
    ("host key verification failed", Reason.DENIED),
    ("is not a valid repository", Reason.UNREACHABLE),
    ("does not exist", Reason.UNREACHABLE),
    ("connection closed", Reason.UNREACHABLE),
    ("connection refused", Reason.UNREACHABLE),
    ("connection timed out", Reason.UNREACHABLE),
    ("unrecognized arguments", Reason.NO_TOOL),
    ("invalid keys", Reason.NO_TOOL),
    ("command not found", Reason.NO_TOOL),
)
_DAMAGE: Final = re.compile(
    r"integrity ?error|integrity check|object with key .* not found|No such file or directory: '[^']*/data/\d+/\d+'|"
    r"check needs to be run",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive: the point that it is, the machine with the name, without its date, under which the job writes it."""

    point: RestorePoint
    name: str
    machine: str

    @property
    def set(self) -> str:
        """What is backed up together, as far as names tell."""
        stem = _DATED.sub("", _CHECKPOINT.sub("", self.name)) or self.name
        return (f"{self.machine}:{stem}" if self.machine else stem)[:300]


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a list of a repository tells."""

    archives: tuple[Archive, ...]
    """Oldest first, checkpoints included."""
    mode: str
    """How it is encrypted, by borg's own word."""
    store: str
    """The repository's own id."""

    @property
    def encrypted(self) -> bool | None:
        if self.mode.startswith(("repokey", "keyfile")):
            return True
        return False if self.mode == "none" or self.mode.startswith("authenticated") else None

    @property
    def key(self) -> Keeping | None:
        return "copy" if self.mode.startswith("repokey") else "client" if self.mode.startswith("keyfile") else None


def parsed(output: Output) -> Any:
    """What a command printed as JSON; 1 as exit code is a warning, beside which the answer stands."""
    if output.code not in (0, 1):
        raise refused(output)
    return loaded(output.out, say("borg did not print JSON"))


def listed(answer: Any) -> Listing:
    """Everything in the answer of `borg list --json --consider-checkpoints`."""
    try:
        found = [_archive(entry) for entry in answer["archives"]]
        mode, store = str(answer["encryption"]["mode"]), str(answer["repository"]["id"])
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("borg listed its archives in a form that is not known")) from broken
    return Listing(tuple(sorted(found, key=lambda archive: archive.point.start)), mode, store)


def _archive(entry: Mapping[str, Any]) -> Archive:
    name = str(entry["name"])
    checkpoint = _CHECKPOINT.search(name) is not None
    end = entry.get("end")
    point = RestorePoint(
        id=name[:200],
        start=_instant(entry["start"]),
        end=_instant(end) if end else None,
        complete=not checkpoint,
        doubt="it is a checkpoint of a backup that did not come to its end" if checkpoint else "",
    )
    return Archive(point, name, str(entry.get("hostname", "")))


def _instant(text: Any) -> datetime:
    found = datetime.fromisoformat(str(text))
    # borg writes the local time of its own process without a zone, and that process ran in UTC.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def chosen(archives: Sequence[Archive], pattern: str | None) -> tuple[Archive, ...]:
    """The archives that the inventory means. CannotSee where it names none of several sets side by side."""
    if pattern is not None:
        return tuple(archive for archive in archives if fnmatchcase(archive.name, pattern))
    sets = sorted({archive.set for archive in archives})
    if len(sets) > 1:
        raise CannotSee(
            Reason.INCOMPLETE,
            say(
                "the repository holds archives of {count} jobs, such as {one} and {two}: write which of them is meant "
                "with `archives`, such as `archives: web-*`",
                count=len(sets),
                one=sets[0][:120],
                two=sets[1][:120],
            ),
        )
    return tuple(archives)


def weights(answer: Any) -> Mapping[str, Weight]:
    """What each archive weighs, by name, of `borg info --json`."""
    try:
        found = {
            str(entry["name"])[:200]: Weight(
                count(entry["stats"].get("original_size")),
                count(entry["stats"].get("nfiles")),
                count(entry["stats"].get("compressed_size")),
                count(entry["stats"].get("deduplicated_size")),
            )
            for entry in answer["archives"]
        }
    except (AttributeError, KeyError, TypeError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("borg told its sizes in a form that is not known")) from broken
    return found


def weighed(
    archives: Sequence[Archive], known: Mapping[str, Weight], *, may_shrink: float, may_change: float
) -> tuple[RestorePoint, ...]:
    """The points with their sizes: one that holds nothing, or much less than an earlier one of its set, is doubted.

    So is the newest where nearly nothing in it is in any other: of older ones the next ones may hold the same.
    """
    points: list[RestorePoint] = []
    largest: dict[str, RestorePoint] = {}
    for archive in archives:
        weight = known.get(archive.point.id, Weight())
        point = archive.point.model_copy(update={"size": weight.size, "files": weight.files})
        before = largest.get(archive.set)
        doubt = "" if not point.complete else _shrunk(point, before, may_shrink)
        if point.complete and not doubt and archive is archives[-1]:
            others = [known[one.point.id] for one in archives if one.set == archive.set and one.point.id in known]
            doubt = turned(weight, others[:-1], may_change)
        if doubt:
            point = point.model_copy(update={"complete": False, "doubt": doubt})
        elif point.complete and weight.size is not None:
            largest[archive.set] = point
        points.append(point)
    return tuple(points)


def _shrunk(point: RestorePoint, before: RestorePoint | None, may_shrink: float) -> str:
    if point.size == 0:
        return "it holds nothing"
    least = 1 - may_shrink
    if before is None:
        return ""
    if point.files is not None and before.files is not None and point.files < before.files * least:
        return f"it holds {point.files} files, an earlier one {before.files}"
    if point.size is not None and before.size is not None and point.size < before.size * least:
        return f"it holds {point.size} bytes, an earlier one {before.size}"
    return ""


def appends_only(config: bytes) -> bool:
    """Whether a repository's own file of settings says so; the key beside it is left where it is."""
    return re.search(rb"^append_only\s*[=:]\s*(1|true|yes|on)\s*$", config, re.IGNORECASE | re.MULTILINE) is not None


def refused(output: Output) -> CannotSee:
    """Why borg gave no answer."""
    said = (output.err or output.out).lower()
    lines = [line.strip() for line in (output.err or output.out).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("borgbackup version", "$LOG"))]
    if telling[:1] == ["Local Exception"]:
        # A traceback follows, whose last line says what went wrong.
        telling = [line for line in telling if re.match(r"[\w.]+(Error|Exception|DoesNotExist)\b", line)]
        telling = telling[-1:]
    line = next(iter(telling), f"code {output.code}")
    reason = next((reason for words, reason in _SAYINGS if words in said), Reason.INCOMPLETE)
    return CannotSee(reason, say("borg could not read the repository: {answer}", answer=line[:200]))


def errors(output: Output) -> tuple[str, ...]:
    """What a command found damaged; empty where it found nothing so. Its traceback, which names paths, is left out."""
    lines = dict.fromkeys(line.strip() for line in output.err.splitlines() if _DAMAGE.search(line))
    return tuple(line[:200] for line in lines if not line.startswith("raise "))[:_MOST_ERRORS]


def version(output: Output) -> str:
    """`borg 1.2.4` of what `--show-version` adds to any command; empty for anything else."""
    found = re.search(r"^borgbackup version ([0-9][\w.+-]{0,40})$", output.err, re.MULTILINE)
    return f"borg {found[1]}" if found else ""
