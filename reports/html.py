"""A dossier to self-contained pages: one file while that is pleasant to read, else a first page with a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from typing import Any, Final

from audit.model.clean import css_string, html
from audit.model.dossier import Dossier
from audit.model.message import say
from audit.model.verdict import Severity, Verdict
from reports.actions import counts as acted
from reports.actions import rows as actions
from reports.brief import NOTICE, brief
from reports.drills import LISTED, never, rows
from reports.duties import Duties
from reports.format import Format, Page
from reports.front import LOSSES, core, fires, remedies, unproven
from reports.left import left
from reports.news import news
from reports.past import Past
from reports.pictures.album import pictures
from reports.rows import Group, Rows, bar
from reports.ruled import rows as ruled
from reports.signed import signed
from reports.switches import LISTED as SWITCHES
from reports.switches import rows as switches
from reports.tallies import counts, tally
from reports.translate import Translator
from reports.waivers import expired, figure, refused
from reports.waivers import rows as waivers
from reports.whole import lacking
from reports.words import LEVELS, SEVERITIES, STATES, VERDICTS, WAIVED

ONE_FILE: Final = 3_000
"""Up to so many findings stand in one file; above that an institution has pages of its own."""
A_PAGE: Final = 1_000
NOT_LOOKED_AT: Final = 500
_MEANINGS: Final = (
    (Verdict.PASS, say("Seen or shown, by evidence of the level that the check asks for.")),
    (Verdict.FAIL, say("Seen or shown to be otherwise than required, confirmed by a second look.")),
    (
        Verdict.UNKNOWN,
        say("We could not look, or what we saw is not enough. It never counts as met; the reason is given."),
    ),
    (Verdict.NOT_APPLICABLE, say("The check does not apply to this subject or the policy asks nothing of its grade.")),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A word with its sign, translated."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages of one report find each other."""

    main: str = ""
    checks: str = ""
    folder: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    """Anchor of a group to the file of its first page; empty in a report of one file."""

    def group(self, group: Group) -> str:
        """The link to an institution from the first page."""
        name = dict(self.groups).get(group.anchor)
        return f"{self.folder}{name}" if name is not None else f"#{group.anchor}"

    def institution(self, groups: Sequence[Group], ref: str) -> str:
        """The same by its reference; the list of all where it has no group."""
        return next((self.group(group) for group in groups if group.ref == ref), "#institutions")


