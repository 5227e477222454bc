"""A number of endpoints to a dossier that knows ninety days of each, with every kind of day among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from audit.model.dossier import Dossier
from audit.model.estate import Estate, Institution, System
from audit.model.history import Availability, Outage, Strip
from audit.model.measurement import State
from audit.model.technology import Endpoint
from tests.reports.sample import AT, dossier, place

SEOUL: Final = ZoneInfo("Asia/Seoul")
DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta(0)
MORNING: Final = AT.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
LADDER: Final = (("p50", 0.021), ("p90", 0.043), ("p95", 0.068), ("p99", 0.41), ("max", 3.2))


def seen(
    start: datetime,
    end: datetime,
    *,
    down: timedelta = NOTHING,
    between: timedelta = NOTHING,
    unknown: timedelta = NOTHING,
    maintenance: timedelta = NOTHING,
) -> Availability:
    """A period that was up but for what is said."""
    return Availability(
        subject="x",
        start=start,
        end=end,
        up=end - start - down - between - unknown - maintenance,
        down=down,
        between=between,
        partial=NOTHING,
        degraded=NOTHING,
        unknown=unknown,
        maintenance=maintenance,
    )


def day(number: int, salt: int) -> Availability:
    """The n-th day before today: mostly well, each kind of trouble now and then."""
    start = MORNING - number * DAY
    end = min(start + DAY, AT)
    if number > 60 + salt * 7:
        return seen(start, end, unknown=end - start)
    match (number * 7 + salt * 3) % 29:
        case 3:
            return seen(start, end, down=timedelta(minutes=11), between=timedelta(minutes=6))
        case 8:
            return seen(start, end, between=timedelta(minutes=2))
        case 13:
            return seen(start, end, unknown=timedelta(hours=15))
        case 17:
            return seen(start, end, down=timedelta(seconds=20), between=timedelta(seconds=4))
        case 21:
            return seen(start, end, maintenance=timedelta(hours=13))
    return seen(start, end)


def outage(subject: str, detail: str) -> Outage:
    first = MORNING - 3 * DAY + timedelta(hours=2)
    return Outage(
        subject=subject,
        state=State.DOWN,
        reason="connect-timeout",
        detail=detail,
        last_good=first - timedelta(minutes=1),
        first_bad=first,
        last_bad=first + timedelta(minutes=11),
        first_good=first + timedelta(minutes=12),
        ended=True,
        known_until=first + timedelta(minutes=12),
        applicant_hours=(251.2, 296.9),
    )


def strip(subject: str, salt: int, taint: str = "") -> Strip:
    """One endpoint: of four one is well, one not, one not proven, one never measured."""
    month_ago = AT - 30 * DAY
    if salt % 4 == 3:
        blank = tuple(seen(start, end, unknown=end - start) for start, end in ((MORNING - DAY, MORNING), (MORNING, AT)))
        return Strip(subject, blank, seen(month_ago, AT, unknown=30 * DAY), 0.99)
    month = (
        seen(month_ago, AT),
        seen(month_ago, AT, down=timedelta(minutes=40), between=timedelta(minutes=25), maintenance=timedelta(hours=13)),
        seen(month_ago, AT, between=timedelta(minutes=30), unknown=timedelta(days=6)),
    )[salt % 4]
    return Strip(
        subject=subject,
        days=tuple(day(number, salt) for number in range(89, -1, -1)) if salt % 4 else healthy(),
        month=month,
        target=0.9995,
        ladder=dict(LADDER),
        outages=(outage(subject, "no answer" + taint),) * (salt % 4),
    )


def healthy() -> tuple[Availability, ...]:
    return tuple(seen(MORNING - n * DAY, min(MORNING - n * DAY + DAY, AT)) for n in range(89, -1, -1))


def with_endpoints(whole: Estate, each: int) -> Estate:
    """The same estate, each of its systems with so many endpoints."""
    bodies: list[Institution] = []
    for body in whole.institutions:
        systems: list[System] = []
        for system in body.systems:
            refs = [f"{system.ref}/web-{number}" for number in range(each)]
            made = tuple(
                Endpoint.model_validate({"@": place(ref), "id": ref.rpartition("/")[2], "kind": "http"}) for ref in refs
            )
            systems.append(system.model_copy(update={"endpoints": made}))
        bodies.append(body.model_copy(update={"systems": tuple(systems)}))
    return whole.model_copy(update={"institutions": tuple(bodies)})


def watched(count: int = 60, institutions: int = 3, systems: int = 3, each: int = 2, taint: str = "") -> Dossier:
    """The sample dossier with the past of every endpoint."""
    plain = dossier(count, institutions, systems, taint)
    whole = with_endpoints(plain.estate, each)
    refs = [endpoint.ref for _, system in whole.systems() for endpoint in system.endpoints]
    strips = tuple(strip(ref + taint, number, taint) for number, ref in enumerate(refs))
    return replace(plain, estate=whole, strips=strips)
