"""The open history of a store to what it holds of each endpoint of an estate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.analysis.availability import availability
from audit.analysis.latency import percentile, together
from audit.analysis.spans import joined, within
from audit.analysis.vantages import quorum
from audit.analysis.windows import covering
from audit.app.bundled import windows_of
from audit.model.estate import Estate
from audit.model.facts import Past, Share
from audit.model.history import Span, Stretch, Window
from audit.model.measurement import State
from audit.model.technology import Endpoint
from audit.store.history import History

MONTH: Final = timedelta(days=30)
DAY: Final = timedelta(days=1)
MARGIN: Final = timedelta(days=1)
"""Read beyond both ends of a period: what was measured just outside decides about its edges."""


class Records:
    """What a history holds about an estate; the log is read once."""

    def __init__(self, estate: Estate, history: History) -> None:
        self._estate = estate
        self._history = history
        self._windows = windows_of(history)
        self.watched: Final = frozenset(history.subjects())

    def windows_of(self, ref: str) -> tuple[Window, ...]:
        return covering(self._windows, ref, self._estate.covers)

    def stretches(self, ref: str, start: datetime, end: datetime) -> Mapping[str, tuple[Stretch, ...]]:
        """Everything around a period, by vantage."""
        if ref not in self.watched:
            return MappingProxyType({})
        return MappingProxyType(
            {
                vantage: self._history.stretches(ref, start - MARGIN, end + MARGIN, vantage)
                for vantage in self._history.vantages(ref)
            }
        )

    def story(self, told: Mapping[str, Sequence[Stretch]]) -> tuple[Span, ...]:
        """What all vantages say together."""
        spans = {vantage: joined(stretches) for vantage, stretches in told.items()}
        return quorum(spans, self._estate.watch.quorum)

    def timed(self, told: Mapping[str, Sequence[Stretch]], start: datetime, end: datetime) -> list[Stretch]:
        """The stretches of a period whose latencies count: those of this prober; of all others where it has none."""
        own = self._estate.watch.vantage
        chosen = [told[own]] if told.get(own) else told.values()
        return [one for part in chosen for one in part if one.start < end and one.start + one.length > start]

    def past(self, endpoint: Endpoint, now: datetime) -> Past | None:
        """What rules may know of an endpoint; None where nothing was measured in the last 31 days."""
        told = self.stretches(endpoint.ref, now - MONTH, now)
        spans = tuple(within(self.story(told), now - MONTH - MARGIN, now))
        if not spans:
            return None
        periods = self.windows_of(endpoint.ref)

        def share(length: timedelta) -> Share | None:
            seen = availability(endpoint.ref, spans, periods, now - length, now, endpoint.counts)
            if seen.least is None or seen.most is None:
                return None
            return Share(least=seen.least, most=seen.most, coverage=seen.coverage)

        return Past(
            since=spans[0].first,
            day=share(DAY),
            month=share(MONTH),
            p95=percentile(together(self.timed(told, now - DAY, now)), 0.95),
            p95_before=percentile(together(self.timed(told, now - 2 * DAY, now - DAY)), 0.95),
            vantages=tuple(
                sorted(vantage for vantage, parts in told.items() if _looked(joined(parts), now - DAY, now))
            ),
        )


def _looked(spans: Sequence[Span], start: datetime, end: datetime) -> bool:
    """Whether anything was measured at all."""
    return any(span.state is not State.UNKNOWN for span in within(spans, start, end))
