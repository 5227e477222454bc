"""The order in which things come back, with what it costs, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from audit.analysis.recovery_order import Plan
from audit.model.clean import json_text, line
from audit.model.meaning import Recovery, Span, Stop
from audit.model.message import Message, say
from audit.model.units import plain
from reports.translate import Translator

ASSUMED: Final = (
    say("hours count from the event; what declares no time of its own takes none here, so that this is the best hope"),
    say("what bears the loss of something that declares no time for a while stops too; that may be back sooner"),
    say("a team works at one system at a time; sites, rooms, suppliers come back by themselves"),
    say("a system is set up anew where all of its places are destroyed, else only started again"),
    say("the lower end counts every failover, the upper end those alone that have really switched"),
)


def lasting(hours: float | None, speak: Translator) -> str:
    """Hours for people."""
    return "-" if hours is None else speak.quantity(plain(timedelta(seconds=round(hours * 3600, 3))))


def span_text(span: Span | None, speak: Translator) -> str:
    """From the least to the most."""
    if span is None:
        return speak.text("never by itself")
    if span.most is None:
        return speak.text("{least} or longer", least=lasting(span.least, speak))
    if span.exact:
        return lasting(span.least, speak)
    return speak.text("{least} to {most}", least=lasting(span.least, speak), most=lasting(span.most, speak))


def span_json(span: Span | None) -> dict[str, float | None] | None:
    return (
        None
        if span is None
        else {"least": round(span.least, 6), "most": None if span.most is None else round(span.most, 6)}
    )


def assumed(speak: Translator, messages: tuple[Message, ...]) -> Iterator[str]:
    """What the answer rests on, as lines."""
    yield ""
    yield speak.text("assumed:")
    for one in messages:
        yield "  - " + speak.message(one)


def as_json(estate: str, plan: Plan, found: Recovery, stops: tuple[Stop, ...], teams: int, top: int) -> str:
    """One document."""
    order = plan.systems
    document: dict[str, Any] = {
        "schema": "haechi.recovery-order/1",
        "estate": json_text(estate),
        "hit": [json_text(ref) for ref in found.hit],
        "teams": teams,
        "order": [
            {
                "system": json_text(plan.jobs[job].ref),
                "begins": round(plan.best.begin[job], 6),
                "back": round(plan.best.end[job], 6),
                "team": plan.best.team[job],
                "users": plan.jobs[job].weight,
                "told": job not in plan.untold,
            }
            for job in order[:top]
        ],
        "steps": len(order),
        "user-hours": {
            "this-order": round(plan.best.cost, 3),
            "no-order-less-than": round(plan.bound, 3),
            "proven": plan.proven,
            "as-in-inventory": round(plan.first_come, 3),
            "critical-path-first": round(plan.critical_path, 3),
        },
        "stops": [
            {
                "ref": json_text(one.ref),
                "grade": one.grade,
                "surely": one.surely,
                "falls": span_json(one.falls),
                "back": span_json(one.back),
                "through": json_text(one.through),
            }
            for one in stops[:top]
        ],
        "stopped": len(stops),
        "never": [json_text(ref) for ref in found.never],
        "untold": [json_text(ref) for ref in found.untold],
        "critical": [json_text(one.ref) for one in found.tasks if one.critical],
        "curve": [[round(hours, 6), round(share, 6)] for hours, share in found.curve],
        "contradictions": [
            {
                "institution": json_text(one.institution),
                "system": json_text(one.system),
                "before": json_text(one.before),
            }
            for one in plan.contradictions[:top]
        ],
        "without-users": [json_text(ref) for ref in plan.mute],
        "assumed": [str(one) for one in ASSUMED],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_text(
    plan: Plan, found: Recovery, stops: tuple[Stop, ...], teams: int, top: int, speak: Translator
) -> Iterator[str]:
    """Lines for people."""
    yield speak.text("lost: {what}", what=" + ".join(map(line, found.hit)))
    sure = sum(one.surely for one in stops)
    yield speak.text("stops for certain: {sure}, perhaps: {maybe}", sure=sure, maybe=len(stops) - sure)
    order = plan.systems
    if order:
        yield speak.text("in this order with {teams} teams:", teams=teams)
    for place, job in enumerate(order[:top], 1):
        if job in plan.untold:
            yield "  " + speak.text(
                "{place}. {system}: from {start} at the earliest, nobody says how long it takes",
                place=place,
                system=line(plan.jobs[job].ref),
                start=lasting(plan.best.begin[job], speak),
            )
            continue
        yield "  " + speak.text(
            "{place}. {system}: from {start}, back after {end}, team {team}",
            place=place,
            system=line(plan.jobs[job].ref),
            start=lasting(plan.best.begin[job], speak),
            end=lasting(plan.best.end[job], speak),
            team=plan.best.team[job],
        )
    if len(order) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(order) - top)
    tasks = {plan.jobs[job].ref for job in order}
    others = [line(one.ref) for one in stops if one.surely and one.back is not None and one.ref not in tasks]
    if others:
        more = f", ... ({len(others)})" if len(others) > 8 else ""
        yield speak.text("back without a team, by a standby or by itself: {refs}", refs=", ".join(others[:8]) + more)
    yield from _costs(plan, speak)
    last = [one.ref for one in found.tasks if one.critical]
    if last:
        yield speak.text("what decides when the last one is back: {refs}", refs=", ".join(map(line, last[:8])))
    yield from _gaps(plan, found, top, speak)
    yield from assumed(speak, ASSUMED)


def _costs(plan: Plan, speak: Translator) -> Iterator[str]:
    if not plan.best.cost:
        return
    yield speak.text("users times hours: {cost}", cost=f"{plan.best.cost:,.0f}")
    if plan.proven:
        yield "  " + speak.text("no order costs less")
    elif plan.bound:
        yield "  " + speak.text(
            "at most {gap} above the best order there can be", gap=f"{plan.best.cost / plan.bound - 1:.1%}"
        )
    yield "  " + speak.text("in the order of the inventory: {cost}", cost=f"{plan.first_come:,.0f}")
    yield "  " + speak.text("critical path first: {cost}", cost=f"{plan.critical_path:,.0f}")


def _gaps(plan: Plan, found: Recovery, top: int, speak: Translator) -> Iterator[str]:
    for one in plan.contradictions[:top]:
        yield speak.text(
            "the published order of {who} puts {system} before {other}, for which it waits",
            who=line(one.institution),
            system=line(one.system),
            other=line(one.before),
        )
    for says, refs in (
        (speak.text("never back by itself:"), found.never),
        (speak.text("nobody says how long it takes to bring back:"), found.untold),
        (speak.text("nobody says how many use it; it counts by its grade:"), plan.mute),
    ):
        if refs:
            yield says + " " + ", ".join(map(line, refs[:8])) + (f", ... ({len(refs)})" if len(refs) > 8 else "")
