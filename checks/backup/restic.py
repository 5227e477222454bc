"""A restic repository as the inventory words it becomes the points in time to which it can bring data back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from audit.contract import CannotSee, Level, Output, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Percent
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.json_values import count, loaded
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.restic_log import held_against, runs
from checks.backup.restic_output import (
    Snapshot,
    alike,
    chosen,
    doubted,
    errors,
    listed,
    names,
    refused,
    replaced,
    unwalked,
    version,
)
from checks.backup.restic_packs import lost
from checks.backup.restic_place import Parts, Variables, parse_repository, remote_host

_BEGIN: Final = "restic --repo=* --password-file {password} --no-lock --no-cache"
_DEEP: Final = 0.75
"""The share of the time left that the reading of stored data may take."""
_REFERENCE: Final = 8
"""How many points back the one lies against which the newest is weighed: a source that shrank days ago still shows."""


class Restic(Copy, kind="restic"):
    """A restic repository, read with the restic command line (0.14 or newer), without a lock and without a write.

    Where a repository holds snapshots of several machines or folders, `from-host`, `paths` or `tags` name those meant.
    The newest snapshot does not count where it holds nothing, or less than `may-shrink` allows of an earlier one of the
    same folders: restic makes a snapshot also of what it could not read, and shows it nowhere.
    `verify: structure` checks catalogue and trees; `verify: subset` also reads one of `parts` of the stored data,
    another one each day, so that in `parts` days all of it was read; both cost time: see `timeout`.
    """

    repository: Annotated[Text, AfterValidator(parse_repository)]
    password: SecretRef
    variables: Variables = {}
    from_host: Text | None = None
    paths: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    verify: Literal["none", "structure", "subset"] = "none"
    parts: Parts = 30
    log: Text | None = None
    """Files, such as `/var/log/restic/*.json`, each with all that one run of `restic backup --json` printed: what it
    could not read stands there and nowhere else."""
    may_shrink: Percent = 0.5
    """How much less, of files or bytes, the newest snapshot may hold."""
    may_change: Percent = 0.5
    """How much of the newest snapshot may be new where little is usual, as restic from 0.17 on tells it."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all commands together."""

    @property
    def host(self) -> str:
        # Each restic takes a core and some hundred megabytes: those of this machine share one cap.
        return remote_host(self.repository) or "localhost"


@dataclass(slots=True)
class ResticLook(Timed):
    copy: Restic

    @property
    def where(self) -> str:
        """The repository as restic is told it."""
        where = self.copy.repository.removeprefix("local:")
        return str(self.world.root / where) if remote_host(self.copy.repository) == "" else where

    async def run(self, *words: str, share: float = 1.0) -> Output:
        left = self.left(f"restic {words[0]}") * share
        argv = ("restic", f"--repo={self.where}", "--password-file", "{password}", "--no-lock", "--no-cache", *words)
        return await self.world.command.run(argv, left, self.copy.variables, {"password": self.copy.password})

    async def entries(self) -> tuple[Snapshot, ...]:
        """All that the repository holds, oldest first."""
        return listed(await self.data("snapshots"))

    async def weighed(self, point: RestorePoint) -> RestorePoint:
        """A point with what a restore of it would bring: restic before 0.17 does not keep that in the snapshot."""
        output = await self.run("stats", "--mode", "restore-size", point.id, "--json")
        if output.code != 0:
            if lost := unwalked(output):
                return point.model_copy(update={"complete": False, "doubt": lost})
            raise refused(output)
        sums = loaded(output.out, say("restic {command} did not print JSON", command="stats"))
        size, files = (
            count(sums.get(key)) if isinstance(sums, dict) else None for key in ("total_size", "total_file_count")
        )
        return point.model_copy(update={"size": size, "files": files})

    async def data(self, *words: str) -> Any:
        """What a command prints as JSON."""
        output = await self.run(*words, "--json")
        if output.code != 0:
            raise refused(output)
        return loaded(output.out, say("restic {command} did not print JSON", command=words[0]))


@probe(
    deadline=185,
    verbs=Verbs(
        commands=(
            "restic version",
            f"{_BEGIN} snapshots --json",
            f"{_BEGIN} stats --mode restore-size * --json",
            f"{_BEGIN} check [--read-data-subset=*]",
        )
    ),
)
async def snapshots(copy: Restic, world: World) -> BackupState:
    look = ResticLook(world, copy.timeout, copy)
    await allowed(look)
    return await state_of(look, await look.entries())


