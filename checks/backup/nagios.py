"""A plugin of Nagios with the figures that stand for facts to what another program tells of a copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from audit.contract import CannotSee, Output, Reason, Verbs, World, probe, say
from audit.model.address import Host
from audit.model.backup import BackupState, ReplicaState
from audit.model.item import Text
from audit.model.plugin import PluginCommand, PluginSecrets, read_figures, text_of
from audit.model.technology import Copy
from audit.model.units import Duration
from checks.backup.mapping import (
    BackupFact,
    Figures,
    ReplicaFact,
    backup_state,
    bare,
    replica_state,
    with_age,
    with_lag,
)

_SHOWN: Final = 200
VERBS: Final = Verbs(plugins=True)


class NagiosCopy(Copy, kind="nagios"):
    """A backup that a plugin of Nagios looks at, for what Haechi cannot read itself.

    `facts` names the figure behind the bar that stands for each fact, such as `age: latest_bck_age`. Exit code 2 says
    that the plugin found something wrong, 3 that it could not tell. It is the word of that plugin.
    """

    command: PluginCommand
    """The plugin, found on PATH or where the plugins are kept, with its arguments; no shell looks at them."""
    machine: Host = Field(alias="host")
    """What the plugin looks at: load on it is capped, and it has to lie inside `allow`."""
    facts: Annotated[dict[BackupFact, Text], BeforeValidator(bare), AfterValidator(with_age)]
    secrets: PluginSecrets = {}
    timeout: Duration = timedelta(seconds=30)

    @property
    def host(self) -> str:
        return self.machine


class NagiosReplica(Copy, kind="nagios-replica"):
    """A replica that a plugin of Nagios looks at; `facts` names the figure of `lag` and of what else is known.

    Without `attached` and `same-cluster` it never passes: a lag alone is also that of a replica that was cut off.
    """

    replica = True

    command: PluginCommand
    machine: Host = Field(alias="host")
    facts: Annotated[dict[ReplicaFact, Text], BeforeValidator(bare), AfterValidator(with_lag)]
    secrets: PluginSecrets = {}
    timeout: Duration = timedelta(seconds=30)

    @property
    def host(self) -> str:
        return self.machine


@probe(deadline=60, verbs=VERBS)
async def backup(copy: NagiosCopy, world: World) -> BackupState:
    """Run the plugin once."""
    output, figures = await _run(copy, copy.facts, world)
    trouble = _trouble(copy, output, world)
    errors = (trouble,) if trouble else ()
    return backup_state(figures, world.clock.now(), tool=_name(copy), errors=errors)


@probe(deadline=60, verbs=VERBS)
async def replica(copy: NagiosReplica, world: World) -> ReplicaState:
    """Run the plugin once."""
    output, figures = await _run(copy, copy.facts, world)
    return replica_state(figures, tool=_name(copy), trouble=_trouble(copy, output, world))


async def _run(copy: NagiosCopy | NagiosReplica, facts: Mapping[Any, str], world: World) -> tuple[Output, Figures]:
    await world.guard.check(copy.machine)
    first, *rest = copy.command
    program = str(world.root.resolve() / first) if "/" in first else first
    output = await world.command.plugin((program, *rest), copy.timeout, copy.secrets)
    if output.code not in (0, 1, 2):
        said = world.redact(text_of(output.out) or text_of(output.err))[:_SHOWN]
        says = say("{plugin} cannot tell: {text}", plugin=_name(copy), text=said or str(output.code))
        raise CannotSee(Reason.INCOMPLETE, says)
    told = read_figures(output.out)
    figures: dict[str, float | CannotSee] = {}
    for name, label in facts.items():
        silent = CannotSee(
            Reason.INCOMPLETE, say("{plugin} printed no figure {label}", plugin=_name(copy), label=label)
        )
        figures[name] = told.get(label, silent)
    return output, figures


def _trouble(copy: NagiosCopy | NagiosReplica, output: Output, world: World) -> str:
    if output.code != 2:
        return ""
    return f"{_name(copy)}: {world.redact(text_of(output.out))[:_SHOWN] or 'CRITICAL'}"


def _name(copy: NagiosCopy | NagiosReplica) -> str:
    return copy.command[0].rpartition("/")[2]
