"""What systems need becomes rulings on whether it is strong enough, fast enough, free of circles."""

from __future__ import annotations

from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.needs import members
from audit.model.units import plain
from checks.dependency.samples import systems
from checks.dependency.slowest import slowest

GUARANTEE: Final = "kibo/guarantee"
_LONG_CIRCLE: Final = 8


@check(
    "dependency.tier-inversion",
    control="DEP-02",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 RA-9", "NIST SP 800-53r5 CP-2(8)", "ISO 22301 8.2.2"),
    least="declared",
    limits={"inversions": ("0", "0", "-", "-")},
    examples=(
        Example(Verdict.PASS, systems("{id: guarantee, grade: 1, needs: [login]}", "{id: login, grade: 1}"), GUARANTEE),
        Example(Verdict.FAIL, systems("{id: guarantee, grade: 1, needs: [login]}", "{id: login, grade: 3}"), GUARANTEE),
        Example(
            Verdict.PASS,
            systems(
                "{id: guarantee, grade: 1, needs: [{any: [login, spare]}]}",
                "{id: login, grade: 1}",
                "{id: spare, grade: 3}",
            ),
            GUARANTEE,
        ),
        Example(Verdict.UNKNOWN, systems("{id: guarantee, grade: 1}"), GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)
def nothing_weaker_is_needed(system: Subject[System], limits: Limits) -> Ruling:
    """The system runs without every system of a lower grade.

    Why: a system comes back no sooner than what it needs, and what has a lower grade is brought back later.

    Fix: raise the grade of the system that the finding names, with all that this asks of it, or add an alternative and
    write both as `{any: [...]}`.
    """
    allowed = int(limits.number("inversions"))
    required = say("at most {most}", most=allowed) if allowed else say("no system of a lower grade")
    graph = system.graph
    needs = graph.needs[system.ref]
    named = {ref: graph.estate.index.get(ref) for need in needs for ref in members(need)}
    weaker = {ref for ref, item in named.items() if isinstance(item, System) and item.grade > system.item.grade}
    without = sorted({ref for need in needs if not graph.met(need, weaker) for ref in members(need)} & weaker)
    if len(without) > allowed:
        grades = [f"{ref} ({item.grade})" for ref in without if isinstance(item := named[ref], System)]
        says = say(
            "{system} of grade {grade} cannot run without systems of a lower grade (in brackets): {weaker}",
            system=system.ref,
            grade=system.item.grade,
            weaker=", ".join(grades),
        )
        return ruling(False, measured=", ".join(without), required=required, says=says, key="needs")
    if not system.item.needs:
        says = say("the inventory does not say what {system} needs to run; add `needs:`", system=system.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("{system} runs without any system of a lower grade", system=system.ref)
    return ruling(True, measured=", ".join(without) or "none", required=required, says=says, key="needs")


@check(
    "dependency.recovery-time",
    control="DEP-05",
    method="G",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 CP-8", "ISO 22301 8.2.2"),
    least="declared",
    limits={"violations": ("0", "0", "-", "-")},
    examples=(
        Example(
            Verdict.PASS,
            systems("{id: guarantee, grade: 1, rto: 2h, needs: [login]}", "{id: login, grade: 1, rto: 1h}"),
            GUARANTEE,
        ),
        Example(
            Verdict.FAIL,
            systems("{id: guarantee, grade: 1, rto: 2h, recovers-with: [vault]}", "{id: vault, grade: 3}"),
            GUARANTEE,
        ),
        Example(
            Verdict.FAIL,
            systems("{id: guarantee, grade: 1, rto: 2h, needs: [{k: 1, of: [{on: login, grace: 4h}, spare]}]}",
                    "{id: login, grade: 2}", "{id: spare, grade: 3}"),
            GUARANTEE,
        ),
        Example(
            Verdict.PASS,
            systems("{id: guarantee, grade: 1, rto: 2h, needs: [{any: [login, gov24]}]}", "{id: login, grade: 1}"),
            GUARANTEE,
        ),
        Example(
            Verdict.FAIL,
            systems("{id: guarantee, grade: 1, rto: 2h, needs: [gov24]}").replace("{id: gov24", "{id: gov24, rto: 4h"),
            GUARANTEE,
        ),
        Example(
            Verdict.UNKNOWN,
            systems("{id: guarantee, grade: 1, rto: 2h, needs: [gov24, login]}", "{id: login, grade: 1}"),
            GUARANTEE,
            reason=Reason.INCOMPLETE,
        ),
        Example(Verdict.UNKNOWN, systems("{id: guarantee, grade: 1}"), GUARANTEE, reason=Reason.INCOMPLETE),
    ),
)  # fmt: skip
def needs_come_back_in_time(system: Subject[System], limits: Limits) -> Ruling:
    """Everything that the system needs, to run or to come back, has a recovery time no longer than its own.

    Why: a promise of two hours that waits for a login service with one of three days is a promise of three days.

    Fix: shorten the recovery time of the system that the finding names, or promise the longer one honestly.
    """
    allowed = int(limits.number("violations"))
    needs = (*system.graph.needs[system.ref], *system.item.recovers_with)
    times = [found for need in needs if (found := slowest(system, need)) is not None]
    slow = sorted({one.ref for one in times if one.least > system.rto})
    if len(slow) > allowed:
        worst = max(times, key=lambda one: one.least)
        says = say(
            "{system} is promised within {own}, but {slow} takes {longest}",
            system=system.ref,
            own=plain(system.rto),
            slow=worst.ref,
            longest=plain(worst.least),
        )
        key = "recovers-with" if worst.ref in system.item.recovers_with else "needs"
        return ruling(False, measured=worst.least, required=system.rto, says=says, key=key)
    if not times:
        says = say(
            "the inventory names no system that {system} needs, so no recovery time can be compared; add `needs:`",
            system=system.ref,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    perhaps = [one for one in times if one.least <= system.rto and (one.most is None or one.most > system.rto)]
    silent = sorted({one.silent or one.ref for one in perhaps})
    if len(silent) + len(slow) > allowed:
        says = say(
            "{system} needs {others}, of which nobody says within what time they are back; add `rto:` to them",
            system=system.ref,
            others=", ".join(silent),
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    worst = max(times, key=lambda one: one.least)
    says = say(
        "{slow}, the slowest that {system} needs, comes back within {longest}",
        slow=worst.ref or "-",
        system=system.ref,
        longest=plain(worst.least),
    )
    return ruling(True, measured=worst.least, required=system.rto, says=says, key="needs")


@check(
    "dependency.circular-recovery",
    control="DEP-07",
    method="G",
    severity="critical",
    answers=("NIST SP 800-53r5 CP-10", "NIST SP 800-53r5 CP-2"),
    least="declared",
    limits={"circles": ("0", "0", "0", "-")},
    examples=(
        Example(
            Verdict.PASS,
            systems("{id: vault, grade: 1, recovers-with: [login]}", "{id: login, grade: 1}"),
            "kibo/vault",
        ),
        Example(
            Verdict.FAIL,
            systems("{id: vault, grade: 1, recovers-with: [login]}", "{id: login, grade: 1, needs: [vault]}"),
            "kibo/vault",
        ),
        Example(
            Verdict.PASS,
            systems(
                "{id: vault, grade: 1, recovers-with: [login]}",
                "{id: login, grade: 1, needs: [{any: [vault, daejeon]}]}",
            ),
            "kibo/vault",
        ),
        Example(Verdict.UNKNOWN, systems("{id: vault, grade: 1}"), "kibo/vault", reason=Reason.INCOMPLETE),
    ),
)
def recovery_does_not_wait_for_itself(system: Subject[System], limits: Limits) -> Ruling:
    """The system can be brought back from nothing without waiting for something that waits for it.

    Why: when everything is down at once, a vault that opens with a login and a login that starts from the vault wait
    for each other for ever.

    Fix: break the circle at its cheapest place: a local account, a sealed copy of a key, a start without the login.
    """
    allowed = int(limits.number("circles"))
    required = say("at most {most}", most=allowed) if allowed else say("no circle")
    stuck = system.graph.stuck
    if system.ref in stuck:
        chain = [system.ref]
        while chain[-1] not in chain[:-1]:
            waits = sorted(ref for need in stuck[chain[-1]] for ref in members(need) if ref in stuck)
            if not waits:
                break
            chain.append(waits[0])
        shown = chain if len(chain) <= _LONG_CIRCLE else [*chain[: _LONG_CIRCLE - 1], "...", chain[-1]]
        circle = " -> ".join(shown)
        says = say(
            "after a total loss {system} cannot be brought back, because these wait for each other: {chain}",
            system=system.ref,
            chain=circle,
        )
        return ruling(False, measured=circle, required=required, says=says, key="recovers-with")
    if not system.item.needs and not system.item.recovers_with:
        says = say(
            "the inventory does not say what brings {system} back; add `recovers-with:` or `needs:`", system=system.ref
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    says = say("nothing that brings {system} back waits for it", system=system.ref)
    return ruling(True, measured="none", required=required, says=says, key="recovers-with")
