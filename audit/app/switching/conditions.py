"""A group as it stands with what is to be asked of it to the conditions of a switch, each held or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from audit.model.estate import Estate
from audit.model.failover import FailoverState, Member
from audit.model.message import Message, say
from audit.model.units import bytes_text
from audit.model.verdict import CannotSee, Reason


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing without which nothing is sent."""

    name: Message
    held: bool
    why: Message


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the switch is to do, within which bounds."""

    leads: str
    takes_over: tuple[str, ...]
    most_lag: int
    pausable: bool
    """Whether groups of this kind can be paused, so that whether it is has to be known."""


def leader(state: FailoverState) -> str:
    """The member that leads; CannotSee where none does, or more than one."""
    found = [member.name for member in state.members if member.role == "primary"]
    if len(found) != 1:
        names = ", ".join(found) or "-"
        raise CannotSee(Reason.INCOMPLETE, say("not one member leads alone: {names}", names=names))
    return found[0]


def takers(state: FailoverState) -> tuple[Member, ...]:
    """Who could take over now, the one that is least behind first."""
    ready = [member for member in state.ready if member.role == "standby"]
    return tuple(sorted(ready, key=lambda one: (one.lag_bytes is None, one.lag_bytes or 0, one.name)))


def conditions(
    state: FailoverState,
    wanted: Wanted,
    backups: Iterable[tuple[str, Message | None]],
    estate: Estate,
    now: datetime,
    lasting: timedelta,
) -> tuple[Condition, ...]:
    """Everything that has to hold, in the order in which it is told; what nobody could establish does not hold."""
    return (
        _leader(state, wanted),
        _taker(state, wanted),
        _quorum(state),
        *((_paused(state),) if wanted.pausable or state.has("paused") else ()),
        _trouble(state),
        *_backed(backups),
        _calendar(estate, now, lasting),
    )


def _leader(state: FailoverState, wanted: Wanted) -> Condition:
    name = say("{member} leads", member=wanted.leads)
    found = [member for member in state.members if member.role == "primary"]
    if [member.name for member in found] != [wanted.leads]:
        names = ", ".join(member.name for member in found) or "-"
        return Condition(name, False, say("now it is {names}", names=names))
    if not found[0].usable:
        return Condition(name, False, say("it is not well: {why}", why=found[0].detail or "-"))
    return Condition(name, True, say("it takes writes"))


def _taker(state: FailoverState, wanted: Wanted) -> Condition:
    names = ", ".join(wanted.takes_over)
    name = say("{member} can take over", member=names)
    why = say("there is no such member")
    for member in state.members:
        if member.name not in wanted.takes_over:
            continue
        if member.role != "standby" or not member.usable:
            why = say("it is not ready: {why}", why=member.detail or member.role)
        elif member.lag_bytes is None:
            why = say("nobody could tell how far it is behind")
        elif member.lag_bytes > wanted.most_lag:
            why = say("it is {lag} behind, where {most} are allowed",
                      lag=bytes_text(member.lag_bytes), most=bytes_text(wanted.most_lag))  # fmt: skip
        else:
            return Condition(name, True, say("it is {lag} behind", lag=bytes_text(member.lag_bytes)))
    return Condition(name, False, why)


def _quorum(state: FailoverState) -> Condition:
    name = say("the group has its quorum")
    if not state.has("quorum"):
        return Condition(name, False, _gap(state, "quorum"))
    return Condition(name, state.quorum, say("enough see each other") if state.quorum else say("it has none"))


def _paused(state: FailoverState) -> Condition:
    name = say("nobody has paused it")
    if not state.has("paused"):
        return Condition(name, False, _gap(state, "paused"))
    return Condition(name, not state.paused, say("it is paused") if state.paused else say("it is not paused"))


def _trouble(state: FailoverState) -> Condition:
    name = say("it tells of no trouble")
    if state.trouble:
        return Condition(name, False, say("{trouble}", trouble="; ".join(state.trouble)[:300]))
    return Condition(name, True, say("none"))


def _backed(backups: Iterable[tuple[str, Message | None]]) -> Iterator[Condition]:
    empty = True
    for ref, why in backups:
        empty = False
        yield Condition(say("{data} has a fresh backup", data=ref), why is None, why or say("it is young enough"))
    if empty:
        yield Condition(
            say("each data set has a fresh backup"), True, say("the inventory lists no data of this system")
        )


def _calendar(estate: Estate, now: datetime, lasting: timedelta) -> Condition:
    name = say("no season of the calendar holds")
    zone = ZoneInfo(estate.about.timezone)
    first, last = now.astimezone(zone).date(), (now + lasting).astimezone(zone).date()
    found = season(estate, first, last)
    if found:
        return Condition(name, False, say("{season} holds", season=found))
    return Condition(name, True, say("none on {date}", date=first))


def season(estate: Estate, first: date, last: date) -> str:
    """The season that holds on one of these days, by its reference; one of less demand than usual is no reason."""
    return next((one.ref for one in estate.calendar if one.demand >= 1 and one.start <= last and first <= one.end), "")


def _gap(state: FailoverState, fact: str) -> Message:
    why = state.absent.get(fact)
    return say(why.template, **why.values) if why is not None else say("nobody could tell")
