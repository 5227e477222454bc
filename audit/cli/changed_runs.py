"""What changed between two runs to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit.analysis.change import Change, Move, Step
from audit.analysis.change_between import Between, Ruled
from audit.model.clean import json_text, line
from audit.model.evidence import Finding, Run
from audit.model.message import Message, say
from audit.store.brief import Brief
from reports.translate import Translator
from reports.words import SEVERITIES, VERDICTS

WORDS: Final[Mapping[Move, Message]] = MappingProxyType(
    {
        Move.REGRESSED: say("regressed: was met, is not met"),
        Move.WORSENED: say("worsened: not met as before, more severe now"),
        Move.NEW: say("new: not met, and was not judged so before"),
        Move.UNPROVEN: say("unproven now: was met, cannot be told any more"),
        Move.UNSEEN: say("out of sight: was not met, cannot be told any more; that mends nothing"),
        Move.STILL: say("still not met"),
        Move.EXCUSED: say("not applicable any more"),
        Move.NOT_ASKED: say("not asked any more, though the subject is still there"),
        Move.GONE: say("gone: the subject does not stand in the inventory any more"),
        Move.FIXED: say("fixed: was not met, is met"),
        Move.PROVEN: say("proven: is met, could not be told before"),
        Move.ADDED: say("of a new subject, and not failing"),
        Move.ASKED: say("asked for the first time, and not failing"),
        Move.SAME: say("as before"),
    }
)
_SHORT: Final = frozenset((Move.STILL, Move.ADDED, Move.ASKED, Move.PROVEN))
"""Moves of which the number is told, the list only with `--format json`."""
_HOW: Final[Mapping[str, Message]] = MappingProxyType(
    {"new": say("new"), "gone": say("gone"), "expired": say("expired"), "changed": say("changed")}
)
_WAY: Final[Mapping[str, Message]] = MappingProxyType(
    {"stricter": say("stricter"), "laxer": say("laxer"), "other": say("changed"), "same": say("as before")}
)


def as_json(old: Run, new: Run, found: Change[Brief], lying: Between, top: int) -> Iterator[str]:
    """One document."""
    document: dict[str, Any] = {
        "schema": "haechi.change/1",
        "old": _run(old),
        "new": _run(new),
        "counts": {str(move): found.count(move) for move in Move},
        "between": _between(lying),
        "new-subjects": _refs(found.new_subjects, top),
        "gone-subjects": _refs(found.gone_subjects, top),
        "changes": [
            _step(one) for move in Move if move is not Move.SAME for one in found.steps.get(move, ())[:top]
        ],
    }  # fmt: skip
    yield json.dumps(document, ensure_ascii=False, indent=1)


def _refs(refs: tuple[str, ...], top: int) -> dict[str, Any]:
    return {"count": len(refs), "shown": [json_text(one) for one in refs[:top]]}


def _run(run: Run) -> dict[str, Any]:
    at = run.at or run.started
    return {
        "id": run.id,
        "at": at.isoformat(),
        "tool": json_text(run.tool),
        "estate": {"id": json_text(run.estate_id), "sha256": run.estate_sha256},
        "state": run.state,
        "judged-from": run.judged_from or None,
    }


def _between(lying: Between) -> dict[str, Any]:
    return {
        "tool": list(lying.tool) if lying.tool is not None else None,
        "estate": lying.estate,
        "other-estate": lying.other_estate,
        "selection": lying.selection,
        "incomplete": list(lying.incomplete),
        "policy": [
            {
                "check": one.check or None,
                "name": one.name,
                "grade": one.grade,
                "old": json_text(one.old),
                "new": json_text(one.new),
                "direction": one.direction,
            }
            for one in lying.policy
        ],
        "waivers": [
            {
                "how": one.how,
                "check": json_text(one.waiver.check),
                "on": json_text(one.waiver.on),
                "expires": one.waiver.expires.isoformat(),
                "reason": json_text(one.waiver.reason),
            }
            for one in lying.waivers
        ],
        "new-checks": list(lying.new_checks),
        "gone-checks": list(lying.gone_checks),
    }


def _step(one: Step[Brief]) -> dict[str, Any]:
    newest = one.newest.whole()
    return {
        "change": str(one.move),
        "check": json_text(newest.check),
        "control": json_text(newest.control),
        "subject": json_text(newest.subject),
        "grade": newest.grade,
        "fingerprint": newest.fingerprint,
        "old": _side(one.before),
        "new": _side(one.after),
    }


def _side(brief: Brief | None) -> dict[str, Any] | None:
    if brief is None:
        return None
    finding = brief.whole()
    return {
        "verdict": str(finding.verdict),
        "reason": str(finding.reason) if finding.reason is not None else None,
        "severity": str(finding.severity),
        "measured": json_text(str(finding.measured)),
        "required": json_text(str(finding.required)),
        "says": json_text(finding.says.english()),
        "where": json_text(str(finding.where)),
        "at": finding.at.isoformat(),
        "waiver": json_text(finding.waiver) if finding.waiver is not None else None,
    }


def as_text(old: Run, new: Run, found: Change[Brief], lying: Between, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people; what is worse stands first."""
    for run in (old, new):
        yield f"{line(run.id)}  {speak.instant(run.at or run.started)}  {line(run.estate_id)}"
    yield ""
    for move in Move:
        count = found.count(move)
        if count:
            yield f"{count:>8,}  {speak.message(WORDS[move])}"
    if not any(found.count(move) for move in Move):
        yield speak.text("neither run found anything")
    for move in Move:
        steps = found.steps.get(move, ())
        if steps and move not in _SHORT:
            yield ""
            yield speak.message(WORDS[move])
            for one in steps[:top]:
                yield from _step_text(one, speak)
            if len(steps) > top:
                yield "  " + speak.text("and {count} more; `--top` shows them", count=len(steps) - top)
    yield from _subjects(speak.text("new subjects"), found.new_subjects, top, speak)
    yield from _subjects(speak.text("gone subjects"), found.gone_subjects, top, speak)
    yield ""
    yield speak.text("what else changed between the runs")
    yield from _between_text(lying, top, speak)


