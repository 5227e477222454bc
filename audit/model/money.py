"""Mappings of an inventory to what readiness costs, who pays for it, on which ways money comes in or goes out."""

from __future__ import annotations

from typing import Literal

from audit.model.item import Id, Item, NameText, NodeRef, SubjectRef, Text
from audit.model.needs import Need
from audit.model.units import Day, Flag, MoneyAmount


class Rail(Item):
    """One way on which applications come in or money goes out; two that need the same are one."""

    id: Id
    name: NameText | None = None
    kind: Literal["online", "branch", "partner", "phone", "bank", "manual"]
    needs: tuple[Need, ...] = ()
    minimum_documents: Flag | None = None
    """Whether it takes an application with the fewest documents, the others being brought later."""


class BudgetLine(Item):
    """Money for readiness."""

    id: Id
    name: NameText | None = None
    of: tuple[SubjectRef, ...] = ()
    """What it is meant for."""
    needed: MoneyAmount
    """What closing the gaps costs."""
    funded: MoneyAmount
    """What was granted."""
    year: Text | None = None


class Measure(Item):
    """Something that can be bought or done, with what it costs and what it ends."""

    id: Id
    name: NameText | None = None
    cost: MoneyAmount
    doubles: tuple[NodeRef, ...] = ()
    """Things whose loss alone then takes nothing any more, because a second one stands elsewhere."""
    proves: tuple[SubjectRef, ...] = ()
    """Failovers that then have really switched."""
    by: Day | None = None
    """When it could be done."""
