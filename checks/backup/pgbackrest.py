"""A pgBackRest repository as the inventory words it becomes the points in time to which it can bring data back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from audit.contract import CannotSee, Output, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, Gap
from audit.model.facts import Unseen
from audit.model.item import SecretRef, Text
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.backup.archiver import ARCHIVER, Archiver, Held, asked, held, state
from checks.backup.pgbackrest_output import (
    Stanza,
    Stored,
    answer,
    files,
    labels,
    refused,
    settings,
    sound,
    stanza,
    unfinished,
    verified,
)
from checks.backup.postgresql_rights import RIGHTS
from checks.backup.wal import Base, Carried, Log, Piece, carried, log, segment_size, timeline_of

_QUIET: Final = ("--log-level-file=off", "--log-level-console=off", "--log-level-stderr=error")
_LARGEST: Final = 1_000_000
_HISTORIES: Final = 20
_BEFORE: Final = "pgbackrest --config=* --repo=* [--stanza=*] " + " ".join(_QUIET)


def parse_stanza(written: str) -> str:
    """A name that a command line cannot take for an option."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}", written):
        raise Unexpected(say("the name of a stanza"), repr(written[:60]))
    return written


def parse_number(text: object) -> int:
    """A repository by its number, 1 to 256."""
    written = str(text)
    if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= 256:
        raise Unexpected(say("the number of a repository, 1 to 256"), repr(written[:40]))
    return int(written)


Number = Annotated[int, BeforeValidator(parse_number), WithJsonSchema({"type": ["integer", "string"]})]


