"""Sizes before one to whether its own is doubtful."""

from __future__ import annotations

import pytest

from checks.backup.usual import shrunk


@pytest.mark.parametrize(
    ("earlier", "size", "told"),
    [
        ((100, 100), 1, ""),
        ((100, 90, 110), 44, "it has 44 bytes where none had less than 90"),
        ((100, 90, 110), 45, ""),
        ((100, 3, 110), 2, ""),
        ((100, 0, 110), 2, ""),
        ((100, 101, 99, 100, 100), 49, "it has 49 bytes where 100 are usual"),
        ((100, 10, 100, 10, 100, 10), 10, ""),
        ((10,) * 5 + (100,) * 30, 49, "it has 49 bytes where 100 are usual"),
    ],
)
def test_a_size_among_others(earlier: tuple[int, ...], size: int, told: str) -> None:
    assert shrunk(size, earlier) == told
