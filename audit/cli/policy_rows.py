"""The values of a policy to text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from audit.cli.columns import padded
from audit.model.clean import json_text, line
from audit.model.estate import Estate
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.policy_told import Value
from reports.ruled import WAYS, record
from reports.translate import Translator


def chosen(values: Sequence[Value], checks: Sequence[str], known: Mapping[str, object]) -> tuple[Value, ...]:
    """The values of some checks, or all; Stop(USAGE) for a check that there is not."""
    for name in checks:
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = say("did you mean {close}?", close=repr(close[0])) if close else say("`haechi checks` lists them")
            raise Stop(Exit.USAGE, say("unknown check {check}; {hint}", check=repr(line(name)), hint=hint))
    return tuple(one for one in values if not checks or one.check in checks)


def as_json(estate: Estate, values: Sequence[Value]) -> Iterator[str]:
    """One document."""
    document = {
        "schema": "haechi.policy/1",
        "estate": json_text(estate.about.id),
        "values": [record(one) for one in values],
    }
    yield json.dumps(document, ensure_ascii=False, indent=1)


def as_text(values: Sequence[Value], speak: Translator) -> Iterator[str]:
    """One line a value; what the estate wrote says where, and what it was."""
    if not values:
        yield speak.text("the built-in policy holds as it is")
        return
    names = [" ".join(part for part in (one.check, one.name) if part) for one in values]
    wide = max(len(name) for name in names)
    worth = max(len(one.value) for one in values)
    for name, one in zip(names, values, strict=True):
        grade = speak.text("grade {grade}", grade=one.grade) if one.grade is not None else speak.text("all grades")
        source = speak.text("built in")
        if one.where is not None:
            way = speak.message(WAYS[one.direction])
            source = speak.text("{where}, {way}, built in {old}", where=line(str(one.where)), way=way, old=one.built_in)
        yield f"{name:<{wide}}  {padded(grade, 10)}  {line(one.value):<{worth}}  {source}".rstrip()
    written = [one for one in values if one.written]
    yield ""
    yield speak.text(
        "{all} values; set by the estate {written}: stricter {stricter}, laxer {laxer}, otherwise {other}",
        all=len(values), written=len(written), stricter=sum(one.direction == "stricter" for one in written),
        laxer=sum(one.direction == "laxer" for one in written),
        other=sum(one.direction in ("other", "same") for one in written),
    )  # fmt: skip
