"""A switch that was made to its record in the log of a store, the newest records back again as looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from audit.app import recording
from audit.app.bundled import SENT_BY, measured
from audit.app.recording import YEAR, kept, proves_for, read_back
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Observation
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.switching import MARK, RANK, SwitchState, switched
from audit.model.verdict import Level
from audit.store.history import History

SWITCH: Final = "failover.switch"
"""Stands in an observation where else the id of a probe does."""
KIND: Final[Literal["switch"]] = "switch"
BEGAN: Final[Literal["switch-began"]] = "switch-began"
AGED_BY: Final = "failover.drill"
"""The check whose limit `age` says how long a switch proves anything."""
_COMMANDS: Final = MappingProxyType({"active": "switch make", "isolated": "drill failover"})
_LOST: Final = "it began, and nothing tells how it ended; look at the group by hand"


def lasting(policy: Policy, grade: int) -> timedelta:
    """For how long a switch proves something for a grade; a year where nothing is demanded of it."""
    return proves_for(policy, AGED_BY, grade)


def tell(history: History, state: SwitchState) -> None:
    """Write a record."""
    history.tell([Event(at=state.ended, kind=KIND, subject=state.failover_ref, values=state.plain())])


def use_up(history: History, at: datetime, ref: str, nonce: str, authorization: str, drill: str) -> None:
    """Write down that an authorization is used now; Stop(USAGE) where it was before.

    The log has one order for all who write into it: of two who try at once, the first has it.
    """
    values = {"nonce": nonce, "authorization": authorization, "drill": drill}
    history.tell([Event(at=at, kind=BEGAN, subject=ref, values=values)])
    uses = [event for event in history.events(kinds=(BEGAN,)) if event.values.get("nonce") == nonce]
    if not uses or uses[0].values.get("drill") != drill:
        raise used(uses[0].at if uses else at)


def unused(history: History, nonce: str) -> None:
    """Stop(USAGE) where an authorization was used already."""
    for event in history.events(kinds=(BEGAN,)):
        if event.values.get("nonce") == nonce:
            raise used(event.at)


def used(at: datetime) -> Stop:
    """What is said of an authorization that was used."""
    says = say("this authorization was used at {time}; each is good for one switch", time=at.isoformat("T", "seconds"))
    return Stop(Exit.USAGE, says)


def records(history: History, ref: str = "") -> tuple[SwitchState, ...]:
    """Every record of a failover, or of all, oldest first, with those that bundles brought; what cannot be read back
    is left out.

    One that began without a record of its end, as after a loss of power, is told as a failure: nobody knows of it.
    """
    ended = tuple(read_back(SwitchState, measured(history, KIND, ref)))
    known = frozenset((state.failover_ref, state.id) for state in ended)
    begun = _unended(measured(history, BEGAN, ref), known)
    return tuple(sorted((*ended, *begun), key=lambda state: state.ended))


def recorded(store: str, ref: str = "") -> tuple[SwitchState, ...]:
    """The same of a store; nothing where it has no log yet."""
    return kept(store, lambda history: records(history, ref))


def _unended(begun: Iterable[Event], known: frozenset[tuple[str, str]]) -> Iterator[SwitchState]:
    """What began and has no record; of those who tried with one authorization only the first began."""
    first: dict[tuple[str, str], Event] = {}
    for event in begun:
        first.setdefault((str(event.values.get(SENT_BY, "")), str(event.values.get("nonce"))), event)
    for event in first.values():
        drill = str(event.values.get("drill"))
        if (event.subject, drill) not in known:
            yield SwitchState(
                level=Level.DRILLED,
                id=drill,
                failover_ref=event.subject,
                kind="active",
                realism="real-switch",
                started=event.at,
                ended=event.at,
                expires=event.at + YEAR,
                trouble=_LOST,
                sent_by=str(event.values.get(SENT_BY, "")),
            )


def switches_seen(estate: Estate, history: History) -> tuple[Observation, ...]:
    """The switch that stands for each failover of the estate, as a look at it."""
    stands = recording.standing(records(history), estate, lambda state: state.failover_ref, standing)
    return tuple(
        recording.as_look(switched(ref), SWITCH, state, f"haechi {_COMMANDS[state.kind]} {state.id}")
        for ref, state in stands.items()
    )


def standing(before: SwitchState | None, state: SwitchState) -> SwitchState:
    """Which of two tells more, `before` being the older one: the newer, unless it is less real while both held.

    Copies that were brought up in between must not take away what a real switch proved; a failure does.
    """
    if before is None or not (state.proven and before.proven):
        return state
    less = RANK.index(state.realism) < RANK.index(before.realism)
    return before if less and state.ended <= before.expires else state


def switches_of(seen: Mapping[str, Observation]) -> tuple[SwitchState, ...]:
    """The switches among what a run saw, by failover."""
    return tuple(
        look.seen for ref, look in sorted(seen.items()) if ref.endswith(MARK) and isinstance(look.seen, SwitchState)
    )
