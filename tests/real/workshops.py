"""A copy as the inventory words it, with a folder, becomes what its drill brought back into a room there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import anyio

from audit.contract import Drill
from audit.model.drilling import Canary, Part, Restored
from audit.model.technology import Copy
from audit.world.build import real_world
from audit.world.drilling.namespace import unprivileged
from audit.world.drilling.room import claimed, make_room, remove_room
from audit.world.drilling.shop import Shop, Terms
from audit.world.secrets import Secrets
from audit.world.verbs import gated

LOOPBACK: Final = ip_network("127.0.0.0/8")
PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Brought:
    """One drill."""

    restored: Restored
    parts: tuple[Part, ...]
    newest: Any
    left: tuple[str, ...]
    """What is in the scratch folder afterwards, its lock aside."""

    @property
    def proven(self) -> bool:
        return all(check.held for check in self.restored.checks)

    @property
    def failed(self) -> dict[str, str]:
        """Each check that did not hold to what it says."""
        return {check.name: check.detail for check in self.restored.checks if not check.held}


def drill(
    found: Drill,
    copy: Copy,
    folder: Path,
    scratch: Path,
    *,
    wanted: str = "",
    share: float = 1.0,
    turn: int = 0,
    canary: dict[str, Any] | None = None,
    most: int = 1_000_000_000,
) -> Brought:
    """Restore a copy of the estate in `folder` as the drill of its technology does."""
    scratch.mkdir(exist_ok=True)

    async def work() -> Brought:
        world = gated(real_world(allow=(LOOPBACK,), root=folder), found.verbs)
        ends = time.monotonic() + PATIENCE
        named = Canary.model_validate(canary) if canary else None
        terms = Terms(found.verbs, unprivileged("nobody"), most, ends, wanted, share, turn, named)
        with claimed(scratch):
            place = make_room(scratch, "test")
            shop = Shop(world, place, terms, Secrets(folder))
            try:
                restored = await found.restore(copy, shop)
            finally:
                await shop.close()
                remove_room(place)
        left = tuple(path.name for path in scratch.iterdir() if not path.name.startswith("."))
        return Brought(restored, tuple(shop.parts), shop.newest, left)

    return anyio.run(work)
