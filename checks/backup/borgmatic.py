"""A borgmatic job as the inventory words it becomes the points in time to which its repository can bring data back."""

from __future__ import annotations

import glob
import re
from datetime import datetime
from typing import Final

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.backup import BackupState, Proof, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Text
from audit.model.unfit import Unexpected
from checks.backup.borg import VERBS, BorgRepository, Found, look_at
from checks.backup.borg_place import parse_borg_repository
from checks.backup.borgmatic_config import LARGEST, Config, named, read

_PROVES: Final = (("repository", 2), ("data", 2), ("archives", 1))
_MOST_TIMES: Final = 50


class Borgmatic(BorgRepository, kind="borgmatic"):
    """A borgmatic job (1.7.7 really ran), whose configuration names the repository of borg that is looked at.

    borgmatic itself is not run, since all that it does takes a lock in the repository: borg is asked without one. The
    words of the configuration that are secret are not used: write `passphrase`. Where `folders` are named, each must
    be one that the job takes, or lie in one. The times of its checks count where `state` may be read.
    """

    config: Text
    """The file of the configuration."""
    repository: Text | None = None
    """Label or path of the repository, where the configuration names several."""
    folders: tuple[Text, ...] = ()
    """What must be in the backup."""
    state: Text | None = None
    """The folder in which borgmatic keeps the times of its checks, such as `.borgmatic` in the home of root."""

    @property
    def host(self) -> str:
        return "localhost"


@probe(deadline=185, verbs=VERBS)
async def job(copy: Borgmatic, world: World) -> BackupState:
    config = read(await world.files.head(copy.config, LARGEST), copy.config)
    try:
        repository = parse_borg_repository(named(config, copy.repository))
    except Unexpected as broken:
        # Such as `/srv/{fqdn}`: what stands there only the machine of the job knows.
        raise CannotSee(
            Reason.INCOMPLETE, say("the repository in {path} cannot be told from here", path=copy.config)
        ) from broken
    if "$" in repository:
        raise CannotSee(Reason.INCOMPLETE, say("the repository in {path} cannot be told from here", path=copy.config))
    found = await look_at(copy, world, repository)
    facts = found.facts
    facts["empties_after"] = config.empties_after
    facts["proofs"] = await _proofs(copy, config, found, world)
    try:
        facts["points"] = points = _without_folders(copy, config, facts["points"])
        sizes = [point.size for point in points if point.complete and point.size is not None]
        if "size" in facts and sizes:
            facts["size"] = sizes[-1]
    except CannotSee as gap:
        del facts["taken"]
        found.absent["taken"] = Unseen.of(gap)
    return found.state()


def _without_folders(copy: Borgmatic, config: Config, points: tuple[RestorePoint, ...]) -> tuple[RestorePoint, ...]:
    """The points; the newest does not count where the job leaves out a folder that must be in it."""
    if not copy.folders or not points:
        return points
    if config.folders is None:
        raise CannotSee(
            Reason.INCOMPLETE, say("{path} names patterns, from which folders cannot be told", path=copy.config)
        )
    taken = tuple(folder.rstrip("/") + "/" for folder in config.folders)
    left_out = [folder for folder in copy.folders if not (folder.rstrip("/") + "/").startswith(taken)]
    if not left_out:
        return points
    doubt = f"the job leaves out {', '.join(left_out)}"[:300]
    return (*points[:-1], points[-1].model_copy(update={"complete": False, "doubt": doubt}))


async def _proofs(copy: Borgmatic, config: Config, seen: Found, world: World) -> tuple[Proof, ...]:
    """When borgmatic last checked the repository without finding anything: each time is that of a file."""
    folder = copy.state or (config.state if config.state.startswith("/") else "")
    if not folder or not re.fullmatch(r"[0-9a-f]{64}", seen.store):
        return ()
    literal = glob.escape(folder.rstrip("/"))
    times: dict[str, datetime] = {}
    for kind, _ in _PROVES:
        # A file up to 1.7, a folder of files later.
        for pattern in (kind, f"{kind}/*"):
            try:
                found = await world.files.list(f"{literal}/checks/{seen.store}/{pattern}", _MOST_TIMES)
            except CannotSee:
                continue
            for file in found:
                times[kind] = max(file.modified, times.get(kind, file.modified))
    return tuple(
        Proof(level=level, at=times[kind])
        for kind, level in _PROVES
        if kind in times and times[kind] <= seen.facts["clock"]
    )
