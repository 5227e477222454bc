"""A dossier to a table of findings that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from audit.model.clean import csv_cell
from audit.model.dossier import Dossier
from audit.model.message import say
from audit.model.verdict import Verdict
from reports.format import Format, Page
from reports.record import in_order
from reports.translate import Translator
from reports.waivers import figure, lapsed
from reports.words import LEVELS, REASONS, SEVERITIES, VERDICTS, interval, waiver_of

COLUMNS: Final = (
    say("Institution"), say("System"), say("Subject"), say("Check"), say("Control"), say("Question"), say("Verdict"),
    say("Reason"), say("Severity"), say("Grade"), say("Statement"), say("Observed"), say("Required"),
    say("Evidence level"), say("Place in the inventory"), say("Evidence"), say("Looked at"), say("Waiver"),
    say("Waived until"), say("Fingerprint"), say("Waiver that expired"), say("Readiness of the system"),
    say("The same with waivers counted as met"),
)  # fmt: skip


def _chunks(dossier: Dossier, language: str) -> Iterator[bytes]:
    speak = Translator(language, dossier.estate.about.timezone)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    verdicts = {verdict: speak.message(word.says) for verdict, word in VERDICTS.items()}
    writer.writerow([csv_cell(speak.message(column)) for column in COLUMNS])
    yield b"\xef\xbb\xbf"
    gone = lapsed(dossier)
    # What an expired waiver excused comes first; the rest keeps its order.
    for finding in (
        sorted(in_order(dossier), key=lambda one: one.fingerprint not in gone) if gone else in_order(dossier)
    ):
        ready = dossier.systems.get(finding.system)
        waiver = waiver_of(dossier, finding)
        check = dossier.checks.get(finding.check)
        cells = (
            finding.institution,
            finding.system,
            finding.subject,
            finding.check,
            finding.control,
            speak.text(check.question) if check is not None else "",
            verdicts[finding.verdict],
            speak.message(REASONS[finding.reason].says) if finding.reason is not None else "",
            speak.message(SEVERITIES[finding.severity]) if finding.verdict is not Verdict.NOT_APPLICABLE else "",
            str(finding.grade),
            speak.message(finding.says),
            speak.quantity(finding.measured),
            speak.quantity(finding.required),
            speak.message(LEVELS[finding.level].says),
            str(finding.where),
            finding.observation or "",
            finding.at.isoformat(timespec="seconds"),
            finding.waiver or "",
            waiver.expires.isoformat() if waiver is not None else "",
            finding.fingerprint,
            gone[finding.fingerprint].waiver.expires.isoformat() if finding.fingerprint in gone else "",
            f"{ready.letter}  {interval(ready)}" if ready is not None else "",
            figure(ready.with_waivers) if ready is not None else "",
        )
        writer.writerow([csv_cell(cell) for cell in cells])
        if buffer.tell() > 65536:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _chunks(dossier, language))


FORMAT: Final = Format("csv", ".csv", "text/csv", _pages)
