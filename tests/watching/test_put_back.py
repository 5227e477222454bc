"""A store that was written while the clock was put back in, looks of the next watch that are none of its own out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.app.watching.setting import known
from audit.model.measurement import Measurement, State
from audit.schedule.wheel import Wheel
from audit.store.history import open_history

NOW = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEB = "kibo/guarantee/web"


def looks(start: datetime, end: datetime, shift: int) -> list[Measurement]:
    due = Wheel(MINUTE, (WEB,), shift).due(start, end)
    return [Measurement(subject=WEB, due=one.at, at=one.at, state=State.UP, every=MINUTE) for one in due]


@pytest.mark.parametrize("later", range(1, 40, 3))
@pytest.mark.parametrize("back", [3, 10, 25])
def test_no_due_comes_twice(tmp_path: Path, back: int, later: int) -> None:
    """It was put back by an hour, then by some minutes more; the watch was killed, and began again a while later."""
    then = NOW + 20 * MINUTE
    again = then - back * MINUTE
    stored = [*looks(NOW + 50 * MINUTE, NOW + 60 * MINUTE, 0), *looks(NOW, then, 1), *looks(again, again + MINUTE, 2)]
    with open_history(str(tmp_path / "haechi.db"), watching=True) as history:
        history.note(stored, again + MINUTE)
        begins = again + (1 + later) * MINUTE
        last, shift = known(history, "here", begins)
        wheel = Wheel(MINUTE, (WEB,), shift)
        row = wheel.row(WEB, last[WEB], begins)
    assert row is not None
    dues = {one.at for one in wheel.due(last[WEB], begins + 60 * MINUTE)}
    assert {row.first, row.last} <= dues
    assert not dues & {one.due for one in stored}
