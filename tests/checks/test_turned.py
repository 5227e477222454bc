"""What backups of one source weigh to whether the newest looks as if that had been encrypted."""

from __future__ import annotations

import pytest

from checks.backup.turned import Weight, turned

QUIET = [Weight(1000, 9, 500, 400), *(Weight(1000 + more, 9, 500, 20) for more in (0, 5, 9))]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (Weight(1000, 9, 500, 490), "98% of what it holds was never there before, where 4% is usual"),
        (Weight(1000, 9, 1000, 10), "it can be packed to 100% of its size, an earlier one to 50%"),
        (Weight(1000, 9, None, 900), "90% of what it holds was never there before"),
        (Weight(1000, 9, 500, 240), ""), (Weight(1600, 9, 1500, 1100), ""), (Weight(1000, 9), ""), (Weight(), ""),
        (Weight(0, 0, 0, 0), ""), (Weight(1000, 9, 900, 100), ""),
    ],
)  # fmt: skip
def test_one_among_quiet_ones(now: Weight, told: str) -> None:
    found = turned(now, QUIET, 0.5)
    assert found.startswith(told) if told else not found


def test_what_changes_every_day_is_no_sign() -> None:
    busy = [Weight(1000, 9, 500, 450)] * 5
    assert not turned(Weight(1000, 9, 500, 500), busy, 0.5)


def test_what_was_never_packed_is_no_sign() -> None:
    assert not turned(Weight(1000, 9, 1000, 10), [Weight(1000, 9, 1000, 10)] * 5, 0.5)


def test_a_few_do_not_tell_what_is_usual() -> None:
    assert not turned(Weight(1000, 9, 500, 490), QUIET[:2], 0.5)


def test_as_much_as_is_said_may_change() -> None:
    assert not turned(Weight(1000, 9, 500, 490), QUIET, 1.0)


def test_it_still_shows_days_later() -> None:
    days = [*QUIET[:1], *[Weight(1000, 9, 1000, 1)] * 6]
    assert "packed" in turned(Weight(1000, 9, 1000, 1), days, 0.5)
