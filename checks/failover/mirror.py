"""Two manifests, one of each place, to the items in which they differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from audit.contract import CannotSee, Reason, World, probe, say
from audit.model.facts import Facts
from audit.model.item import Text
from audit.model.technology import Failover
from audit.model.units import Duration

_LARGEST: Final = 2_000_000
_LINE: Final = re.compile(r"([^\s:=]{1,200})\s*[:=\s]\s*(.*)")


class Mirror(Failover, kind="mirror"):
    """A second place that is kept equal by hand, of which each place writes down its versions and settings.

    `here` and `there` are files of this machine, each a JSON object, nested as one likes, or lines of `name: value`,
    `name=value`, `name value`: packages with versions, hashes of configurations, the version of a schema.
    """

    here: Text
    there: Text
    timeout: Duration = timedelta(seconds=10)


class ParityState(Facts):
    """How two places differ."""

    items: int
    """How many names either of them has."""
    differing: int
    """How many have different values, or stand in one of them alone."""
    drift: tuple[str, ...]
    """The first of these; hostile text."""


@probe(deadline=30)
async def compared(mirror: Mirror, world: World) -> ParityState:
    here = manifest(await _bytes(world, mirror.here), mirror.here)
    there = manifest(await _bytes(world, mirror.there), mirror.there)
    return parity(here, there)


async def _bytes(world: World, path: str) -> bytes:
    found = await world.files.list(path, 1)
    if not found:
        raise CannotSee(Reason.INCOMPLETE, say("there is no manifest {file}", file=path))
    if found[-1].size > _LARGEST:
        raise CannotSee(Reason.INCOMPLETE, say("the manifest {file} is larger than 2 MB", file=path))
    return await world.files.head(found[-1].path, _LARGEST)


def manifest(text: bytes, name: str) -> dict[str, str]:
    """Each name of a manifest, nested ones joined by `.`, to its value as text. CannotSee where it is none."""
    try:
        written = text.decode()
        flat = dict(_flat(json.loads(written), "")) if written.lstrip().startswith("{") else dict(_lines(written))
    except (ValueError, RecursionError) as broken:
        raise CannotSee(
            Reason.INCOMPLETE, say("{file} is no manifest of names and values: {why}", file=name, why=str(broken)[:200])
        ) from broken
    if not flat:
        raise CannotSee(Reason.INCOMPLETE, say("{file} holds no names with values", file=name))
    return flat


def _lines(written: str) -> Iterator[tuple[str, str]]:
    for line in written.splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _LINE.fullmatch(text)
        if found is None:
            raise ValueError(text[:60])
        yield found[1], found[2].strip()


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, json.dumps(value, sort_keys=True, ensure_ascii=False)


def parity(here: dict[str, str], there: dict[str, str]) -> ParityState:
    """Two manifests to what differs."""
    names = here.keys() | there.keys()
    drift = sorted(name for name in names if here.get(name) != there.get(name))
    return ParityState(items=len(names), differing=len(drift), drift=tuple(name[:120] for name in drift[:50]))
