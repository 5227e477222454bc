"""The name of a trouble becomes that trouble of the audit itself, to try how a report shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from audit.contract import Verbs, World, probe
from audit.model.facts import ServiceState
from audit.model.technology import Endpoint


class SelfTest(Endpoint, kind="self-test"):
    """No service at all: a test button of the audit, which has one of its own troubles. It can never pass.

    `crash` is a bug in a probe, `no-tool` a program that is missing on this machine.
    """

    plays: Literal["crash", "no-tool"]


@probe(verbs=Verbs(commands=("haechi-self-test-of-a-missing-program",)))
async def play(endpoint: SelfTest, world: World) -> ServiceState:
    """Have the trouble that was asked for."""
    if endpoint.plays == "no-tool":
        await world.command.run(("haechi-self-test-of-a-missing-program",), timedelta(seconds=5), {})
    raise RuntimeError("a self-test: this probe was asked to crash")
