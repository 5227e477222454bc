"""What another list of the same systems is to the names, addresses, places that it holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from audit.model.facts import ABSENT, Facts, Value
from audit.model.item import Item, Technology, Text, by_kind
from audit.model.units import Day

COLUMNS: Final = ("name", "address", "location", "owner", "institution", "system", "source", "target", "port")


class Columns(Item):
    """Which column of a table holds what, by the words in its first row."""

    name: Text | None = None
    address: Text | None = None
    location: Text | None = None
    owner: Text | None = None
    institution: Text | None = None
    system: Text | None = None
    source: Text | None = None
    target: Text | None = None
    port: Text | None = None

    def written(self) -> dict[str, str]:
        """Those that are named."""
        return {key: text for key in COLUMNS if (text := getattr(self, key)) is not None}


class ExportedList(Technology):
    """A list that somebody else keeps of the same systems, exported into a file."""

    file: Text
    """In the folder of the inventory."""
    taken: Day | None = None
    """When it was exported; without it the time of the file counts."""
    columns: Columns = Columns()


Lists = Annotated[tuple[Annotated[ExportedList, by_kind(ExportedList)], ...], Field(default=())]


class Entry(Value):
    """One thing in a list; all of it hostile text."""

    line: int
    """Of the file, counted from 1."""
    name: str = ""
    addresses: tuple[str, ...] = ()
    alias: str = ""
    """The name that this one stands for."""
    location: str = ""
    owner: str = ""
    institution: str = ""
    system: str = ""


class Edge(Value):
    """One conversation that a firewall saw."""

    line: int
    """Where it is first seen."""
    source: str
    target: str
    port: str = ""
    count: int = 1


class ListState(Facts):
    """What a list holds."""

    form: str
    """`dns-zone`, `monitoring`, `assets` or `firewall`."""
    file: str
    entries: tuple[Entry, ...] = ()
    edges: tuple[Edge, ...] = ()
    sha256: str = ""
    taken: datetime = ABSENT
    """When the file was last written."""
