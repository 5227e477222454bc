"""The path of an estate with the paths of lists to what differs between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from audit.analysis.reconcile import Reconciliation, reconcile
from audit.app.falling import graph_of
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.listed import COLUMNS, ListState
from audit.model.message import Message, say
from audit.model.verdict import CannotSee, Reason
from audit.world.lists import MOST_BYTES, parsed
from audit.world.lists.wrong import BadList


@dataclass(frozen=True, slots=True)
class Asked:
    """One list that is to be read."""

    form: str
    path: Path
    shown: str
    """The path as it was written."""
    columns: Mapping[str, str]
    origin: str = ""


def hold_against(path: Path, asked: Sequence[Asked]) -> Reconciliation:
    """The inventory held against the lists, or against those that it names itself where none is asked for.

    Stop(USAGE) where a file cannot be read or none is named, Stop(INVALID) with every mistake in them.
    """
    graph = graph_of(path)
    wanted = tuple(asked) or tuple(_own(graph.estate))
    if not wanted:
        says = say("name a list, such as --zone FILE or --assets FILE, or add `lists:` under `estate:`")
        raise Stop(Exit.USAGE, says)
    states: list[ListState] = []
    wrong: list[str | Message] = []
    for one in wanted:
        try:
            states.append(_read(one))
        except BadList as bad:
            wrong += bad.lines
        except CannotSee as gap:
            raise Stop(Exit.NOT_VERIFIED if gap.reason is Reason.NO_TOOL else Exit.INVALID, gap.says) from gap
    if wrong:
        raise Stop(Exit.INVALID, *wrong)
    return reconcile(graph, states)


def columns(written: Sequence[str]) -> Mapping[str, str]:
    """`name=Host` and the like; Stop(USAGE) for a word that means no column."""
    from audit.inventory.near import near

    found: dict[str, str] = {}
    for one in written:
        key, sign, text = one.partition("=")
        if not sign or not text.strip() or key not in COLUMNS:
            close = near(key, COLUMNS)
            hint = (
                say("did you mean {close}?", close=repr(close))
                if close and close != key
                else say("write one such as name=Host; known are {names}", names=", ".join(COLUMNS))
            )
            raise Stop(Exit.USAGE, say("--column: {got} names no column; {hint}", got=repr(one[:80]), hint=hint))
        found[key] = text.strip()
    return found


def _own(estate: Estate) -> Iterator[Asked]:
    for one in estate.about.lists:
        origin = str(getattr(one, "origin", None) or "")
        yield Asked(one.kind, Path(estate.root, one.file), one.file, one.columns.written(), origin)


def _read(one: Asked) -> ListState:
    try:
        if not one.path.is_file():
            raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=one.shown, why=say("it is no ordinary file")))
        with one.path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        taken = datetime.fromtimestamp(one.path.stat().st_mtime, UTC)
    except (OSError, ValueError) as broken:
        why = (broken.strerror if isinstance(broken, OSError) else None) or type(broken).__name__
        raise Stop(Exit.USAGE, say("cannot read {path}: {why}", path=one.shown, why=why)) from broken
    return parsed(content, one.shown, one.form, one.columns, one.origin, taken)
