"""A folder to a BACnet device with the sensors of a battery room."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import anyio

from audit.world.build import real_world
from tests.real.building import LEAK, ROOM, SMOKE
from tests.real.children import free_port, wait_until
from tests.real.daemons import serving
from tests.real.lab import Lab, Said
from tests.real.labs.modbus import taken, wish

NEEDS: Final = ()
POINTS: Final = [
    {"object": ROOM, "alarm-when": "> 40"},
    {"object": LEAK, "quantity": "leak"},
    {"object": SMOKE, "quantity": "smoke"},
]


def asked(port: int, root: Path, thing: str, name: str = "present-value", *, patience: float = 60) -> Any:
    """One property, as it is told."""
    world = real_world(allow=(ip_network("127.0.0.0/8"),), root=root)
    return anyio.run(world.bacnet.read, "127.0.0.1", port, [(thing, name)], timedelta(seconds=patience))[0]


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    wish(root)
    argv = (sys.executable, "-m", "tests.real.building", str(port), str(root / "wishes.json"))
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}

    def ready() -> bool:
        from audit.contract import CannotSee

        try:
            return asked(port, root, ROOM, patience=2) is not None
        except CannotSee:
            return False

    with serving(argv, ready, root / "log", environment):

        def said(**words: Any) -> Said:
            wish(root, **words)
            wait_until(lambda: taken(root), "the next measurement")
            state = asked(port, root, ROOM, "event-state")
            return Said(f"event-state of {ROOM}: {state}", content=state == "normal")

        yield Lab(
            item={"kind": "bacnet", "host": "127.0.0.1", "port": port, "device": 599, "points": POINTS,
                  "timeout": "15s", "watch-for": "3s", "each": "250ms"},
            state=lambda: {"leak": str(asked(port, root, LEAK)), "name": str(asked(port, root, ROOM, "object-name"))},
            breaks={
                "leaking": lambda: said(leak=True),
                "frozen": lambda: said(frozen=True),
                "hot": lambda: said(room=61.0),
                "broken": lambda: said(fault=True),
            },
            role="monitoring",
        )  # fmt: skip
