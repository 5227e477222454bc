"""What differs between an inventory and other lists to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from audit.analysis.reconcile import Likeness, Reconciliation
from audit.model.clean import json_escaped, json_text, line
from audit.model.listed import ListState
from audit.model.message import Message, say
from audit.model.reconciling import Missing
from reports.translate import Translator

_WHAT: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "address": say("address"),
        "place": say("place"),
        "owner": say("owner"),
        "institution": say("institution"),
    }
)


def as_json(found: Reconciliation, top: int) -> Iterator[str]:
    """One document with everything; `near` for the first `top` of what is missing."""
    like = Likeness(found.known)
    document = {
        "schema": "haechi.reconcile/1",
        "estate": json_text(found.known.estate.ref),
        "lists": [_list(one) for one in found.lists],
        "entries": found.names.entries,
        "counts": {
            "missing": len(found.names.missing),
            "contradicted": len(found.names.contradicted),
            "unseen": len(found.names.unseen),
            "undeclared": len(found.undeclared),
            "strays": len(found.strays),
            "quiet": len(found.quiet),
        },
        "missing": [
            {
                "where": json_text(one.where),
                "name": json_text(one.name),
                "addresses": list(map(json_text, one.addresses)),
                "shares": json_text(one.shares) or None,
                "near": json_text(like.near(one.name)) or None if number < top else None,
            }
            for number, one in enumerate(found.names.missing)
        ],
        "contradicted": [
            {
                "ref": json_text(one.ref),
                "what": one.what,
                "declared": json_text(one.declared),
                "observed": json_text(one.observed),
                "where": json_text(one.where),
                "at": json_text(str(one.at)),
            }
            for one in found.names.contradicted
        ],
        "unseen": list(map(json_text, found.names.unseen)),
        "undeclared": [
            {
                "source": json_text(one.source),
                "target": json_text(one.target),
                "ports": list(map(json_text, one.ports)),
                "count": one.count,
                "where": json_text(one.where),
            }
            for one in found.undeclared
        ],
        "strays": [
            {
                "address": json_text(one.address),
                "speaks-with": json_text(one.speaks_with),
                "count": one.count,
                "where": json_text(one.where),
            }
            for one in found.strays
        ],
        "quiet": [[json_text(ref) for ref in pair] for pair in sorted(found.quiet)],
    }
    yield json_escaped(json.dumps(document, ensure_ascii=False, indent=2))


def _list(one: ListState) -> Mapping[str, Any]:
    return {
        "file": json_text(one.file),
        "kind": one.form,
        "sha256": one.sha256,
        "entries": len(one.entries),
        "edges": len(one.edges),
        "written": one.taken.isoformat() if one.has("taken") else None,
    }


def as_text(found: Reconciliation, top: int, speak: Translator) -> Iterator[str]:
    """Lines for people, what is missing first."""
    like = Likeness(found.known) if found.names.missing else None
    shown = (_missing(one, like.near(one.name) if like is not None else "", speak) for one in found.names.missing)
    yield from _part(say("missing in the inventory"), shown, len(found.names.missing), top, speak)
    told = (
        f"{line(one.ref)}  {speak.message(_WHAT[one.what])}: "
        + speak.text("{declared} in the inventory ({at}), {observed} in {where}", declared=line(one.declared),
                     at=line(str(one.at)), observed=line(one.observed), where=line(one.where))
        for one in found.names.contradicted
    )  # fmt: skip
    yield from _part(say("told differently"), told, len(found.names.contradicted), top, speak)
    edges = (
        speak.text("{source} speaks with {target}, port {ports}: {count} times, first {where}", source=line(one.source),
                   target=line(one.target), ports=line(", ".join(one.ports[:8])) or "-", count=f"{one.count:,}",
                   where=line(one.where))
        for one in found.undeclared
    )  # fmt: skip
    yield from _part(say("spoken, and not under `needs:`"), edges, len(found.undeclared), top, speak)
    strays = (
        speak.text("{address} speaks with {target}: {count} times, first {where}", address=line(one.address),
                   target=line(one.speaks_with), count=f"{one.count:,}", where=line(one.where))
        for one in found.strays
    )  # fmt: skip
    yield from _part(say("addresses that are not declared"), strays, len(found.strays), top, speak)
    unseen = found.names.unseen if found.names.entries else ()
    yield from _part(say("declared, and in no list"), map(line, unseen), len(unseen), top, speak)
    quiet = (f"{line(one)} -> {line(other)}" for one, other in sorted(found.quiet))
    yield from _part(say("under `needs:`, and never spoken"), quiet, len(found.quiet), top, speak)
    yield from _sums(found, speak)


def _part(head: Message, rows: Iterable[str], count: int, top: int, speak: Translator) -> Iterator[str]:
    if not count:
        return
    yield speak.text("{head} ({count}):", head=speak.message(head), count=f"{count:,}")
    for row, _ in zip(rows, range(top), strict=False):
        yield "  " + row
    if count > top:
        yield "  " + speak.text("and {count} more; `--top` shows them", count=f"{count - top:,}")
    yield ""


def _missing(one: Missing, near: str, speak: Translator) -> str:
    name = line(one.name) or "-"
    text = f"{name}  {line(', '.join(one.addresses[:4]))}".rstrip() + f"  {line(one.where)}"
    if one.shares:
        return text + "; " + speak.text("its address is that of {ref}", ref=line(one.shares))
    if near:
        return text + "; " + speak.text("did you mean {close}?", close=line(near))
    return text


def _sums(found: Reconciliation, speak: Translator) -> Iterator[str]:
    files: Sequence[str] = [line(one.file) for one in found.lists]
    yield speak.text("{entries} things in {files} held against {systems} systems",
                     entries=f"{found.names.entries:,}", files=", ".join(files),
                     systems=f"{len(found.known.systems):,}")  # fmt: skip
    if not found.differs:
        yield speak.text("nothing is missing or told differently")
