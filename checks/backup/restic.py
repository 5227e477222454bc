"""A restic repository as the inventory words it becomes the points in time to which it can bring data back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from audit.contract import CannotSee, Level, Output, Reason, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Secret, SecretRef, Text, parse_secret
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.backup.restic_output import Snapshot, chosen, count, doubted, errors, listed, refused

_VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION",
    "RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD",
)  # fmt: skip
_REMOTE: Final = re.compile(r"(s3|rest|sftp|b2|azure|gs|swift|rclone|opendal):(.*)", re.DOTALL)
_SFTP: Final = re.compile(r"(?://)?(?:[^@/]*@)?(\[[0-9a-fA-F:.]+\]|[^:/]+)")


def parse_repository(written: str) -> str:
    """Where a repository is, without a password in it and without signs that a command line could take for its own."""
    if any(letter < " " or letter == "\x7f" for letter in written):
        raise Unexpected(say("a repository such as /srv/backup/ledger"), say("one with a control character"))
    if re.search(r"//[^/@]*:[^/@]*@", written) or re.match(r"(rest|s3):[^/]*//[^/]*@", written):
        # The text itself is not repeated: it holds a password.
        raise Unexpected(
            say("a repository without a password"), say("one with it"), why=say("a secret is never written here")
        )
    return written


def parse_variables(value: object) -> Mapping[str, Secret]:
    """`{AWS_ACCESS_KEY_ID: {env: NAME}, ...}` for the variables that a storage may need."""
    if not isinstance(value, dict):
        raise Unexpected(say("variables such as {AWS_ACCESS_KEY_ID: {env: NAME}}"), say("one value"))
    written = {str(name): item for name, item in value.items() if name != "@"}
    for name in written:
        if name not in _VARIABLES:
            raise Unexpected(say("one of {known}", known=", ".join(_VARIABLES)), repr(name[:60]))
    return {name: parse_secret(item) for name, item in written.items()}


def parse_parts(text: object) -> int:
    """A count from 1 to 256."""
    written = str(text)
    if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= 256:
        raise Unexpected(say("a count from 1 to 256"), repr(written[:40]))
    return int(written)


_SECRETS: Final[Mapping[str, Any]] = {
    "type": "object",
    "propertyNames": {"enum": list(_VARIABLES)},
    "additionalProperties": {"type": "object"},
}
Variables = Annotated[Mapping[str, Secret], BeforeValidator(parse_variables), WithJsonSchema(dict(_SECRETS))]
Parts = Annotated[int, BeforeValidator(parse_parts), WithJsonSchema({"type": ["integer", "string"]})]


class Restic(Copy, kind="restic"):
    """A restic repository, read with the restic command line (0.14 or newer), without a lock and without a write.

    Where a repository holds snapshots of several machines or folders, `from-host`, `paths` or `tags` name those meant.
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
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all commands together."""

    @property
    def host(self) -> str:
        # Each restic takes a core and some hundred megabytes: those of this machine share one cap.
        return remote_host(self.repository) or "localhost"


@dataclass(slots=True)
class _Look:
    """One attempt: its commands share one deadline."""

    copy: Restic
    world: World
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = self.world.clock.monotonic() + self.copy.timeout.total_seconds()

    async def run(self, *words: str) -> Output:
        left = timedelta(seconds=self.ends - self.world.clock.monotonic())
        if left <= timedelta(0):
            raise CannotSee(Reason.TIMEOUT, say("no time was left for restic {command}", command=words[0]))
        where = self.copy.repository.removeprefix("local:")
        if remote_host(self.copy.repository) == "":
            where = str(self.world.root / where)
        argv = ("restic", f"--repo={where}", "--password-file", "{password}", "--no-lock", "--no-cache", *words)
        return await self.world.command.run(argv, left, self.copy.variables, {"password": self.copy.password})

    async def data(self, *words: str) -> Any:
        """What a command prints as JSON."""
        output = await self.run(*words, "--json")
        if output.code != 0:
            raise refused(output)
        try:
            return json.loads(output.out)
        except (ValueError, RecursionError) as broken:
            raise CannotSee(Reason.INCOMPLETE, say("restic {command} did not print JSON", command=words[0])) from broken


@probe(deadline=185)
async def snapshots(copy: Restic, world: World) -> BackupState:
    host = remote_host(copy.repository)
    if host is None:
        raise CannotSee(
            Reason.DENIED, say("the hosts of this kind of repository cannot be held against what the estate allows")
        )
    if host:
        # restic looks the name up again by itself: this keeps out mistakes, not somebody who owns the name server.
        await world.guard.check(host)
    look = _Look(copy, world)
    entries = listed(await look.data("snapshots"))
    found = chosen(entries, machine=copy.from_host, folders=copy.paths, tags=copy.tags)
    facts: dict[str, Any] = {"clock": world.clock.now(), "encrypted": True, "location": host, "integrity": 1}
    absent: dict[str, Unseen] = {}
    points = tuple(snapshot.point for snapshot in found)
    try:
        points = await _weighed(found, look)
    except CannotSee as gap:
        absent["size"] = Unseen.of(gap)
    sizes = [point.size for point in points if point.complete]
    if sizes and sizes[-1] is not None:
        facts["size"] = sizes[-1]
    try:
        facts |= await _verified(look)
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(points=points, absent=absent, level=level, **facts)


async def _weighed(snapshots: Sequence[Snapshot], look: _Look) -> tuple[RestorePoint, ...]:
    """The points, the newest with its size: doubted where it holds much less than the one before it of the same set."""
    points = [snapshot.point for snapshot in snapshots]
    if not points:
        return ()
    newest = await _sized(points[-1], look)
    before = [snapshot.point for snapshot in snapshots[:-1] if snapshot.set == snapshots[-1].set]
    if before:
        weighed = await _sized(before[-1], look)
        points[points.index(before[-1])] = weighed
        newest = doubted(newest, weighed)
    return (*points[:-1], newest)


async def _sized(point: RestorePoint, look: _Look) -> RestorePoint:
    """A point with what a restore of it would bring: restic before 0.17 does not keep that in the snapshot."""
    if point.size is not None:
        return point
    sums = await look.data("stats", "--mode", "restore-size", point.id)
    size, files = (
        count(sums.get(key)) if isinstance(sums, dict) else None for key in ("total_size", "total_file_count")
    )
    return point.model_copy(update={"size": size, "files": files})


async def _verified(look: _Look) -> dict[str, Any]:
    """What `restic check` found, as facts."""
    copy = look.copy
    if copy.verify == "none":
        raise CannotSee(Reason.INCOMPLETE, say("nothing was verified: write `verify: subset` to have stored data read"))
    words = ["check"]
    if copy.verify == "subset":
        # One part a day: the number comes from the date, so that nothing has to be remembered.
        words.append(f"--read-data-subset={look.world.clock.now().toordinal() % copy.parts + 1}/{copy.parts}")
    output = await look.run(*words)
    if output.code == 0:
        # Without reading the stored data a flipped byte in it goes unseen: that is no more than a readable catalogue.
        return {"integrity": 2 if copy.verify == "subset" else 1, "errors": ()}
    return {"integrity": 1, "errors": errors(output)}


def remote_host(repository: str) -> str | None:
    """The host of a repository; empty for this machine, None where it cannot be told."""
    found = _REMOTE.match(repository)
    if not found:
        return ""
    kind, rest = found[1], found[2]
    if kind == "sftp":
        named = _SFTP.match(rest)
        return named[1].strip("[]") if named else None
    if kind not in ("s3", "rest"):
        return None
    try:
        return urlsplit(rest if "//" in rest else f"https://{rest}").hostname
    except ValueError:
        return None
