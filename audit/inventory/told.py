"""What was loaded to the lines that `haechi validate` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from audit.inventory.load import Loaded
from audit.model.clean import line
from audit.model.estate import Estate

_ONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "institutions": "institution",
        "systems": "system",
        "endpoints": "endpoint",
        "data sets": "data set",
        "copies": "copy",
        "sites": "site",
        "rooms": "room",
        "suppliers": "supplier",
        "programmes": "programme",
        "contributors": "contributor",
    }
)


def as_text(loaded: Loaded) -> Iterator[str]:
    """A line for each problem, or one that counts what was read."""
    if loaded.estate is None:
        yield from map(line, loaded.lines())
        return
    counts = [
        f"{number:,} {_ONE[noun] if number == 1 else noun}" for noun, number in counted(loaded.estate).items() if number
    ]
    yield line(f"{loaded.estate.about.id}: {', '.join(counts) or 'an empty inventory'}; nothing is wrong")


def as_json(loaded: Loaded) -> Iterator[str]:
    """The same as one JSON value, with every problem."""
    estate = loaded.estate
    told = {
        "schema": "haechi.validate/1",
        "valid": estate is not None,
        "estate": estate and {"id": estate.about.id, "sha256": estate.sha256, "counts": counted(estate)},
        "problems": [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "says": problem.says,
                "hint": problem.hint,
            }
            for problem in loaded.problems
        ],
    }
    yield json.dumps(told, indent=1)


def counted(estate: Estate) -> Mapping[str, int]:
    """How many there are of what an estate holds."""
    systems = [system for _, system in estate.systems()]
    data = [one for system in systems for one in system.data]
    return {
        "institutions": len(estate.institutions),
        "systems": len(systems),
        "endpoints": sum(len(system.endpoints) for system in systems),
        "data sets": len(data),
        "copies": sum(len(one.copies) for one in data),
        "sites": len(estate.sites),
        "rooms": sum(len(site.rooms) for site in estate.sites),
        "suppliers": len(estate.suppliers),
        "programmes": len(estate.programmes),
        "contributors": len(estate.contributors),
    }
