"""Runs, observations, findings to the bytes that are stored, back again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from audit.model.evidence import Finding, Observation, Run, Selection, canonical
from audit.model.facts import Facts, Unseen
from audit.model.message import Message, say
from audit.model.place import Place
from audit.model.verdict import CannotSee, Level, Reason, Severity, Verdict

FactsOf = Callable[[str, str], type[Facts] | None]
"""The id of a probe with the name of a class of facts to that class; None where nobody knows it any more."""


def run_row(run: Run, sources: Mapping[str, str]) -> dict[str, str | None]:
    """The columns of a run; `sources` holds the id of each file's content by the file's name."""
    return {
        "id": run.id,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat() if run.ended is not None else None,
        "at": run.at.isoformat() if run.at is not None else None,
        "state": run.state,
        "tool": run.tool,
        "estate_id": run.estate_id,
        "estate_sha256": run.estate_sha256,
        "root": run.root,
        "judged_from": run.judged_from,
        "selection": json.dumps(asdict(run.selection)),
        "names": json.dumps(dict(run.estate_names)),
        "sources": json.dumps(dict(sources)),
    }


def run_from(row: Mapping[str, Any]) -> Run:
    """A run from its columns."""
    parts = {name: tuple(values) for name, values in json.loads(row["selection"]).items()}
    return Run(
        id=row["id"],
        started=datetime.fromisoformat(row["started"]),
        ended=datetime.fromisoformat(row["ended"]) if row["ended"] is not None else None,
        at=datetime.fromisoformat(row["at"]) if row["at"] is not None else None,
        tool=row["tool"],
        estate_id=row["estate_id"],
        estate_sha256=row["estate_sha256"],
        state=row["state"],
        selection=Selection(**parts),
        root=row["root"],
        judged_from=row["judged_from"],
        estate_names=json.loads(row["names"]),
    )


def sources_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Name of each source of a run to its id."""
    names: dict[str, str] = json.loads(row["sources"])
    return names


def packed(content: bytes) -> bytes:
    """Content as an observation is kept."""
    return zlib.compress(content, 1)


def unpacked(content: bytes) -> bytes:
    """The canonical form of an observation."""
    return zlib.decompress(content)


def observation_from(content: bytes, facts_of: FactsOf) -> Observation:
    """An observation from its canonical form; facts that no plugin can read any more are `unknown` and nothing else."""
    plain = json.loads(content.decode("utf-8", "surrogatepass"))
    seen: Facts | None = None
    unseen = Unseen.model_validate(plain["unseen"]) if plain["unseen"] is not None else None
    if plain["facts"] is not None:
        kind = facts_of(plain["probe"], plain["facts"])
        try:
            seen = kind.model_validate(plain["seen"]) if kind is not None else None
        except ValidationError:
            seen = None
        if seen is None:
            says = say("what was seen cannot be read any more: no plugin knows {facts}", facts=plain["facts"])
            unseen = Unseen.of(CannotSee(Reason.INCOMPLETE, says))
    return Observation(
        subject=plain["subject"],
        probe=plain["probe"],
        at=datetime.fromisoformat(plain["at"]),
        took=timedelta(seconds=plain["took"]),
        seen=seen,
        unseen=unseen,
        attempts=plain["attempts"],
        history=tuple(plain["history"]),
        source=plain["source"],
    )


def finding_line(finding: Finding) -> bytes:
    """A finding in canonical form."""
    where = finding.where
    return canonical(
        {
            "check": finding.check,
            "control": finding.control,
            "subject": finding.subject,
            "verdict": finding.verdict.value,
            "reason": finding.reason.value if finding.reason is not None else None,
            "severity": finding.severity.value,
            "grade": finding.grade,
            "institution": finding.institution,
            "system": finding.system,
            "unit": finding.unit,
            "says": _text(finding.says),
            "measured": _text(finding.measured),
            "required": _text(finding.required),
            "level": int(finding.level),
            "where": [where.file, where.line, where.column, where.ref],
            "observation": finding.observation,
            "at": finding.at.isoformat(),
            "waiver": finding.waiver,
        }
    )


def finding_from(line: bytes) -> Finding:
    """A finding from its canonical form."""
    plain = json.loads(line.decode("utf-8", "surrogatepass"))
    file, row, column, ref = plain["where"]
    says = _message(plain["says"])
    return Finding(
        check=plain["check"],
        control=plain["control"],
        subject=plain["subject"],
        verdict=Verdict(plain["verdict"]),
        reason=Reason(plain["reason"]) if plain["reason"] is not None else None,
        severity=Severity(plain["severity"]),
        grade=plain["grade"],
        institution=plain["institution"],
        system=plain["system"],
        unit=plain["unit"],
        says=says if isinstance(says, Message) else Message(says),
        measured=_message(plain["measured"]),
        required=_message(plain["required"]),
        level=Level(plain["level"]),
        where=Place(file, row, column, ref=ref),
        observation=plain["observation"],
        at=datetime.fromisoformat(plain["at"]),
        waiver=plain["waiver"],
    )


def _text(text: str | Message) -> str | list[Any]:
    """Template and values; the values that are sentences themselves only where there are any."""
    if isinstance(text, str):
        return text
    parts = {name: _text(part) for name, part in text.parts.items()}
    return [text.template, dict(text.values), parts] if parts else [text.template, dict(text.values)]


def _message(plain: Any) -> str | Message:
    return plain if isinstance(plain, str) else _sentence(plain)


def _sentence(plain: Any) -> Message:
    template, values, *more = plain
    return Message(template, values, {name: _sentence(part) for name, part in (more[0] if more else {}).items()})