async def allowed(look: ResticLook) -> None:
    """CannotSee where the host of the repository may not be asked."""
    host = remote_host(look.copy.repository)
    if host is None:
        raise CannotSee(
            Reason.DENIED, say("the hosts of this kind of repository cannot be held against what the estate allows")
        )
    if host:
        # restic looks the name up again by itself: this keeps out mistakes, not somebody who owns the name server.
        await look.world.guard.check(host)


async def state_of(look: ResticLook, entries: Sequence[Snapshot]) -> BackupState:
    """What the snapshots of a repository make of the copy."""
    copy, world = look.copy, look.world
    found = chosen(entries, machine=copy.from_host, folders=copy.paths, tags=copy.tags)
    facts: dict[str, Any] = {
        "clock": world.clock.now(),
        "encrypted": True,
        # Each key is a file of the repository, locked with a password of its own.
        "key": "copy",
        "location": remote_host(copy.repository),
        "integrity": 1,
        "sets": names(entries),
        "taken": names(found),
        "tool": await _version(look),
    }
    absent: dict[str, Unseen] = {}
    points = tuple(snapshot.point for snapshot in found)
    try:
        points = await _weighed(found, look)
    except CannotSee as gap:
        absent["size"] = Unseen.of(gap)
    if facts["location"] == "" and (doubt := await lost(look, look.where, entries)):
        points = tuple(point.model_copy(update={"complete": False, "doubt": doubt}) for point in points)
    elif points and points[-1].complete and (doubt := replaced(found, copy.may_change)):
        points = (*points[:-1], points[-1].model_copy(update={"complete": False, "doubt": doubt}))
    if copy.log is not None:
        try:
            points, facts["attempts"] = held_against(points, await runs(world.files, copy.log, facts["clock"]))
        except CannotSee as gap:
            absent["attempts"] = Unseen.of(gap)
    sizes = [point.size for point in points if point.complete]
    if sizes and sizes[-1] is not None:
        facts["size"] = sizes[-1]
    try:
        facts |= await _verified(look)
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(points=points, absent=absent, level=level, **facts)


async def _version(look: ResticLook) -> str:
    """Which restic was asked."""
    try:
        return version(await look.world.command.version(("restic", "version"), look.left("restic version")))
    except CannotSee:
        return ""


async def _weighed(snapshots: Sequence[Snapshot], look: ResticLook) -> tuple[RestorePoint, ...]:
    """The points, the newest with its size: those that hold much less than an earlier one of their set are doubted.

    Two are weighed at most, as each takes restic as long as the list itself; more only once something is wrong.
    """
    points = [snapshot.point for snapshot in snapshots]
    if not points:
        return ()
    same = [number for number, snapshot in enumerate(snapshots) if snapshot.set == snapshots[-1].set][-_REFERENCE:]
    first, last = snapshots[same[0]], snapshots[-1]
    points[-1] = await _sized(points[-1], look)
    if not points[-1].complete:
        # restic tries for most of a minute to read a folder that is gone: what is known by then must not be lost.
        return alike(snapshots, points)
    if first.tree and first.tree == last.tree:
        # A tree is named by its content, so that it need not be weighed twice.
        points[-1] = doubted(await _sized(points[-1], look), None)
    else:
        weighed = points[same[0]] = await _sized(points[same[0]], look)
        for number in reversed(same[1:]):
            sized = await _sized(points[number], look)
            points[number] = doubted(sized, weighed, may_shrink=look.copy.may_shrink)
            if points[number].complete:
                break
        points[same[0]] = doubted(weighed, None)
    return alike(snapshots, points)


async def _sized(point: RestorePoint, look: ResticLook) -> RestorePoint:
    return point if point.size is not None else await look.weighed(point)


async def _verified(look: ResticLook) -> dict[str, Any]:
    """What `restic check` found, as facts."""
    copy = look.copy
    if copy.verify == "none":
        raise CannotSee(Reason.INCOMPLETE, say("nothing was verified: write `verify: subset` to have stored data read"))
    words = ["check"]
    if copy.verify == "subset":
        # One part a day: the number comes from the date, so that nothing has to be remembered.
        words.append(f"--read-data-subset={look.world.clock.now().toordinal() % copy.parts + 1}/{copy.parts}")
    try:
        output = await look.run(*words, share=_DEEP)
    except CannotSee as gap:
        # restic tries for most of a minute to read a file that is gone; which files are gone it tells without reading.
        if gap.reason is not Reason.TIMEOUT or (output := await look.run("check")).code == 0:
            raise
    if output.code == 0:
        # Without reading the stored data a flipped byte in it goes unseen: that is no more than a readable catalogue.
        return {"integrity": 2 if copy.verify == "subset" else 1, "errors": ()}
    return {"integrity": 1, "errors": errors(output)}
