"""What was looked at to one self-contained page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from audit.analysis.coverage import Coverage
from audit.cli.coverage_rows import table
from audit.model.clean import html
from audit.model.estate import Estate
from reports.translate import Translator

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1e2124}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}th,td{border-bottom:1px solid #8a949e;"
    "padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}thead th{border-bottom-width:2px}"
    ".scroll{overflow-x:auto}"
)


def as_html(estate: Estate, found: Coverage, speak: Translator) -> Iterator[str]:
    """Four tables: controls, systems, ISMS-P, all standards."""
    title = speak.text("What was looked at") + ": " + estate.named(estate.ref, speak.language)
    yield f'<!DOCTYPE html>\n<html lang="{_told(speak.language)}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_told(title)}</title><style>{_STYLE}</style></head><body><main><h1>{_told(title)}</h1>"
    nobody = speak.text("nobody looked at anything yet: this is what a run would ask")
    yield f"<p>{_told(found.run or nobody)}</p>"
    yield f"<p>{_told(_note(speak))}</p>"
    for by, head in (
        ("control", speak.text("Controls")),
        ("system", speak.text("Systems")),
        ("isms-p", speak.text("Items of ISMS-P that bear on recovery")),
        ("standard", speak.text("Standards")),
    ):
        heads, rows = table(found, by, speak)
        yield f'<h2 id="{by}">{_told(head)}</h2>'
        yield f'<div class="scroll" role="group" tabindex="0" aria-labelledby="{by}"><table>'
        yield "<thead><tr>" + "".join(f'<th scope="col">{_told(one)}</th>' for one in heads) + "</tr></thead><tbody>"
        for first, *rest in rows:
            yield (
                f'<tr><th scope="row">{_told(first)}</th>' + "".join(f"<td>{_told(one)}</td>" for one in rest) + "</tr>"
            )
        yield "</tbody></table></div>"
    yield "</main></body></html>"


def _note(speak: Translator) -> str:
    return speak.text(
        "Figures count pairs of a check and a subject. A mapping to a standard is help for an auditor, no claim of "
        "compliance; `verified` was held against a published source, `claimed` was not."
    )


def _told(text: str) -> str:
    return escape(html(text))
