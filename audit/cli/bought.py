"""What is worth buying to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from audit.analysis.budgeting import THINGS, Plan
from audit.analysis.budgeting_works import Single
from audit.cli.concentrated import BASES
from audit.model.clean import json_text, line
from audit.model.graph import Graph
from audit.model.message import say
from audit.model.units import plain
from reports.translate import Translator

ASSUMED: Final = (
    say("a thing that is doubled takes nothing any more when it alone is lost; what it stands in still does"),
    say("a failover that has really switched is a second place"),
    say("each single loss counts alike, however often it comes"),
    say("a failover that nobody has tried does not help before it is proven"),
)
SHOWN: Final = 5


def as_json(graph: Graph, found: Plan, top: int) -> Iterator[str]:
    """One document; costs in `currency`, harm in the measure of `basis` an hour, over all single losses."""
    document = {
        "schema": "haechi.fixes/1",
        "estate": json_text(graph.estate.about.id),
        "goal": found.goal,
        "basis": found.stakes.basis,
        "currency": found.currency,
        "measures": len(graph.estate.measures),
        "budget": found.budget,
        "chosen": [
            {
                "id": json_text(one.id),
                "cost": float(one.cost.amount),
                "doubles": [json_text(ref) for ref in one.doubles],
                "proves": [json_text(ref) for ref in one.proves],
                "by": plain(one.by) if one.by is not None else None,
            }
            for one in found.chosen
        ],
        "cost": found.cost,
        "exact": found.exact,
        "bound": found.bound,
        "complete": found.complete,
        "harm": {"before": found.harm_before, "after": found.harm_after},
        "singles": {"before": len(found.before), "after": len(found.after)},
        "left": [_single(one) for one in found.after[:top]],
        "no-measure-ends": [json_text(ref) for ref in found.hopeless[:top]],
        "other-currency": [json_text(ref) for ref in found.other_currency],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _single(one: Single) -> dict[str, Any]:
    return {
        "loss": json_text(one.ref),
        "stops": [json_text(ref) for ref in one.stops[:50]],
        "count": len(one.stops),
        "ended-by": [json_text(ref) for ref in one.ended_by],
    }


def as_text(found: Plan, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people."""

    def money(amount: float) -> str:
        return (
            speak.text("{count} things", count=f"{amount:,.0f}")
            if found.currency == THINGS
            else (f"{amount:,.0f} {found.currency}")
        )

    if found.currency == THINGS:
        yield speak.text("the inventory names no `measures:` with their cost; these are the fewest things to do")
        if found.before:
            yield speak.text("nothing of this is planned: write `measures:` with `cost:`, `doubles:`, `proves:`, then "
                             "a budget chooses among them")  # fmt: skip
    for one in found.chosen:
        what = [speak.text("double {names}", names=_some(one.doubles))] if one.doubles else []
        what += [speak.text("prove {names}", names=_some(one.proves))] if one.proves else []
        cost = "" if found.currency == THINGS else f"{money(float(one.cost.amount)):>24}"
        by = [speak.text("by {date}", date=plain(one.by))] if one.by is not None else []
        name = "" if found.currency == THINGS else f"{line(one.id):<28}"
        yield f"  {name}{cost}  {', '.join((*what, *by))}"
    if not found.before:
        yield speak.text("no single loss stops a system that counts for this goal")
    elif not found.chosen:
        yield speak.text("nothing is worth buying for this goal")
    yield speak.text("all of it: {cost}", cost=money(found.cost)) + _against(found, money(found.budget or 0.0), speak)
    if not found.exact:
        bound = money(found.bound) if found.goal == "spof" and found.complete else f"{found.bound:,.0f}"
        yield speak.text("nearly the best: nothing is better than {bound}", bound=bound)
    yield speak.text("single points of failure: {before} before, {after} after",
                     before=len(found.before), after=len(found.after))  # fmt: skip
    figures = {
        "before": f"{found.harm_before:,.0f}",
        "after": f"{found.harm_after:,.0f}",
        "basis": speak.message(dict(BASES)[found.stakes.basis]),
    }
    yield speak.message(
        say("what single losses stop of grade 1, all together: {before} before, {after} after ({basis})", **figures)
        if found.goal == "spof"
        else say("what single losses stop, all together: {before} before, {after} after ({basis})", **figures)
    )
    yield from _left(found, top, speak)
    yield ""
    yield speak.text("assumed:")
    for assumed in ASSUMED:
        yield "  - " + speak.message(assumed)


def _against(found: Plan, budget: str, speak: Translator) -> str:
    if found.budget is None:
        return ""
    if not found.complete:
        return "; " + speak.text("{budget} do not end every single point that a measure could end", budget=budget)
    return "; " + speak.text("the budget is {budget}", budget=budget)


def _left(found: Plan, top: int, speak: Translator) -> Iterator[str]:
    if found.after:
        yield ""
        yield speak.text("left:")
    for one in found.after[:top]:
        yield f"  {line(one.ref):<32} " + speak.text("stops ({count}): {systems}", count=len(one.stops),
                                                     systems=_some(one.stops))  # fmt: skip
        yield " " * 34 + (
            speak.text("ended by: {names}", names=_some(one.ended_by))
            if one.ended_by
            else speak.text("no measure ends it")
        )
    if len(found.after) > top:
        yield speak.text("and {count} more; `--top` shows them", count=len(found.after) - top)
    if found.other_currency:
        yield speak.text("priced in another currency, so left out: {names}", names=_some(found.other_currency))


def _some(refs: Sequence[str]) -> str:
    return ", ".join(map(line, refs[:SHOWN])) + (", ..." if len(refs) > SHOWN else "")
