"""A ZFS file system as the inventory words it becomes the snapshots to which it can be brought back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from audit.contract import CannotSee, Level, Output, Reason, Verbs, World, probe, say
from audit.model.backup import BackupState, Proof, RestorePoint
from audit.model.drilling import Percent
from audit.model.facts import Unseen
from audit.model.item import Text
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/ -]{0,254}")
_SNAPSHOTS: Final = ("zfs", "list", "-Hp", "-t", "snapshot", "-d", "1", "-s", "creation")
_COLUMNS: Final = ("-o", "name,creation,referenced,userrefs")
_OWN: Final = ("zfs", "get", "-Hp", "-o", "property,value", "encryption")
_SCRUB: Final = re.compile(r"scrub repaired \S+ in .{1,40} with (\d{1,18}) errors on (.{24})$", re.MULTILINE)
_LOST: Final = ("FAULTED", "UNAVAIL", "SUSPENDED", "REMOVED")


def parse_dataset(written: str) -> str:
    """A file system or volume such as `tank/ledger`."""
    if not _NAME.fullmatch(written) or written.endswith("/"):
        raise Unexpected(say("a file system of ZFS such as tank/ledger"), repr(written[:80]))
    return written


class Zfs(Copy, kind="zfs"):
    """Snapshots of a ZFS file system on this machine, read with `zfs` and `zpool`.

    Never run against the real thing. What the last scrub of the pool found counts as verification, with its date.
    """

    dataset: Annotated[Text, AfterValidator(parse_dataset)]
    snapshots: Text = "*"
    """The snapshots that are meant, such as `daily-*`."""
    may_shrink: Percent = 0.5
    """How much fewer bytes than an earlier one the newest snapshot may refer to."""
    timeout: Duration = timedelta(seconds=30)

    @property
    def host(self) -> str:
        return "localhost"


@probe(
    deadline=60,
    verbs=Verbs(
        commands=(
            f"{' '.join((*_SNAPSHOTS, *_COLUMNS))} *",
            f"{' '.join(_OWN)} *",
            "zpool status *",
        )
    ),
)
async def snapshots(copy: Zfs, world: World) -> BackupState:
    run, pool = world.command.run, copy.dataset.partition("/")[0]
    found = listed(await run((*_SNAPSHOTS, *_COLUMNS, copy.dataset), copy.timeout, {}), copy)
    own = properties(await run((*_OWN, copy.dataset), copy.timeout, {}))
    points = tuple(point for point, _ in found)
    facts: dict[str, Any] = {
        "clock": world.clock.now(), "integrity": 1, "location": "", "sets": (copy.dataset,), "taken": (copy.dataset,),
    }  # fmt: skip
    absent: dict[str, Unseen] = {}
    usable = [(point, held) for point, held in found if point.complete]
    if usable:
        facts["size"] = usable[-1][0].size
        # Whoever administers the machine may release a hold.
        facts["lock"] = "governance" if usable[-1][1] else "none"
    if own.get("encryption") not in (None, "-"):
        facts["encrypted"] = own["encryption"] != "off"
    try:
        facts |= health(await run(("zpool", "status", pool), copy.timeout, {}))
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    return BackupState(points=points, absent=absent, level=Level.OBSERVED, **facts)


def listed(output: Output, copy: Zfs) -> Sequence[tuple[RestorePoint, bool]]:
    """The snapshots oldest first, each with whether somebody holds it."""
    if output.code != 0:
        raise _refused("zfs", output)
    found: list[tuple[RestorePoint, bool]] = []
    largest = 0
    for line in output.out.splitlines():
        words = line.split("\t")
        try:
            name, creation, size = words[0], datetime.fromtimestamp(int(words[1]), UTC), int(words[2])
            held = words[3] not in ("0", "-")
        except (ValueError, IndexError, OverflowError, OSError) as broken:
            raise CannotSee(Reason.INCOMPLETE, say("zfs listed snapshots in a form that is not known")) from broken
        if not fnmatchcase(name.partition("@")[2], copy.snapshots):
            continue
        shrunk = size < largest * (1 - copy.may_shrink)
        doubt = f"it refers to {size} bytes, an earlier one to {largest}" if shrunk else ""
        largest = largest if shrunk else max(largest, size)
        point = RestorePoint(id=name[:300], start=creation, end=creation, complete=not shrunk, doubt=doubt, size=size)
        found.append((point, held))
    return sorted(found, key=lambda one: one[0].start)


def properties(output: Output) -> dict[str, str]:
    """What `zfs get` says, by property; nothing where it does not know one of them."""
    if output.code != 0:
        return {}
    pairs = (line.split("\t") for line in output.out.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def health(output: Output) -> dict[str, Any]:
    """What the pool says of its data, as facts: errors that it knows, when a scrub last read all."""
    if output.code != 0:
        raise _refused("zpool", output)
    state = re.search(r"^\s*state: (\w+)$", output.out, re.MULTILINE)
    told = re.search(r"^errors: (.+)$", output.out, re.MULTILINE)
    if state is None or told is None:
        raise CannotSee(Reason.INCOMPLETE, say("zpool told its status in a form that is not known"))
    errors: tuple[str, ...] = ()
    if state[1] in _LOST:
        errors += (f"the pool is {state[1]}",)
    if told[1].strip() != "No known data errors":
        errors += (told[1].strip()[:200],)
    facts: dict[str, Any] = {"errors": errors}
    scrub = _SCRUB.search(output.out)
    if scrub is not None:
        try:
            at = datetime.strptime(scrub[2], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        except ValueError:
            return facts
        if scrub[1] == "0":
            facts["proofs"] = (Proof(level=2, at=at),)
        else:
            facts["errors"] += (f"the last scrub found errors: {scrub[1]}",)
    return facts


def _refused(program: str, output: Output) -> CannotSee:
    said = (output.err or output.out).lower()
    line = next((line.strip() for line in output.err.splitlines() if line.strip()), f"code {output.code}")
    reason = Reason.INCOMPLETE
    if "permission denied" in said:
        reason = Reason.DENIED
    elif "does not exist" in said or "no such pool" in said:
        reason = Reason.UNREACHABLE
    return CannotSee(reason, say("{program} gave no answer: {answer}", program=program, answer=line[:200]))
