"""The path of an estate with a stored run of it to which of its passes end before a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from audit.analysis.forecast import Forecast, forecast
from audit.app import DEFAULT_STORE, instant, planned
from audit.app.judging import LONGEST, bounded
from audit.app.seen import looks_of
from audit.catalogue import Catalogue, discover
from audit.inventory.collecting import collecting_later
from audit.model.estate import Estate
from audit.model.evidence import Observation, Run
from audit.model.exit import Exit, Stop
from audit.model.meaning import Season
from audit.model.message import say
from audit.model.seasons import later, lunar, peak_at, seasons
from audit.model.units import parse_day


@dataclass(frozen=True, slots=True)
class Told:
    """A forecast with what it rests on."""

    estate: Estate
    forecast: Forecast
    peak: Season | None
    """The busy days that begin on that day; None where another day was asked for."""
    run: Run | None
    """Whose looks were judged; None where nothing of the estate is stored."""

    @property
    def changed(self) -> bool:
        """Whether the inventory was changed since that run."""
        return self.run is not None and self.run.estate_sha256 != self.estate.sha256


def forecast_of(
    path: Path,
    until: str | None,
    *,
    run: str = "latest",
    store: str = DEFAULT_STORE,
    at: str | None = None,
    longest: timedelta = LONGEST,
    catalogue: Catalogue | None = None,
) -> Told:
    """Judge the looks of a stored run now and on a later day, by default the first of the next busy days.

    Where the store holds no run of the estate, what the inventory itself says is judged alone.
    """
    known = catalogue or discover()
    plan = planned(path, catalogue=known)
    now = instant(at, plan.estate) or datetime.now(UTC)
    today = now.astimezone(ZoneInfo(plan.estate.about.timezone)).date()
    day, peak = _day(plan.estate, today, until)
    made, seen = _seen(run, store, known, plan.estate)
    with collecting_later(), bounded(known, longest) as rules:
        return Told(plan.estate, forecast(plan, rules, seen, now, day), peak, made)


def _seen(run: str, store: str, catalogue: Catalogue, estate: Estate) -> tuple[Run | None, Mapping[str, Observation]]:
    try:
        made, seen = looks_of(run, store, catalogue, estate.ref)
    except Stop as stop:
        if stop.code is not Exit.USAGE or run != "latest":
            raise
        return None, {}
    if made.estate_id != estate.ref and run == "latest":
        return None, {}
    return made, seen


def _day(estate: Estate, today: date, until: str | None) -> tuple[date, Season | None]:
    """The day that is meant, with the busy days that begin on it; Stop(USAGE) where none is."""
    if until is None:
        peak = peak_at(estate, today)
        if peak is None:
            raise Stop(Exit.USAGE, say("the calendar names no busy days of the coming year; name a day with `--until`"))
        return peak.start, peak
    holidays = lunar(estate, today, later(today, 13))
    coming = [one for one in (*seasons(estate, today), *holidays) if one.start > today]
    meant = next((one for one in coming if one.id == until), None)
    meant = meant or next((one for one in coming if until and one.id.startswith(until)), None)
    if meant is not None:
        return meant.start, meant
    try:
        day = parse_day(until)
    except ValueError as broken:
        names = ", ".join(dict.fromkeys(one.id for one in coming)) or "-"
        says = say("expected a day such as 2027-02-06, or busy days that are to come, got {written}; known are {names}",
                   written=repr(until[:80]), names=names)  # fmt: skip
        raise Stop(Exit.USAGE, says) from broken
    if not today < day or day.year >= 9000:
        raise Stop(Exit.USAGE, say("{day} is not after {today}", day=day, today=today))
    return day, None
