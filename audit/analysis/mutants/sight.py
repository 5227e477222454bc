"""A judged estate to what kinds of silent changes choose from: what stands where, what was seen, what passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from audit.analysis.mutants.change import Change
from audit.model.estate import Data, Estate, Institution, System
from audit.model.evidence import Finding, Observation
from audit.model.facts import Facts
from audit.model.graph import Graph
from audit.model.message import Message
from audit.model.technology import Copy

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Held:
    """A copy with what stands around it."""

    institution: Institution
    system: System
    data: Data
    copy: Copy

    @property
    def home(self) -> str:
        """Where the data lies; empty where nobody wrote it."""
        return self.data.at or next(iter(self.system.at), "")

    @property
    def about(self) -> tuple[str, ...]:
        return self.copy.ref, self.data.ref


@dataclass(frozen=True)
class Sight:
    """An estate that was judged."""

    estate: Estate
    graph: Graph
    seen: Mapping[str, Observation]
    at: datetime
    findings: Mapping[tuple[str, str], Finding] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.estate.about.timezone)).date()

    def ago(self, days: int) -> str:
        """A day of the past, as an inventory writes it."""
        return (self.today - timedelta(days=days)).isoformat()

    @cached_property
    def copies(self) -> tuple[Held, ...]:
        return tuple(
            Held(institution, system, data, copy)
            for institution, system in self.estate.systems()
            for data in system.data
            for copy in data.copies
        )

    @cached_property
    def systems(self) -> tuple[System, ...]:
        return tuple(system for _, system in self.estate.systems())

    def sites(self, where: str) -> frozenset[str]:
        """The sites of a place; none where nobody wrote it."""
        return self.graph.sites(where) if where else frozenset()

    def elsewhere(self, where: str, home: str) -> bool:
        """Whether both places are known, and in no site that they share."""
        here, there = self.sites(home), self.sites(where)
        return bool(here and there) and not here & there

    def facts(self, kind: type[F]) -> Iterator[tuple[str, F]]:
        """Everything of a kind that was seen, by subject."""
        for subject, look in sorted(self.seen.items()):
            if isinstance(look.seen, kind):
                yield subject, look.seen


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of silent change."""

    id: str
    says: Message
    find: Callable[[Sight], Iterator[Change]]
    rules: tuple[str, ...]
    """The checks that are there to name it: of a thing that one of them had failed before it takes nothing more."""
