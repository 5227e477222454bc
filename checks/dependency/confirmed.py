"""What a system leans on, with who confirmed it when, becomes a ruling on whether the map of needs can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import System
from audit.model.units import plain
from checks.dependency.leaned_on import leaned_on
from checks.dependency.samples import systems

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
_GUARANTEE: Final = "kibo/guarantee"
_FRESH: Final = "confirmed: {on: 2026-07-15, by: Lee Jun}"
_OLD: Final = "confirmed: {on: 2025-01-15, by: Lee Jun}"


def _map(own: str, other: str = _FRESH) -> str:
    return systems(
        f"{{id: guarantee, grade: 1, needs: [login]{own and ', ' + own}}}",
        f"{{id: login, grade: 1, at: [daejeon]{other and ', ' + other}}}",
    )


@check(
    "dependency.confirmed",
    control="DEP-01",
    method="G",
    severity="high",
    answers=(
        "NIST SP 800-53r5 CM-8", "NIST SP 800-53r5 CA-9", "NIST SP 800-53r5 RA-9", "CSF ID.AM-03", "CSF GV.OC-05",
    ),
    least="declared",
    limits={"share": ("100 %", "95 %", "80 %", "-"), "age": ("90d", "90d", "90d", "-")},
    examples=(
        Example(Verdict.PASS, _map(_FRESH), _GUARANTEE, at=AT),
        Example(Verdict.FAIL, _map(_OLD), _GUARANTEE, at=AT),
        Example(Verdict.FAIL, _map(_FRESH, _OLD), _GUARANTEE, at=AT),
        Example(Verdict.UNKNOWN, _map(_FRESH, ""), _GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, _map(""), _GUARANTEE, at=AT, reason=Reason.INCOMPLETE),
        Example(
            Verdict.UNKNOWN, _map(_FRESH.replace("2026", "2027")), _GUARANTEE, at=AT, reason=Reason.CONTRADICTED
        ),
    ),
)  # fmt: skip
def needs_are_confirmed(system: Subject[System], at: datetime, limits: Limits) -> Ruling:
    """Somebody who knows went through the needs of the system, and of every system that it leans on, lately.

    Why: rooms that the fire had not touched could not be started, and nobody had known what they needed.

    Fix: go through `needs:` and `recovers-with:` of the systems that the finding names with those who run them, then
    write `confirmed:` with the day and the name.
    """
    share, oldest, today = limits.number("share") / 100, limits.duration("age"), system.today(at)
    lean = leaned_on(system)
    every = lean.of(system.ref)
    old, ahead = (every & one for one in lean.dated(today, oldest))
    silent = every & lean.silent
    count = every.bit_count()
    good = count - old.bit_count() - silent.bit_count() - ahead.bit_count()
    required = say("{share} of them, {most} days ago at most", share=f"{share:.0%}", most=oldest.days)
    figures = {
        "system": system.ref,
        "good": str(good),
        "all": str(count),
        "most": str(oldest.days),
        "old": ", ".join(lean.first(old, 5)),
        "silent": ", ".join(lean.first(silent, 5)),
        "ahead": ", ".join(lean.first(ahead, 5)),
    }
    measured = say("{good} of {all} systems", **figures)
    if (count - old.bit_count()) / count < share or lean.has(old, system.ref):
        says = say("the needs of these were confirmed more than {most} days ago: {old}", **figures)
        return ruling(False, measured=measured, required=required, says=says, key="confirmed")
    if ahead:
        says = say("these were confirmed on a day that has not come: {ahead}", **figures)
        raise CannotSee(Reason.CONTRADICTED, says)
    if good / count < share or lean.has(silent, system.ref):
        says = say("nobody has confirmed the needs of these, add `confirmed:`: {silent}", **figures)
        raise CannotSee(Reason.INCOMPLETE, says)
    own = system.item.confirmed
    says = say("{by} confirmed the needs of {system} on {date}; so are those of {good} of {all} systems on its map",
               by=own.by if own else "-", date=plain(own.on) if own else "-", **figures)  # fmt: skip
    return ruling(True, measured=measured, required=required, says=says, key="confirmed")
