"""The repository of a borgmatic job with a workshop to what a restore of one archive brought back."""

from __future__ import annotations

from audit.contract import Workshop, drill
from audit.model.drilling import Restored
from checks.backup.borg_place import parse_borg_repository
from checks.backup.borgmatic import Borgmatic, job
from checks.backup.borgmatic_config import LARGEST, named, read
from checks.backup.drills import borg
from checks.backup.drills.choice import also, chosen, hopeless, look


@drill(verbs=also(job, *borg.COMMANDS))
async def restored(copy: Borgmatic, workshop: Workshop) -> Restored:
    with workshop.part("preflight"):
        state = await look(job, copy.model_copy(update={"verify": "none"}), workshop)
        point = chosen(state, workshop)
        if (lost := hopeless(point, workshop, state.tool)) is not None:
            return lost
        config = read(await workshop.world.files.head(copy.config, LARGEST), copy.config)
        repository = parse_borg_repository(named(config, copy.repository))
    return await borg.restored_from(copy, repository, point, workshop, state.tool)
