"""What was loaded to the lines that `haechi validate` prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from audit.inventory.load import Loaded
from audit.model.clean import line
from audit.model.estate import Estate
from audit.model.message import Message, say

Speak = Callable[[Message], str]
"""A message in the language of whoever reads it."""

_NOUNS: Final[Mapping[str, tuple[Message, Message]]] = MappingProxyType(
    {
        "institutions": (say("{count} institution"), say("{count} institutions")),
        "systems": (say("{count} system"), say("{count} systems")),
        "endpoints": (say("{count} endpoint"), say("{count} endpoints")),
        "data sets": (say("{count} data set"), say("{count} data sets")),
        "copies": (say("{count} copy"), say("{count} copies")),
        "sites": (say("{count} site"), say("{count} sites")),
        "rooms": (say("{count} room"), say("{count} rooms")),
        "suppliers": (say("{count} supplier"), say("{count} suppliers")),
        "programmes": (say("{count} programme"), say("{count} programmes")),
        "contributors": (say("{count} contributor"), say("{count} contributors")),
    }
)


def as_text(loaded: Loaded, speak: Speak) -> Iterator[str]:
    """A line for each problem, or one that counts what was read."""
    if loaded.estate is None:
        yield from (line(speak(said)) for said in loaded.said())
        return
    counts = [
        speak(_NOUNS[noun][0 if number == 1 else 1].filled(count=f"{number:,}"))
        for noun, number in counted(loaded.estate).items()
        if number
    ]
    held = ", ".join(counts) if counts else say("an empty inventory")
    yield line(speak(say("{estate}: {held}; nothing is wrong", estate=loaded.estate.about.id, held=held)))


def as_json(loaded: Loaded, korean: Speak) -> Iterator[str]:
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
                "says": str(problem.says),
                "hint": str(problem.hint),
                "ko": {"says": korean(problem.says), "hint": korean(problem.hint)},
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
