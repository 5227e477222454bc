"""A kind of silent change with a judged estate to the changes that break something which was sound before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from audit.analysis.mutants.change import Change
from audit.analysis.mutants.sight import Kind, Sight
from audit.model.message import Message, say
from audit.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may be tried of a kind."""

    changes: tuple[Change, ...]
    why: Message | None
    """Why there is none."""


def chosen(kind: Kind, sight: Sight, seed: str) -> Chosen:
    """The changes of a kind that break something, in an order drawn by the seed: the same seed draws the same one."""
    found = tuple(kind.find(sight))
    sound = [one for one in found if _sound(kind, one, sight)]
    if not found:
        return Chosen((), say("the estate has nothing of which this could be done"))
    if not sound:
        return Chosen((), say("of {count} things none was sound before, by the checks that speak of it",
                                 count=len(found)))  # fmt: skip
    return Chosen(tuple(_drawn(sound, kind.id, seed)), None)


def _drawn(changes: Iterable[Change], kind: str, seed: str) -> list[Change]:
    def lot(change: Change) -> bytes:
        return hashlib.sha256("\0".join((seed, kind, change.subject)).encode()).digest()

    return sorted(changes, key=lot)


def _sound(kind: Kind, change: Change, sight: Sight) -> bool:
    """Whether one of the rules that are there for it held before; what no rule speaks of is tried all the same."""
    asked = [
        found.verdict
        for rule in kind.rules
        for ref in change.judged
        if (found := sight.findings.get((rule, ref))) is not None
    ]
    return not asked or Verdict.PASS in asked