def _step_text(one: Step[Brief], speak: Translator) -> Iterator[str]:
    newest = one.newest
    waived = "  " + speak.text("waived") if newest.waiver is not None else ""
    severity = speak.message(SEVERITIES[newest.severity])
    grade = speak.text("grade {grade}", grade=newest.grade)
    yield f"  {severity}, {grade}  {line(newest.check)}  {line(newest.subject)}{waived}"
    words = [_verdict(side.whole() if side is not None else None, speak) for side in (one.before, one.after)]
    yield f"      {words[0]} -> {words[1]}"


def _verdict(finding: Finding | None, speak: Translator) -> str:
    if finding is None:
        return "-"
    word = VERDICTS[finding.verdict]
    seen, wanted = line(speak.quantity(finding.measured)), line(speak.quantity(finding.required))
    told = f"{seen or '-'}; {wanted}" if wanted else seen
    return f"{word.sign} {speak.message(word.says)}" + (f" ({told})" if told else "")


def _subjects(title: str, refs: tuple[str, ...], top: int, speak: Translator) -> Iterator[str]:
    if refs:
        yield ""
        yield f"{title}: {len(refs):,}"
        yield from (f"  {line(ref)}" for ref in refs[:top])
        if len(refs) > top:
            yield "  " + speak.text("and {count} more; `--top` shows them", count=len(refs) - top)


def _between_text(lying: Between, top: int, speak: Translator) -> Iterator[str]:
    if lying.nothing:
        yield "  " + speak.text("nothing: same inventory, policy, waivers, checks, tool")
    if lying.other_estate:
        yield "  " + speak.text("the runs are of two different estates")
    if lying.tool is not None:
        yield "  " + speak.text("tool: {old} -> {new}", old=line(lying.tool[0]), new=line(lying.tool[1]))
    if lying.estate:
        yield "  " + speak.text("the inventory was changed")
    if lying.selection:
        yield "  " + speak.text("another part of the plan was asked")
    for run in lying.incomplete:
        yield "  " + speak.text("the run {run} is not whole", run=line(run))
    for one in lying.policy[:top]:
        yield "  " + _ruled(one, speak)
    if len(lying.policy) > top:
        yield "  " + speak.text("and {count} more; `--top` shows them", count=len(lying.policy) - top)
    for let in lying.waivers[:top]:
        waiver = let.waiver
        yield "  " + speak.text(
            "waiver {how}: {check} on {on}, to {day}: {reason}", how=speak.message(_HOW[let.how]),
            check=line(waiver.check), on=line(waiver.on), day=speak.day(waiver.expires), reason=line(waiver.reason),
        )  # fmt: skip
    if lying.new_checks:
        yield "  " + speak.text("checks that judge something now: {names}", names=", ".join(lying.new_checks[:top]))
    if lying.gone_checks:
        yield "  " + speak.text("checks that judge nothing any more: {names}", names=", ".join(lying.gone_checks[:top]))


def _ruled(one: Ruled, speak: Translator) -> str:
    of = f"{line(one.check)} {line(one.name)}".strip()
    grade = ", " + speak.text("grade {grade}", grade=one.grade) if one.grade is not None else ""
    return speak.text(
        "policy {way}: {of}{grade}: {old} -> {new}", way=speak.message(_WAY[one.direction]), of=of, grade=grade,
        old=line(one.old), new=line(one.new),
    )  # fmt: skip
