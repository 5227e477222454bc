"""Restore drills to the lines, or the document of JSON, that a command prints of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from audit.app.drilling import Drilled
from audit.cli.back import columns
from audit.cli.switched import stored_switch, tell_switch
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, json_text, line
from audit.model.drilling import Promise
from audit.model.message import say
from audit.model.verdict import Verdict
from audit.world.clock import SystemClock
from reports.drills import Row, record, row
from reports.proofs import Measured
from reports.switches import record as switch_record
from reports.translate import Translator
from reports.words import REASONS, VERDICTS

SCHEMA: Final = "haechi.drills/1"
HEADS: Final = (
    say("copy"), say("newest drill"), say("what came of it"), say("level"), say("RPO"), say("RTO"),
    say("proves it until"),
)  # fmt: skip


def tell_one(drilled: Drilled, language: str) -> None:
    """What came of one drill."""
    speak = Translator(language, drilled.zone)
    if drilled.state is not None:
        for text in _lines(row(drilled.state, drilled.promise, drilled.state.ended, speak), speak):
            tell(text)
    elif drilled.unseen is not None:
        reason = speak.message(REASONS[drilled.unseen.reason].says)
        why = speak.message(drilled.unseen.says)
        tell(line(speak.text("? {copy}  not tried ({reason}): {why}", copy=drilled.ref, reason=reason, why=why)))
    if drilled.left:
        talk(say("could not take away {path}; do it by hand", path=drilled.left), language)


def as_json(done: Sequence[Drilled]) -> None:
    """The drills of one command for programs."""
    _document(
        drills=[record(one.state, one.promise) for one in done if one.state is not None],
        not_tried=[
            {"copy": one.ref, "reason": str(one.unseen.reason), "says": json_text(str(one.unseen.says))}
            for one in done
            if one.unseen is not None
        ],
    )


def overview(path: Path, store: str, form: str, language: str) -> None:
    """Every copy of an inventory with consent or with drills."""
    from audit.app.drilling import standing
    from audit.app.drilling.failover import standing_switches

    found, switches = standing(path, store), standing_switches(path, store)
    if form == "json":
        _document(
            drills=[record(one.state, one.promise) for one in found if one.state is not None],
            never=[one.ref for one in found if one.state is None],
            switches=[switch_record(state, promise) for state, promise, _ in switches],
        )
        return
    if not found:
        talk(say("no copy has consent for drills; write `drill:` with `consent` and `until`"), language)
    else:
        for text in columns(list(_table(found, language))):
            tell(text)
    for state, promise, zone in switches:
        tell_switch(state, promise, zone, language)


def one(name: str, store: str, form: str, language: str) -> None:
    """One stored drill, or one switch that was measured."""
    from audit.app.drilling import stored

    switch = stored_switch(name, store)
    if switch is not None:
        if form == "json":
            _document(drills=[], switches=[switch_record(switch, Promise())])
        else:
            tell_switch(switch, Promise(), "UTC", language)
        return
    state = stored(name, store)
    if form == "json":
        _document(drills=[record(state, Promise())])
        return
    speak = Translator(language, "UTC")
    told = row(state, Promise(), SystemClock().now(), speak)
    # The record does not know the time zone of the estate, so that its times say which they are in.
    for text in _lines(replace(told, until=f"{told.until} UTC", point=f"{told.point} UTC"), speak):
        tell(text)


def _table(found: Iterable[Drilled], language: str) -> Iterator[Sequence[str]]:
    now = SystemClock().now()
    yield [Translator(language).message(head) for head in HEADS]
    for each in found:
        speak = Translator(language, each.zone)
        if each.state is None:
            yield (each.ref, "-", speak.text("never drilled"), "-", "-", "-", "-")
            continue
        told = row(each.state, each.promise, now, speak)
        yield (
            told.ref,
            told.when,
            f"{told.sign} {told.word}" + (f" ({_sent(told, speak)})" if told.sent_by else ""),
            told.level,
            _beside(told.rpo),
            _beside(told.rto),
            told.until,
        )


def _lines(told: Row, speak: Translator) -> Iterator[str]:
    yield line(f"{told.sign} {told.ref}  {told.word}  {told.level}  {told.extent}  {told.id}")
    if told.sent_by:
        yield line(f"  {_sent(told, speak)}")
    if told.verdict is Verdict.FAIL:
        yield line("  " + speak.text("point {point}", point=told.point))
    else:
        yield line("  " + speak.text("point {point}; proves it until {until}", point=told.point, until=told.until))
    for name, measured in (("RPO", told.rpo), ("RTO", told.rto)):
        mark = f"{VERDICTS[Verdict.FAIL].sign} " if measured.met is False else ""
        yield line(f"  {mark}" + speak.text("{name} measured {took}, promised {promised}",
                                     name=name, took=measured.took, promised=measured.promised))  # fmt: skip
    yield line(
        "  " + ", ".join(f"{name} {took}" for name, took in told.parts) + (f"  ({told.tool})" if told.tool else "")
    )
    for held, name, detail in told.checks:
        yield line(f"  {'✓' if held else '✗'} {name}" + (f"  {detail}" if detail else ""))
    if told.trouble:
        yield line("  " + told.trouble)


def _sent(told: Row, speak: Translator) -> str:
    return speak.text("sent by {institution}", institution=told.sent_by)


def _beside(measured: Measured) -> str:
    return f"{measured.took} / {measured.promised}"


def _document(**content: Any) -> None:
    tell(json_escaped(json.dumps({"schema": SCHEMA, **content}, indent=2)))
