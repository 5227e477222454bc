"""The calendar of an estate becomes a ruling on whether its busy days are known."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from audit.contract import Example, Limits, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Estate
from audit.model.message import Message
from audit.model.seasons import covered, later, lunar, seasons
from audit.model.units import plain
from checks.peak.samples import AT, CHUSEOK, LATER, LUNAR, busy

_ELSEWHERE: Final = "estate: {id: estate, timezone: Europe/Paris}\n"


@check(
    "peak.calendar",
    control="PEAK-01",
    method="F",
    severity="medium",
    answers=("NIST SP 800-53r5 CP-2(2)", "ISO 22301 8.2"),
    least="declared",
    limits={
        "seasons": ("1", "1", "1", "-"),
        "months": ("12", "12", "12", "-"),
        "holidays": ("true", "true", "true", "-"),
    },
    examples=(
        Example(Verdict.PASS, busy("grade: 1", CHUSEOK, LUNAR), "estate", at=AT),
        Example(Verdict.PASS, _ELSEWHERE + busy("grade: 1", LATER), "estate", at=AT),
        Example(Verdict.FAIL, busy("grade: 1", CHUSEOK, LATER), "estate", at=AT),
        Example(Verdict.FAIL, busy("grade: 1", "{id: last, from: 2025-09-29, to: 2025-10-09}"), "estate", at=AT),
        Example(Verdict.FAIL, _ELSEWHERE + "institutions: [{id: kibo, systems: [{id: loans, grade: 1}]}]\n", "estate",
                at=AT),
        Example(Verdict.NOT_APPLICABLE, busy("grade: 4"), "estate", at=AT),
    ),
)  # fmt: skip
def busy_days_are_known(estate: Subject[Estate], at: datetime, limits: Limits) -> Ruling:
    """The calendar names the busy days of the coming year, among them every day of Chuseok and of Lunar New Year.

    Why: the fire came ten days before the greatest holiday, while a battery was being moved; no calendar forbade it.

    Fix: write the holidays, year's ends and opening days of the next twelve months under `calendar:`.
    """
    least, months = int(limits.number("seasons")), int(limits.number("months"))
    today = estate.today(at)
    ahead = [one for one in seasons(estate.item, today, months) if one.source == "inventory"]
    feasts = lunar(estate.item, today, later(today, months)) if limits.flag("holidays") else ()
    open_days = [feast for feast in feasts if not covered(ahead, feast)]
    required = say("at least {least} busy times, every lunar holiday among them", least=least)
    measured = ", ".join(one.id for one in ahead[:5]) or "none"
    if open_days:
        feast = open_days[0]
        says = say("no busy time of the calendar covers {feast}, from {start} to {end}", feast=_named(feast.id),
                   start=plain(feast.start), end=plain(feast.end))  # fmt: skip
        missing = ", ".join(one.id for one in open_days)
        measured_days = say("not covered: {missing}", missing=missing)
        return ruling(False, measured=measured_days, required=required, says=says, key="calendar")
    if len(ahead) < least:
        says = say(
            "the calendar names {count} busy times for the coming year; {least} are needed",
            count=len(ahead),
            least=least,
        )
        return ruling(False, measured=measured, required=required, says=says, key="calendar")
    says = say("the next busy days are {season}, from {date}", season=ahead[0].id, date=plain(ahead[0].start))
    return ruling(True, measured=measured, required=required, says=says, key="calendar")


def _named(feast: str) -> Message:
    return say("Chuseok") if feast.startswith("chuseok") else say("Lunar New Year")
