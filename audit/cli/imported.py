"""What became of the results of another tool to text or JSON."""

from __future__ import annotations

import json
from pathlib import Path

from audit.app.importing import Imported
from audit.app.importing.result import Verdict
from audit.cli.voice import talk, tell
from audit.model.clean import json_escaped, json_text, line
from audit.model.message import say
from reports.translate import Translator


def told(found: Imported, estate: Path, form: str, language: str) -> None:
    """The file of the evidence, with what to do next; why there is none."""
    if form == "json":
        tell(_document(found))
        return
    speak = Translator(language)
    results = found.results
    counts = {verdict.value: f"{results.count(verdict):,}" for verdict in Verdict}
    talk(
        say("{tool} {version}: {passed} passed, {failed} failed, {open} open, {notes} remarks", tool=results.tool,
            version=results.version, passed=counts["pass"], failed=counts["fail"], open=counts["unknown"],
            notes=counts["note"]),
        language,
    )  # fmt: skip
    for one in results.worst():
        sign = "✗" if one.verdict is Verdict.FAIL else "?"
        tell(line(f"{sign} {one.name}  {one.about}".rstrip()))
    if found.evidence is None:
        tell(speak.text("no evidence was written: not every result that counts is a good one"))
    elif found.path is None:
        tell(speak.text("taken before as {id}", id=line(found.evidence.id)))
    else:
        tell(line(str(found.path)))
        talk(say("sign it with `haechi attest {estate} {id} --key KEY`", estate=estate, id=found.evidence.id), language)


def _document(found: Imported) -> str:
    results = found.results
    document = {
        "schema": "haechi.import/1",
        "tool": json_text(results.tool),
        "version": json_text(results.version),
        "made": results.made.isoformat() if results.made is not None else None,
        "sha256": found.sha256,
        "counts": {verdict.value: results.count(verdict) for verdict in Verdict},
        "worst": [
            {"name": json_text(one.name), "verdict": one.verdict.value, "about": json_text(one.about)}
            for one in results.worst()
        ],
        "evidence": json_text(found.evidence.id) if found.evidence is not None else None,
        "path": json_text(str(found.path)) if found.path is not None else None,
        "new": found.new,
    }
    return json_escaped(json.dumps(document, ensure_ascii=False, indent=2))
