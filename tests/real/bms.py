"""A port, a file of wishes become a Modbus gateway with a battery management system that measures each second."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import sys
import time
from pathlib import Path
from typing import Any, Final

SECOND: Final = 1.0
CELLS: Final = range(10, 18)
ROOM, CLOCK, HEARTBEAT, ALARMS = 18, 20, 30, 31
HOLDING, DISCRETE = 3, 2
LEAK, SMOKE = 0, 1
TAKEN: Final = ".taken"
"""The ending of the file that holds the wish by which was measured last."""


class Bms:
    """What was measured last, with what the gateway in front of it adds."""

    def __init__(self, wishes: Path) -> None:
        self.wishes = wishes
        self.beat = 0
        self.holding: dict[int, int] = {}
        self.contacts = 0
        self.moved = False

    async def measure(self) -> None:
        while True:
            text = self.wishes.read_text()
            wish = json.loads(text)
            # The gateway goes on counting whatever becomes of the device behind it.
            self.beat += 1
            self.holding[HEARTBEAT] = self.beat & 0xFFFF
            if not wish.get("frozen"):
                for address in CELLS:
                    self.holding[address] = wish.get("cell", 3650) + random.randrange(-20, 20)
                self.holding[ROOM] = wish.get("room", 250) + random.randrange(3)
                now = int(time.time())
                self.holding[CLOCK], self.holding[CLOCK + 1] = now >> 16, now & 0xFFFF
                self.holding[ALARMS] = wish.get("alarms", 0)
            self.moved = bool(wish.get("moved"))
            self.contacts = bool(wish.get("leak")) | bool(wish.get("smoke")) << 1
            self.wishes.with_suffix(TAKEN).write_text(text)
            await asyncio.sleep(SECOND)

    async def answer(
        self, function: int, start: int, address: int, count: int, registers: list[int], values: Any
    ) -> Any:
        """Called by the server before it answers; the code of a refusal, or None."""
        from pymodbus.constants import ExcCodes

        with self.wishes.with_name("asked").open("a") as asked:
            asked.write(f"{function}\n")
        if function == HOLDING and self.moved and address in CELLS:
            return ExcCodes.ILLEGAL_ADDRESS
        if function == HOLDING:
            for place, value in self.holding.items():
                registers[place - start] = value
        elif function == DISCRETE:
            registers[0] = self.contacts
        return None


async def serve(port: int, wishes: Path) -> None:
    """Measure, answer, until it is ended."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    bms = Bms(wishes)
    bits = [SimData(0, count=1, values=0, datatype=DataType.BITS)]
    words = [SimData(0, count=60, values=0, datatype=DataType.REGISTERS)]
    device = SimDevice(1, simdata=(list(bits), list(bits), list(words), list(words)), action=bms.answer)
    measuring = asyncio.create_task(bms.measure())
    try:
        await ModbusTcpServer(device, address=("127.0.0.1", port)).serve_forever()
    finally:
        measuring.cancel()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
