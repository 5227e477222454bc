"""What the watch measured of an endpoint becomes rulings on its availability, its speed over a day, over a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from audit.contract import CannotSee, Example, Limits, Reason, Ruling, Subject, Verdict, check, ruling, say
from audit.model.facts import Past, Sample, ServiceState, Share
from audit.model.history import interval, meets
from audit.model.message import Message
from audit.model.technology import Endpoint
from checks.availability.rules import PORTAL, WEB

STEP: Final = 1.1
"""Latencies are counted in classes: one lies at most a tenth below the figure that is told of it."""
_ENOUGH: Final = ("90 %", "90 %", "90 %", "90 %")


def _watched(*shares: float, p95: float | None = None, before: float | None = None) -> ServiceState:
    """An example: the least, most and coverage of day and month."""
    share = Share(least=shares[0], most=shares[1], coverage=shares[2])
    past = Past(since=datetime(2026, 8, 2, tzinfo=UTC), day=share, month=share, p95=p95, p95_before=before)
    return ServiceState(samples=(Sample(address="192.0.2.4", status=200),), past=past)


_UNWATCHED: Final = ServiceState(samples=(Sample(address="192.0.2.4", status=200),))


def _past(endpoint: Subject[Endpoint], seen: ServiceState) -> Past:
    if not seen.has("past"):
        says = say(
            "no watch has measured {endpoint}; leave `haechi watch` running on this inventory", endpoint=endpoint.ref
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    return seen.past


def _judged(
    endpoint: Subject[Endpoint], share: Share | None, limits: Limits, period: Message, since: datetime
) -> Ruling:
    target, enough = limits.number("least") / 100, limits.number("coverage") / 100
    if share is None:
        says = say("the watch measured nothing of {endpoint} over {period}", endpoint=endpoint.ref, period=period)
        raise CannotSee(Reason.INCOMPLETE, says)
    figures: dict[str, object] = {
        "endpoint": endpoint.ref,
        "period": period,
        "figure": interval(share.least, share.most),
        "coverage": f"{int(share.coverage * 1000) / 10:g}",
        "target": f"{target * 100:g}",
    }
    met = meets(share.least, share.most, share.coverage, target, enough)
    if met is None and share.coverage < enough:
        says = say(
            "{endpoint} was measured for only {coverage} % of {period} (since {since}); {enough} % are needed to tell",
            since=since.isoformat(timespec="minutes"),
            enough=f"{enough * 100:g}",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    if met is None:
        says = say(
            "{endpoint} was available for {figure} of {period}; whether that is {target} % cannot be told from looks "
            "so far apart",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    measured = say("{figure}, coverage {coverage} %", **figures)
    required = say("at least {target} %", **figures)
    if met:
        says = say("{endpoint} was available for {figure} of {period}", **figures)
    else:
        says = say(
            "{endpoint} was available for only {figure} of {period}; its grade demands {target} %, so look at "
            "`haechi outages`",
            **figures,
        )
    return ruling(met, measured=measured, required=required, says=says)


@check(
    "availability.day",
    control="AVL-01",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2", "NIST SP 800-53r5 SI-4", "NIST SP 800-53r5 CP-10", "CSF PR.IR-04"),
    limits={"least": ("99.9 %", "99.5 %", "99 %", "95 %"), "coverage": _ENOUGH},
    examples=(
        Example(Verdict.PASS, PORTAL, WEB, seen=_watched(0.9993, 0.9996, 0.99)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(0.985, 0.987, 0.99)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(0.5, 0.55, 0.4)),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(0.9985, 0.9995, 0.99), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(1, 1, 0.4), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_UNWATCHED, reason=Reason.INCOMPLETE),
    ),
)
def service_answered_today(endpoint: Subject[Endpoint], seen: ServiceState, limits: Limits) -> Ruling:
    """Over the last 24 hours the service answered rightly for the share of time that its grade demands.

    Why: one look is one moment; what people met over the whole day is only known by looking all day.

    Fix: run `haechi outages ESTATE --on {ref}` for when and why it did not answer, mend the cause; where it was not
    watched, keep `haechi watch ESTATE` running.
    """
    past = _past(endpoint, seen)
    return _judged(endpoint, past.day, limits, say("the last 24 hours"), past.since)


@check(
    "availability.month",
    control="AVL-02",
    method="A",
    severity="high",
    answers=("NIST SP 800-53r5 CP-2(3)", "CSF PR.IR-04"),
    limits={"least": ("99.95 %", "99.9 %", "99.5 %", "99 %"), "coverage": _ENOUGH},
    examples=(
        Example(Verdict.PASS, PORTAL, WEB, seen=_watched(0.9996, 0.9998, 0.97)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(0.9982, 0.9985, 0.97)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(0.9, 0.91, 0.3)),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(0.9994, 0.9996, 0.97), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(1, 1, 0.3), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_UNWATCHED, reason=Reason.INCOMPLETE),
    ),
)
def service_was_available(endpoint: Subject[Endpoint], seen: ServiceState, limits: Limits) -> Ruling:
    """Over the last 30 days the service was available for the share of time that its grade demands.

    Why: this is the promise that is quoted to people. Time in which nobody looked is no proof of it, and maintenance
    is only left out where it was declared beforehand.

    Fix: run `haechi uptime ESTATE --on {ref}` for what is left of the error budget and `haechi outages ESTATE --on
    {ref}` for what took it; mend what took most.
    """
    past = _past(endpoint, seen)
    return _judged(endpoint, past.month, limits, say("the last 30 days"), past.since)


@check(
    "availability.latency-day",
    control="AVL-03",
    method="A",
    severity="medium",
    answers=("NIST SP 800-53r5 SC-5(2)", "NIST SP 800-53r5 CP-2(2)", "ISMS-P 2.9.2"),
    limits={"total": ("1s", "2s", "3s", "5s"), "coverage": _ENOUGH},
    examples=(
        Example(Verdict.PASS, PORTAL, WEB, seen=_watched(1, 1, 0.99, p95=0.31)),
        Example(Verdict.PASS, PORTAL, WEB, seen=_watched(1, 1, 0.99, p95=0.31, before=0.2)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(1, 1, 0.99, p95=1.7)),
        Example(Verdict.FAIL, PORTAL, WEB, seen=_watched(1, 1, 0.99, p95=1.7, before=0.9)),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(1, 1, 0.99, p95=1.05), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(0, 0, 0.99), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_watched(1, 1, 0.4, p95=0.31), reason=Reason.INCOMPLETE),
        Example(Verdict.UNKNOWN, PORTAL, WEB, seen=_UNWATCHED, reason=Reason.INCOMPLETE),
    ),
)
def service_was_fast(endpoint: Subject[Endpoint], seen: ServiceState, limits: Limits) -> Ruling:
    """Over the last 24 hours, 95 of 100 good answers came within the time that the grade of the service allows.

    Why: a look at night says nothing of the morning in which everybody applies, and a time that grows from day to day
    is the first sign of an outage.

    Fix: the latency ladder of the report tells whether all answers are slow or only the slowest; the phases of one
    look tell where the time goes.
    """
    past, most, enough = _past(endpoint, seen), limits.duration("total"), limits.number("coverage") / 100
    if past.day is None or past.p95 is None:
        says = say("the watch saw no good answer of {endpoint} in the last 24 hours", endpoint=endpoint.ref)
        raise CannotSee(Reason.INCOMPLETE, says)
    if past.day.coverage < enough:
        says = say(
            "{endpoint} was measured for only {coverage} % of {period} (since {since}); {enough} % are needed to tell",
            endpoint=endpoint.ref,
            coverage=f"{int(past.day.coverage * 1000) / 10:g}",
            period=say("the last 24 hours"),
            since=past.since.isoformat(timespec="minutes"),
            enough=f"{enough * 100:g}",
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    slowest = timedelta(seconds=past.p95)
    figures = {
        "endpoint": endpoint.ref,
        "seconds": f"{past.p95:.2f}",
        "least": f"{past.p95 / STEP:.2f}",
        "most": f"{most.total_seconds():g}",
        "before": f"{past.p95_before:.2f}" if past.p95_before is not None else "",
    }
    if most < slowest <= most * STEP:
        says = say(
            "95 of 100 answers of {endpoint} came within {least} to {seconds} s; whether within {most} s cannot be "
            "told more finely",
            **figures,
        )
        raise CannotSee(Reason.INCOMPLETE, says)
    met = slowest <= most
    if met and past.p95_before is None:
        says = say("95 of 100 answers of {endpoint} came within {seconds} s", **figures)
    elif met:
        says = say(
            "95 of 100 answers of {endpoint} came within {seconds} s, within {before} s the day before", **figures
        )
    elif past.p95_before is None:
        says = say("95 of 100 answers of {endpoint} took up to {seconds} s; its grade allows {most} s", **figures)
    else:
        says = say(
            "95 of 100 answers of {endpoint} took up to {seconds} s, {before} s the day before; its grade allows "
            "{most} s",
            **figures,
        )
    return ruling(met, measured=slowest, required=most, says=says)
