"""Events of the watch in, the lines that somebody at a terminal reads of them out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit.app.watching.telling import line_of
from audit.model.event import Event, Kind
from audit.model.measurement import reasoned

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)


def told(kind: Kind, subject: str = "", /, **values: object) -> str | None:
    says = line_of(Event(AT, kind, subject, values))
    return None if says is None else str(says)


def test_why_it_is_down_is_said_once() -> None:
    said = told("down", "fund/web", reason="refused", detail="127.0.0.1: refused: Connection refused")
    assert said == "fund/web is down: 127.0.0.1: refused: Connection refused"
    assert told("down", "fund/web", reason="timeout", detail="") == "fund/web is down: timeout"


def test_the_reason_is_told_where_the_detail_does_not_hold_it() -> None:
    assert reasoned("refused", "nobody listens") == "refused: nobody listens"
    assert reasoned("refused", "192.0.2.1: refused") == "192.0.2.1: refused"


def test_a_failure_without_a_subject_has_no_gap() -> None:
    assert told("failed", what="reference", why="no address") == "reference failed: no address"
    assert told("failed", "nightly", what="audit", why="locked") == "audit nightly failed: locked"


def test_each_turn_of_an_alert_reads_differently() -> None:
    turns = ("firing", "more", "repeat", "resolved")
    said = [told("alert", "fund/web", what=what, code="K7QF2M", channel="mail", kind="down") for what in turns]
    assert len(set(said)) == len(turns)
    assert all(one is not None and "K7QF2M" in one and "fund/web" in one for one in said)


def test_of_what_was_merged_nothing_was_sent() -> None:
    assert told("alert", "fund/web", what="merged", code="K7QF2M", channel="mail") is None


def test_a_watch_of_nothing_says_what_is_missing() -> None:
    said = str(told("started", subjects=0, estate="fund"))
    assert "no endpoint" in said
    assert "`endpoints:`" in said
    assert told("started", subjects=1, estate="fund") == "watching 1 subjects of fund"


def test_a_window_that_had_begun_does_not_count() -> None:
    values = {"id": "patch", "on": "fund", "start": "2026-11-22T00:30:00+00:00", "end": "2026-11-22T02:00:00+00:00"}
    assert "does not count" in str(told("maintenance-declared", "fund", **values))
    values["start"] = AT.isoformat()
    assert str(told("maintenance-declared", "fund", **values)).endswith(" is declared")


@pytest.mark.parametrize("kind", ["prober-trouble", "store-lost"])
def test_an_alert_of_the_watch_itself_names_its_kind(kind: str) -> None:
    said = told("alert", what="firing", code="K7QF2M", channel="mail", kind=kind)
    assert said == f"alert K7QF2M to mail: {kind}"
