"""A cron expression of five fields as text to the same in a form that means one thing to every program."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from audit.model.message import say
from audit.model.unfit import Unexpected

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CRON: Final = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))
"""Least and greatest number, names of the fields of a cron expression."""
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SHORTEST: Final = min(_LENGTHS)


def parse_cron(text: object) -> str:
    """A cron expression of five fields; days of the week come back as names, as numbers mean different days to
    different programs."""
    written = " ".join(str(text).lower().split())
    fields = written.split(" ")
    if len(fields) != len(_CRON):
        raise Unexpected(say("a cron expression of five fields such as '30 3 * * 1'"), repr(written[:80]))
    parts = [
        ",".join(_cron_part(part, *limits) for part in field.split(","))
        for field, limits in zip(fields, _CRON, strict=True)
    ]
    if _never(parts[2], parts[3]):
        raise Unexpected(say("a cron expression whose day is in one of its months"), repr(written[:80]))
    return " ".join(parts)


def _never(days: str, months: str) -> bool:
    """Whether no month that is named has a day that is named, as the thirtieth of February."""
    first = min(
        1 if part.startswith("*") else int(part.partition("/")[0].partition("-")[0]) for part in days.split(",")
    )
    if first <= _SHORTEST or any(part.startswith("*") for part in months.split(",")):
        return False
    named = {month for part in months.split(",") for month in _span(part)}
    return first > max(_LENGTHS[month - 1] for month in named)


def _span(part: str) -> range:
    span, slash, step = part.partition("/")
    start, _, end = span.partition("-")
    return range(int(start), int(end or (len(_LENGTHS) if slash else start)) + 1, int(step or 1))


def _cron_part(part: str, least: int, most: int, names: tuple[str, ...]) -> str:
    span, slash, step = part.partition("/")
    numbers = [str(least + names.index(end)) if end in names else end for end in span.split("-")]
    whole = span == "*" or (len(numbers) <= 2 and all(re.fullmatch(r"[0-9]{1,2}", number) for number in numbers))
    if not whole or (slash and not re.fullmatch(r"[1-9][0-9]?", step)):
        raise Unexpected(say("a cron expression of five fields such as '30 3 * * 1'"), repr(part[:80]))
    if span == "*":
        return part
    ends = [int(number) for number in numbers]
    if not least <= ends[0] <= ends[-1] <= most:
        says = say("a cron expression whose numbers are from {least} to {most}, in order", least=least, most=most)
        raise Unexpected(says, repr(part[:80]))
    if names is _DAYS:
        last = ends[-1] if len(ends) > 1 or not slash else len(_DAYS) - 1
        days = [_DAYS[day % 7] for day in range(ends[0], last + 1, int(step or 1))]
        return ",".join(dict.fromkeys(days))
    return "-".join(map(str, ends)) + slash + step


Cron = Annotated[
    str, BeforeValidator(parse_cron), WithJsonSchema({"type": "string", "pattern": r"^\s*(\S+\s+){4}\S+\s*$"})
]
