"""What each node needs to what it needs where failovers count as further places of their systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from audit.model.estate import Estate
from audit.model.needs import AnyOf, Need
from audit.model.switching import RANK
from audit.model.technology import Failover

View = Literal["optimistic", "pessimistic"]
"""`optimistic` counts every failover that takes over at once, `pessimistic` those alone that have really switched."""
AT_ONCE: Final = ("active-active", "hot")
"""The modes that take over without anybody who first restores something."""


def counted(view: View) -> Callable[[Failover], bool]:
    """Whether a failover counts as a second place."""
    real = RANK.index("real-switch")

    def of(switch: Failover) -> bool:
        if switch.mode not in AT_ONCE:
            return False
        return view == "optimistic" or any(RANK.index(one.realism) >= real for one in switch.drills)

    return of


def with_standbys(estate: Estate, needs: Mapping[str, tuple[Need, ...]], view: View) -> Mapping[str, tuple[Need, ...]]:
    """The needs of every node, where a failover that counts is one more place of its system."""
    counts = counted(view)
    found = dict(needs)
    for _, system in estate.systems():
        there = tuple(switch.to for switch in system.failover if counts(switch))
        if system.at and there:
            found[system.ref] = (*system.needs, AnyOf.model_construct(any=(*system.at, *there)))
    return found
