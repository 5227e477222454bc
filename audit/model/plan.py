"""What one run means to do: who is judged by what, with the looks that this takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from audit.model.estate import Estate
from audit.model.evidence import Selection, Task
from audit.model.graph import Graph
from audit.model.item import Item
from audit.model.policy import Policy
from audit.model.subject import Subject

DOCUMENT: Final = "evidence.document"
"""The built-in probe that takes the checksum of a document of evidence."""

Pair = tuple[str, str]
"""The id of a check, the full reference of a subject."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of a run before anything is touched; the same inventory gives the same plan."""

    estate: Estate
    policy: Policy
    graph: Graph
    selection: Selection
    subjects: Mapping[str, Subject[Item]]
    """Everything that can be judged, by full reference, in the order of the inventory."""
    tasks: tuple[Task, ...]
    """At most one look for each subject, worst grade first, spread over the hosts."""
    pairs: tuple[Pair, ...]
    """What this run judges."""
    outside: tuple[Pair, ...] = ()
    """What applies too, but was left out by the selection; it counts as unknown."""
