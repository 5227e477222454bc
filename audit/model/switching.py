"""What an inventory records of switches to the other place, to the record of one that was made and measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from audit.model.drilling import Checked, Part
from audit.model.facts import ABSENT, Facts
from audit.model.item import Item, Text
from audit.model.units import Day, Duration, Flag

Realism = Literal["tabletop", "partial", "real-switch", "total-site-loss"]
"""How near to a real loss it came, in this order; `total-site-loss` takes the tools of the site away too."""
RANK: Final[tuple[Realism, ...]] = ("tabletop", "partial", "real-switch", "total-site-loss")


class SwitchRecord(Item):
    """One switch to the other place, as the inventory records it; signed evidence makes more of it than a claim."""

    on: Day
    realism: Realism
    took: Duration | None = None
    """From the decision, or the loss, to the moment at which the other place served."""
    lost: Duration | None = None
    """For how long back data was lost; 0s where nothing was."""
    returned: Day | None = None
    """When it was switched back."""
    reconciled: Flag | None = None
    """Whether the data of both places was compared after that, and agreed."""
    note: Text | None = None


class SwitchState(Facts):
    """The record of one switch that Haechi made and measured; its level is `drilled`."""

    id: str
    failover_ref: str
    """The full reference of the failover."""
    kind: Literal["isolated", "active"]
    """`isolated`: copies were brought up in scratch space; `active`: the real group was switched."""
    realism: Realism
    started: datetime
    ended: datetime
    expires: datetime
    parts: tuple[Part, ...] = ()
    left: str = ""
    """The member that led before; hostile text."""
    taken: str = ""
    """The member that leads now; hostile text."""
    outage: timedelta = ABSENT
    """From the last write that the old place took to the first that the new one took."""
    rto: timedelta = ABSENT
    """From the request, or from the first byte restored, to the moment at which the other place served."""
    rpo: timedelta = ABSENT
    """How far back data was lost."""
    acknowledged: int = ABSENT
    """Writes that were acknowledged during an active switch."""
    lost: int = ABSENT
    """Of these, those that were not there afterwards."""
    checks: tuple[Checked, ...] = ()
    trouble: str = ""
    """Why it failed; empty where the other place served and everything held."""
    authorized: tuple[str, ...] = ()
    """Who signed the authorization of an active switch."""
    tool: str = ""

    @property
    def proven(self) -> bool:
        """Whether the other place served, with all that was held against it."""
        return not self.trouble and all(check.held for check in self.checks)


MARK: Final = "#switched"


def switched(ref: str) -> str:
    """The name under which the newest measured switch of a failover stands among the observations of a run."""
    return ref + MARK
