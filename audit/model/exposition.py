"""The text of a Prometheus endpoint with a selector to the one number that it chooses."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.model.item import parse_text, unmarked
from audit.model.message import say
from audit.model.unfit import Unexpected
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason

_SELECTOR: Final = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]{0,199})\s*(?:\{(.*)\})?\s*", re.DOTALL)
_LABEL: Final = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]{0,199})\s*=\s*"((?:[^"\\]|\\.){0,500})"\s*(,|$)')
LARGEST: Final = 8_000_000
"""Bytes of one answer."""
STALE: Final = timedelta(minutes=10)
"""How old a number may be by the endpoint's own date."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One series: a name, labels that it has to have, a factor that brings its value into seconds or bytes."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    times: float = 1.0

    def __str__(self) -> str:
        inside = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return self.metric + (f"{{{inside}}}" if inside else "")


def parse_selector(value: object) -> Selector:
    """`name{label="value"}`, or `{metric: ..., times: 0.001}` where the unit is another one."""
    if isinstance(value, Selector):
        return value
    if isinstance(value, dict):
        written: dict[str, Any] = unmarked(value)
        if "metric" not in written or not set(written) <= {"metric", "times"}:
            raise Unexpected(say("a selector, or {metric: SELECTOR, times: NUMBER}"), ", ".join(map(repr, written)))
        chosen = parse_selector(written["metric"])
        try:
            times = float(str(written.get("times", 1)))
        except ValueError:
            times = math.nan
        if not math.isfinite(times):
            raise Unexpected(say("a number by which the value is multiplied"), repr(str(written["times"])[:40]))
        return Selector(chosen.metric, chosen.labels, times)
    text = parse_text(value)
    found = _SELECTOR.fullmatch(text)
    labels = _labels(found[2] or "") if found else None
    if found is None or labels is None:
        raise Unexpected(say('a series such as backup_age_seconds{stanza="kibo"}'), repr(text[:80]))
    return Selector(found[1], labels)


def _labels(text: str) -> tuple[tuple[str, str], ...] | None:
    found: list[tuple[str, str]] = []
    position = 0
    while text[position:].strip():
        label = _LABEL.match(text, position)
        if label is None:
            return None
        found.append((label[1], re.sub(r"\\(.)", r"\1", label[2])))
        position = label.end()
    return tuple(found)


class Exposition:
    """One answer of an endpoint; raises CannotSee(incomplete) where it is no text of Prometheus."""

    def __init__(self, text: str) -> None:
        from prometheus_client.parser import text_string_to_metric_families

        self._series: dict[str, list[tuple[Mapping[str, str], float, float | None]]] = {}
        try:
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    stamp = float(sample.timestamp) if sample.timestamp is not None else None
                    self._series.setdefault(sample.name, []).append((sample.labels, sample.value, stamp))
        except (ValueError, IndexError, KeyError, OverflowError) as broken:
            says = say("the answer is no text of Prometheus: {why}", why=str(broken)[:120] or type(broken).__name__)
            raise CannotSee(Reason.INCOMPLETE, says) from broken

    @classmethod
    def served(cls, url: str, status: int, body: bytes) -> Exposition:
        """What an endpoint answered; CannotSee(denied | incomplete) for any status but 200."""
        if status != 200:
            says = say("{url} answered with status {status}", url=url, status=status)
            raise CannotSee(Reason.DENIED if status in (401, 403) else Reason.INCOMPLETE, says)
        return cls(body.decode("utf-8", "replace"))

    def fresh(self, selector: Selector, now: datetime) -> float:
        """The number of the one series that is meant; CannotSee(stale) where it is dated too far back."""
        value, taken = self.value(selector)
        if taken is not None and now - taken > STALE:
            says = say("{series} was taken {age} ago", series=selector, age=plain(now - taken))
            raise CannotSee(Reason.STALE, says)
        return value

    def value(self, selector: Selector) -> tuple[float, datetime | None]:
        """The number of the one series that is meant, with the time at which it was taken where it says that.

        CannotSee(incomplete) where none or several are meant, or where it is no number.
        """
        wanted = dict(selector.labels).items()
        meant = [
            (value, stamp) for labels, value, stamp in self._series.get(selector.metric, ()) if wanted <= labels.items()
        ]
        if not meant:
            raise CannotSee(Reason.INCOMPLETE, say("there is no series {series}", series=selector))
        if len(meant) > 1:
            says = say("{count} series are meant by {series}: add labels", count=len(meant), series=selector)
            raise CannotSee(Reason.INCOMPLETE, says)
        value, stamp = meant[0][0] * selector.times, meant[0][1]
        if not math.isfinite(value):
            raise CannotSee(Reason.INCOMPLETE, say("{series} is no number", series=selector))
        return value, instant(stamp) if stamp is not None else None


def instant(seconds: float) -> datetime:
    """A time since 1970; CannotSee(incomplete) for what no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as broken:
        raise CannotSee(Reason.INCOMPLETE, say("{number} is no time", number=f"{seconds:g}")) from broken
