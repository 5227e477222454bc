"""A line of a NUT client becomes the lines that a power protection of the demo answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

SUPPLIES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "busan-a": {
            "battery.charge": "100",
            "battery.mfr.date": "{recent}",
            "battery.runtime": "2640",
            "battery.temperature": "22.5",
            "device.model": "Synthetic UPS 80 kVA",
            "ups.load": "41",
            "ups.status": "OL",
            "ups.test.date": "{lately}",
            "ups.test.result": "Done and passed",
        },
        "daejeon-b": {
            "battery.charge": "98",
            "battery.mfr.date": "{aged}",
            "battery.runtime": "540",
            "battery.temperature": "34.0",
            "device.model": "Synthetic UPS 200 kVA",
            "ups.alarm": "Replace battery!",
            "ups.load": "78",
            "ups.status": "OL CHRG RB ALARM",
            "ups.test.result": "Done and warning",
        },
        "gwangju-c": {},
    }
)
"""A sound one; one with aged batteries that asks to have them replaced; one whose driver has gone stale."""
CLIENTS: Final[Mapping[str, int]] = MappingProxyType({"busan-a": 3, "daejeon-b": 0})


def answer(line: str, dates: Mapping[str, str]) -> str:
    """What is said to one line; ends with a line break, empty where the talk is over."""
    words = line.split()
    match words:
        case ["VER"]:
            return "Network UPS Tools upsd 2.8.0 - synthetic, of the haechi demo\n"
        case ["NETVER"]:
            return "1.3\n"
        case ["LIST", "UPS"]:
            lines = "".join(f'UPS {name} "{name} (synthetic)"\n' for name in SUPPLIES)
            return f"BEGIN LIST UPS\n{lines}END LIST UPS\n"
        case ["LIST" | "GET", _, name, *_] if name not in SUPPLIES:
            return "ERR UNKNOWN-UPS\n"
        case ["LIST", "VAR", name] if not SUPPLIES[name]:
            return "ERR DATA-STALE\n"
        case ["LIST", "VAR", name]:
            lines = "".join(f'VAR {name} {key} "{_text(name, key, dates)}"\n' for key in SUPPLIES[name])
            return f"BEGIN LIST VAR {name}\n{lines}END LIST VAR {name}\n"
        case ["GET", "VAR", name, _] if not SUPPLIES[name]:
            return "ERR DATA-STALE\n"
        case ["GET", "VAR", name, key] if key in SUPPLIES[name]:
            return f'VAR {name} {key} "{_text(name, key, dates)}"\n'
        case ["GET", "VAR", *_]:
            return "ERR VAR-NOT-SUPPORTED\n"
        case ["GET", "NUMLOGINS", name]:
            return f"NUMLOGINS {name} {CLIENTS.get(name, 0)}\n"
        case ["LIST", "CLIENT", name]:
            return f"BEGIN LIST CLIENT {name}\nEND LIST CLIENT {name}\n"
        case ["LOGOUT"]:
            return ""
    return "ERR UNKNOWN-COMMAND\n"


def _text(name: str, key: str, dates: Mapping[str, str]) -> str:
    return SUPPLIES[name][key].format_map(dates)


class Talk:
    """The power protections over TCP, with the dates that their batteries bear."""

    def __init__(self, dates: Mapping[str, str]) -> None:
        self.dates = dates

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer lines until the client leaves."""
        with suppress(OSError, ValueError, asyncio.TimeoutError):
            while line := await asyncio.wait_for(reader.readline(), 30):
                reply = answer(line.decode("ascii", "replace"), self.dates)
                writer.write((reply or "OK Goodbye\n").encode())
                await writer.drain()
                if not reply:
                    break
        with suppress(OSError):
            writer.close()
