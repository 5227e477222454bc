"""A dossier to the sheets of its estate: the figures, what one place takes, each system."""

from __future__ import annotations

from collections.abc import Iterator

from audit.model.dossier import Dossier, Loss, Readiness
from audit.model.verdict import Verdict
from reports.translate import Translator
from reports.waivers import expired, figure
from reports.whole import lacking
from reports.words import STATES, VERDICTS, interval, lost_applicants, lost_size
from reports.workbook.sheet import MIDDLE, WIDE, Cell, Sheet, columns


def summary(dossier: Dossier, speak: Translator) -> Sheet:
    """Which run this is, with its figures."""
    run, estate = dossier.run, dossier.estate
    named = estate.about.name
    notice = estate.about.notice
    ready = dossier.readiness
    state = speak.message(STATES[run.state]) if run.state in STATES else run.state
    rows: list[tuple[Cell, ...]] = [
        *((speak.text("Expired waiver"), told) for told in expired(dossier, speak)),
        *((speak.text("State"), told) for told in lacking(dossier, speak)),
        (speak.text("Estate"), named.text(speak.language) if named is not None else estate.ref),
        (speak.text("Notice"), notice.text(speak.language) if notice is not None else ""),
        (speak.text("Run"), run.id),
        (speak.text("State"), state),
        (speak.text("Judged at"), speak.instant(dossier.at)),
        (speak.text("Tool"), run.tool),
        (speak.text("Inventory"), run.estate_sha256),
        (speak.text("Seal"), run.root),
        (speak.text("Readiness"), f"{ready.letter}  {interval(ready)}"),
        (speak.text("With waivers counted as met"), figure(ready.with_waivers)),
        (speak.text("Coverage"), ready.coverage),
        *((speak.message(VERDICTS[verdict].says), count) for verdict, count in _counted(ready)),
        (speak.text("waived"), ready.waived),
        (speak.text("Not looked at"), len(dossier.not_looked_at)),
        (speak.text("Left out by the selection"), dossier.outside),
    ]
    bodies = [
        (estate.named(ref, speak.language), f"{figures.letter}  {interval(figures)}")
        for ref, figures in sorted(dossier.institutions.items())
    ]
    head = columns((speak.text("What"), WIDE), (speak.text("Value"), 80))
    return Sheet(speak.text("Summary"), head, [*rows, *bodies], filtered=False)


def _counted(ready: Readiness) -> Iterator[tuple[Verdict, int]]:
    yield Verdict.PASS, ready.passed
    yield Verdict.FAIL, ready.failed
    yield Verdict.UNKNOWN, ready.unknown
    yield Verdict.NOT_APPLICABLE, ready.not_applicable


def losses(dossier: Dossier, speak: Translator) -> Sheet:
    """What the loss of each place takes."""
    head = columns(
        (speak.text("Place"), MIDDLE),
        (speak.text("Name"), 30),
        (speak.text("Systems that stop"), 14),
        (speak.text("Come back elsewhere"), 14),
        (speak.text("Data sets gone"), 14),
        (speak.text("Size"), 16),
        (speak.text("Applicants per hour"), 16),
        (speak.text("Which systems"), 80),
        (speak.text("Which data"), 80),
    )
    rows = (
        (
            loss.hit,
            dossier.estate.named(loss.hit, speak.language),
            len(loss.systems),
            len(loss.returning),
            len(loss.data),
            speak.message(lost_size(loss)),
            _applicants(loss, dossier, speak),
            "\n".join(loss.systems),
            "\n".join(loss.data),
        )
        for loss in dossier.losses
    )
    return Sheet(speak.text("Losses"), head, rows, frozen=1)


def _applicants(loss: Loss, dossier: Dossier, speak: Translator) -> str | float:
    known = round(loss.applicants_per_hour, 1)
    told = lost_applicants(loss, dossier.estate, str(known))
    return known if str(told) == str(known) else speak.message(told)


def systems(dossier: Dossier, speak: Translator) -> Sheet:
    """The figures of each system."""
    head = columns(
        (speak.text("Institution"), MIDDLE),
        (speak.text("System"), MIDDLE),
        (speak.text("Name"), 30),
        (speak.text("Grade"), 7),
        (speak.text("Letter"), 8),
        (speak.text("Demonstrated"), 14),
        (speak.text("Possible"), 12),
        (speak.text("Coverage"), 12),
        *((speak.message(word.says), 14) for word in VERDICTS.values()),
        (speak.text("waived"), 10),
    )
    return Sheet(speak.text("Systems"), head, _system_rows(dossier, speak), frozen=2)


def _system_rows(dossier: Dossier, speak: Translator) -> Iterator[tuple[Cell, ...]]:
    for institution, system in dossier.estate.systems():
        ready = dossier.systems.get(system.ref)
        head = (institution.ref, system.ref, dossier.estate.named(system.ref, speak.language), system.grade)
        if ready is None:
            yield head
            continue
        shares = (round(share, 6) for share in (ready.demonstrated, ready.possible, ready.coverage))
        yield (*head, ready.letter, *shares, *(count for _, count in _counted(ready)), ready.waived)
