"""A port, a file of wishes become a BACnet device with the sensors of a battery room, on loopback."""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import cycle
from pathlib import Path
from typing import Any, Final

ROOM, LEAK, SMOKE, STATE = "analog-input,1", "binary-input,1", "binary-input,2", "multi-state-input,1"
SECOND: Final = 1.0
TAKEN: Final = ".taken"
"""The ending of the file that holds the wish by which was measured last."""


async def serve(port: int, wishes: Path) -> None:
    """Measure, answer, until it is ended."""
    from bacpypes3.app import Application
    from bacpypes3.argparse import SimpleArgumentParser
    from bacpypes3.local.analog import AnalogInputObject
    from bacpypes3.local.binary import BinaryInputObject

    words = ["--name", "battery-room", "--instance", "599", "--address", f"127.0.0.1/32:{port}"]
    application: Any = Application.from_args(SimpleArgumentParser().parse_args(words))
    application.device_object.location = "Daejeon hall A"
    room: Any = AnalogInputObject(
        objectIdentifier=("analog-input", 1), objectName="hall A temperature", presentValue=26.4,
        units="degreesCelsius", statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False,
    )  # fmt: skip
    contacts: list[Any] = [
        BinaryInputObject(
            objectIdentifier=("binary-input", number), objectName=f"{name} hall A", presentValue="inactive",
            statusFlags=[0, 0, 0, 0], eventState="normal", outOfService=False, polarity="normal",
        )
        for number, name in ((1, "water leak"), (2, "smoke"))
    ]  # fmt: skip
    for one in (room, *contacts):
        application.add_object(one)
    turns = cycle((0, 5, 2, 7))
    while True:
        text = wishes.read_text()
        wish = json.loads(text)
        if not wish.get("frozen"):
            # Never what it was before, nor ever upwards: by chance it would be called flat, or a counter.
            room.presentValue = wish.get("room", 26.4) + next(turns) / 10
        for one, name in zip(contacts, ("leak", "smoke"), strict=True):
            one.presentValue = "active" if wish.get(name) else "inactive"
        if wish.get("fault"):
            room.statusFlags = [0, 1, 0, 0]
            room.reliability = "noSensor"
        wishes.with_suffix(TAKEN).write_text(text)
        await asyncio.sleep(SECOND)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
