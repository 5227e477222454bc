"""Files with their sizes, a share, a turn: which are restored, that all come by, that the share is the real one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.backup.drills.sample import MOST_NAMES, Sample, sampled

NAMES = st.lists(
    st.lists(st.text("abcxyz-*. ", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join),
    max_size=60,
    unique=True,
)


def tree(count: int, size: int = 10) -> dict[str, int]:
    return {f"srv/data/{number % 7}/{number}": size for number in range(count)}


@given(NAMES, st.floats(0.01, 1.0), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_in_as_many_turns_as_the_share_needs_every_file_comes(names: list[str], share: float, first: int) -> None:
    sizes = {name: len(name) for name in names}
    turns = math.ceil(1 / share)
    seen: set[str] = set()
    for turn in range(first, first + turns):
        seen |= sampled(sizes, share, turn).files.keys()
    assert seen == set(sizes)


@given(NAMES.filter(bool), st.floats(0.01, 1.0), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_the_share_is_that_of_the_bytes_taken(names: list[str], share: float, turn: int) -> None:
    sizes = {name: len(name) for name in names}
    sample = sampled(sizes, share, turn)
    assert sample.share == pytest.approx(sample.bytes / sum(sizes.values()))
    assert 0 < sample.share <= 1
    assert sample.files.items() <= sizes.items()


def test_the_whole_needs_no_names() -> None:
    assert sampled(tree(5), 1.0, 3) == Sample((), tree(5), 1.0)


def test_the_same_turn_takes_the_same_files_and_the_next_one_others() -> None:
    first, again, second = (sampled(tree(200), 0.25, turn) for turn in (4, 4, 5))
    assert first == again
    assert not first.files.keys() & second.files.keys()
    assert 0.15 < first.share < 0.35


def test_a_file_that_came_moves_no_other() -> None:
    before = sampled(tree(200), 0.25, 1).files
    after = sampled({**tree(200), "srv/data/0/new": 10}, 0.25, 1).files
    assert before.keys() <= after.keys()


def test_a_canary_comes_each_time() -> None:
    for turn in range(10):
        sample = sampled({**tree(100), "srv/marker": 1}, 0.1, turn, always=lambda name: name == "srv/marker")
        assert "srv/marker" in sample.files
        assert "srv/marker" in sample.names


def test_folders_stand_for_their_files_where_the_names_would_be_too_many() -> None:
    sizes = {f"srv/{number % 90}/{number}": 1 for number in range(30_000)}
    sample = sampled(sizes, 0.5, 0)
    assert 0 < len(sample.names) <= MOST_NAMES
    assert all(name.count("/") == 1 for name in sample.names)
    assert set(sample.files) == {name for name in sizes if name.rpartition("/")[0] in sample.names}


def test_empty_files_are_a_share_by_their_number() -> None:
    sample = sampled(tree(100, size=0), 0.5, 0)
    assert 0.3 < sample.share < 0.7


def test_nothing_to_take_a_share_of() -> None:
    assert sampled({}, 0.1, 5) == Sample((), {}, 1.0)
