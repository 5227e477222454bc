"""A plan with what was seen of the copies to what is left of each data set after each kind of loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from audit.model.drilling import drilled
from audit.model.estate import Estate
from audit.model.evidence import Observation
from audit.model.plan import Plan
from audit.model.subject import Looks
from audit.model.survival import SCENARIOS, Outcome, survival
from audit.model.switching import switched

CHECKS: Final = frozenset(f"backup.{scenario}" for scenario in SCENARIOS)


def scenarios(plan: Plan, seen: Mapping[str, Observation]) -> Mapping[str, tuple[Outcome, ...]]:
    """Each data set that the run judged by what is left of it, in the order of the inventory."""
    wanted = {ref for check, ref in plan.pairs if check in CHECKS}
    looks = Looks(seen)
    found: dict[str, tuple[Outcome, ...]] = {}
    for _, system in plan.estate.systems():
        for data in system.data:
            if data.ref in wanted:
                found[data.ref] = survival(data, system, plan.graph, looks)
    return MappingProxyType(found)


def needed(estate: Estate) -> Collection[str]:
    """The subjects of the observations that a report takes: every copy, every drill of one, every measured switch."""
    copies = [copy.ref for _, system in estate.systems() for data in system.data for copy in data.copies]
    switches = [switched(one.ref) for _, system in estate.systems() for one in system.failover]
    return frozenset((*copies, *(drilled(ref) for ref in copies), *switches))
