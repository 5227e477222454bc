"""A dossier to metrics in the text format of Prometheus, for a file that a node exporter reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from audit.model.clean import line
from audit.model.dossier import Dossier, Readiness
from audit.model.estate import day_ends
from audit.model.verdict import Reason, Severity, Verdict
from reports.format import Format, Page
from reports.words import STATES

MOST: Final = 1_000
"""Institutions or places that get series of their own; what is beyond them is counted, not named."""
_LETTERS: Final = ("A", "B", "C", "D", "E", "-")

Sample = tuple[tuple[tuple[str, str], ...], float]


def _families(dossier: Dossier, most: int) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    """Each metric: its name, what it tells, its samples. Systems and subjects are counted, never named."""
    run = dossier.run
    one = (("estate", dossier.estate.ref),)
    yield "haechi_run_info", "The run that these metrics tell of.", [((*one, ("tool", run.tool)), 1)]
    yield from _times(dossier)
    yield (
        "haechi_run_state",
        "1 for the state in which the run ended, 0 for the others.",
        [((*one, ("state", state)), float(run.state == state)) for state in STATES],
    )
    yield from _readiness(dossier, most)
    yield from _counts(dossier, most)
    yield (
        "haechi_run_not_looked_at",
        "Subjects that the run meant to look at and did not.",
        [(one, len(dossier.not_looked_at))],
    )
    yield (
        "haechi_run_outside_selection",
        "Pairs of check and subject that the selection left out; they count as unknown.",
        [(one, dossier.outside)],
    )
    yield from _waivers(dossier)
    yield from _losses(dossier, most)


def _times(dossier: Dossier) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    run, one = dossier.run, (("estate", dossier.estate.ref),)
    times = {
        "started": ("When the run began.", run.started),
        "ended": ("When the run ended; absent while it runs.", run.ended),
        "judged": ("The instant of judgement.", dossier.at),
    }
    for name, (says, at) in times.items():
        yield f"haechi_run_{name}_timestamp_seconds", says, [(one, _seconds(at))] if at is not None else []


def _readiness(dossier: Dossier, most: int) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    one = (("estate", dossier.estate.ref),)
    bodies = [((*one, ("institution", name)), figures) for name, figures in _bounded(dossier, most)]
    told = (
        ("demonstrated", "Share of the weight that passed, 0 to 1."),
        ("possible", "Share of the weight that passed or is unknown, 0 to 1."),
        ("coverage", "Share of the weight with a pass or a fail, 0 to 1."),
    )
    for name, says in told:
        yield f"haechi_readiness_{name}_ratio", f"{says} Of the estate.", [(one, getattr(dossier.readiness, name))]
        yield (
            f"haechi_institution_readiness_{name}_ratio",
            f"{says} Of each institution.",
            [(labels, getattr(figures, name)) for labels, figures in bodies],
        )
    yield (
        "haechi_readiness_letter",
        "1 for the letter of the estate, 0 for the others.",
        [((*one, ("letter", letter)), float(dossier.readiness.letter == letter)) for letter in _LETTERS],
    )


def _bounded(dossier: Dossier, most: int) -> list[tuple[str, Readiness]]:
    return sorted(dossier.institutions.items())[:most]


def _counts(dossier: Dossier, most: int) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    one = (("estate", dossier.estate.ref),)
    known = [name for name, _ in _bounded(dossier, most)]
    named = frozenset(known)
    by_verdict: Counter[tuple[str, str]] = Counter()
    by_severity: Counter[tuple[str, str, bool]] = Counter()
    reasons: Counter[str] = Counter()
    oldest: datetime | None = None
    for finding in dossier.findings:
        body = finding.institution if finding.institution in named else ""
        by_verdict[body, finding.verdict] += 1
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            by_severity[finding.severity, finding.verdict, finding.waiver is not None] += 1
        if finding.reason is not None:
            reasons[finding.reason] += 1
        if finding.observation is not None:
            oldest = finding.at if oldest is None else min(oldest, finding.at)
    yield (
        "haechi_findings",
        "Findings by institution and verdict; no institution where none answers for it alone.",
        [
            ((*one, ("institution", body), ("verdict", verdict)), by_verdict[body, verdict])
            for body in ("", *known)
            for verdict in Verdict
        ],
    )
    yield (
        "haechi_findings_open",
        "Findings that are not met or not verified, by severity; waived ones apart.",
        [
            (
                (*one, ("severity", severity), ("verdict", verdict), ("waived", "yes" if waived else "no")),
                by_severity[severity, verdict, waived],
            )
            for severity in Severity
            for verdict in (Verdict.FAIL, Verdict.UNKNOWN)
            for waived in (False, True)
        ],
    )
    yield (
        "haechi_findings_unknown",
        "Findings that are not verified, by reason.",
        [((*one, ("reason", reason)), reasons[reason]) for reason in Reason],
    )
    yield (
        "haechi_oldest_look_timestamp_seconds",
        "When the oldest look was taken on which a finding rests.",
        [(one, _seconds(oldest))] if oldest is not None else [],
    )


def _waivers(dossier: Dossier) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    one = (("estate", dossier.estate.ref),)
    ends = [day_ends(waiver.expires, dossier.estate.about.timezone) for waiver in dossier.estate.waivers]
    past = sum(end < dossier.at for end in ends)
    yield (
        "haechi_waivers",
        "Waivers of the inventory, by whether their last day is over.",
        [((*one, ("state", "valid")), len(ends) - past), ((*one, ("state", "expired")), past)],
    )
    coming = [end for end in ends if end >= dossier.at]
    yield (
        "haechi_waiver_next_end_timestamp_seconds",
        "When the next waiver ends.",
        [(one, _seconds(min(coming)))] if coming else [],
    )


def _losses(dossier: Dossier, most: int) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    one = (("estate", dossier.estate.ref),)
    losses = [((*one, ("place", loss.hit)), loss) for loss in dossier.losses[:most]]
    told = (
        ("systems", "Systems that stop when the place is lost."),
        ("returning", "Those of them for which a declared failover stands elsewhere."),
        ("data", "Data sets of which no copy is left."),
    )
    for name, says in told:
        yield f"haechi_loss_{name}", says, [(labels, len(getattr(loss, name))) for labels, loss in losses]
    yield "haechi_loss_bytes", "Declared size of the lost data sets.", [(two, loss.bytes_lost) for two, loss in losses]


def _seconds(at: datetime) -> float:
    return round(at.timestamp(), 3)


def _label(text: str) -> str:
    """A label's value: one line, with what would end it escaped."""
    return line(text).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def metrics(dossier: Dossier, most: int = MOST) -> Iterator[bytes]:
    """The file; `most` is how many institutions or places get series of their own."""
    for name, says, samples in _families(dossier, most):
        written = [f"# HELP {name} {says}\n# TYPE {name} gauge\n"]
        some = 0
        for labels, value in samples:
            inside = ",".join(f'{label}="{_label(text)}"' for label, text in labels)
            written.append(f"{name}{{{inside}}} {_number(value)}\n")
            some += 1
        if some:
            yield "".join(written).encode()


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", metrics(dossier))


FORMAT: Final = Format("prometheus", ".prom", "text/plain; version=0.0.4", _pages)
