"""A plugin of Nagios with its arguments to what its exit code, its text with its figures say of a service."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from audit.contract import CannotSee, Output, Reason, Verbs, World, probe, say
from audit.model.address import Host
from audit.model.facts import Sample, ServiceState, Unseen
from audit.model.plugin import PluginCommand, PluginSecrets, read_figures, text_of
from audit.model.technology import Endpoint

ADDRESS: Final = "{address}"
_SHOWN: Final = 200
_MOST: Final = 100


class NagiosEndpoint(Endpoint, kind="nagios"):
    """Whatever a plugin of Nagios can look at: exit code 0 is good, 1 a warning, 2 critical, 3 unknown.

    `{address}` in the command stands for an address of `host`; the plugin is then run once for each of them, one after
    the other. Without it the plugin looks the name up itself and decides where to connect, which nobody can check:
    `allow` has to hold the addresses of `host` either way.
    """

    command: PluginCommand
    """The plugin, found on PATH or where the plugins are kept, with its arguments; no shell looks at them."""
    machine: Host = Field(alias="host")
    """What the plugin looks at: load on it is capped, and it has to lie inside `allow`."""
    secrets: PluginSecrets = {}
    """Environment variables of the plugin, each with where its secret is kept."""

    @property
    def host(self) -> str:
        return self.machine


@probe(deadline=15, verbs=Verbs(plugins=True))
async def plugin(endpoint: NagiosEndpoint, world: World) -> ServiceState:
    """Run the plugin, once or for each address."""
    addresses = await world.guard.check(endpoint.machine)
    pinned = any(ADDRESS in word for word in endpoint.command)
    samples: list[Sample] = []
    figures: dict[str, float] = {}
    gaps: list[CannotSee] = []
    for address in addresses if pinned else (addresses[0] if len(addresses) == 1 else endpoint.machine,):
        first, *rest = (word.replace(ADDRESS, address) for word in endpoint.command)
        program = str(world.root.resolve() / first) if "/" in first else first
        try:
            output = await world.command.plugin((program, *rest), endpoint.timeout, endpoint.secrets)
            samples.append(_sample(endpoint, output, address, world))
        except CannotSee as gap:
            gaps.append(gap)
            continue
        for label, figure in read_figures(output.out).items():
            figures.setdefault(f"{label} {address}" if pinned and len(addresses) > 1 else label, figure)
    known: dict[str, Any] = {"figures": dict(list(figures.items())[:_MOST])} if figures else {}
    if not samples:
        raise gaps[0]
    if gaps and all(sample.failure is None for sample in samples):
        return ServiceState(partial=tuple(samples), absent={"samples": Unseen.of(gaps[0])}, **known)
    return ServiceState(samples=tuple(samples), **known)


def _sample(endpoint: NagiosEndpoint, output: Output, address: str, world: World) -> Sample:
    name = endpoint.command[0].rpartition("/")[2]
    said = world.redact(text_of(output.out))[:_SHOWN]
    phases = {"total": round(output.took, 6)}
    if output.code == 0:
        return Sample(address=address, phases=phases)
    if output.code == 1:
        return Sample(address=address, phases=phases, warning=said or "WARNING")
    if output.code == 2:
        return Sample(address=address, phases=phases, failure="plugin-critical", detail=said)
    if output.code == 3:
        raise CannotSee(Reason.INCOMPLETE, say("{plugin} cannot tell: {text}", plugin=name, text=said or "UNKNOWN"))
    if output.code < 0:
        raise CannotSee(
            Reason.INCOMPLETE, say("{plugin} was ended by signal {number}", plugin=name, number=-output.code)
        )
    raise CannotSee(
        Reason.INCOMPLETE,
        say("{plugin} ended with code {code}, which no plugin of Nagios has: {text}",
            plugin=name, code=output.code, text=said or world.redact(text_of(output.err))[:_SHOWN]),
    )  # fmt: skip
