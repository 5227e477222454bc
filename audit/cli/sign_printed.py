"""Signatures under a run to the lines, or the document of JSON, that `haechi sign` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from audit.cli.voice import tell
from audit.model.assent import Assent
from audit.model.clean import json_escaped, line
from audit.model.dossier import Dossier
from audit.model.exit import Exit
from reports.signed import FORGED, records, sentences
from reports.translate import Translator

SCHEMA: Final = "haechi.signatures/1"


def asked(text: str, form: str) -> None:
    """The text that somebody would sign."""
    if form == "json":
        tell(json_escaped(json.dumps({"schema": SCHEMA, "text": text}, indent=2)))
        return
    tell(text.removesuffix("\n"))


def listed(found: Sequence[Assent], dossier: Dossier, form: str, language: str) -> Exit:
    """Who signed what, when, and whether that counts; the exit code that says so."""
    if form == "json":
        document = {"schema": SCHEMA, "run": dossier.run.id, "root": dossier.run.root, "signatures": records(found)}
        tell(json_escaped(json.dumps(document, indent=2)))
    else:
        for sentence in sentences(found, Translator(language, dossier.estate.about.timezone)):
            tell(line(sentence))
    if any(one.state in FORGED for one in found):
        return Exit.FAILED
    return Exit.READY if any(one.good for one in found) else Exit.NOT_VERIFIED
