"""What a loss costs to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from audit.analysis.impact import Cost, Impact
from audit.model.clean import json_text, line
from audit.model.graph import Graph
from audit.model.harm import AN_HOUR, ASSUMED
from audit.model.meaning import Harm, Span
from audit.model.message import Message, say
from audit.model.units import plain
from reports.translate import Translator

UNTIL_THEN: Final = say("each system that stops is away for as long as was asked, or until a standby takes over from "
                        "it or from what it leans on; what bears that time does not stop")  # fmt: skip
FROM_INVENTORY: Final = say("what the inventory does not give hours for is back at once in the best case, never in the "
                            "worst")  # fmt: skip
SWITCHED: Final = say("a failover in mode hot of which somebody told that its switch takes time leaves its system away "
                      "for that time; `haechi whatif` counts it as a second place")  # fmt: skip
_MANY: Final = 1e15


def as_json(graph: Graph, found: Impact, top: int) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.impact/1",
        "estate": json_text(graph.estate.about.id),
        "hit": [json_text(name) for name in found.hit],
        "at": found.at.isoformat(),
        "hours": found.hours,
        "season": None if found.season is None else {"id": json_text(found.season.id), "demand": found.season.demand},
        "together": _harm_json(found.whole),
        "hours-of-the-ministry": _span_json(_times(found.whole.exposure)),
        "systems": [
            {
                "system": json_text(one.system.ref),
                "grade": one.system.grade,
                "surely": one.stop.surely,
                "stops": _span_json(one.stop.falls),
                "back": None if one.stop.back is None else _span_json(one.stop.back),
                "left": 0.0 if one.stop.to == 1 else one.stop.to,
                "declares": _declares(one),
                **_harm_json(one.harm),
            }
            for one in found.costs[:top]
        ],
        "undeclared": {
            key: sum(key not in _declares(one) for one in found.costs) for key in ("users", "applicants", "funds")
        },
        "more": max(len(found.costs) - top, 0),
        "programmes": [json_text(ref) for ref in found.programmes],
        "silent": [json_text(ref) for ref in found.whole.silent],
        "deadlines-that-move": [json_text(name) for name in found.extended],
        "measured": {"restores": len(found.known.restores), "switches": len(found.known.took)},
        "assumed": [str(one) for one in _assumed(found)],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _declares(cost: Cost) -> list[str]:
    """The keys of which a figure is made; without one of them that figure is not known."""
    system = cost.system
    told = {"users": system.users, "applicants": system.applicants, "in-flight": system.in_flight,
            "deadlines": system.deadlines or None, "funds": system.funds}  # fmt: skip
    return [key for key, value in told.items() if value is not None]


def _harm_json(harm: Harm) -> dict[str, Any]:
    return {
        "applicant-hours-exposed": _span_json(harm.exposure),
        "hours-of-waiting": _span_json(harm.waiting),
        "people-who-miss-a-deadline": _span_json(harm.missed),
        "money-late": _money_json(harm.delayed),
        "money-lost": _money_json(harm.lost),
    }


def _money_json(money: Mapping[str, Span]) -> dict[str, Any]:
    return {currency: _span_json(span) for currency, span in money.items()}


def _span_json(span: Span) -> dict[str, float | None]:
    return {"least": span.least, "most": span.most}


def _times(exposure: Span) -> Span:
    return Span(exposure.least / AN_HOUR, None if exposure.most is None else exposure.most / AN_HOUR)


def as_text(graph: Graph, found: Impact, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people."""
    yield speak.text("lost: {what}", what=" + ".join(map(line, found.hit)))
    when = found.at.astimezone(ZoneInfo(graph.estate.about.timezone)).isoformat(timespec="minutes")
    if found.season is None:
        yield speak.text("at {when}", when=when)
    else:
        names = found.season.names[1] if speak.language == "ko" else found.season.names[0]
        demand = f"{found.season.demand:g}"
        yield speak.text("at {when}, in {season}: {demand} times the usual demand", when=when, season=line(names),
                         demand=demand)  # fmt: skip
    if not found.costs:
        yield "  " + speak.text("no system stops")
    else:
        yield ""
        yield speak.text("all of it together (systems: {count}):", count=len(found.costs))
        told = {key for one in found.costs for key in _declares(one)}
        yield from _lines(found.whole, speak, "  ", told)
        if "users" in told:
            yield "  " + speak.text("that is {times} times the hour of 1.1 million that the ministry reckoned in 2025",
                                    times=_range(_times(found.whole.exposure), speak, ",.2f"))  # fmt: skip
        for key in ("users", "applicants"):
            mute = sum(key not in _declares(one) for one in found.costs)
            if mute:
                yield "  " + speak.text("systems that do not declare `{key}`: {count}", key=key, count=mute)
    for ref in found.programmes:
        yield "  " + speak.text("the programme {programme} stops too", programme=line(ref))
    yield from _systems(found, top, speak)
    yield ""
    yield speak.text("assumed:")
    for one in _assumed(found):
        yield "  - " + speak.message(one)


