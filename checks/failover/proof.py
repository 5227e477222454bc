"""What was measured, recorded, seen of switches of one failover to the switches that count, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from audit.contract import CannotSee, Claim, Claims, Level, Looks, Reason, Subject, say
from audit.model.failover import FailoverState
from audit.model.switching import RANK, Realism, SwitchState, counts
from audit.model.technology import Failover


@dataclass(frozen=True, slots=True)
class Made:
    """One switch that was made."""

    on: date
    realism: Realism
    source: str
    took: timedelta | None = None
    lost: timedelta | None = None
    returned: date | None = None
    reconciled: bool | None = None
    claim: Claim | None = None
    """The signed statement behind an entry of the inventory."""
    recorded: bool = False
    """Whether it is an entry of the inventory, which anybody could have written."""

    @property
    def proven(self) -> bool:
        """Whether more than an entry of the inventory tells of it."""
        return not self.recorded or (self.claim is not None and self.claim.level >= Level.ATTESTED)

    def ranks(self, least: Realism) -> bool:
        """Whether it came as near to a real loss as `least`."""
        return RANK.index(self.realism) >= RANK.index(least)


def made(switch: Subject[Failover], looks: Looks, claims: Claims) -> tuple[Made, ...]:
    """Every switch that is known, newest first. CannotSee(CONTRADICTED) where a record speaks against what was seen.

    What Haechi measured and the group's own history go before entries of the inventory of the same day.
    """
    found = [*_measured(switch, looks), *_seen(switch, looks)]
    own, never = _history(switch, looks), _never(switch, looks)
    for entry in switch.item.drills:
        real = RANK.index(entry.realism) >= RANK.index("real-switch")
        if real and never:
            says = say(
                "a real switch of {failover} is recorded on {date}, but its own history knows of none",
                failover=switch.ref, date=entry.on,
            )  # fmt: skip
            raise CannotSee(Reason.CONTRADICTED, says)
        if own is not None and real and entry.on > own + _DAY:
            says = say(
                "a real switch of {failover} is recorded on {date}, but its own history knows of none after {last}",
                failover=switch.ref, date=entry.on, last=own,
            )  # fmt: skip
            raise CannotSee(Reason.CONTRADICTED, says)
        claim = next((one for one in claims.all if one.evidence.collected >= entry.on), None)
        times = (entry.took, entry.lost, entry.returned, entry.reconciled)
        found.append(Made(entry.on, entry.realism, "", *times, claim, recorded=True))
    # What nobody stands for hides nothing that is proven, whatever its date.
    return tuple(sorted(found, key=lambda one: (one.proven, one.on, not one.recorded), reverse=True))


def counted(item: Failover, looks: Looks) -> SwitchState | None:
    """What Haechi measured, where that was the switch of this failover: copies brought up are that of some modes."""
    state = looks.switched(item.ref)
    return state if state is not None and counts(state, item.mode) else None


def rest_on(one: Made, switch: Subject[Failover], claims: Claims) -> None:
    """Let the ruling rest on the statement behind a switch; CannotSee where an entry has none.

    A look at the group, asked for other reasons, does not make true what somebody wrote into the inventory.
    """
    if one.claim is not None:
        claims.rest_on(one.claim)
    elif one.recorded:
        says = say("the inventory says so of {ref}, but nobody has signed it; add it under `evidence:`", ref=switch.ref)
        raise CannotSee(Reason.INCOMPLETE, says)


_DAY: Final = timedelta(days=1)
"""Dates of records are those of a time zone, those of histories are UTC."""


def _measured(switch: Subject[Failover], looks: Looks) -> list[Made]:
    state = counted(switch.item, looks)
    if state is None:
        return []
    took = state.outage if state.has("outage") else state.rto if state.has("rto") else None
    lost = state.rpo if state.has("rpo") else None
    return [Made(switch.today(state.ended), state.realism, state.tool or "haechi", took, lost)]


def _seen(switch: Subject[Failover], looks: Looks) -> list[Made]:
    state = group(switch.item, looks)
    if state is None or not state.has("last_switch") or state.last_switch.at is None:
        return []
    return [Made(switch.today(state.last_switch.at), "real-switch", state.last_switch.source)]


def _history(switch: Subject[Failover], looks: Looks) -> date | None:
    """The day of the last switch that the group's own history knows of, where it tells."""
    return next((one.on for one in _seen(switch, looks)), None)


def _never(switch: Subject[Failover], looks: Looks) -> bool:
    """Whether the group's own history tells that it never switched; what holds no data counts from its last start."""
    state = group(switch.item, looks)
    return state is not None and state.replicates and state.has("switches") and state.switches == 0


def group(item: Failover, looks: Looks) -> FailoverState | None:
    """What a look saw of the group; None where none did."""
    if item.ref not in looks.seen:
        return None
    try:
        return looks.of(item.ref, FailoverState)
    except CannotSee:
        return None
