"""What one event takes with all that follows from it, to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from audit.analysis.aftermath import Aftermath, Stopped
from audit.cli.fallen import ASSUMED
from audit.model.alias import shared_aliases
from audit.model.clean import json_text, line
from audit.model.estate import Data
from audit.model.graph import Graph
from audit.model.message import Message, say
from audit.model.units import bytes_text, plain
from reports.translate import Translator

MORE: Final = (
    say("what is destroyed is gone until it is built anew; everything else that is out of use stands whole"),
    say("a system runs as long as one of its places does, a room is cool as long as one of its cooling units runs"),
)


def _assumed(graph: Graph) -> tuple[Message, ...]:
    """With what makes this very answer doubtful."""
    doubts = (
        say("{alias} is written as an alias of {suppliers}: they are taken as several", alias=alias, suppliers=all_)
        for alias, all_ in ((alias, ", ".join(refs)) for alias, refs in shared_aliases(graph.estate).items())
    )
    return (*ASSUMED, *MORE, *doubts)


def after_json(graph: Graph, found: Aftermath) -> Iterator[str]:
    """One document."""
    least, most = found.applicants
    document = {
        "schema": "haechi.whatif/1",
        "estate": json_text(graph.estate.about.id),
        "hit": [json_text(one.ref) for one in found.happenings],
        "events": [
            {"event": json_text(one.ref), "kind": one.kind, "mode": one.mode, "says": json_text(str(one.name))}
            for one in found.happenings
        ],
        "lasts-hours": found.lasts,
        "burnt": [json_text(ref) for ref in found.burnt],
        "switched-off": [
            {"place": json_text(ref), "why": json_text(str(why)), "surely": surely} for ref, why, surely in found.places
        ],
        "stops": [_one(stop) for stop in found.stops if stop.surely],
        "stops-perhaps": [_one(stop) for stop in found.stops if not stop.surely],
        "degraded": [
            {"system": json_text(ref), "to": share, "surely": surely} for ref, share, surely in found.degraded
        ],
        "cannot-restart": [
            {"system": json_text(ref), "runs-now": ref not in _stopped(found), "waits-for": list(map(json_text, names))}
            for ref, names in found.stranded.items()
        ],
        "programmes": [_one(stop) for stop in found.programmes],
        "data-destroyed": [_data(data) for data in found.data],
        "data-destroyed-perhaps": [_data(data) for data in found.data_perhaps],
        "applicants-per-hour": {"least": least, "most": most},
        "assumed": [json_text(str(one)) for one in _assumed(graph)],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _stopped(found: Aftermath) -> frozenset[str]:
    return frozenset(one.ref for one in found.stops)


def _one(stop: Stopped) -> dict[str, Any]:
    return {
        "system" if stop.grade is not None else "programme": json_text(stop.ref),
        "grade": stop.grade,
        "surely": stop.surely,
        "how": stop.how,
        "after-hours": stop.after,
        "needs": list(map(json_text, stop.through)),
    }


def _data(data: Data) -> dict[str, Any]:
    return {"data": json_text(data.ref), "bytes": data.size}


def after_text(graph: Graph, found: Aftermath, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people, at most `top` of each sort."""
    for one in found.happenings:
        yield speak.message(one.name)
    if found.lasts is not None:
        yield speak.text("for {duration}", duration=speak.quantity(plain(timedelta(hours=found.lasts))))
    if not found.stops:
        yield "  " + speak.text("no system stops")
    yield from _list(speak.text("destroyed:"), map(line, found.burnt), top, speak)
    for surely in (True, False):
        places = [f"{line(ref)} {speak.message(why)}" for ref, why, sure in found.places if sure == surely]
        title = speak.text("out of use, but whole:") if surely else speak.text("out of use perhaps:")
        yield from _list(title, places, top, speak)
    for surely in (True, False):
        yield from _stops([one for one in found.stops if one.surely == surely], top, speak, surely=surely)
    shares = (f"{line(ref)} {share:.0%}" for ref, share, _ in found.degraded)
    yield from _list(speak.text("goes on with less:"), shares, top, speak)
    running = {ref: names for ref, names in found.stranded.items() if ref not in _stopped(found)}
    halted = {ref: names for ref, names in found.stranded.items() if ref not in running}
    yield from _list(
        speak.text("whole, yet cannot start again even with power, cooling, lines back ({count}):", count=len(halted)),
        _waiting(halted.items(), speak),
        top,
        speak,
    )
    yield from _list(
        speak.text("runs on, but could not be started again ({count}):", count=len(running)),
        _waiting(running.items(), speak),
        top,
        speak,
    )
    yield from _list(speak.text("programmes that stop:"), (_named(one, speak) for one in found.programmes), top, speak)
    yield from _list(speak.text("destroyed with every copy:"), map(_sized, found.data), top, speak)
    yield from _list(speak.text("destroyed with every copy, perhaps:"), map(_sized, found.data_perhaps), top, speak)
    least, most = found.applicants
    if most:
        yield "  " + speak.text("applicants an hour: {least} to {most}", least=f"{least:,.1f}", most=f"{most:,.1f}")
    yield ""
    yield speak.text("assumed:")
    for assumed in _assumed(graph):
        yield "  - " + speak.message(assumed)


def _stops(stops: Sequence[Stopped], top: int, speak: Translator, *, surely: bool) -> Iterator[str]:
    if not stops:
        return
    if surely:
        yield "  " + speak.text("stops ({count}):", count=len(stops))
    else:
        yield "  " + speak.text("stops unless an untried failover works ({count}):", count=len(stops))
    titles = {
        "destroyed": say("destroyed ({count}):"),
        "switched-off": say("switched off with its place ({count}):"),
        "cut-off": say("stands elsewhere, needs what is down ({count}):"),
    }
    for how, title in titles.items():
        some = [_named(one, speak) for one in stops if one.how == how]
        told = speak.message(title.filled(count=str(len(some))))
        yield from ("  " + text for text in _list(told, some, top, speak))


def _named(one: Stopped, speak: Translator) -> str:
    grade = f" ({one.grade})" if one.grade is not None else ""
    through = ", ".join(map(line, one.through[:4])) + (", ..." if len(one.through) > 4 else "")
    after = ""
    if one.after:
        after = "; " + speak.text("after {duration}", duration=speak.quantity(plain(timedelta(hours=one.after))))
    return f"{line(one.ref)}{grade}" + (f" <- {through}" if through else "") + after


def _waiting(some: Iterable[tuple[str, Sequence[str]]], speak: Translator) -> Iterator[str]:
    for ref, names in some:
        yield speak.text("{system} waits for {what}", system=line(ref), what=", ".join(map(line, names[:6])))


def _sized(data: Data) -> str:
    return f"{line(data.ref)} ({bytes_text(data.size) if data.size is not None else '-'})"


def _list(title: str, lines: Iterable[str], top: int, speak: Translator) -> Iterator[str]:
    told = list(lines)
    if told:
        yield "  " + title
        yield from (f"    {text}" for text in told[:top])
        if len(told) > top:
            yield "    " + speak.text("and {count} more; `--top` shows them", count=len(told) - top)
