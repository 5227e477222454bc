"""A check, or a finding of a run, to the lines that explain it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from audit.catalogue import Catalogue
from audit.cli.columns import across, folded
from audit.contract import Check, Example
from audit.model.evidence import Finding
from audit.model.facts import Facts
from audit.model.message import Message, say
from reports.translate import Translator

METHODS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "A": say("an active look over the network"),
        "F": say("an export or the inventory, read"),
        "G": say("computed on the graph of the inventory"),
        "E": say("a document"),
        "H": say("a person's statement"),
        "D": say("a drill or a timed test"),
    }
)
_WIDTH: Final = 100


def named(catalogue: Catalogue, what: str) -> Sequence[Check]:
    """The check of an id, or every check that answers a control."""
    if what in catalogue.checks:
        return (catalogue.checks[what],)
    return tuple(check for check in catalogue.checks.values() if check.control.casefold() == what.casefold())


def near(catalogue: Catalogue, what: str) -> Message:
    """What may have been meant."""
    if any(what in kinds for kinds in catalogue.technologies.values()):
        return say("`haechi kinds {kind}` tells of the kind", kind=what)
    ends = [name for name in catalogue.checks if name.partition(".")[2] == what]
    close = ends or get_close_matches(what, catalogue.checks, 1)
    return say("did you mean {close}?", close=repr(close[0])) if close else say("`haechi checks` lists them")


def looked_up(fingerprint: str, store: str, run: str) -> Finding | None:
    """The finding of a stored run whose fingerprint begins like this."""
    from audit import app  # the store is heavy, and only a finding needs it

    findings = app.dossier_of(run, store=store).dossier.findings
    return next((finding for finding in findings if finding.fingerprint.startswith(fingerprint)), None)


def told(finding: Finding, speak: Translator) -> Iterator[str]:
    """What a run said of one subject."""
    yield f"{finding.subject}: {finding.verdict}" + (f" ({finding.reason})" if finding.reason else "")
    yield from _wrapped(speak.message(finding.says))
    if finding.measured:
        yield f"  measured: {speak.quantity(finding.measured)}"
        yield f"  required: {speak.quantity(finding.required)}"
    yield f"  evidence: {finding.level.word}" + (f", {finding.observation}" if finding.observation else "")
    yield f"  inventory: {finding.where}"
    yield f"  judged: {finding.at.isoformat(timespec='seconds')}"
    if finding.waiver is not None:
        yield f"  waiver: {finding.waiver}"
    yield ""


def explained(catalogue: Catalogue, check: Check, speak: Translator, *, on: str = "REF") -> Iterator[str]:
    """Everything that is known about one check; `on` is the subject that the Fix speaks of."""
    yield f"{check.id}  ({check.control}, {check.severity})"
    yield from _wrapped(speak.text(check.question))
    yield ""
    yield speak.text("Why")
    yield from _wrapped(speak.text(check.why))
    yield speak.text("Fix")
    yield from _wrapped(speak.text(check.fix, ref=on))
    yield speak.text("How it is found out")
    how = say("{method}; least evidence: {level}", method=METHODS[check.method], level=check.least.word)
    yield from _wrapped(speak.message(how))
    kinds = technologies(catalogue, check)
    if kinds:
        yield from _wrapped(speak.text("Judges what was seen of: {kinds}", kinds=", ".join(kinds)))
    else:
        yield "  " + speak.text("Judges each: {kind}", kind=_words(check.subject.__name__))
    if check.limits:
        yield speak.text("Limits by grade")
        yield from _limits(check)
    yield speak.text("Answers")
    yield from _wrapped(", ".join(check.answers) or "-")
    yield speak.text("Examples")
    for example in check.examples:
        yield from _example(example)
    yield ""


def technologies(catalogue: Catalogue, check: Check) -> Sequence[str]:
    """The kinds whose look establishes the facts that a check needs."""
    if check.facts is None:
        return ()
    return tuple(
        sorted(
            kind
            for kinds in catalogue.technologies.values()
            for kind, technology in kinds.items()
            if issubclass(technology, check.subject)
            and (probe := catalogue.probe_of(technology)) is not None
            and issubclass(probe.facts, check.facts)
        )
    )


def _limits(check: Check) -> Iterator[str]:
    rows = [("", "1", "2", "3", "4"), *((name, *values) for name, values in check.limits.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _example(example: Example) -> Iterator[str]:
    ends = f"{example.verdict}" + (f" ({example.reason})" if example.reason else "")
    yield f"  {ends}: {example.on}" + f", judged {example.at.date().isoformat()}"
    yield from textwrap.indent(example.inventory.strip(), "    | ", lambda _: True).splitlines()
    seen = [(example.on, example.seen)] if example.seen is not None else []
    for ref, facts in (*seen, *example.others.items()):
        yield from _wrapped(f"seen of {ref}: {_facts(facts)}", "    ")


def _facts(facts: Facts) -> str:
    """What a look established, as short text."""
    values = [f"{name} = {value}" for name, value in facts.plain().items()]
    return f"{type(facts).__name__}({', '.join(values)})"


def _words(name: str) -> str:
    """`PowerProtection` to `power protection`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    yield from folded(text, across(_WIDTH), first=indent, rest=indent)
