"""A folder to a battery management system behind a Modbus gateway, measuring each second."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.real.bms import CELLS, HEARTBEAT, LEAK, ROOM, SMOKE, TAKEN
from tests.real.children import free_port, wait_until
from tests.real.daemons import serving
from tests.real.lab import Lab, Said

NEEDS: Final = ()
REGISTERS: Final[list[dict[str, Any]]] = [
    *(
        {"name": f"cell {number}", "address": address, "scale": 0.001, "unit": "V", "quantity": "voltage",
         "alarm-when": "< 2.8 or > 4.25"}
        for number, address in enumerate(CELLS, 1)
    ),
    {"name": "battery room", "address": ROOM, "type": "int16", "scale": 0.1, "unit": "C", "quantity": "temperature",
     "alarm-when": "> 40"},
    {"name": "leak", "table": "discrete-inputs", "address": LEAK, "quantity": "leak"},
    {"name": "smoke", "table": "discrete-inputs", "address": SMOKE, "quantity": "smoke"},
    {"name": "gateway", "address": HEARTBEAT, "watch": "false"},
]  # fmt: skip


def read(port: int, address: int, count: int = 1) -> tuple[int, ...]:
    """What stands there, as any program reads it."""
    from pymodbus.client import ModbusTcpClient
    from pymodbus.exceptions import ModbusException

    client: Any = ModbusTcpClient("127.0.0.1", port=port, timeout=300)
    try:
        client.connect()
        answer = client.read_holding_registers(address, count=count, device_id=1)
        return () if answer.isError() else tuple(answer.registers)
    except ModbusException:
        return ()
    finally:
        client.close()


def wish(root: Path, **words: Any) -> None:
    """Tell the device what to measure from now on."""
    path = root / "wishes.json"
    path.with_suffix(".new").write_text(json.dumps(words))
    path.with_suffix(".new").replace(path)


def taken(root: Path) -> bool:
    """Whether a device that measures by itself has done so by the newest wish."""
    path = root / "wishes.json"
    told = path.with_suffix(TAKEN)
    return told.exists() and told.read_text() == path.read_text()


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    port = free_port()
    wish(root)
    argv = (sys.executable, "-m", "tests.real.bms", str(port), str(root / "wishes.json"))
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}

    def ready() -> bool:
        return any(read(port, CELLS.start))

    with serving(argv, ready, root / "log", environment):

        def said(**words: Any) -> Said:
            wish(root, **words)
            wait_until(lambda: taken(root), "the next measurement")
            cells, beat = read(port, CELLS.start, len(CELLS)), read(port, HEARTBEAT)
            wait_until(lambda: read(port, HEARTBEAT) not in ((), beat), "the next number of the counter")
            return Said(f"the gateway answers {len(cells)} cells, its counter runs", len(cells) == len(CELLS))

        def frozen() -> Said:
            """The line between the gateway and the battery is cut."""
            return said(frozen=True)

        def remapped() -> Said:
            """Another firmware has the cells elsewhere: what the map names is no longer there."""
            wish(root, moved=True)
            wait_until(lambda: taken(root), "the next measurement")
            return Said(f"the gateway answers {len(read(port, CELLS.start, len(CELLS)))} cells", content=False)

        yield Lab(
            item={"kind": "modbus-bms", "host": "127.0.0.1", "port": port, "registers": REGISTERS, "timeout": "15s",
                  "watch-for": "3s", "each": "250ms"},
            state=lambda: functions(root),
            breaks={
                "leaking": lambda: said(leak=True),
                "frozen": frozen,
                "smoking": lambda: said(smoke=True),
                "drifting": lambda: said(cell=2600),
                "hot": lambda: said(room=610),
                "remapped": remapped,
            },
            role="monitoring",
        )  # fmt: skip


def functions(root: Path) -> dict[str, str]:
    """Which functions were ever asked for: those that read."""
    path = root / "asked"
    asked = set(path.read_text().split()) if path.exists() else set()
    return {"functions beside those that read": " ".join(sorted(asked - {"1", "2", "3", "4"}))}
