"""A mutation test of the audit to the lines, or the document of JSON, that `haechi mutate` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from audit.analysis.mutants.judged import Mutant, Tried
from audit.analysis.mutants.kinds import KINDS
from audit.app.mutating import Mutation
from audit.cli.back import columns
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, json_text, line
from audit.model.message import Message, say
from reports.translate import Translator

SCHEMA: Final = "haechi.mutation/1"
NAMED: Final = 3
"""How many of the findings that name a change are printed for people."""


def progress(language: str) -> Callable[[int, int], None]:
    """What tells a person at a terminal how far it is."""

    def tell_on(done: int, total: int) -> None:
        if sys.stderr.isatty() and done % 10 == 0:
            talk(say("{done} of {total} kinds", done=done, total=total), language)

    return tell_on


def kinds_listed(form: str, language: str) -> None:
    """Every kind of change with the checks that are there for it."""
    if form == "json":
        rows = [{"kind": one.id, "says": _both(one.says), "checks": list(one.rules)} for one in KINDS.values()]
        tell(json_escaped(json.dumps({"schema": SCHEMA, "kinds": rows}, indent=2)))
        return
    speak = Translator(language)
    for text in columns([(one.id, speak.message(one.says), ", ".join(one.rules)) for one in KINDS.values()]):
        tell(text)


def printed(found: Mutation, form: str, language: str) -> None:
    """Kind by kind what was named, then what was missed, then the share."""
    if form == "json":
        tell(json_escaped(json.dumps(_document(found), indent=2)))
        return
    speak = Translator(language)
    rows = [[speak.message(head) for head in (say("kind"), say("tried"), say("named"), say("by"))]]
    rows += [[one.kind, str(one.applicable), str(one.detected), _by(one)] for one in found.tried if one.applicable]
    for text in columns(rows):
        tell(text)
    for one in found.tried:
        for mutant in one.missed:
            tell(line(f"✗ {speak.message(say('missed'))} {one.kind}: {speak.message(mutant.change.says)}"))
    for one in found.tried:
        why = one.why or next((mutant.why for mutant in one.mutants if mutant.why is not None), None)
        if not one.applicable and why is not None:
            tell(line(f"– {speak.message(say('not applicable'))} {one.kind}: {speak.message(why)}"))
    tell(line(speak.message(_total(found))))
    if found.run is None:
        tell(line(speak.message(say("judged as declared: the store holds no run of this estate"))))
    else:
        tell(line(speak.message(say("judged with what the run {run} saw", run=found.run.id))))


def _by(one: Tried) -> str:
    names: dict[str, None] = {}
    for mutant in one.mutants:
        names.update(dict.fromkeys(finding.check for finding in mutant.worse))
        if mutant.by == "loss":
            names["loss"] = None
    shown = list(names)[:NAMED]
    return ", ".join(shown) + (f", +{len(names) - NAMED}" if len(names) > NAMED else "")


def _total(found: Mutation) -> Message:
    if found.share is None:
        return say("nothing could be tried")
    kinds = sum(bool(one.applicable) for one in found.tried)
    # Never rounded up to all.
    share = int(1000 * found.detected / found.applicable) / 10
    return say("{detected} of {applicable} silent changes of {kinds} kinds were named: {share} %; {loss} of them by "
               "the loss analysis alone", detected=found.detected, applicable=found.applicable, kinds=kinds,
               share=f"{share:g}", loss=found.by_loss)  # fmt: skip


def _document(found: Mutation) -> Mapping[str, Any]:
    return {
        "schema": SCHEMA,
        "estate": json_text(found.estate),
        "run": found.run.id if found.run is not None else None,
        "at": found.at.isoformat(),
        "seed": json_text(found.seed),
        "applicable": found.applicable,
        "detected": found.detected,
        "by-loss-alone": found.by_loss,
        "share": found.share,
        "kinds": [
            {
                "kind": one.kind,
                "says": _both(one.says),
                "candidates": one.candidates,
                "applicable": one.applicable,
                "detected": one.detected,
                "why": _both(one.why),
                "mutants": [_mutant(mutant) for mutant in one.mutants],
            }
            for one in found.tried
        ],
    }


def _mutant(one: Mutant) -> Mapping[str, Any]:
    return {
        "subject": json_text(one.change.subject),
        "says": _both(one.change.says),
        "by": one.by,
        "worse": [
            {"check": finding.check, "subject": json_text(finding.subject), "verdict": str(finding.verdict)}
            for finding in one.worse
        ],
        "losses": [json_text(hit) for hit in one.hits],
        "why": _both(one.why),
    }


def _both(says: Message | None) -> Mapping[str, str] | None:
    if says is None:
        return None
    return {language: json_text(Translator(language).message(says)) for language in ("en", "ko")}
