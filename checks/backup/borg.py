"""A borg repository as the inventory words it becomes the points in time to which it can bring data back."""

from __future__ import annotations

import shlex
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
from audit.model.technology import Copy
from audit.model.units import Duration, Flag
from checks.backup.borg_output import (
    Archive,
    Listing,
    appends_only,
    chosen,
    errors,
    listed,
    parsed,
    refused,
    version,
    weighed,
    weights,
)
from checks.backup.borg_place import borg_host, parse_borg_repository, readable_without_a_write, settings

_LIST: Final = ("borg", "list", "--bypass-lock", "--show-version", "--json", "--consider-checkpoints")
_MORE: Final = ("--format", "{hostname}{end}")
_WEIGHED: Final = 8
VERBS: Final = Verbs(
    commands=(
        f"{' '.join(_LIST)} *",
        f"{' '.join(_LIST)} {' '.join(_MORE)} *",
        f"borg info --bypass-lock --json --last {_WEIGHED} [--glob-archives=*] *",
        "borg extract --bypass-lock --dry-run *",
    ),
    environment=("BORG_PASSPHRASE_FD", "BORG_KEY_FILE", "BORG_RSH", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"),
)


class BorgRepository(Copy):
    """What the look at any repository of borg needs to know."""

    passphrase: SecretRef | None = None
    key_file: Text | None = None
    """Where the key is not in the repository: the file that holds it on this machine."""
    identity: Text | None = None
    """The file of the SSH key for a repository on another host."""
    known_hosts: Text | None = None
    """The file with the keys of that host; an unknown host is not asked."""
    archives: Text | None = None
    """The archives that are meant where a repository holds those of several jobs, such as `web-*`."""
    sizes: Flag = True
    """Whether the newest archives are weighed: borg reads the catalogue of all archives for that."""
    may_shrink: Percent = 0.5
    """How much less than an earlier one, of files or bytes, the newest archive may hold."""
    may_change: Percent = 0.5
    """How much of the newest archive may be in no other where little is usual: what was encrypted is all new."""
    verify: Literal["none", "data"] = "none"
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all commands together."""


class Borg(BorgRepository, kind="borg"):
    """A BorgBackup repository, read with the borg command line (1.2.4 really ran), without a lock and without a write.

    `verify: data` reads and decrypts all that the newest archive holds. `borg check` is not used, as it writes into the
    repository that it checks. A repository on another host is read over SSH with `identity` and `known-hosts`; whether
    that host lets clients delete cannot be seen from here.
    """

    repository: Annotated[Text, AfterValidator(parse_borg_repository)]

    @property
    def host(self) -> str:
        # Each borg takes a core: those of this machine share one cap.
        return borg_host(self.repository) or "localhost"


@dataclass(slots=True)
class BorgLook(Timed):
    copy: BorgRepository
    repository: str

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        if borg_host(self.repository) == "":
            self.repository = str(self.world.root / self.repository.removeprefix("file://"))

    async def run(self, *words: str) -> Output:
        left = self.left(f"borg {words[1]}")
        copy, files = self.copy, {}
        # There is nobody to ask whether a repository without encryption, seen for the first time, is the right one.
        environment = {"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
        if copy.passphrase is not None:
            files["passphrase"] = copy.passphrase
            environment |= {"BORG_PASSPHRASE_FD": "{passphrase}"}
        if copy.key_file is not None:
            environment["BORG_KEY_FILE"] = str(self.world.root / copy.key_file)
        if borg_host(self.repository):
            environment["BORG_RSH"] = shlex.join(self._ssh())
        return await self.world.command.run(words, left, {}, files, environment)

    def _ssh(self) -> list[str]:
        """The command that reaches another host: nothing of this user's own settings, nobody to ask."""
        hosts = str(self.world.root / self.copy.known_hosts) if self.copy.known_hosts else "/etc/ssh/ssh_known_hosts"
        options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", f'UserKnownHostsFile="{hosts}"', "IdentitiesOnly=yes",
            "IdentityAgent=none", "ClearAllForwardings=yes", "ConnectTimeout=5",
        ]  # fmt: skip
        words = ["ssh", "-F", "none", *(word for option in options for word in ("-o", option))]
        if self.copy.identity is not None:
            words += ["-i", str(self.world.root / self.copy.identity)]
        return words


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a repository established, for others to add to."""

    facts: dict[str, Any]
    absent: dict[str, Unseen]
    store: str
    """The repository's own id."""

    def state(self) -> BackupState:
        level = Level.VERIFIED if self.facts["integrity"] > 1 else Level.OBSERVED
        return BackupState(absent=self.absent, level=level, **self.facts)


