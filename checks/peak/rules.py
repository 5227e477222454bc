"""The calendar of an estate becomes a ruling on whether its busy days are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import Example, Limits, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Estate
from audit.model.units import plain

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
SYSTEM: Final = "institutions: [{id: kibo, systems: [{id: guarantee, grade: 1}]}]\n"


@check(
    "peak.calendar",
    control="PEAK-01",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2(2)", "ISO 22301 8.2"),
    least="declared",
    limits={"seasons": ("1", "1", "1", "-")},
    examples=(
        Example(
            Verdict.PASS,
            SYSTEM + "calendar: [{id: chuseok-2026, from: 2026-09-14, to: 2026-09-27, demand: 3.0}]\n",
            "estate",
            at=AT,
        ),
        Example(
            Verdict.FAIL,
            SYSTEM + "calendar: [{id: chuseok-2025, from: 2025-09-29, to: 2025-10-09, demand: 3.0}]\n",
            "estate",
            at=AT,
        ),
        Example(Verdict.FAIL, SYSTEM, "estate", at=AT),
    ),
)
def busy_days_are_known(estate: Subject[Estate], at: datetime, limits: Limits) -> Ruling:
    """The calendar names the busy days of the coming year.

    Why: the fire came ten days before the greatest holiday, while a battery was being moved; no calendar forbade it.

    Fix: write the holidays, year's ends and opening days of the next twelve months under `calendar:`.
    """
    least = int(limits.number("seasons"))
    today = estate.today(at)
    ahead = sorted(
        (season.start, season.id)
        for season in estate.item.calendar
        if season.end >= today and season.start <= today + timedelta(days=365)
    )
    met = len(ahead) >= least
    required = say("at least {least} busy times", least=least)
    if met:
        says = say("the next busy days are {season}, from {date}", season=ahead[0][1], date=plain(ahead[0][0]))
    else:
        says = say(
            "the calendar names {count} busy times for the coming year; {least} are needed",
            count=len(ahead),
            least=least,
        )
    return ruling(
        met, measured=", ".join(name for _, name in ahead[:5]) or "none", required=required, says=says, key="calendar"
    )
