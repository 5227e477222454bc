"""Promises, names, signatures in the inventory become rulings on whether somebody answers for each system."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from audit.contract import (
    Example,
    NotApplicable,
    Ruling,
    Subject,
    Verdict,
    check,
    ruling,
    say,
)
from audit.model.estate import Institution, Person, System
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
GUARANTEE: Final = "kibo/guarantee"


def _system(rest: str) -> str:
    return "institutions: [{id: kibo, systems: [{id: guarantee, " + rest + "}]}]\n"


def _institution(rest: str, evidence: str = "") -> str:
    return "institutions: [{id: kibo, " + rest + "systems: [{id: guarantee, grade: 1}]}]\n" + evidence


@check(
    "operations.targets",
    control="OPS-02",
    method="F",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 CP-10", "ISO 22301 8.2.2", "ISMS-P 2.12.1"),
    least="declared",
    examples=(
        Example(Verdict.PASS, _system("grade: 1, rto: 2h, rpo: 15m"), GUARANTEE),
        Example(Verdict.FAIL, _system("grade: 1, rto: 2h"), GUARANTEE),
    ),
)
def targets_are_promised(system: Subject[System]) -> Ruling:
    """The system has a recovery time and a recovery point that somebody promised for it.

    Why: without a promise nobody can say whether three days of standstill were good or bad, and nothing can be planned
    backwards from it.

    Fix: agree on both with those who use the system, then write `rto:` and `rpo:`.
    """
    item = system.item
    missing = [name for name, value in (("RTO", item.rto), ("RPO", item.rpo)) if value is None]
    if missing:
        says = say("no promise is written for {system}: {missing}", system=system.ref, missing=", ".join(missing))
    else:
        says = say(
            "{system} is promised back within {rto}, with the loss of {rpo} at most",
            system=system.ref,
            rto=plain(item.rto),
            rpo=plain(item.rpo),
        )
    promised = ", ".join(
        f"{name} {plain(value)}" for name, value in (("RTO", item.rto), ("RPO", item.rpo)) if value is not None
    )
    return ruling(
        not missing,
        measured=promised or "none",
        required="RTO, RPO",
        says=says,
        key=missing[0].lower() if missing else "rto",
    )


@check(
    "operations.targets-fit-grade",
    control="OPS-02",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "ISO 22301 8.2.2"),
    least="declared",
    examples=(
        Example(Verdict.PASS, _system("grade: 1, rto: 2h, rpo: 5m"), GUARANTEE),
        Example(Verdict.FAIL, _system("grade: 1, rto: 3d, rpo: 5m"), GUARANTEE),
        Example(Verdict.NOT_APPLICABLE, _system("grade: 1"), GUARANTEE),
    ),
)
def targets_are_not_looser_than_the_grade(system: Subject[System]) -> Ruling:
    """The promised recovery time and recovery point are no longer than those of the system's grade.

    Why: every other rule measures against the promise, so a loose promise turns all of them green.

    Fix: tighten the promise, lower the grade with its reasons, or set another target of the grade in the policy.
    """
    item, goal = system.item, system.around.policy.targets[system.item.grade]
    written = [
        (name, own, limit)
        for name, own, limit in (("RTO", item.rto, goal.rto), ("RPO", item.rpo, goal.rpo))
        if own is not None
    ]
    if not written:
        raise NotApplicable(say("{system} promises nothing of its own", system=system.ref))
    loose = [(name, own, limit) for name, own, limit in written if own > limit]
    measured = ", ".join(f"{name} {plain(own)}" for name, own, _ in written)
    required = ", ".join(f"{name} <= {plain(limit)}" for name, _, limit in written)
    if loose:
        name, own, limit = loose[0]
        says = say(
            "{system} promises {name} {own}, but grade {grade} needs {limit}",
            system=system.ref,
            name=name,
            own=plain(own),
            grade=item.grade,
            limit=plain(limit),
        )
        return ruling(False, measured=measured, required=required, says=says, key=name.lower())
    says = say(
        "{system} promises what grade {grade} needs: {promise}", system=system.ref, grade=item.grade, promise=measured
    )
    return ruling(True, measured=measured, required=required, says=says, key=written[0][0].lower())


def _named(who: str, person: Person | None, *, key: str) -> Ruling:
    """Whether a person is named who can be reached."""
    required = say("a name with an e-mail address or telephone number")
    if person is None:
        says = say("nobody is named who answers for {who}", who=who)
        return ruling(False, measured="nobody", required=required, says=says, key=key)
    if person.email is None and person.phone is None:
        says = say("{name} answers for {who}, but cannot be reached", name=person.name, who=who)
        measured = say("{name}, without e-mail address or telephone number", name=person.name)
        return ruling(False, measured=measured, required=required, says=says, key=key)
    says = say("{name} answers for {who}", name=person.name, who=who)
    return ruling(True, measured=person.name, required=required, says=says, key=key)


@check(
    "operations.accountable",
    control="OPS-13",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 PM-2", "ISO 22301 5.3", "ISMS-P 1.1.1"),
    least="declared",
    examples=(
        Example(Verdict.PASS, _institution("accountable: {name: Kim Minji, email: cio@kibo.example}, "), "kibo"),
        Example(Verdict.FAIL, _institution("accountable: {name: Kim Minji, role: CIO}, "), "kibo"),
        Example(Verdict.FAIL, _institution(""), "kibo"),
    ),
)
def institution_names_who_answers(institution: Subject[Institution]) -> Ruling:
    """The institution names one person who answers for its readiness and can be reached.

    Why: where everybody answers nobody does; after the fire the question who had to act took weeks.

    Fix: write the person under `accountable:` with `email:` or `phone:`.
    """
    return _named(institution.ref, institution.item.accountable, key="accountable")


@check(
    "operations.owner",
    control="AVL-09",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 CM-8(4)", "NIST SP 800-53r5 PM-3", "ISO 22301 5.3", "CSF ID.AM-05"),
    least="declared",
    examples=(
        Example(Verdict.PASS, _system("grade: 1, owner: {name: Lee Jun, phone: 02-000-0000}"), GUARANTEE),
        Example(Verdict.FAIL, _system("grade: 1"), GUARANTEE),
    ),
)
def system_has_an_owner(system: Subject[System]) -> Ruling:
    """The system names an owner who can be reached.

    Why: the equipment that stopped 189 systems for two days was shared, so it stood in nobody's budget.

    Fix: write the person under `owner:` with `email:` or `phone:`.
    """
    return _named(system.ref, system.item.owner, key="owner")
