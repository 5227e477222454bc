"""A dossier to what a person reads on a terminal or in a pipe: the figures, then what to look at first."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from audit.model.clean import line
from audit.model.dossier import Dossier, Readiness
from audit.model.evidence import Finding
from audit.model.verdict import Verdict
from reports.actions import summary as acted
from reports.brief import NOTICE, brief
from reports.drills import summary as drilled
from reports.format import Format, Page, Screen
from reports.left import summary as left
from reports.past import Past
from reports.signed import signed
from reports.switches import summary as switched
from reports.translate import Translator
from reports.waivers import expired, figure, refused
from reports.whole import lacking
from reports.words import (
    BLIND,
    REASONS,
    SEVERITIES,
    VERDICTS,
    WAIVED,
    interval,
    lost_figures,
    low_percent,
    urgency,
)

WORST: Final = 10
ROOMY: Final = 120
_STYLES: Final = (
    (Verdict.PASS, "green"),
    (Verdict.FAIL, "bold red"),
    (Verdict.UNKNOWN, "yellow"),
    (Verdict.NOT_APPLICABLE, "dim"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text with how it looks in colour."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One paragraph."""

    parts: tuple[Part, ...] = ()
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first column is text, all others are figures."""

    header: tuple[str, ...]
    narrow: tuple[str, ...]
    """The header where there is little room."""
    rows: tuple[tuple[Part, ...], ...]


Block = Sentence | Grid


def _blocks(dossier: Dossier, language: str) -> Iterator[Block]:
    speak = Translator(language, dossier.estate.about.timezone)
    yield from _head(dossier, speak)
    yield from _institutions(dossier, speak)
    yield from _losses(dossier, speak)
    short = (tell(dossier, speak) for tell in (drilled, switched, left, acted))
    for told in (Past(dossier, speak).told, *short, *signed(dossier, speak)):
        yield from _told_once(told)
    yield from _worst(dossier, speak)
    yield from _unproven(dossier, speak)


def _head(dossier: Dossier, speak: Translator) -> Iterator[Block]:
    about = dossier.estate.about
    name = about.name.text(speak.language) if about.name is not None else about.id
    yield Sentence(
        (Part(brief(line(name)), "bold"), Part(f"  {speak.instant(dossier.at)}  {line(dossier.run.id)}", "dim"))
    )
    if about.notice is not None:
        yield Sentence((Part("! " + brief(line(about.notice.text(speak.language)), NOTICE), "bold yellow"),))
    for told in (*expired(dossier, speak), *refused(dossier, speak)):
        yield Sentence((Part("! " + line(told), "bold red"),))
    for told in lacking(dossier, speak):
        yield Sentence((Part("! " + told, "bold yellow"),))
    yield Sentence()
    ready = dossier.readiness
    covered = speak.text("coverage {share} %", share=low_percent(ready.coverage))
    figures = Part(f"{ready.letter}  {interval(ready)}  {covered}", "bold")
    yield Sentence((Part(speak.text("Readiness") + "  "), figures))
    if ready.capped is not None:
        yield Sentence((Part(line(speak.message(ready.capped))),), 2)
    yield Sentence((Part(speak.text("With waivers counted as met") + "  " + figure(ready.with_waivers)),), 2)
    yield Sentence(tuple(_counted(ready, speak)))


def _counted(ready: Readiness, speak: Translator) -> Iterator[Part]:
    numbers = (ready.passed, ready.failed, ready.unknown, ready.not_applicable)
    for (verdict, style), number in zip(_STYLES, numbers, strict=True):
        word = VERDICTS[verdict]
        yield Part(f"{word.sign} {number} {speak.message(word.says)}   ", style)
    yield Part(f"{WAIVED.sign} {ready.waived} {speak.message(WAIVED.says)}", "cyan")


def _institutions(dossier: Dossier, speak: Translator) -> Iterator[Block]:
    if not dossier.institutions:
        return
    words = [speak.message(VERDICTS[verdict].says) for verdict, _ in _STYLES]
    header = (
        speak.text("Institution"),
        "",
        speak.text("Readiness"),
        speak.text("Coverage"),
        *words,
        speak.message(WAIVED.says),
    )
    rows = []
    for ref, ready in sorted(dossier.institutions.items(), key=lambda pair: (pair[1].demonstrated, pair[0])):
        numbers = (ready.passed, ready.failed, ready.unknown, ready.not_applicable, ready.waived)
        styles = (*(style for _, style in _STYLES), "cyan")
        cells = [Part(str(number), style if number else "dim") for number, style in zip(numbers, styles, strict=True)]
        name = Part(line(dossier.estate.named(ref, speak.language)))
        share = Part(f"{low_percent(ready.coverage)} %")
        rows.append((name, Part(ready.letter, "bold"), Part(interval(ready)), share, *cells))
    yield Sentence()
    signs = (*(VERDICTS[verdict].sign for verdict, _ in _STYLES), WAIVED.sign)
    yield Grid(header, ("", "", *header[2:4], *signs), tuple(rows))


def _losses(dossier: Dossier, speak: Translator) -> Iterator[Block]:
    worst = [loss for loss in dossier.losses if loss.systems or loss.data][:3]
    if not worst:
        return
    yield Sentence()
    yield Sentence((Part(speak.text("What one fire takes"), "bold underline"),))
    for loss in worst:
        figures = lost_figures(loss, dossier.estate, speak.number)
        told = speak.text(
            "{place}: systems that stop {systems}, of them with a declared failover elsewhere {returning}; "
            "data sets without a copy elsewhere {data} ({bytes}); applicants an hour {applicants}",
            place=line(dossier.estate.named(loss.hit, speak.language)) + f" ({line(loss.hit)})",
            returning=len(loss.returning),
            **{name: speak.message(one) for name, one in figures.items()},
        )
        yield Sentence((Part(told),), 2)


def _told_once(told: str) -> Iterator[Block]:
    """What is said in one line, or nothing."""
    if told:
        yield Sentence()
        yield Sentence((Part(line(told)),))


def _worst(dossier: Dossier, speak: Translator) -> Iterator[Block]:
    open_ones: dict[str, list[Finding]] = defaultdict(list)
    for one in dossier.findings:
        if one.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and one.waiver is None:
            open_ones[one.check].append(one)
    if not open_ones:
        return
    yield Sentence()
    yield Sentence((Part(speak.text("What to fix first"), "bold underline"),))
    first = {fix.check: fix.findings[0].subject for fix in dossier.fixes if fix.findings}
    shown = [check for check in first if check in open_ones][:WORST]
    for check in shown:
        findings = open_ones[check]
        yield from _told(dossier, speak, min(findings, key=lambda one: (one.subject != first[one.check], urgency(one))))
        if len(findings) > 1:
            told = speak.text("More findings of this check: {count}.", count=len(findings) - 1)
            yield Sentence((Part(told, "dim"),), 2)
    hidden = sum(map(len, open_ones.values())) - len(shown)
    if hidden:
        told = speak.text("Findings not shown here: {count}; `haechi report` writes them all.", count=hidden)
        yield Sentence((Part(told, "dim"),))


def _told(dossier: Dossier, speak: Translator, finding: Finding) -> Iterator[Block]:
    word = VERDICTS[finding.verdict]
    style = dict(_STYLES)[finding.verdict]
    reason = f" ({speak.message(REASONS[finding.reason].says)})" if finding.reason is not None else ""
    severity = speak.message(SEVERITIES[finding.severity])
    grade = speak.text("grade {grade}", grade=finding.grade)
    head = f"{word.sign} {speak.message(word.says)}{reason}"
    yield Sentence(
        (
            Part(head, style),
            Part(f"  {severity}, {grade}  "),
            Part(line(finding.check), "bold"),
            Part("  " + line(finding.subject)),
        )
    )
    yield Sentence((Part(line(str(finding.where)), "cyan"), Part("  " + line(speak.message(finding.says)))), 2)
    if finding.measured or finding.required:
        observed, required = (
            line(speak.quantity(finding.measured)) or "-",
            line(speak.quantity(finding.required)) or "-",
        )
        told = speak.text("observed: {observed}; required: {required}", observed=observed, required=required)
        yield Sentence((Part(told),), 2)
    check = dossier.checks.get(finding.check)
    if check is not None:
        fix = speak.text("If it proves not met") if finding.reason in BLIND else speak.text("Fix")
        yield Sentence((Part(fix + ": ", "bold"), Part(line(speak.text(check.fix, ref=finding.subject)))), 2)


def _unproven(dossier: Dossier, speak: Translator) -> Iterator[Block]:
    reasons = Counter(one.reason for one in dossier.findings if one.reason is not None)
    if not reasons:
        return
    yield Sentence()
    yield Sentence((Part(speak.text("What is not verified, and why"), "bold underline"),))
    for reason, number in reasons.most_common():
        word = REASONS[reason]
        means = speak.message(word.means) if word.means is not None else ""
        yield Sentence((Part(f"? {number:>5} {speak.message(word.says)}", "yellow"), Part("  " + means)), 2)


def _plain(blocks: Iterable[Block]) -> Iterator[bytes]:
    """Without colour, borders or folding, columns aligned by the width that signs have on a terminal."""
    from rich.cells import cell_len, set_cell_size

    for block in blocks:
        if isinstance(block, Sentence):
            yield (" " * block.indent + "".join(part.text for part in block.parts)).rstrip().encode() + b"\n"
            continue
        rows = [block.header, *(tuple(part.text for part in row) for row in block.rows)]
        widths = [max(cell_len(row[at]) for row in rows) for at in range(len(block.header))]
        for row in rows:
            cells = [set_cell_size(row[0], widths[0])]
            cells += [" " * (width - cell_len(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
            yield "  ".join(cells).rstrip().encode() + b"\n"


def _coloured(blocks: Iterable[Block], screen: Screen) -> Iterator[bytes]:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=screen.width,
        force_terminal=True,
        color_system="standard" if screen.colour else None,
        no_color=not screen.colour,
        legacy_windows=False,
    )
    plain = not screen.colour
    for block in blocks:
        if isinstance(block, Sentence):
            told = Text.assemble(*((part.text, "" if plain else part.style) for part in block.parts))
            console.print(Padding(told, (0, 0, 0, block.indent)), soft_wrap=False)
        else:
            table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="" if plain else "bold")
            for at, title in enumerate(block.header if screen.width >= ROOMY else block.narrow):
                table.add_column(Text(title), justify="right" if at else "left", no_wrap=at > 0, overflow="fold")
            for row in block.rows:
                table.add_row(*(Text(part.text, "" if plain else part.style) for part in row))
            console.print(table)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield Page("", _plain(_blocks(dossier, language)))


def _screen(dossier: Dossier, language: str, screen: Screen) -> Iterable[bytes]:
    return _coloured(_blocks(dossier, language), screen)


FORMAT: Final = Format("terminal", ".txt", "text/plain", _pages, _screen)
