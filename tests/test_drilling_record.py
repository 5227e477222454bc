"""Two drills of one copy to the one that stands."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.app.drilling_record import standing
from audit.model.drilling import RestoreState
from checks.backup.samples import restored

AT = datetime(2026, 9, 1, tzinfo=UTC)
WHOLE = restored(AT)


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        (restored(AT + timedelta(days=1)), "later"),
        (restored(AT + timedelta(days=1), share=0.05), "before"),
        (restored(AT + timedelta(days=1), share=0.05, trouble="a piece is damaged"), "later"),
        (restored(AT + timedelta(days=100), share=0.05), "later"),  # the whole one proves nothing any more
    ],
)
def test_a_sample_takes_nothing_away_unless_it_finds_damage(later: RestoreState, stands: str) -> None:
    assert standing(WHOLE, later) is (WHOLE if stands == "before" else later)


def test_a_whole_restore_stands_over_samples_and_failures() -> None:
    for before in (None, restored(AT, share=0.05), restored(AT, trouble="it ended with 1")):
        assert standing(before, restored(AT + timedelta(days=1))).share == 1