class _Pages:
    """One report in the making."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        from jinja2 import (
            Environment,
            FileSystemLoader,
            StrictUndefined,
        )  # an eighth of a second that others need not pay
        from markupsafe import Markup

        self._dossier = dossier
        self._language = language
        self._speak = Translator(language, dossier.estate.about.timezone)
        self._rows = Rows(dossier, self._speak)
        self._past = Past(dossier, self._speak)
        templates = files("reports") / "templates"
        self._environment = Environment(
            loader=FileSystemLoader(str(templates)),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_cleaned,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._markup = Markup
        self._environment.filters |= {"ticked": self._ticked, "brief": brief}
        self._environment.globals.update(self._everywhere((templates / "style.css").read_text("utf-8")))

    def _everywhere(self, style: str) -> dict[str, Any]:
        """What every page may use."""
        dossier, speak = self._dossier, self._speak
        about = dossier.estate.about
        name = about.name.text(self._language) if about.name is not None else about.id
        words = {str(verdict): Sign(word.sign, speak.message(word.says)) for verdict, word in VERDICTS.items()}
        return {
            "_": speak.text,
            "message": speak.message,
            "language": self._language,
            "name": brief(name),
            "notice": brief(about.notice.text(self._language), NOTICE) if about.notice is not None else "",
            "warnings": list(self._warnings()),
            "signed": signed(dossier, speak),
            "style": self._markup(re.sub(r"/\*.*?\*/\s*", "", style, flags=re.DOTALL)),
            "running_title": self._markup(css_string(brief(name) + " - " + speak.text("Readiness report"))),
            "running_right": self._markup(css_string(dossier.run.id)),
            "words": words | {"waived": Sign(WAIVED.sign, speak.message(WAIVED.says))},
            "run": dossier.run,
            "judged": speak.instant(dossier.at),
            "zone": about.timezone,
            "estate": dossier.estate,
            "rows": self._rows,
            "past": self._past,
            "duties": Duties(dossier, self._rows, speak),
            "critical": speak.message(SEVERITIES[Severity.CRITICAL]),
            "tally_of": tally,
            "grouped": "{:,}".format,
        }

    def _ticked(self, text: str) -> Any:
        """Text in which `a command` stands as code; everything in it is escaped first."""
        parts = html(str(text)).split("`")
        if len(parts) % 2 == 0:
            return text
        code = self._markup("<code>{}</code>")
        return self._markup("").join(code.format(part) if at % 2 else part for at, part in enumerate(parts))

    def _warnings(self) -> Iterator[str]:
        dossier, speak = self._dossier, self._speak
        yield from expired(dossier, speak)
        yield from refused(dossier, speak)
        yield from lacking(dossier, speak)
        if dossier.run.judged_from:
            yield speak.text("A second judgement over what run {run} saw.", run=dossier.run.judged_from)

    def pages(self) -> Iterator[Page]:
        """All files, the first page first."""
        if len(self._dossier.findings) <= ONE_FILE:
            yield Page("", self._main(Links(), paged=False))
            return
        folder = _file_name(f"haechi-{self._dossier.run.id}-{self._language}")
        groups = self._rows.groups
        names = tuple((group.anchor, f"{group.anchor}-{_file_name(group.ref or 'all')}.html") for group in groups)
        within = Links("index.html", "checks.html", "", names)
        yield Page("", self._main(Links("", f"{folder}/checks.html", f"{folder}/", names), paged=True))
        # The other pages do not know what the first page is called or where it will be moved: they go to this twin.
        yield Page(f"{folder}/index.html", self._main(within, paged=True))
        title = self._speak.text("Checks")
        yield Page(f"{folder}/checks.html", self._render("catalogue.html.j2", links=within, title=title))
        for group, (_, name) in zip(groups, names, strict=True):
            yield from self._group(group, folder, name, within)

    def _group(self, group: Group, folder: str, name: str, links: Links) -> Iterator[Page]:
        findings = group.findings
        ordered = self._rows.rows(findings)
        count = max(1, -(-len(findings) // A_PAGE))
        files_of = [name if number == 1 else name.replace(".html", f"-{number}.html") for number in range(1, count + 1)]
        for number, file in enumerate(files_of, 1):
            first = (number - 1) * A_PAGE
            chunks = self._render(
                "group.html.j2",
                links=links,
                title=group.name,
                group=group,
                paged=True,
                page=number,
                pages=files_of,
                findings=islice(ordered, A_PAGE),
                first=min(first + 1, len(findings)),
                last=min(first + A_PAGE, len(findings)),
                total=len(findings),
            )
            yield Page(f"{folder}/{file}", chunks)

    def _main(self, links: Links, *, paged: bool) -> Iterator[bytes]:
        dossier, speak = self._dossier, self._speak
        ready, drilled, switched = dossier.readiness, rows(dossier, speak), switches(dossier, speak)
        grades = sorted(dossier.policy.get("grades", {}).items(), key=lambda pair: str(pair[0]))
        drawn, kept, undrilled = pictures(dossier, speak), left(dossier, speak), never(dossier)
        excused = waivers(dossier, speak)
        done = acted(dossier.actions, dossier.at) if dossier.actions else None
        watched = len(self._past) or any(system.endpoints for _, system in dossier.estate.systems())
        there = {
            "meaning": drawn, "past": watched, "drills": drilled or undrilled, "switches": switched,
            "left": kept.rows, "actions": done, "institutions": True, "waivers": excused,
        }  # fmt: skip
        shown = [name for name, told in there.items() if told]
        return self._render(
            "report.html.j2",
            links=links,
            title="",
            paged=paged,
            numbers=dict.fromkeys(there, 0) | {name: number for number, name in enumerate(shown, 5)},
            totals={
                "institutions": len(dossier.estate.institutions),
                "systems": sum(1 for _ in dossier.estate.systems()),
            },
            figures=bar(ready),
            accepted=figure(ready.with_waivers),
            waivers=excused,
            ruled=ruled(dossier, speak),
            cap=speak.message(ready.capped) if ready.capped is not None else "",
            counts=counts(ready),
            core=core(dossier),
            news=news(dossier, speak),
            unproven=unproven(dossier, self._rows, speak),
            fires=fires(dossier, speak, LOSSES),
            drilled=drilled[:LISTED],
            drilled_more=max(0, len(drilled) - LISTED),
            undrilled=undrilled,
            switched=switched[:SWITCHES],
            switched_more=max(0, len(switched) - SWITCHES),
            acted=done,
            actions=actions(dossier, speak),
            left=kept,
            pictures=drawn,
            remedies=remedies(dossier, self._rows, speak),
            meanings=[(str(verdict), speak.message(says)) for verdict, says in _MEANINGS],
            levels=[(speak.message(word.says), speak.message(word.means or word.says)) for word in LEVELS.values()],
            targets=[(grade, speak.quantity(goal["rto"]), speak.quantity(goal["rpo"])) for grade, goal in grades],
            not_looked_at=dossier.not_looked_at[:NOT_LOOKED_AT],
            not_looked_at_count=len(dossier.not_looked_at),
            state=speak.message(STATES.get(dossier.run.state, say("unknown"))),
            started=speak.instant(dossier.run.started),
            ended=speak.instant(dossier.run.ended) if dossier.run.ended is not None else "–",
        )

    def _render(self, template: str, **values: Any) -> Iterator[bytes]:
        return _batched(self._environment.get_template(template).generate(**values))


def _cleaned(value: Any) -> Any:
    """What Jinja prints of any value: text without controls and direction marks; made markup stays as it is."""
    return html(value) if type(value) is str else html(str(value)) if not hasattr(value, "__html__") else value


def _batched(pieces: Iterable[str]) -> Iterator[bytes]:
    """Many small texts to fewer, larger pieces of bytes."""
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) >= 4096:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _file_name(text: str) -> str:
    """Letters, digits, `-` and `_` of ASCII: safe in a file system and in a link."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:80]


def _pages(dossier: Dossier, language: str) -> Iterator[Page]:
    yield from _Pages(dossier, language).pages()


FORMAT: Final = Format("html", ".html", "text/html", _pages)
