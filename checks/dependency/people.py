"""Roles with their people become a ruling on whether the recovery of a system leans on one person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.roster import Role

_GUARANTEE: Final = "kibo/guarantee"


def _roster(people: str, needed: int = 1, role: str = "recovers-with: [vault-keepers]", grade: int = 1) -> str:
    return (
        f"institutions: [{{id: kibo, systems: [{{id: guarantee, grade: {grade}, {role}}}], "
        f"roles: [{{id: vault-keepers, needed: {needed}, people: [{people}]}}]}}]\n"
    )


_THREE: Final = "{name: Lee Jun}, {name: Han So}, {name: Oh Bin}"


@check(
    "dependency.two-people",
    control="DEP-10",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-3", "NIST SP 800-53r5 AT-3", "ISO/IEC 27031"),
    least="declared",
    limits={"people": ("3", "2", "2", "1")},
    examples=(
        Example(Verdict.PASS, _roster(_THREE), _GUARANTEE),
        Example(Verdict.FAIL, _roster("{name: Lee Jun}, {name: Han So}"), _GUARANTEE),
        Example(Verdict.FAIL, _roster("{name: Lee Jun}, {name: Han So}, {name: lee  jun}"), _GUARANTEE),
        Example(Verdict.FAIL, _roster(_THREE, needed=3), _GUARANTEE),
        Example(Verdict.UNKNOWN, _roster(""), _GUARANTEE, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _roster(_THREE, role="rto: 2h"), _GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)
def nobody_is_the_only_one(system: Subject[System], limits: Limits) -> Ruling:
    """Everything that brings the system back can be done by several people, even when one of them is away.

    Why: what only one person knows is lost with a holiday, an illness or a new employer.

    Fix: train the people whom the finding misses, add them under `people:` of the role, name the role under
    `recovers-with:` of the system.
    """
    least = int(limits.number("people"))
    index = system.estate.index
    roles = [item for ref in system.item.recovers_with if isinstance(item := index.get(ref), Role)]
    if not roles:
        says = say("the inventory does not say who brings {system} back; name a role under `recovers-with:`",
                   system=system.ref)  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    counts = {role.ref: _people(person.name for person in role.people) for role in roles}
    measured = ", ".join(f"{ref} {count}" for ref, count in counts.items())
    for role in roles:
        # Where several are needed at once, one more has to be there for the one who is away.
        wanted = max(least, role.needed + (1 if least > 1 else 0))
        if 0 < counts[role.ref] < wanted:
            says = say(
                "of {wanted} people who are needed for {role}, which {system} waits for, there are {count}",
                count=counts[role.ref], role=role.ref, system=system.ref, wanted=wanted,
            )  # fmt: skip
            return ruling(False, measured=measured, required=say("at least {least} people", least=wanted), says=says,
                          key="recovers-with")  # fmt: skip
    empty = [ref for ref, count in counts.items() if not count]
    if empty:
        says = say("the inventory does not say who these are; add `people:`: {roles}", roles=", ".join(empty))
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("everything that brings {system} back can be done by at least {least} people",
               system=system.ref, least=min(counts.values()))  # fmt: skip
    return ruling(True, measured=measured, required=say("at least {least} people", least=least), says=says,
                  key="recovers-with")  # fmt: skip


def _people(names: Iterable[str]) -> int:
    """How many different people these are: one who is written twice is one."""
    return len({" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in names})
