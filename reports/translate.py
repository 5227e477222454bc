"""Messages, quantities, dates to text in one language; the Korean catalogue is read when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from audit.model.clean import redacted
from audit.model.message import Message, fill
from audit.model.particles import fitted
from audit.model.wording import translations

NATIVE: Final = "en"
_DURATION: Final = re.compile(r"-?\d+(?:\.\d+)?(?:ms|[ydhms])(?: \d+[dhms])*")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[ydhms])")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"y": "년", "d": "일", "h": "시간", "m": "분", "s": "초", "ms": "밀리초"}
)
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "yes": "예",
        "no": "아니요",
        "none": "없음",
        "nothing": "없음",
        "nobody": "없음",
        "hot": "상시 대기(hot)",
        "warm": "준비 대기(warm)",
        "cold": "시설 대기(cold)",
        "active-active": "동시 운영(active-active)",
        "backup-only": "백업만(backup-only)",
        "declared": "기재",
        "attested": "진술",
        "observed": "관측",
        "verified": "검증",
        "drilled": "훈련",
    }
)
_TERMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "site": "시설",
        "room": "실",
        "compartment": "방화구획",
        "power": "전원 인입",
        "operator": "운영 업체",
        "clean-agent": "청정소화약제",
        "halogen": "할로겐",
        "inert-gas": "불활성기체",
        "water-mist": "미분무",
        "sprinkler": "스프링클러",
        "dry-chemical": "분말",
    }
)
"""Words of the inventory that stand alone in an observed or required value; in a sentence they may be somebody's id."""
_SIGNS: Final[Mapping[str, str]] = MappingProxyType({"<=": "≤", ">=": "≥", "<": "<", ">": ">"})
_PATTERNS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"ko": ("yyyy. M. d.", "yyyy. M. d. HH:mm"), "en": ("d MMM yyyy", "d MMM yyyy, HH:mm")}
)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text to text of a language; empty for English."""
    if language == NATIVE:
        return MappingProxyType({})
    return translations(files("reports").joinpath("locale", language, "LC_MESSAGES", "haechi.po").read_bytes())


class Translator:
    """Everything that a report says, in one language and one time zone."""

    def __init__(self, language: str, zone: str = "Asia/Seoul") -> None:
        self.language = language
        self._texts = catalogue(language)
        self._zone = ZoneInfo(zone)
        self._instants: dict[datetime, str] = {}

    def text(self, msgid: str, **values: object) -> str:
        """A fixed text of the report, with its `{name}` placeholders filled in."""
        translated = self._texts.get(msgid, msgid)
        return (
            self._smooth(fill(translated, {name: str(value) for name, value in values.items()}))
            if values
            else translated
        )

    def message(self, message: Message) -> str:
        """A sentence of a probe or a rule."""
        template = self._texts.get(message.template, message.template)
        if not message.values:
            return template
        values = {name: self._value(value) for name, value in message.values.items()}
        return self._smooth(fill(template, values | {name: self.message(part) for name, part in message.parts.items()}))

    def _smooth(self, text: str) -> str:
        """Korean particles take the form that the word before them asks for, where its sound can be told."""
        return fitted(text) if self.language == "ko" else text

    def quantity(self, value: str | Message) -> str:
        """What was measured or required: a message, or a quantity written as `plain` writes it."""
        if isinstance(value, Message):
            return self.message(value)
        told = self._value(value)
        return ", ".join(_TERMS.get(part, part) for part in told.split(", ")) if self.language == "ko" else told

    def _value(self, value: str) -> str:
        if len(value) > 40 or not value:
            return redacted(value) if "://" in value else value
        if value[0].isdigit() or value[0] == "-":
            if _INSTANT.fullmatch(value):
                return self._try_instant(value)
            if _DAY.fullmatch(value):
                return self._try_day(value)
            if self.language == "ko" and _DURATION.fullmatch(value):
                return _PART.sub(lambda part: part[1] + _UNITS[part[2]], value)
            return value
        if "://" in value:
            return redacted(value)
        sign, space, bound = value.partition(" ")
        if space and sign in _SIGNS:
            return f"{_SIGNS[sign]} {self._value(bound)}"
        if self.language == "ko":
            return ", ".join(_WORDS.get(part, self._target(part)) for part in value.split(", "))
        return ", ".join(map(self._target, value.split(", ")))

    def _target(self, part: str) -> str:
        """`RTO 2h` and `RPO <= 15m` as the language writes them; anything else stays."""
        name, space, value = part.partition(" ")
        return f"{name} {self._value(value)}" if space and name in ("RTO", "RPO") else part

    def _try_instant(self, value: str) -> str:
        try:
            return self.instant(datetime.fromisoformat(value))
        except (ValueError, OverflowError):  # certificates without an end say 9999-12-31, which is over in our zone
            return value

    def _try_day(self, value: str) -> str:
        try:
            return self.day(date.fromisoformat(value))
        except ValueError:
            return value

    def day(self, day: date) -> str:
        """A date as the language writes it, e.g. `2026. 11. 21.`"""
        from babel.dates import format_date

        return format_date(day, _PATTERNS[self.language][0], locale=self.language)

    def instant(self, at: datetime) -> str:
        """A point in time in the estate's time zone, to the minute."""
        known = self._instants.get(at)
        if known is None:
            from babel.dates import format_datetime

            local = at.astimezone(self._zone)
            known = format_datetime(local, _PATTERNS[self.language][1], locale=self.language)
            if len(self._instants) < 100_000:
                self._instants[at] = known
        return known

    def number(self, value: float) -> str:
        """A number with grouped thousands; one decimal where it is small."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0.#" if abs(value) < 100 else "#,##0", locale=self.language)