def _systems(found: Impact, top: int, speak: Translator) -> Iterator[str]:
    for one in found.costs[:top]:
        yield ""
        left = speak.text("goes on at {share} of its capacity", share=f"{one.stop.to:.0%}") if one.stop.to < 1 else ""
        sure = "" if one.stop.surely else speak.text("perhaps")
        notes = [f"({one.system.grade})", _away(one, speak), left, sure]
        yield f"{line(one.system.ref)} " + ", ".join(note for note in notes if note)
        yield from _lines(one.harm, speak, "  ", _declares(one))
    if len(found.costs) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(found.costs) - top)
    if found.whole.silent:
        names = ", ".join(map(line, found.whole.silent[:8])) + (", ..." if len(found.whole.silent) > 8 else "")
        yield ""
        yield speak.text("declare neither users nor applicants, so that their people are in no figure ({count}): "
                         "{systems}", count=len(found.whole.silent), systems=names)  # fmt: skip
    for name in found.extended[:top]:
        yield speak.text("the deadline {deadline} passes meanwhile, but moves by a rule", deadline=line(name))


def _away(cost: Cost, speak: Translator) -> str:
    stop = cost.stop
    if stop.back is None:
        return speak.text("not back by itself")
    least = max(stop.back.least - (stop.falls.most if stop.falls.most is not None else stop.back.least), 0.0)
    least = least if stop.surely else 0.0
    shortest = _length(least)
    if stop.back.most is None and not least:
        return speak.text("away, and nothing says for how long")
    if stop.back.most is None:
        return speak.text("away for {least} or longer, nothing says how long", least=shortest)
    longest = _length(max(stop.back.most - stop.falls.least, 0.0))
    if shortest == longest:
        return speak.text("away for {hours}", hours=shortest)
    return speak.text("away for {least} to {most}", least=shortest, most=longest)


def _length(hours: float) -> str:
    return plain(timedelta(hours=min(hours, 8_760_000.0)))


def _lines(harm: Harm, speak: Translator, before: str, told: Collection[str]) -> Iterator[str]:
    if "users" in told:
        yield before + speak.text("applicant-hours exposed: {figure}", figure=_range(harm.exposure, speak))
    if "applicants" in told or "in-flight" in told:
        yield before + speak.text("hours of waiting: {figure}", figure=_range(harm.waiting, speak))
    if "deadlines" in told:
        yield before + speak.text("people who miss a deadline: {figure}", figure=_range(harm.missed, speak))
    for currency, span in harm.delayed.items():
        yield before + speak.text("money that flows late: {currency} {figure}", figure=_range(span, speak),
                                  currency=currency)  # fmt: skip
    for currency, span in harm.lost.items():
        if span.most != 0:
            yield before + speak.text("money that never flows: {currency} {figure}", figure=_range(span, speak),
                                      currency=currency)  # fmt: skip


def _range(span: Span, speak: Translator, form: str = ",.0f") -> str:
    least = _figure(span.least, form)
    if span.most is None:
        return speak.text("{least} or more, without an end", least=least)
    most = _figure(span.most, form)
    return least if least == most else speak.text("{least} to {most}", least=least, most=most)


def _figure(number: float, form: str) -> str:
    return format(number, form) if number < _MANY else f"{number:.3g}"


def _assumed(found: Impact) -> tuple[Message, ...]:
    return (*ASSUMED, FROM_INVENTORY if found.hours is None else UNTIL_THEN, SWITCHED)
