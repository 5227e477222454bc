"""A judged run with the person who answers for it to the one text that this person signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from audit.model.assent import HEAD, WORDS
from audit.model.dossier import Dossier, Readiness


def assented(dossier: Dossier, name: str, role: str, institutions: tuple[str, ...], at: datetime) -> str:
    """The text: always the same keys in the same order, each on a line of its own; equal only for equals.

    The seal of the run is in it, so that it stands for every observation and finding; the figures are for who reads.
    """
    return "\n".join((HEAD, *_lines(dossier, name, role, institutions, at), ""))


def _lines(dossier: Dossier, name: str, role: str, institutions: tuple[str, ...], at: datetime) -> Iterator[str]:
    run = dossier.run
    values: dict[str, Any] = {
        "run": run.id,
        "root": run.root,
        "estate": dossier.estate.ref,
        "inventory": f"sha256:{run.estate_sha256}",
        "judged": dossier.at.astimezone(UTC).isoformat(),
        "scope": _scope(dossier),
        "readiness": figures(dossier.readiness),
        "of": {ref: figures(dossier.institutions[ref]) for ref in institutions if ref in dossier.institutions},
        "for": list(institutions),
        "name": name,
        "role": role,
        "says": WORDS,
        "signed": at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    for key, value in values.items():
        yield f"{key}: {_quoted(value)}"


def figures(ready: Readiness) -> str:
    """How ready, with what is open, on one line that is the same in every language."""
    return (
        f"{ready.letter} {ready.demonstrated:.3f}..{ready.possible:.3f} coverage {ready.coverage:.3f}"
        f" met {ready.passed} not-met {ready.failed} unknown {ready.unknown} waived {ready.waived}"
    )


def _scope(dossier: Dossier) -> str:
    """What was judged, and what was left out: a part must not be taken for the whole."""
    whole = "whole" if dossier.run.selection.everything else "part"
    return f"{whole} {dossier.run.state}, judged {len(dossier.findings)}, left out {dossier.outside}"


def _quoted(value: object) -> str:
    """In letters that can be seen: nobody signs a sign that turns or hides what stands around it."""
    plain = json.dumps(value, ensure_ascii=False)
    return plain if plain.isprintable() else json.dumps(value)
