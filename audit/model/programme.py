"""Mappings of an inventory to programmes that pay or guarantee, with those who pay into them."""

from __future__ import annotations

from typing import Literal

from audit.model.demand import SurgeTest
from audit.model.item import Id, Item, NameText, SystemRef
from audit.model.money import Rail
from audit.model.needs import Need
from audit.model.units import Day, MoneyAmount


class Contributor(Item):
    """Somebody who pays into programmes."""

    id: Id
    name: NameText | None = None
    contribution: MoneyAmount
    commitment: Literal["verbal", "letter", "signed", "paid"]
    expected: Day | None = None
    """When the money is there, as planned."""


class Programme(Item):
    """A programme that pays out or guarantees money."""

    id: Id
    name: NameText | None = None
    guarantees: MoneyAmount | None = None
    """What it guarantees once everything is paid in."""
    minimum: MoneyAmount | None = None
    """What it must guarantee at least, as promised."""
    launch: Day | None = None
    """When it is to begin."""
    needs: tuple[Need, ...] = ()
    served_by: tuple[SystemRef, ...] = ()
    intake: tuple[Rail, ...] = ()
    """The ways on which people apply, each enough by itself."""
    payout: tuple[Rail, ...] = ()
    """The ways on which money goes out, each enough by itself."""
    surge_tests: tuple[SurgeTest, ...] | None = None
    """Tests of the intake with many reports; an empty list says that there never was one."""

    @property
    def rails(self) -> tuple[Rail, ...]:
        """Every way in or out."""
        return (*self.intake, *self.payout)
