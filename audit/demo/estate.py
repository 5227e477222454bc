"""The demo's inventory becomes a copy of it with today's dates and the ports of the running servers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

DAY_ZERO: Final = date(2026, 9, 1)
"""What stands for today in the inventory as it is shipped."""
PORTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "40053": "names",
        "40054": "silent",
        "40080": "http",
        "40432": "database",
        "40443": "https",
        "40493": "power",
        "40999": "closed",
    }
)
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PORT: Final = re.compile(r"(?<=:)( ?)(40\d{3})\b")


def write(target: Path, today: date, ports: Mapping[str, int]) -> None:
    """Copy the shipped folder, its documents included; only the text of inventories is changed."""
    _copy(files("inventories") / "demo", target, today - DAY_ZERO, ports)


def _copy(source: Traversable, target: Path, shift: timedelta, ports: Mapping[str, int]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name, shift, ports)
        elif entry.name.endswith(".yaml"):
            (target / entry.name).write_text(moved(entry.read_text("utf-8"), shift, ports), "utf-8")
        else:
            (target / entry.name).write_bytes(entry.read_bytes())


def moved(text: str, shift: timedelta, ports: Mapping[str, int]) -> str:
    """The text with every date moved, every port that a server of the demo has put in."""
    text = _DATE.sub(lambda found: (date.fromisoformat(found[0]) + shift).isoformat(), text)
    return _PORT.sub(lambda found: f"{found[1]}{ports[PORTS[found[2]]]}" if found[2] in PORTS else found[0], text)


def copy_folders(target: Path) -> list[Path]:
    """The folders of file copies that the inventory in `target` names."""
    named = re.compile(r'path: "(copies/[^"*]+)/\*')
    texts = (path.read_text("utf-8") for path in sorted(target.glob("*.yaml")))
    return [target / found for text in texts for found in named.findall(text)]
