"""The list of what was planted, with the findings of a run and what lists differ in, becomes what was found of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from audit.analysis.reconcile import Reconciliation
from audit.model.evidence import Finding
from audit.model.verdict import Reason, Verdict

DIFFERS: Final = "differs"
"""What the audit says of a list where it tells of something that the inventory does not, or tells it otherwise."""
NONE: Final[Mapping[tuple[str, str], str]] = MappingProxyType({})


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


def compare(
    wanted: Iterable[Planted], findings: Iterable[Finding], differences: Mapping[tuple[str, str], str] = NONE
) -> Tally:
    """Hold what was planted against what was found; a difference of lists that nobody planted is wrong as well."""
    verdicts: Mapping[tuple[str, str], str] = {(one.check, one.subject): word(one) for one in findings}
    said = {**verdicts, **differences}
    faults = sound = found = passed = 0
    wrong = []
    left = dict.fromkeys(differences)
    for one in wanted:
        answer = said.get((one.check, one.subject), "nothing")
        left.pop((one.check, one.subject), None)
        right = answer in one.expected
        faults, sound = faults + one.fault, sound + (not one.fault)
        found, passed = found + (one.fault and right), passed + (not one.fault and right)
        if not right:
            wrong.append((one, answer))
    wrong += [(Planted(check, subject, ("nothing",), ""), DIFFERS) for check, subject in left]
    occurred = {part for answer in verdicts.values() for part in answer.split(":")}
    absent = tuple(str(one) for one in (*Verdict, *Reason) if one not in occurred)
    return Tally(faults, sound, found, passed, tuple(wrong), absent)


def differences(found: Reconciliation) -> Mapping[tuple[str, str], str]:
    """What lists and inventory differ in, by kind and name, as `planted.csv` names it."""
    keys = [("reconcile.missing", one.name or ", ".join(one.addresses)) for one in found.names.missing]
    keys += [(f"reconcile.{one.what}", one.ref) for one in found.names.contradicted]
    keys += [("reconcile.undeclared", f"{one.source} to {one.target}") for one in found.undeclared]
    keys += [("reconcile.stray", one.address) for one in found.strays]
    return MappingProxyType(dict.fromkeys(keys, DIFFERS))


def word(finding: Finding) -> str:
    """`fail`, or `unknown:stale`."""
    return f"{finding.verdict}:{finding.reason}" if finding.reason is not None else str(finding.verdict)