class PgBackRest(Copy, kind="pgbackrest"):
    """One stanza in one repository of pgBackRest, read with its command line. Ran with pgBackRest 2.45.

    The log between the backups is counted piece by piece, as neither `info` nor `verify` nor a restore misses one that
    is gone. `verify: checksums` also reads all that is stored. `primary` is a secret that holds a connection string
    for a role with `pg_monitor`: with it what the primary says to have archived must be there.
    """

    stanza: Annotated[Text, AfterValidator(parse_stanza)]
    config: Text = "/etc/pgbackrest/pgbackrest.conf"
    """Its file of settings; a relative path starts at the estate's folder."""
    repo: Number = 1
    primary: SecretRef | None = None
    verify: Literal["none", "checksums"] = "none"
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all commands together."""

    @property
    def host(self) -> str:
        return "localhost"


@dataclass(slots=True)
class PgBackRestLook(Timed):
    copy: PgBackRest

    async def run(self, *words: str, own: bool = True) -> Output:
        left = self.left(f"pgbackrest {words[-1]}")
        config = self.world.root / self.copy.config
        named = (f"--stanza={self.copy.stanza}",) if own else ()
        argv = ("pgbackrest", f"--config={config.absolute()}", f"--repo={self.copy.repo}", *named, *_QUIET, *words)
        return await self.world.command.run(argv, left, {})

    async def listed(self, *words: str) -> Mapping[str, Piece | None]:
        return files(answer(await self.run("--output=json", *words, own=False), "repo-ls"))

    async def folders(self, where: str, path: str | None) -> tuple[str, ...]:
        """Names of the folders in one of the repository, which lies at a path of this machine or elsewhere."""
        if path is not None:
            return await self.world.files.folders(f"{path}/{where}", self.left(where))
        listed = await self.listed("repo-ls", where)
        return tuple(sorted(name for name, file in listed.items() if file is None and name != "."))


@probe(
    deadline=185,
    verbs=Verbs(
        commands=(
            f"{_BEFORE} --output=json info",
            f"{_BEFORE} --output=json repo-ls backup",
            f"{_BEFORE} --output=json repo-ls backup/*",
            f"{_BEFORE} --output=json --recurse repo-ls archive/*",
            f"{_BEFORE} repo-get archive/*",
            f"{_BEFORE} --output=text --verbose verify",
        ),
        sql=(ARCHIVER, RIGHTS),
    ),
)
async def stanzas(copy: PgBackRest, world: World) -> BackupState:
    text = (await world.files.head(copy.config, _LARGEST)).decode("utf-8", "replace")
    chosen = settings(text, copy.stanza, copy.repo)
    host, location = _located(chosen)
    if host:
        await world.guard.check(host)
    path = None if location else chosen.get("path", "/var/lib/pgbackrest")
    look = PgBackRestLook(world, copy.timeout, copy)
    primary = await asked(copy.primary, world, copy.timeout)
    found = stanza(answer(await look.run("--output=json", "info"), "info"), copy.stanza, copy.repo)
    folders = labels(await look.folders(f"backup/{copy.stanza}", path))
    facts: dict[str, Any] = {"clock": world.clock.now(), "location": location, "taken": (copy.stanza,)}
    facts |= {"integrity": 1, "encrypted": found.cipher != "none", "empties_after": None}
    says = say("pgBackRest keeps no record of backups that failed")
    absent = {"attempts": Unseen.of(CannotSee(Reason.INCOMPLETE, says))}
    if facts["encrypted"]:
        # The passphrase stands in the settings of the machine that makes the backups.
        facts["key"] = "client"
    try:
        facts["sets"] = await look.folders("backup", path)
    except CannotSee as gap:
        absent["sets"] = Unseen.of(gap)
    wrong: Mapping[str, str] = {}
    errors: tuple[str, ...] | None = None
    try:
        errors, wrong = await _verified(look)
        facts["integrity"] = 2
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    bases = _bases(found, folders, wrong, chosen)
    whole: Carried | None = None
    try:
        logs = await _logs(found, look)
        whole = _together(bases, logs)
        facts |= {"points": whole.points, "gaps": whole.gaps}
        if whole.reach is not None:
            facts["reach"] = whole.reach
    except CannotSee as gap:
        facts["points"] = tuple(base.point for _, base in bases)
        absent["gaps"] = absent["reach"] = Unseen.of(gap)
    told: Held | CannotSee | None = primary if isinstance(primary, CannotSee) else None
    if isinstance(primary, Archiver) and whole is not None and found.backups:
        newest = max(found.backups, key=lambda backup: backup.base.point.start)
        told = held(primary, logs[newest.archive], whole, newest.cluster)
    facts["points"] += unfinished(found, folders)
    sizes = [point.size for point in facts["points"] if point.complete]
    if sizes and sizes[-1] is not None:
        facts["size"] = sizes[-1]
    return state(facts, absent, errors, told)


def _located(chosen: Mapping[str, str]) -> tuple[str, str]:
    """The host that must be allowed, with the host or bucket that holds the repository; both empty for this machine."""
    kind = chosen.get("type", "posix")
    if chosen.get("host"):
        return chosen["host"], chosen["host"]
    if kind in ("posix", "cifs"):
        return "", ""
    if kind == "s3" and chosen.get("s3-bucket"):
        host = (chosen.get("storage-host") or chosen.get("s3-endpoint", "")).partition("://")[2]
        host = host or chosen.get("storage-host") or chosen.get("s3-endpoint", "")
        return host.partition("/")[0].partition(":")[0], chosen["s3-bucket"]
    if kind == "sftp" and chosen.get("sftp-host"):
        return chosen["sftp-host"], chosen["sftp-host"]
    raise CannotSee(
        Reason.DENIED, say("the hosts of this kind of repository cannot be held against what the estate allows")
    )


async def _verified(look: PgBackRestLook) -> tuple[tuple[str, ...], dict[str, str]]:
    if look.copy.verify == "none":
        raise CannotSee(
            Reason.INCOMPLETE, say("nothing was verified: write `verify: checksums` to have stored data read")
        )
    return verified(await look.run("--output=text", "--verbose", "verify"))


def _bases(
    found: Stanza, folders: frozenset[str], wrong: Mapping[str, str], chosen: Mapping[str, str]
) -> tuple[tuple[str, Base], ...]:
    """Each backup with the folder of its log; those that were never finished, as they lie there without an entry."""
    doubts = sound(found.backups, folders, wrong)
    followed = _followed(found.backups, chosen)
    bases: list[tuple[str, Base]] = []
    for backup in found.backups:
        point, doubt = backup.base.point, doubts.get(backup.label, "")
        if doubt:
            point = point.model_copy(update={"complete": False, "doubt": doubt[:300]})
        bases.append((backup.archive, replace(backup.base, point=point, followed=backup.label in followed)))
    return tuple(bases)


def _followed(backups: tuple[Stored, ...], chosen: Mapping[str, str]) -> frozenset[str]:
    """The backups whose log is still meant to be there: with `retention-archive` older ones keep only their own."""
    everything = frozenset(backup.label for backup in backups)
    kept, kinds = chosen.get("retention-archive", ""), {"full": ("full",), "diff": ("full", "diff")}
    if not re.fullmatch(r"\d{1,7}", kept):
        return everything
    kind = chosen.get("retention-archive-type", "full")
    counted = [backup for backup in backups if backup.kind in kinds.get(kind, ("full", "diff", "incr"))]
    counted = sorted(counted, key=lambda backup: backup.base.point.start)[-max(1, int(kept)) :]
    since = min((backup.base.point.start for backup in counted), default=None)
    return frozenset(backup.label for backup in backups if since is None or backup.base.point.start >= since)


async def _logs(found: Stanza, look: PgBackRestLook) -> Mapping[str, Log]:
    """The log in each folder that a backup needs."""
    listed = await look.listed("--recurse", "repo-ls", f"archive/{look.copy.stanza}")
    logs: dict[str, Log] = {}
    for archive in {backup.archive for backup in found.backups}:
        pieces = [file for path, file in listed.items() if file is not None and path.startswith(f"{archive}/")]
        starts = [backup.start for backup in found.backups if backup.archive == archive]
        size = segment_size(starts)
        if size is None:
            raise CannotSee(
                Reason.CONTRADICTED, say("the log of {archive} has segments of no one size", archive=archive)
            )
        histories: dict[int, str] = {}
        for piece in pieces:
            timeline = timeline_of(piece.name)
            if timeline is not None and len(histories) < _HISTORIES:
                output = await look.run("repo-get", f"archive/{look.copy.stanza}/{archive}/{piece.name}", own=False)
                if output.code != 0:
                    raise refused(output)
                histories[timeline] = output.out
        logs[archive] = log(pieces, size, histories, sized=found.cipher == "none")
    return logs


def _together(bases: tuple[tuple[str, Base], ...], logs: Mapping[str, Log]) -> Carried:
    """Every backup against its own log; an upgrade of PostgreSQL begins another one."""
    parts = [
        carried((base for name, base in bases if name == archive), logs[archive])
        for archive in dict.fromkeys(name for name, _ in bases)
    ]
    points = tuple(sorted((point for part in parts for point in part.points), key=lambda point: point.start))
    whole = [part for part in parts if part.reach is not None]
    newest = max(
        whole,
        key=lambda part: max(point.start for point in part.points if point.complete),
        default=Carried((), None, (), None),
    )
    gaps: tuple[Gap, ...] = tuple(gap for part in parts for gap in part.gaps)
    return Carried(points, newest.reach, gaps, newest.last)
