"""Texts such as `15m`, `2 TB` or `40e9 KRW/d` to typed quantities, back to text again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from audit.model.message import say
from audit.model.unfit import Unexpected

SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}
)
BYTES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "B": 1,
        **{f"{letter}B": 1000**power for power, letter in enumerate("kMGTPE", 1)},
        **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGTPE", 1)},
    }
)
_QUANTITY: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([^\d\s./+-][^\s]*)?\s*")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION: Final = re.compile(r"\s*(?:(\d+(?:\.\d+)?)\s*(ms|min|[smhdwy]))\s*")
_WIDEST: Final = 100
_LONGEST: Final = 1000 * SECONDS["y"]


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in one currency, e.g. `40e9 KRW`."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:,.0f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A count a second, e.g. people who apply (`120000/y`); `written` is the text it came from."""

    per_second: float
    written: str = ""

    @property
    def per_hour(self) -> float:
        return self.per_second * 3600

    def __str__(self) -> str:
        return self.written or f"{self.per_hour:g}/h"


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """Money a second in one currency, e.g. `40e9 KRW/d`."""

    per_second: Decimal
    currency: str
    written: str = ""

    def __str__(self) -> str:
        return self.written or f"{self.per_second * 86400:,.0f} {self.currency}/d"


def _number(text: str) -> tuple[Decimal, str]:
    found = _QUANTITY.fullmatch(text) if len(text) <= _WIDEST else None
    if not found:
        raise ValueError(text)
    try:
        return Decimal(found[1]), found[2] or ""
    except InvalidOperation as broken:
        raise ValueError(text) from broken


def parse_duration(text: object) -> timedelta:
    """`15m`, `2h`, `1d12h`, `10y` (a year is 365.25 days) to a timedelta of at most 1,000 years."""
    if isinstance(text, timedelta):
        return text
    written = str(text)
    # The pattern takes the square of the length: nobody writes a long one.
    parts = _DURATION.findall(written) if len(written) <= _WIDEST else []
    if not parts or _DURATION.sub("", written):
        if written.strip() == "0":
            return timedelta(0)
        raise Unexpected(say("a duration such as 15m, 2h, 1d or 10y"), repr(written))
    seconds = sum(float(amount) * SECONDS[unit] for amount, unit in parts)
    if seconds > _LONGEST:
        raise Unexpected(say("a duration of at most 1000y"), repr(written))
    return timedelta(seconds=seconds)


def parse_size(text: object) -> int:
    """`2 TB` or `512 MiB` to bytes; decimal prefixes are powers of 1,000."""
    if isinstance(text, int):
        return text
    try:
        amount, unit = _number(str(text))
        if not 0 <= amount < 10**24:  # before the product: a huge exponent overflows, or takes minutes to write out
            raise ValueError(text)
        size = int(amount * BYTES[unit or "B"])
        if size >= 10**24:
            raise ValueError(text)
    except (ValueError, KeyError) as broken:
        raise Unexpected(say("a size such as 512 MB or 2 TB"), repr(str(text))) from broken
    return size


def parse_speed(text: object) -> int:
    """`200 MB/s` to bytes a second."""
    if isinstance(text, int):
        return text
    amount, slash, unit = str(text).partition("/")
    if not slash or unit.strip() != "s":
        raise Unexpected(say("a rate such as 200 MB/s"), repr(str(text)))
    return parse_size(amount)


def parse_length(text: object) -> float:
    """`0.6 m` or `90 cm` to metres."""
    if isinstance(text, float):
        return text
    try:
        amount, unit = _number(str(text))
        if not 0 <= amount < 10**9:
            raise ValueError(text)
        return float(amount) * {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0}[unit]
    except (ValueError, KeyError) as broken:
        raise Unexpected(say("a length such as 0.6 m"), repr(str(text))) from broken


def parse_money(text: object) -> Money:
    """`40e9 KRW` to Money."""
    if isinstance(text, Money):
        return text
    try:
        amount, currency = _number(str(text))
        if not re.fullmatch(r"[A-Z]{3}", currency) or not 0 <= amount < Decimal("1e30"):
            raise ValueError(text)
    except ValueError as broken:
        raise Unexpected(say("an amount such as 40e9 KRW"), repr(str(text))) from broken
    return Money(amount, currency)


def parse_money_flow(text: object) -> MoneyFlow:
    """`40e9 KRW/d` to MoneyFlow."""
    if isinstance(text, MoneyFlow):
        return text
    written = str(text)
    amount, slash, unit = written.rpartition("/")
    if not slash or unit.strip() not in SECONDS:
        raise Unexpected(say("money over time such as 40e9 KRW/d"), repr(written))
    money = parse_money(amount)
    return MoneyFlow(money.amount / Decimal(SECONDS[unit.strip()]), money.currency, written)


