"""Healthy labs in, what was ruled on each of them out, looked at once by each process of the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.real.around import Ruled, ruled
from tests.real.lab import Lab

More = tuple[tuple[str, str], ...]
"""Keys that the item of a lab takes on top."""
ESTATE = "estate.yaml"
"""What every look writes anew; some labs have it in what is looked at."""
PATIENT: More = (("timeout", "60s"),)
"""For what is to answer, however busy the machine is; a lab gives up sooner on what is to stay silent."""


class Twins:
    """What was ruled on healthy labs, with what a look at them changed."""

    def __init__(self) -> None:
        self._ruled: dict[tuple[str, More], Ruled] = {}
        self._changed: dict[str, tuple[str, ...]] = {}

    def ruled(self, name: str, root: Path, lab: Lab, more: More = ()) -> Ruled:
        """What is ruled on a lab as it is before anything was broken; one that was known already is not asked."""
        if (name, more) not in self._ruled:
            patient = dict(PATIENT + more)
            self._ruled[name, more] = ruled(root, lab, **patient) if more else self._watched(name, root, lab)
        return self._ruled[name, more]

    def watched(self, name: str) -> tuple[Ruled, tuple[str, ...]] | None:
        """What was ruled on a lab, with each key of its state that was another after the look; None for a new one."""
        return (self._ruled[name, ()], self._changed[name]) if name in self._changed else None

    def _watched(self, name: str, root: Path, lab: Lab) -> Ruled:
        (root / ESTATE).touch()
        patient = dict(PATIENT)
        ruled(root, lab, **patient)  # the first look writes the inventory; what is compared is a look like any other
        before = dict(lab.state())
        found = ruled(root, lab, **patient)
        self._changed[name] = changes(before, lab.state())
        return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of two states whose values differ, but for the inventory."""
    keys = sorted((before.keys() | after.keys()) - {ESTATE})
    return tuple(key for key in keys if before.get(key) != after.get(key))
