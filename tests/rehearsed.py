"""A made-up technology whose copies say by themselves what their restore drill does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from audit.contract import CannotSee, Reason, Verbs, Workshop, World, drill, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.drilling import Restored
from audit.model.item import Text
from audit.model.technology import Copy


class Rehearsed(Copy, kind="rehearsed"):
    """A copy that does what its inventory says."""

    does: Text = "restore"
    path: Text | None = None


@probe()
async def seen(copy: Rehearsed, world: World) -> BackupState:
    return BackupState(points=(), clock=world.clock.now())


@drill(verbs=Verbs(commands=("sleep *",)))
async def restored(copy: Rehearsed, workshop: Workshop) -> Restored:
    if copy.does == "refuse":
        raise CannotSee(Reason.UNREACHABLE, say("nothing there"))
    if copy.does == "crash":
        raise ZeroDivisionError("password=planted-secret")
    if copy.does == "hang":
        await workshop.run(["sleep", "600"])
    if copy.does == "stubborn":
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                continue
    with workshop.part("restore"):
        workshop.write("rows", "one\n")
    with workshop.part("verify"):
        checks = [workshop.check("rows", copy.does != "damage", "one row")]
        if workshop.canary is not None:
            checks.append(workshop.canary_held(datetime.now(UTC).isoformat()))
    return Restored(
        point=RestorePoint(id=f"p{workshop.turn}", start=datetime.now(UTC) - timedelta(minutes=10), size=100),
        bytes=int(100 * workshop.share),
        files=1,
        share=workshop.share,
        integrity=3,
        checks=tuple(checks),
        tool="rehearsed 1",
    )
