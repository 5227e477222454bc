"""Mappings of an inventory to what was found or kept before: findings of earlier audits, copies of the inventory."""

from __future__ import annotations

from audit.model.item import Id, Item, PlaceRef, SubjectRef, Text
from audit.model.units import Day
from audit.model.verdict import Severity


class EarlierFinding(Item):
    """What an earlier audit demanded; open until `closed`."""

    id: Id
    by: Text
    """Who audited."""
    on: SubjectRef | None = None
    says: Text
    severity: Severity = Severity.HIGH
    issued: Day
    due: Day | None = None
    closed: Day | None = None


class InventoryCopy(Item):
    """One more copy of this inventory, or of the asset system behind it."""

    at: PlaceRef
    taken: Day
    """When the copy was last written."""
