"""A plugin of Nagios with its arguments to what its exit code, its text with its figures say of a service."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from audit.contract import CannotSee, Output, Reason, World, probe, say
from audit.model.address import Host
from audit.model.facts import Sample, ServiceState, Unseen
from audit.model.item import Secret, parse_secret
from audit.model.technology import Endpoint
from audit.model.unfit import Unexpected

ADDRESS: Final = "{address}"
_SHOWN: Final = 200
_MOST: Final = 100
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_OURS: Final = re.compile(r"PATH|HOME|TMPDIR|TZ|IFS|ENV|BASH_\w*|LANG|LC_\w*|LD_\w*|PYTHON\w*|PERL\w*")
_SECRET: Final = re.compile(
    r"--?(?!\S*file)\S*(pass(word|wd|phrase)|secret|token|authoriz|credential|api-?key)\S*", re.IGNORECASE
)
_FIGURE: Final = re.compile(
    r"(?:'((?:[^']|''){1,80})'|([^\s='|]{1,80}))="
    r"(-?[0-9.,]{1,40}(?:[eE][-+]?[0-9]{1,3})?)([a-zA-Zµ%]{0,8})(?:;\S*)?(?:\s|$)"
)
_UNITS: Final[Mapping[str, float]] = MappingProxyType(
    {"s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    | {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
)


def parse_command(value: object) -> tuple[str, ...]:
    """The words of a command; a word that would hold a secret is refused."""
    if not isinstance(value, list | tuple) or not value:
        raise Unexpected(say("a command as a list of words such as [check_tcp, -H, 127.0.0.1]"))
    words = tuple(str(word) for word in value)
    if not words[0].strip() or any(sign in word for word in words for sign in "\0\r\n"):
        raise Unexpected(say("words of one line, the name of a plugin first"))
    if any(_SECRET.fullmatch(word) for word in words[1:]):
        raise Unexpected(
            say("no option for a secret; give it as a variable under `secrets`"),
            why=say("everybody on the machine can read the arguments of a command"),
        )
    return words


def parse_variables(value: Any) -> dict[str, Secret]:
    """Names of environment variables to where their secrets are kept."""
    if not isinstance(value, dict):
        raise Unexpected(say("secrets such as {PGPASSWORD: {env: PROBE_PASSWORD}}"), say("something else"))
    found: dict[str, Secret] = {}
    for name, secret in value.items():
        if name == "@":
            continue
        if not _VARIABLE.fullmatch(str(name)) or _OURS.fullmatch(str(name)):
            raise Unexpected(
                say("the name of a variable that a plugin reads, such as PGPASSWORD"), repr(str(name)[:80])
            )
        found[str(name)] = parse_secret(secret)
    return found


class NagiosEndpoint(Endpoint, kind="nagios"):
    """Whatever a plugin of Nagios can look at: exit code 0 is good, 1 a warning, 2 critical, 3 unknown.

    `{address}` in the command stands for an address of `host`; the plugin is then run once for each of them, one after
    the other. Without it the plugin looks the name up itself and decides where to connect, which nobody can check:
    `allow` has to hold the addresses of `host` either way.
    """

    command: Annotated[
        tuple[str, ...],
        BeforeValidator(parse_command),
        WithJsonSchema({"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}),
    ]
    """The plugin, found on PATH or where the plugins are kept, with its arguments; no shell looks at them."""
    machine: Host = Field(alias="host")
    """What the plugin looks at: load on it is capped, and it has to lie inside `allow`."""
    secrets: Annotated[
        dict[str, Secret],
        BeforeValidator(parse_variables),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": "object"}}),
    ] = {}
    """Environment variables of the plugin, each with where its secret is kept."""

    @property
    def host(self) -> str:
        return self.machine


@probe(deadline=15)
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


def text_of(out: str) -> str:
    """The text of a plugin in one line, without its figures."""
    first = next((line for line in out.splitlines() if line.strip()), "")
    return " ".join(first.partition("|")[0].split())


def read_figures(out: str) -> dict[str, float]:
    """The figures behind the bars of a plugin's output; those in a known unit in seconds or bytes."""
    first, _, rest = out.lstrip().partition("\n")
    # After the first line comes text up to another bar; all that follows this one are figures.
    behind = first.partition("|")[2] + " " + rest.partition("|")[2].replace("\n", " ")
    found: dict[str, float] = {}
    for quoted, bare, written, unit in _FIGURE.findall(behind[:65536]):
        try:
            value = float(written.replace(",", ".")) * _UNITS.get(unit.lower(), 1)
        except ValueError:
            continue
        if math.isfinite(value):
            found.setdefault(" ".join((quoted.replace("''", "'") or bare).split())[:80], value)
        if len(found) >= _MOST:
            break
    return found
