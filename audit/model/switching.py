"""What an inventory records of switches to the other place, to the record of one that was made and measured."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from audit.model.drilling import Checked, Part
from audit.model.facts import ABSENT, Facts
from audit.model.item import Item, SecretRef, Text
from audit.model.message import say
from audit.model.unfit import Unexpected
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


def parse_table(written: str) -> str:
    """`table` or `schema.table`, as a database has it that nobody had to put in quotes."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?", written):
        raise Unexpected(say("a table such as haechi_canary or audit.haechi_canary"), repr(written[:80]))
    return written


def parse_key(written: str) -> str:
    """The beginning of the names of keys, such as `haechi:switch`."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}", written):
        raise Unexpected(say("the beginning of a key such as haechi:switch"), repr(written[:80]))
    return written


class Writer(Item):
    """With what a group may be switched: where a canary is written meanwhile, who may ask for the switch."""

    dsn: SecretRef | None = None
    """Connection string of a database, with all its servers, of a user who may write into `table` and nowhere else."""
    table: Annotated[Text, AfterValidator(parse_table)] | None = None
    """A table that is there already; a switch writes rows into it and takes away its own ones."""
    key: Annotated[Text, AfterValidator(parse_key)] | None = None
    """Of Redis: a switch writes into a key of this name with its id behind it, and takes that away."""
    user: Text | None = None
    """Of Redis: who may write that key."""
    password: SecretRef | None = None
    asker: Text | None = None
    """Who may ask for the switch: a user of the REST API of Patroni, or of the Sentinel."""
    asker_password: SecretRef | None = None


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
    sent_by: str = ""
    """The institution in whose bundle it came; empty where it was made here."""

    @property
    def proven(self) -> bool:
        """Whether the other place served, with all that was held against it."""
        return not self.trouble and all(check.held for check in self.checks)


BROUGHT_UP: Final = ("warm", "cold", "backup-only")
"""The modes in which bringing up a copy is the switch."""


def counts(state: SwitchState, mode: str) -> bool:
    """Whether a measured switch tells of a failover of that mode: copies brought up are that of some modes only."""
    return state.proven and (state.kind == "active" or mode in BROUGHT_UP)


MARK: Final = "#switched"


def switched(ref: str) -> str:
    """The name under which the newest measured switch of a failover stands among the observations of a run."""
    return ref + MARK
