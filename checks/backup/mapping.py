"""Figures of another program under the names of facts to the state of a copy or a replica."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

from audit.contract import CannotSee, Reason, say
from audit.model.backup import BackupState, ReplicaState, RestorePoint
from audit.model.exposition import instant
from audit.model.facts import Unseen
from audit.model.item import unmarked
from audit.model.message import Message
from audit.model.unfit import Unexpected

BackupFact = Literal["newest", "age", "size", "count", "errors", "complete", "encrypted"]
"""`newest` seconds since 1970 at which the newest backup began, `age` seconds since then, `size` bytes, `count` of
backups, `errors` found by a verification, `complete` and `encrypted` 1 or 0."""
ReplicaFact = Literal["lag", "bytes-behind", "attached", "paused", "same-cluster"]
"""`lag` seconds, `bytes-behind` bytes, the others 1 or 0."""
Figures = Mapping[str, float | CannotSee]
T = TypeVar("T")
_LONGEST: Final = 1e11


def bare(written: object) -> object:
    """A mapping without the mark of where it stands in the file."""
    return unmarked(written) if isinstance(written, dict) else written


def with_age(written: Mapping[str, T]) -> Mapping[str, T]:
    """A mapping that tells how old the newest backup is."""
    if not {"newest", "age"} & set(written):
        raise Unexpected(say("a figure for `newest` or `age`"), ", ".join(map(repr, written)) or "nothing")
    return written


def with_lag(written: Mapping[str, T]) -> Mapping[str, T]:
    """A mapping that tells how far a replica is behind."""
    if "lag" not in written:
        raise Unexpected(say("a figure for `lag`"), ", ".join(map(repr, written)) or "nothing")
    return written


def backup_state(figures: Figures, clock: datetime, *, tool: str, errors: tuple[str, ...] = ()) -> BackupState:
    """The copy as another program tells of it; CannotSee where not even the age of its newest backup is told.

    Nothing of it was verified here: the level of integrity stays unknown.
    """
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {"integrity": _unseen(say("only the word of {tool} is known", tool=tool))}
    if figures.get("count") == 0:
        return BackupState(points=(), clock=clock, absent=absent, tool=tool)
    start = instant(_known(figures["newest"])) if "newest" in figures else clock - _span(_known(figures["age"]))
    complete = _note(facts, absent, figures, "complete", bool)
    _note(facts, absent, figures, "size", int)
    _note(facts, absent, figures, "encrypted", bool)
    facts.pop("complete", None)
    if "complete" in absent:
        raise CannotSee(Reason.INCOMPLETE, Message(absent["complete"].template, absent["complete"].values))
    point = RestorePoint(
        id="newest",
        start=start,
        complete=complete is not False,
        doubt="" if complete is not False else f"{tool} says that it is not complete",
        size=facts.get("size"),
    )
    count = _note({}, absent, figures, "errors", int)
    if count:
        errors = (*errors, f"{tool} counts errors: {count}")
    if errors or count == 0:
        facts["errors"] = errors
    return BackupState(points=(point,), clock=clock, absent=absent, tool=tool, **facts)


def replica_state(figures: Figures, *, tool: str, trouble: str = "") -> ReplicaState:
    """The replica as another program tells of it."""
    facts: dict[str, Any] = {}
    absent: dict[str, Unseen] = {}
    lag = _span(_known(figures["lag"]))
    for name, field in (("attached", "attached"), ("paused", "paused"), ("same-cluster", "same_cluster")):
        if name in figures:
            _note(facts, absent, figures, name, bool, field)
    if trouble:
        facts["attached"] = False
    if "attached" not in facts and "attached" not in absent:
        absent["attached"] = _unseen(say("no figure tells whether it is attached; map `attached`"))
    if "same_cluster" not in facts and "same_cluster" not in absent:
        absent["same_cluster"] = _unseen(say("no figure tells whose replica it is; map `same-cluster`"))
    facts.setdefault("paused", False)
    behind = _note({}, absent, figures, "bytes-behind", int, "bytes_behind")
    facts["replay_age"] = lag
    if "bytes_behind" not in absent:
        # Without a count of bytes a lag counts in full: at least one byte is then behind.
        facts["bytes_behind"] = behind if behind is not None else int(lag > timedelta(0))
    return ReplicaState(absent=absent, detail=trouble, **facts)


def _known(figure: float | CannotSee) -> float:
    if isinstance(figure, CannotSee):
        raise figure
    return figure


def _span(seconds: float) -> timedelta:
    if abs(seconds) > _LONGEST:
        raise CannotSee(Reason.INCOMPLETE, say("{number} is no number of seconds", number=f"{seconds:g}"))
    return timedelta(seconds=seconds)


def _note(
    facts: dict[str, Any],
    absent: dict[str, Unseen],
    figures: Figures,
    name: str,
    kind: Callable[[float], Any],
    field: str = "",
) -> Any:
    """Put one figure among the facts, or why it could not be had; None where the inventory maps none."""
    figure = figures.get(name)
    if figure is None:
        return None
    if isinstance(figure, CannotSee):
        absent[field or name] = Unseen.of(figure)
        return None
    facts[field or name] = kind(figure)
    return facts[field or name]


def _unseen(says: Any) -> Unseen:
    return Unseen.of(CannotSee(Reason.INCOMPLETE, says))
