"""Records of what was made and measured, as the log of a store keeps them, to those records read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, timedelta
from typing import Final, TypeVar

from pydantic import ValidationError

from audit.model.drilling import RestoreState
from audit.model.estate import Estate
from audit.model.event import Event
from audit.model.evidence import Observation
from audit.model.exit import Exit, Stop
from audit.model.facts import Facts
from audit.model.policy import Policy
from audit.model.switching import SwitchState
from audit.model.verdict import CannotSee, NotApplicable
from audit.store.history import History, open_history

_TIMES: Final = ("started", "ended", "expires", "point_start")
YEAR: Final = timedelta(days=365)
F = TypeVar("F", bound=Facts)
S = TypeVar("S", RestoreState, SwitchState)


def read_back(record: type[F], events: Iterable[Event]) -> Iterator[F]:
    """The records in events; what cannot be read back is left out."""
    for event in events:
        try:
            state = record.model_validate(dict(event.values))
        except ValidationError:
            continue
        # Written by another program perhaps: an instant without an offset could be held against none of ours.
        if all(at.tzinfo is not None for name in _TIMES if (at := getattr(state, name, None)) is not None):
            yield state


def kept(store: str, records: Callable[[History], tuple[F, ...]]) -> tuple[F, ...]:
    """The records of a store; none where it has no log yet."""
    try:
        with open_history(store, watching=False) as history:
            return records(history)
    except Stop as stop:
        if stop.code is not Exit.USAGE:
            raise
        return ()


def standing(
    states: Iterable[S], estate: Estate, ref: Callable[[S], str], better: Callable[[S | None, S], S]
) -> Mapping[str, S]:
    """The record that stands for each subject of the estate, by its reference; `better` chooses of two."""
    found: dict[str, S] = {}
    for state in sorted(states, key=lambda state: state.ended):
        if ref(state) in estate.index:
            found[ref(state)] = better(found.get(ref(state)), state)
    return dict(sorted(found.items()))


def as_look(subject: str, probe: str, state: RestoreState | SwitchState, source: str) -> Observation:
    """A record as a look at its subject."""
    return Observation(
        subject=subject,
        probe=probe,
        at=state.ended.astimezone(UTC),
        took=state.ended - state.started,
        seen=state,
        source=f"{source}, sent by {state.sent_by}" if state.sent_by else source,
    )


def proves_for(policy: Policy, check: str, grade: int) -> timedelta:
    """The limit `age` of a check for a grade; a year where nothing is demanded of it."""
    try:
        return policy.of(check, grade).duration("age")
    except (CannotSee, NotApplicable, KeyError):
        return YEAR
