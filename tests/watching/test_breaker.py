"""Hosts that answer or are silent, at their times, to what the breaker makes of them."""

from __future__ import annotations

from audit.app.watching.breaker import Breaker

SILENT = "connect-timeout"


def noted(*failures: str, start: float = 0.0, window: float = 60.0) -> Breaker:
    """One host a second."""
    breaker = Breaker(window)
    for number, failure in enumerate(failures):
        breaker.note(start + number, f"h{number}", failure)
    return breaker


def test_nobody_is_most_of_four() -> None:
    breaker = noted(*[SILENT] * 4)
    assert not breaker.most(4)
    breaker.note(4, "h4", SILENT)
    assert breaker.most(4)
    assert breaker.alone(4)


def test_half_is_not_most() -> None:
    assert not noted(*[""] * 3, *[SILENT] * 3).most(6)
    assert noted(*[""] * 3, *[SILENT] * 4).most(7)


def test_many_endpoints_of_one_host_are_one() -> None:
    breaker = Breaker(60)
    for second in range(20):
        breaker.note(second, "dead", SILENT)
    assert breaker.counted(20) == (1, 1)
    assert not breaker.most(20)


def test_the_newest_answer_of_a_host_counts() -> None:
    breaker = noted(*[SILENT] * 6)
    for number in range(6):
        breaker.note(10, f"h{number}", "")
    assert breaker.counted(10) == (0, 6)
    assert breaker.row(10) == 0
    assert breaker.proven == 10


def test_what_is_old_is_forgotten() -> None:
    breaker = noted(*[SILENT] * 6, window=10)
    assert breaker.counted(5) == (6, 6)
    assert breaker.counted(12) == (4, 4)
    assert breaker.counted(100) == (0, 0)
    assert not breaker.alone(100)


def test_the_window_is_never_less_than_ten_seconds() -> None:
    assert Breaker(1).window == 10
    assert Breaker(60).window == 60


def test_a_centre_that_burns_while_others_answer_is_no_trouble_of_the_prober() -> None:
    # Seven of ten hosts are gone, but the three others answer in between.
    breaker = noted(*[SILENT, SILENT, "", SILENT, SILENT, "", SILENT, SILENT, SILENT, ""] * 3)
    assert breaker.most(30)
    assert not breaker.alone(30)
    assert breaker.row(30) == 0


def test_a_cut_is_seen_once_the_row_is_long() -> None:
    breaker = noted(*[""] * 20)
    for number in range(20):
        breaker.note(20 + number, f"h{number}", SILENT)
        assert breaker.alone(20 + number) == (number >= 10)


def test_a_row_counts_hosts_and_not_looks() -> None:
    breaker = noted("", SILENT, SILENT)
    breaker.note(3, "h2", SILENT)
    assert breaker.row(3) == 2
    breaker.note(4, "h0", SILENT)
    assert breaker.row(4) == 3
    breaker.note(5, "h1", "")
    assert breaker.row(5) == 0
    breaker.note(6, "h2", SILENT)
    assert (breaker.row(6), breaker.counted(6)) == (1, (2, 3))
    assert breaker.row(66) == 1
    assert (breaker.row(67), breaker.counted(67)) == (0, (0, 0))
