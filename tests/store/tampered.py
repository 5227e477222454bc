"""The address of an empty store in, everything that somebody may do to the history of a watch is done to it."""

from __future__ import annotations

import pytest

from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store.history import History
from tests.store.watched import DAY, HOUR, MINUTE, NOW, RAW, WEB, HistoryContract, day, measured, noted


class WholeHistoryContract(HistoryContract):
    """What holds for every history; a subclass says where a store is."""

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            (
                "UPDATE journal SET content = :bytes WHERE number > 14",
                "entry 15 of the journal is not what",
            ),
            ("UPDATE journal SET content = :nothing WHERE kind = 'stretches'", "was emptied"),
            ("DELETE FROM journal WHERE kind = 'stretches'", "of the journal does not follow on entry 12"),
            ("DELETE FROM journal WHERE number < 4", "of the journal does not follow on entry 0"),
            ("UPDATE stretch SET content = :bytes WHERE start < 1795313000000000", "is not what was rolled up"),
            ("UPDATE stretch SET start = start + 1 WHERE series = 1", "is not what was rolled up"),
            ("DELETE FROM stretch", "was taken away"),
            ("UPDATE event SET kind = 'up' WHERE number = 2", "event 2 is not what was written"),
            ("DELETE FROM event WHERE number = 1", "event 2 does not follow on event 0"),
        ],
    )
    def test_what_is_changed_is_noticed(self, history: History, url: str, statement: str, said: str) -> None:
        noted(history, [*day(minutes=600), measured(0, subject="b/c")], 300)
        noted(history, [measured(number) for number in range(600, 610)], 1)
        history.tell([Event(NOW, "started"), Event(NOW, "down", WEB), Event(NOW, "up", WEB)])
        history.roll(NOW + 10 * HOUR + 10 * MINUTE, RAW)
        noted(history, [measured(number) for number in range(610, 620)], 1)
        assert history.verify() == ()
        given = {"bytes": b"1changed", "nothing": b""}
        self.change(url, statement, **{name: value for name, value in given.items() if f":{name}" in statement})
        assert any(said in problem for problem in history.verify()), history.verify()

    def test_a_damaged_row_is_said(self, history: History, url: str) -> None:
        noted(history, [measured(0), measured(1)], 1)
        self.change(url, "UPDATE journal SET content = :bytes WHERE number = 2", bytes=b"\x78\x9cbroken")
        for asked in (lambda: list(history.raw(WEB, NOW, NOW + DAY)), lambda: history.stretches(WEB, NOW, NOW + DAY)):
            with pytest.raises(Stop) as stop:
                asked()
            assert (stop.value.code, "is damaged" in stop.value.lines[0]) == (Exit.STORAGE, True)
        history.note([measured(2)], NOW)