def parse_rate(text: object) -> Rate:
    """`120000/y` to Rate."""
    if isinstance(text, Rate):
        return text
    written = str(text)
    try:
        amount, _, unit = written.rpartition("/")
        number, word = _number(amount)
        if word or not 0 <= number < 10**15:
            raise ValueError(written)
        return Rate(float(number) / SECONDS[unit.strip()], written)
    except (ValueError, KeyError) as broken:
        raise Unexpected(say("a flow such as 120000/y or 40/h"), repr(written)) from broken


def parse_day(text: object) -> date:
    """`2026-09-30` to a date; nothing else, where pydantic would also take `86400` for the second day of 1970."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    written = str(text)
    try:
        if not _DAY.fullmatch(written):
            raise ValueError(written)
        return date.fromisoformat(written)
    except ValueError as broken:
        raise Unexpected(say("a date that exists such as 2026-09-30"), repr(written)) from broken


def parse_instant(text: object) -> datetime:
    """A date and time of ISO 8601 with its offset, e.g. `2026-11-22T02:00+09:00`."""
    right = say("a date and time with an offset such as 2026-11-22T02:00+09:00")
    written = str(text).strip()
    try:
        instant = datetime.fromisoformat(written)
    except ValueError as broken:
        raise Unexpected(right, repr(written[:80])) from broken
    if instant.tzinfo is None or not 1970 <= instant.year < 9000:
        raise Unexpected(right, repr(written[:80]))
    return instant


def parse_flag(text: object) -> bool:
    """`true` or `false`, nothing else: `no`, `off` and `1` are not booleans here."""
    if isinstance(text, bool):
        return text
    if text in ("true", "false"):
        return text == "true"
    raise Unexpected(say("true or false"), repr(str(text)))


def _schema(pattern: str, example: str, **numbers: int) -> WithJsonSchema:
    """`numbers` says which bare numbers are a quantity too; an editor reads `0` as one."""
    kinds = ["string", "number"] if numbers else "string"
    return WithJsonSchema({"type": kinds, "pattern": pattern, "examples": [example], **numbers})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    _schema(r"^\s*(0|(\d+(\.\d+)?\s*(ms|min|[smhdwy])\s*)+)$", "15m", minimum=0, maximum=0),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    _schema(r"^\s*\d+(\.\d+)?([eE]\d+)?\s*([kKMGTPE]i?)?B?\s*$", "2 TB", minimum=0),
]
Speed = Annotated[
    int, BeforeValidator(parse_speed), _schema(r"^\s*\d+(\.\d+)?([eE]\d+)?\s*([kKMGTPE]i?)?B/s$", "200 MB/s")
]
Length = Annotated[float, BeforeValidator(parse_length), _schema(r"^\s*\d+(\.\d+)?\s*(m|cm|mm|km)\s*$", "0.6 m")]
MoneyAmount = Annotated[
    Money, BeforeValidator(parse_money), _schema(r"^\s*\d+(\.\d+)?([eE]\d+)?\s*[A-Z]{3}\s*$", "40e9 KRW")
]
MoneyRate = Annotated[
    MoneyFlow,
    BeforeValidator(parse_money_flow),
    _schema(r"^\s*\d+(\.\d+)?([eE]\d+)?\s*[A-Z]{3}\s*/\s*(s|m|min|h|d|w|y)$", "40e9 KRW/d"),
]
Flow = Annotated[
    Rate, BeforeValidator(parse_rate), _schema(r"^\s*\d+(\.\d+)?([eE]\d+)?\s*/\s*(s|m|min|h|d|w|y)$", "120000/y")
]
Day = Annotated[date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[datetime, BeforeValidator(parse_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Flag = Annotated[bool, BeforeValidator(parse_flag), WithJsonSchema({"type": "boolean"})]


def plain(value: object) -> str:
    """Any measured or required quantity as short text: `5h 10m`, `2026-11-21T20:55:13+00:00`, `61 %`."""
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple, frozenset, set)):
        return ", ".join(sorted(plain(item) for item in value)) or "none"
    return str(value)


def _duration_text(value: timedelta) -> str:
    seconds = value.total_seconds()
    sign = "-" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds < 1:
        return f"{sign}{seconds * 1000:.0f}ms" if seconds else "0s"
    if seconds < 10 and seconds != int(seconds):
        return f"{sign}{seconds:.2f}s"
    left = round(seconds)
    words: list[str] = []
    for unit in ("y", "d", "h", "m", "s"):
        amount, left = divmod(left, int(SECONDS[unit]))
        if amount:
            words.append(f"{amount}{unit}")
    return sign + " ".join(words[:2])


def bytes_text(size: int) -> str:
    """Bytes as short decimal text, e.g. `858 TB`."""
    for power in range(6, 0, -1):
        if size >= 999.5 * 1000 ** (power - 1) and size >= 1000:
            amount = size / 1000**power
            return f"{amount:.0f} {'kMGTPE'[power - 1]}B" if amount >= 99.95 else f"{amount:.3g} {'kMGTPE'[power - 1]}B"
    return f"{size} B"
