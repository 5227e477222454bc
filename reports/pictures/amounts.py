"""Figures, hours, money, intervals to words as short as a picture needs."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, isfinite, log10
from typing import Final

from audit.model.meaning import Span
from reports.translate import Translator

_ENGLISH: Final = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
_KOREAN: Final = ((1e12, "조"), (1e8, "억"), (1e4, "만"))
_VAST: Final = 1e15
_DAY: Final = 24.0


def count(value: float, speak: Translator) -> str:
    """A number to three digits with a word for its size, e.g. `1.2 million`, `120만`."""
    if not isfinite(value) or abs(value) >= _VAST * 1000:
        return f"{value:.0e}" if isfinite(value) else "∞"
    for unit, name in _KOREAN if speak.language == "ko" else _ENGLISH:
        if abs(value) >= unit:
            share = value / unit
            return (f"{share:.1f}".removesuffix(".0") if abs(share) < 100 else f"{share:,.0f}") + name
    if abs(value) >= 10 or value == int(value):
        return f"{round(value, 2 - floor(log10(max(abs(value), 1.0)))):,.0f}"
    return f"{value:.2g}"


def hours(value: float, speak: Translator) -> str:
    """A length of time by its largest unit, e.g. `40 min`, `6 h`, `22.7 days`."""
    korean = speak.language == "ko"
    if not isfinite(value):
        return "∞"
    if 0 < value < 1:
        minutes = max(1, round(value * 60))
        return f"{minutes}분" if korean else f"{minutes} min"
    if value < 2 * _DAY:
        told = f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
        return f"{told}시간" if korean else f"{told} h"
    days = value / _DAY
    told = f"{days:.1f}".removesuffix(".0") if days < 100 else f"{days:,.0f}"
    return f"{told}일" if korean else f"{told} days"


def brief_hours(value: float, speak: Translator) -> str:
    """The same in as few signs as a small cell bears, e.g. `40m`, `6h`, `23d`."""
    minute, hour, day = ("분", "시간", "일") if speak.language == "ko" else ("m", "h", "d")
    if not isfinite(value):
        return "∞"
    if 0 < value < 1:
        return f"{max(1, round(value * 60))}{minute}"
    if value < 2 * _DAY:
        return f"{value:.0f}{hour}"
    return f"{value / _DAY:.0f}{day}" if value < 1000 * _DAY else "∞"


def money(value: float, currency: str, speak: Translator) -> str:
    """An amount with its currency."""
    if currency in ("KRW", "") and speak.language == "ko":
        return count(value, speak) + ("원" if currency else "")
    return f"{count(value, speak)} {currency}".rstrip()


def span(value: Span, one: Callable[[float], str], speak: Translator) -> str:
    """A figure, from the least to the most, or the least alone where nothing bounds it."""
    if value.most is None or not isfinite(value.most):
        return speak.text("at least {least}", least=one(value.least)) if value.least > 0 else speak.text("not known")
    least, most = one(value.least), one(value.most)
    return least if least == most else f"{least} – {most}"


def percent(share: float) -> str:
    """A share of one."""
    hundred = 100 * share
    return f"{hundred:.0f} %" if hundred >= 10 or hundred == round(hundred) else f"{hundred:.1f} %"
