"""The list of what was planted, with the findings of a run, becomes what was found of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from audit.model.evidence import Finding
from audit.model.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that the demo's estate was given: what the audit must say of it, why."""

    check: str
    subject: str
    expected: tuple[str, ...]
    """`fail`, `pass`, `unknown:stale`; several where it depends on what this machine has, such as restic."""
    what: str

    @property
    def fault(self) -> bool:
        return not {"pass", "not-applicable"} & set(self.expected)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the run said of everything that was planted."""

    faults: int
    sound: int
    found: int
    """Faults of which the run said what it must."""
    passed: int
    """Sound things of which the run said so."""
    wrong: tuple[tuple[Planted, str], ...]
    """The others, with what the run said instead."""
    absent: tuple[str, ...]
    """Verdicts and reasons that did not occur in the whole run."""


def planted() -> tuple[Planted, ...]:
    """The list as it is shipped, beside the estate."""
    lines = (files("inventories") / "demo" / "planted.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return tuple(Planted(row["check"], row["subject"], tuple(row["expected"].split("|")), row["what"]) for row in rows)


def compare(wanted: Iterable[Planted], findings: Iterable[Finding]) -> Tally:
    """Hold what was planted against what was found."""
    said: Mapping[tuple[str, str], str] = {(one.check, one.subject): word(one) for one in findings}
    faults = sound = found = passed = 0
    wrong = []
    for one in wanted:
        answer = said.get((one.check, one.subject), "nothing")
        right = answer in one.expected
        faults, sound = faults + one.fault, sound + (not one.fault)
        found, passed = found + (one.fault and right), passed + (not one.fault and right)
        if not right:
            wrong.append((one, answer))
    occurred = {part for answer in said.values() for part in answer.split(":")}
    absent = tuple(str(one) for one in (*Verdict, *Reason) if one not in occurred)
    return Tally(faults, sound, found, passed, tuple(wrong), absent)


def word(finding: Finding) -> str:
    """`fail`, or `unknown:stale`."""
    return f"{finding.verdict}:{finding.reason}" if finding.reason is not None else str(finding.verdict)
