"""A programme of an inventory with what is left of its money to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

from audit.analysis.contributions import Contributions, Launch, Standing
from audit.model.clean import json_text, line
from audit.model.estate import Programme
from audit.model.exit import Exit, Stop
from audit.model.graph import Graph
from audit.model.message import say
from audit.model.paying import Reached
from audit.model.paying_ways import Ways
from audit.model.units import plain
from reports.translate import Translator

ASSUMED: Final = (
    say("what is signed or paid is certain, a word or a letter is not"),
    say("each unit of money guarantees as much as every other: the leverage stays when somebody leaves"),
    say("without a day the optimist counts the money as there, the pessimist as never coming"),
)
SHOWN: Final = 10


def programme_of(graph: Graph, written: str) -> Programme:
    """The programme of that name; Stop(USAGE) where there is none."""
    found = graph.estate.index.get(written)
    if isinstance(found, Programme):
        return found
    known = [programme.ref for programme in graph.estate.programmes]
    says = say("no programme is called {written}; known are {names}", written=repr(written), names=_names(known))
    raise Stop(Exit.USAGE, says, *_close(written, known))


def payers_of(graph: Graph, written: Sequence[str]) -> tuple[str, ...]:
    """The contributors of these names; Stop(USAGE) where one is none."""
    known = [contributor.ref for contributor in graph.estate.contributors]
    for name in written:
        if name not in known:
            says = say("no contributor is called {written}; known are {names}", written=repr(name), names=_names(known))
            raise Stop(Exit.USAGE, says, *_close(name, known))
    return tuple(dict.fromkeys(written))


def _names(known: Sequence[str]) -> str:
    return ", ".join(known[:20]) + (", ..." if len(known) > 20 else "") if known else "-"


def _close(written: str, known: Sequence[str]) -> Iterator[Any]:
    for close in get_close_matches(written, known, 1):
        yield say("did you mean {close}?", close=repr(close))


def as_json(item: Programme, found: Contributions) -> Iterator[str]:
    """One document; amounts in the currency that it names."""
    headroom = found.headroom
    document: dict[str, Any] = {
        "schema": "haechi.programme/1",
        "programme": json_text(item.ref),
        "currency": found.currency,
        "currencies": list(found.currencies),
        "threshold": found.threshold,
        "guarantees": found.guarantees,
        "minimum": found.minimum,
        "required": found.required,
        "leverage": found.leverage,
        "contributors": [
            {
                "id": json_text(payer.ref),
                "amount": payer.amount,
                "commitment": payer.commitment,
                "expected": payer.expected.isoformat() if payer.expected else None,
                "power": dict(found.power).get(payer.ref, 0.0) if found.power is not None else None,
            }
            for payer in found.payers
        ],
        "pivotal": _refs(found.pivotal),
        "pivotal-pairs": [_refs(pair) for pair in found.pivotal_pairs],
        "breaking": {
            "sets": [_refs(one) for one in found.breaking.sets],
            "exact": found.breaking.exact,
            "complete": found.breaking.complete,
        },
        "dropped": _refs(found.asked.dropped),
        **_left(found.asked),
        "without-one": [{"dropped": _refs(one.dropped), **_left(one)} for one in found.alone],
        "without-two": {"dropped": _refs(found.two.dropped), **_left(found.two)} if found.two else None,
        "headroom": {"least": headroom[0], "most": headroom[1]} if headroom else None,
        "launch": _launch(found.launch) if found.launch else None,
        "ways": [_way(one) for one in found.ways],
        "assumed": [str(one) for one in ASSUMED],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _refs(names: Iterable[str]) -> list[str]:
    return [json_text(name) for name in names]


def _left(one: Standing) -> dict[str, Any]:
    return {
        "left": {"least": one.least, "most": one.most},
        "guaranteed": {"least": one.guaranteed_least, "most": one.guaranteed_most},
        "holds": {"surely": one.holds_surely, "perhaps": one.holds_perhaps},
    }


def _launch(launch: Launch) -> dict[str, Any]:
    def reached(one: Reached) -> dict[str, Any]:
        day = one.day.isoformat() if one.day else None
        slip = one.slip(launch.planned) if launch.planned else None
        return {"day": day, "already": one.already, "late-days": slip, "no-day": _refs(one.untold)}

    planned = launch.planned.isoformat() if launch.planned else None
    return {"planned": planned, "surely": reached(launch.surely), "perhaps": reached(launch.perhaps)}


def _way(one: Ways) -> dict[str, Any]:
    return {
        "side": one.side,
        "ways": [{"id": json_text(rail.ref), "kind": rail.kind} for rail in one.rails],
        "close-together-by": _refs(one.together),
        "close-together-perhaps-by": _refs(one.perhaps),
        "needs-not-told": _refs(one.mute),
    }


def as_text(item: Programme, found: Contributions, speak: Translator) -> Iterator[str]:
    """Lines for people."""

    def money(amount: float) -> str:
        return f"{amount:,.0f} {found.currency}".strip()

    yield line(item.ref)
    share = dict(found.power) if found.power else {}
    for payer in found.payers:
        told = [speak.text(payer.commitment)]
        if payer.expected:
            told.append(speak.text("expected on {date}", date=plain(payer.expected)))
        if payer.ref in share:
            told.append(speak.text("{share} of the say", share=f"{share[payer.ref]:.0%}"))
        yield f"  {line(payer.ref):<30} {money(payer.amount):>28}  {', '.join(told)}"
    if found.mixed:
        yield "  " + speak.text(
            "nothing can be added: the amounts are in several currencies ({names})", names=", ".join(found.currencies)
        )
        return
    if found.threshold is not None:
        yield "  " + speak.text("needed: {amount}", amount=money(found.threshold))
    if found.leverage is not None and found.guarantees is not None:
        yield "  " + speak.text(
            "guaranteed: {amount}, {times} times what is promised",
            amount=money(found.guarantees), times=f"{found.leverage:,.2f}",
        )  # fmt: skip
    if found.minimum is not None:
        yield "  " + speak.text("to be guaranteed at least: {amount}", amount=money(found.minimum))
    if found.asked.dropped:
        yield "  " + speak.text("withdrawn: {names}", names=_some(found.asked.dropped))
    yield "  " + _verdict(found.asked, money(found.asked.least), money(found.asked.most), speak)
    if found.headroom is not None:
        least, most = found.headroom
        yield "  " + speak.text(
            "to spare: {least} signed or paid, {most} promised", least=money(least), most=money(most)
        )
    if not found.asked.dropped:  # what follows is told of all of them together
        yield from _withdrawals(found, money, speak)
    if found.launch is not None:
        yield from (f"  {text}" for text in _launch_text(found.launch, speak))
    for way in found.ways:
        yield from (f"  {text}" for text in _way_text(way, speak))
    yield ""
    yield speak.text("assumed:")
    for assumed in ASSUMED:
        yield "  - " + speak.message(assumed)


def _withdrawals(found: Contributions, money: Callable[[float], str], speak: Translator) -> Iterator[str]:
    """What is left without any one of them, without the two largest; who alone and which pairs decide."""
    for one in (*found.alone[:SHOWN], *((found.two,) if found.two else ())):
        if one.guaranteed_most is not None:
            yield "  " + speak.text(
                "without {names}: {left} left, {guaranteed} guaranteed, {verdict}",
                names=_some(one.dropped), left=money(one.most), guaranteed=money(one.guaranteed_most),
                verdict=speak.text("it holds") if one.holds_perhaps else speak.text("it falls"),
            )  # fmt: skip
    if found.pivotal:
        yield "  " + speak.text("it falls without any one of: {names}", names=_some(found.pivotal))
    for one, other in found.pivotal_pairs[:SHOWN]:
        yield "  " + speak.text("it falls without both {one} and {other}", one=line(one), other=line(other))
    if found.breaking.sets and len(found.breaking.sets[0]) > 2:
        yield "  " + speak.text("the fewest without whom it falls: {names}", names=_some(found.breaking.sets[0]))


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(line, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")


def _verdict(standing: Standing, least: str, most: str, speak: Translator) -> str:
    if standing.holds_surely:
        return speak.text("it holds: {least} are signed or paid", least=least)
    if standing.holds_perhaps:
        return speak.text("it holds only if every promise is kept: {least} signed or paid, {most} promised",
                          least=least, most=most)  # fmt: skip
    return speak.text("it does not hold: {most} are left of all that was promised", most=most)


def _launch_text(launch: Launch, speak: Translator) -> Iterator[str]:
    def when(one: Reached) -> str:
        if one.already:
            return speak.text("now")
        if one.day is None:
            return speak.text("on no day that is known")
        late = one.slip(launch.planned) if launch.planned else 0
        if late:
            return speak.text("on {date}, {days} days late", date=plain(one.day), days=late)
        return speak.text("on {date}", date=plain(one.day))

    if launch.planned is not None:
        yield speak.text("planned to begin on {date}", date=plain(launch.planned))
    surely, perhaps = when(launch.surely), when(launch.perhaps)
    yield speak.text("there is enough money: {surely} as signed or paid, {perhaps} as promised",
                     surely=surely, perhaps=perhaps)  # fmt: skip
    if launch.perhaps.untold:
        yield speak.text("they say no day: {names}; add `expected:`", names=_some(launch.perhaps.untold))


def _way_text(one: Ways, speak: Translator) -> Iterator[str]:
    if not one.rails:
        return
    kinds = ", ".join(f"{line(rail.id)} ({rail.kind})" for rail in one.rails)
    yield (speak.text("ways to apply: {ways}", ways=kinds) if one.side == "intake"
           else speak.text("ways to pay out: {ways}", ways=kinds))  # fmt: skip
    if one.together:
        yield "  " + speak.text("all of them close when one of these is lost: {names}", names=_some(one.together))
    if one.perhaps:
        yield "  " + speak.text("and unless an untried failover works: {names}", names=_some(one.perhaps))
    if one.mute:
        yield "  " + speak.text("nobody wrote what these need: {names}; add `needs:`", names=_some(one.mute))