@probe(deadline=185, verbs=VERBS)
async def archives(copy: Borg, world: World) -> BackupState:
    return (await look_at(copy, world, copy.repository)).state()


async def look_at(copy: BorgRepository, world: World, repository: str) -> Found:
    """What one repository holds, as the copy wants it to be read."""
    host = borg_host(repository)
    if host is None:
        raise CannotSee(Reason.DENIED, say("the host of this repository cannot be held against what the estate allows"))
    if host:
        # ssh looks the name up again by itself: this keeps out mistakes, not somebody who owns the name server.
        await world.guard.check(host)
    look = BorgLook(world, copy.timeout, copy, repository)
    absent: dict[str, Unseen] = {}
    facts: dict[str, Any] = {"clock": world.clock.now(), "location": host, "integrity": 1}
    if host:
        hidden = say("whether {host} lets clients of borg delete cannot be seen from here", host=host)
        absent["append_only"] = Unseen.of(CannotSee(Reason.INCOMPLETE, hidden))
    else:
        await readable_without_a_write(look.repository, world)
        facts |= await _kept(look, absent)
    listing, damage, facts["tool"] = await _listing(look)
    found = chosen(listing.archives, copy.archives)
    facts["sets"] = tuple(sorted({archive.set for archive in listing.archives}))
    facts["taken"] = tuple(sorted({archive.set for archive in found}))
    if listing.encrypted is not None:
        facts["encrypted"] = listing.encrypted
    if listing.key is not None:
        facts["key"] = listing.key
    facts["points"] = points = await _points(found, look, absent)
    usable = [point for point in points if point.complete]
    if usable and usable[-1].size is not None:
        facts["size"] = usable[-1].size
    try:
        facts |= await _verified(look, usable, damage)
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    return Found(facts, absent, listing.store)


async def _kept(look: BorgLook, absent: dict[str, Unseen]) -> dict[str, Any]:
    """Whether the repository on this machine forbids to delete; the other answer is open, as its server may forbid."""
    try:
        if appends_only(await settings(look.repository, look.world)):
            return {"append_only": True}
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the repository lets clients delete, unless `borg serve --append-only` stands between it and them"),
        )
    except CannotSee as gap:
        absent["append_only"] = Unseen.of(gap)
        return {}


async def _listing(look: BorgLook) -> tuple[Listing, tuple[str, ...], str]:
    """All archives, with what was found damaged on the way, and the version of borg."""
    output = await look.run(*_LIST, *_MORE, look.repository)
    damage = errors(output) if output.code else ()
    if damage:
        # The names stand in one place, what else is known of an archive in another: one may be left without the other.
        output = await look.run(*_LIST, look.repository)
        damage += errors(output)
    return listed(parsed(output)), damage, version(output)


async def _points(found: Sequence[Archive], look: BorgLook, absent: dict[str, Unseen]) -> tuple[RestorePoint, ...]:
    """The points, the newest of them weighed."""
    points = tuple(archive.point for archive in found)
    try:
        if not look.copy.sizes:
            raise CannotSee(Reason.INCOMPLETE, say("the archives were not weighed: `sizes: false` says so"))
        only = () if look.copy.archives is None else (f"--glob-archives={look.copy.archives}",)
        words = ("info", "--bypass-lock", "--json", "--last", str(_WEIGHED), *only)
        known = weights(parsed(await look.run("borg", *words, look.repository))) if points else {}
        return weighed(found, known, may_shrink=look.copy.may_shrink, may_change=look.copy.may_change)
    except CannotSee as gap:
        absent["size"] = Unseen.of(gap)
        return points


async def _verified(look: BorgLook, usable: Sequence[RestorePoint], damage: tuple[str, ...]) -> dict[str, Any]:
    """What the list and the reading of the newest archive found, as facts."""
    if damage:
        return {"errors": damage}
    if look.copy.verify == "none":
        raise CannotSee(Reason.INCOMPLETE, say("nothing was verified: write `verify: data` to have stored data read"))
    if not usable:
        raise CannotSee(Reason.INCOMPLETE, say("there is no complete backup to verify"))
    output = await look.run("borg", "extract", "--bypass-lock", "--dry-run", f"{look.repository}::{usable[-1].id}")
    if output.code == 0:
        return {"integrity": 2, "errors": ()}
    found = errors(output)
    if not found:
        raise refused(output)
    return {"errors": found}
