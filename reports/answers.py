"""An answer book to text, JSON, or one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from audit.model.answer import Answer, AnswerBook, Control, Link, Standing
from audit.model.clean import html, json_escaped, json_text, line
from audit.model.dossier import Dossier
from audit.model.message import Message, say
from audit.model.verdict import Verdict
from reports.signed import sentences
from reports.translate import Translator
from reports.words import VERDICTS

SCHEMA: Final = "haechi.answers/1"
STANDINGS: Final[Mapping[Standing, tuple[str, Message]]] = MappingProxyType(
    {
        "answered": ("✓", say("can be answered")),
        "partly": ("?", say("can be answered in part")),
        "unanswered": ("✗", say("cannot be answered")),
    }
)


def text(book: AnswerBook, dossier: Dossier, language: str, top: int) -> Iterator[str]:
    """Lines for people."""
    speak = Translator(language, dossier.estate.about.timezone)
    yield line(speak.text("Answer book of run {run}", run=book.run))
    for told in sentences(dossier.signatures, speak):
        yield line(told)
    for number, answer in enumerate(book.answers, 1):
        sign, standing = STANDINGS[answer.standing]
        yield ""
        yield line(f"{number}. {speak.message(answer.asks)}  {sign} {speak.message(standing)}")
        for fact in answer.lines:
            yield line(f"   {speak.message(fact)}")
        if answer.counts:
            yield line("   " + counts(answer.counts, speak))
        for link in answer.links[:top]:
            yield line("   - " + _link(link, speak))
        if len(answer.links) > top:
            yield line("     " + speak.text("and {count} more", count=len(answer.links) - top))
        for why in answer.missing:
            yield line(f"   ? {speak.message(why)}")
    yield ""
    yield speak.text("What cannot be answered, and why")
    for why in book.unanswered:
        yield line(f"? {speak.message(why)}")
    yield ""
    yield speak.text("Each control, by institution")
    for one in book.controls:
        sign, _ = STANDINGS[one.standing]
        yield line(f"{sign} {one.control}  {one.institution or '-'}  {counts(one.counts, speak)}")


def counts(found: Mapping[Verdict, int], speak: Translator) -> str:
    """`✓ 3 met, ✗ 1 not met`."""
    return ", ".join(
        f"{VERDICTS[verdict].sign} {found[verdict]} {speak.message(VERDICTS[verdict].says)}"
        for verdict in Verdict
        if found.get(verdict)
    )


def _link(link: Link, speak: Translator) -> str:
    parts = [f"{VERDICTS[link.verdict].sign} {link.check} {link.subject}: {speak.message(link.says)}"]
    if link.evidence:
        parts.append(speak.text("evidence: {what}", what=", ".join(link.evidence)))
    else:
        parts.append(speak.text("no single piece of evidence; declared in {place}", place=link.declared))
    parts.append(speak.text("person: {who}", who=link.person or speak.text("nobody is named")))
    parts.append(speak.text("plan: {what}", what=plan(link, speak)))
    parts.append(speak.text("money: {what}", what=money(link, speak)))
    return "; ".join(parts)


def plan(link: Link, speak: Translator) -> str:
    """State, owner, day of the measure; that there is none."""
    if not link.plan:
        return speak.text("none")
    return ", ".join(part for part in (link.plan, link.owner, str(link.due or "")) if part)


def money(link: Link, speak: Translator) -> str:
    """The lines of the budget; that there is none."""
    told = [f"{one.id} {one.funded} / {one.needed}" if one.funded else one.needed for one in link.budget]
    return ", ".join(told) or speak.text("none")


def as_json(book: AnswerBook, dossier: Dossier, top: int | None = None) -> str:
    """One document, in both languages."""
    both = (Translator("en", dossier.estate.about.timezone), Translator("ko", dossier.estate.about.timezone))

    def said(message: Message) -> Mapping[str, str]:
        return {"en": json_text(both[0].message(message)), "ko": json_text(both[1].message(message))}

    def asked(checks: Sequence[str]) -> list[Mapping[str, Any]]:
        known = [dossier.checks[check] for check in checks if check in dossier.checks]
        return [{"check": one.id, "en": one.question, "ko": both[1].text(one.question)} for one in known]

    def link(one: Link) -> Mapping[str, Any]:
        return {
            "check": one.check, "control": one.control, "subject": json_text(one.subject),
            "institution": json_text(one.institution), "verdict": str(one.verdict), "severity": str(one.severity),
            "reason": str(one.reason) if one.reason is not None else None, "says": said(one.says),
            "fingerprint": one.fingerprint, "evidence": [json_text(each) for each in one.evidence],
            "declared": json_text(one.declared), "person": json_text(one.person) or None,
            "plan": {"state": one.plan, "owner": json_text(one.owner), "due": str(one.due) if one.due else None}
            if one.plan else None,
            "budget": [{"id": json_text(each.id), "needed": each.needed, "funded": each.funded} for each in one.budget],
        }  # fmt: skip

    def answer(one: Answer) -> Mapping[str, Any]:
        return {
            "id": one.id, "asks": said(one.asks), "standing": one.standing, "lines": [said(each) for each in one.lines],
            "counts": _plain(one.counts), "findings": [link(each) for each in one.links[:top]],
            "left-out": len(one.links) - len(one.links[:top]), "missing": [said(each) for each in one.missing],
        }  # fmt: skip

    def control(one: Control) -> Mapping[str, Any]:
        return {
            "control": one.control, "asks": asked(one.checks), "institution": json_text(one.institution) or None,
            "standing": one.standing, "counts": _plain(one.counts),
            "worst": link(one.link) if one.link is not None else None,
        }  # fmt: skip

    document = {
        "schema": SCHEMA,
        "run": book.run,
        "root": book.root,
        "signatures": [
            {"name": json_text(one.name), "signed": one.signed_at.isoformat(), "state": json_text(one.state)}
            for one in dossier.signatures
        ],
        "answers": [answer(one) for one in book.answers],
        "controls": [control(one) for one in book.controls],
        "unanswered": [said(one) for one in book.unanswered],
    }
    return json_escaped(json.dumps(document, ensure_ascii=False, indent=2))


def as_html(book: AnswerBook, dossier: Dossier, language: str, top: int) -> str:
    """One self-contained page without scripts."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    speak = Translator(language, dossier.estate.about.timezone)
    templates = files("reports") / "templates"
    environment = Environment(
        loader=FileSystemLoader(str(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    about = dossier.estate.about
    return environment.get_template("answers.html.j2").render(
        _=speak.text,
        message=speak.message,
        language=language,
        name=about.name.text(language) if about.name is not None else about.id,
        notice=about.notice.text(language) if about.notice is not None else "",
        book=book,
        checks=dossier.checks,
        signed=list(sentences(dossier.signatures, speak)),
        standings=STANDINGS,
        verdicts=VERDICTS,
        counted=lambda found: counts(found, speak),
        plan=lambda link: plan(link, speak),
        money=lambda link: money(link, speak),
        top=top,
    )


def _plain(found: Mapping[Verdict, int]) -> Mapping[str, int]:
    return {str(verdict): found.get(verdict, 0) for verdict in Verdict}


def _cleaned(value: object) -> object:
    """Text without what a page must not hold; what is markup already stays."""
    return html(value) if type(value) is str else value
