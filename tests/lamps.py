"""An inventory of lamps, each behaving as its word says, to what a run of the engine sees of them."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import anyio

from audit.catalogue import Catalogue
from audit.contract import Claim, Subject, check, probe, ruling, say
from audit.engine import Options, look
from audit.model.backup import ReplicaState
from audit.model.estate import System
from audit.model.evidence import Observation, Ruling
from audit.model.facts import Sample, ServiceState
from audit.model.plan import Plan
from audit.model.technology import Endpoint
from audit.model.verdict import CannotSee, Reason
from audit.world.clock import SystemClock
from audit.world.scene import scene
from audit.world.world import World
from tests.small import catalogue, planned


class Lamp(Endpoint, kind="lamp"):
    """Something that behaves as its word says."""

    word: str
    machine: str = ""

    @property
    def host(self) -> str:
        return self.machine or self.ref


PATIENT: Final = 60.0
"""Seconds for what ends by itself."""
ENDLESS: Final = frozenset({"hangs", "ill-then-hangs", "swallows", "swallows-all", "shields", "tidies"})


@dataclass
class Stage:
    """What happened to the lamps."""

    tries: Counter[str] = field(default_factory=Counter)
    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)


WELL = ServiceState(samples=(Sample(address="127.0.0.1"),))
ILL = ServiceState(samples=(Sample(address="127.0.0.1", failure="refused"),))


@check("lamp.shines", control="AVL-01", method="A", severity="high")
def shines(lamp: Subject[Lamp], seen: ServiceState) -> Ruling:
    """The lamp shines.

    Why: it is dark.
    Fix: light it.
    """
    return ruling(not seen.troubled(), measured="light", required="light")


@check("lamp.paper", control="OPS-13", method="H", severity="low", least="attested")
def paper(system: Subject[System], claim: Claim) -> Ruling:
    """Somebody says so.

    Why: nobody does.
    Fix: ask.
    """
    return ruling(True, measured=claim.evidence.id, required="any")


async def swallow(error: type[BaseException]) -> None:
    while True:
        with suppress(error):
            await anyio.sleep(0.05)


async def act(lamp: Lamp, world: World, stage: Stage) -> Any:
    """One try of a lamp."""
    stage.tries[lamp.id] += 1
    match lamp.word:
        case "well":
            await anyio.sleep(0)
            return WELL
        case "ill":
            return ILL
        case "ill-once":
            return ILL if stage.tries[lamp.id] == 1 else WELL
        case "gone-once":
            if stage.tries[lamp.id] == 1:
                raise CannotSee(Reason.UNREACHABLE, say("no way to {host}", host="10.0.0.1"))
            return WELL
        case "denied":
            raise CannotSee(Reason.DENIED, say("the password {word} is wrong", word="s3cret!"))
        case "secret":
            return ServiceState(samples=(Sample(address="127.0.0.1", detail="hello s3cret!"),))
        case "raises":
            raise ValueError("a bug\nin two lines with s3cret!")
        case "exits":
            sys.exit(3)
        case "interrupts":
            raise KeyboardInterrupt
        case "cancels":
            raise asyncio.CancelledError
        case "nothing":
            return None
        case "other":
            return ReplicaState(attached=True)
        case "nonsense":
            return ServiceState.model_construct(samples="nonsense")  # type: ignore[arg-type]
        case "odd":
            raise CannotSee("no reason", 5)  # type: ignore[arg-type]
        case "hangs":
            await anyio.sleep_forever()
        case "ill-then-hangs":
            if stage.tries[lamp.id] == 1:
                return ILL
            await anyio.sleep_forever()
        case "swallows":
            await swallow(asyncio.CancelledError)
        case "swallows-all":
            await swallow(BaseException)
        case "shields":
            with anyio.CancelScope(shield=True):
                await anyio.sleep_forever()
        case "blocks":
            time.sleep(3)
        case "tidies":
            try:
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(0.02)
                    stage.first.append("tidied")
        case "waits":
            stage.now[lamp.host] += 1
            stage.now["all"] += 1
            for name in (lamp.host, "all"):
                stage.most[name] = max(stage.most[name], stage.now[name])
            stage.first.append(lamp.id)
            await anyio.sleep(0.02)
            stage.now[lamp.host] -= 1
            stage.now["all"] -= 1
            return WELL
    raise AssertionError(lamp.word)


def inventory(lamps: str, *, more: str = "") -> str:
    return (
        "estate: {id: lamps}\n"
        f"institutions: [{{id: kibo, systems: [{{id: light, grade: 1, endpoints: [{lamps}]}}]}}]\n{more}"
    )


@dataclass
class Seen:
    """How a run ended, with what it saw."""

    ended: str
    observations: dict[str, Observation]
    stage: Stage

    def of(self, name: str) -> Observation:
        return self.observations[f"kibo/light/{name}"]


def lamps(stage: Stage) -> Catalogue:
    """The technology with its rules."""

    async def at_lamp(lamp: Lamp, world: World) -> ServiceState:
        seen: ServiceState = await act(lamp, world, stage)
        return seen

    return catalogue(checks=[shines, paper], probes=[probe()(at_lamp)])


def within(plan: Plan, each: float, endless: frozenset[str] = frozenset()) -> Plan:
    """The plan with other deadlines; the endpoints' own timeouts would make the tests long.

    Where some lamps are named that do not end, all others have as long as it takes on a busy machine.
    """
    return replace(
        plan,
        tasks=tuple(
            replace(task, deadline=timedelta(seconds=PATIENT if endless and task.subject not in endless else each))
            for task in plan.tasks
        ),
    )


def endless(text: str) -> frozenset[str]:
    """The references of the lamps of an inventory that do not end by themselves."""
    written = re.findall(r"id: ([\w-]+), kind: lamp, word: ([\w-]+)", text)
    return frozenset(f"kibo/light/{name}" for name, word in written if word in ENDLESS)


async def running(text: str, *, each: float | None = None, world: World | None = None, **options: Any) -> Seen:
    """Run the lamps of an inventory, each with the same deadline."""
    stage = Stage()
    known = lamps(stage)
    never = endless(text)
    plan = within(planned(text, known), each or (0.4 if never else PATIENT), never)
    hands = replace(world or scene(), clock=SystemClock())
    seen: list[Observation] = []
    chosen = Options(sleep=anyio.sleep, jitter=lambda: 0.01, grace=0.2, **options)
    ended = await look(plan, known, hands, seen.append, chosen)
    assert len(seen) == len({observation.subject for observation in seen})
    return Seen(ended, {observation.subject: observation for observation in seen}, stage)


def run(text: str, **options: Any) -> Seen:
    async def whole() -> Seen:
        return await running(text, **options)

    return anyio.run(whole)


def lamp(word: str, machine: str = "", name: str = "") -> str:
    return f"{{id: {name or word}, kind: lamp, word: {word}" + (f", machine: {machine}}}" if machine else "}")
