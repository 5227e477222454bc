"""Folders that are listed one by one: which of them a turn takes, that all come by, that few lists are asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import anyio
import pytest

from checks.backup.drills.walk import walked

Listing = Callable[[str], Awaitable[Mapping[str, bool] | None]]


def listing(files: list[str], asked: list[str], *, most: int = 10_000) -> Listing:
    async def inside(folder: str) -> Mapping[str, bool] | None:
        asked.append(folder)
        below = f"{folder}/" if folder else ""
        found: dict[str, bool] = {}
        for name in files:
            if name.startswith(below):
                first, slash, _ = name.removeprefix(below).partition("/")
                found[below + first] = found.get(below + first, False) or bool(slash)
        return found if len(found) <= most else None

    return inside


def taken(files: list[str], names: tuple[str, ...]) -> set[str]:
    return {file for file in files if any(file == name or file.startswith(name + "/") or not name for name in names)}


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_every_file_comes_within_the_turns_of_a_share(share: float) -> None:
    files = [f"srv/{number % 11}/{number % 37}/{number}" for number in range(5000)]
    seen: set[str] = set()
    for turn in range(round(1 / share)):
        asked: list[str] = []
        names = anyio.run(walked, listing(files, asked), share, turn)
        part = taken(files, names)
        assert 0 < len(part) < len(files)
        assert len(asked) <= 40
        seen |= part
    assert seen == set(files)


def test_a_folder_that_is_too_large_to_be_listed_is_one_piece() -> None:
    files = [f"srv/huge/{number}" for number in range(500)] + [f"srv/small/{number}" for number in range(20)]
    seen = set()
    for turn in range(2):
        names = anyio.run(walked, listing(files, [], most=100), 0.5, turn)
        assert not any(name.startswith("srv/huge/") for name in names)
        seen |= taken(files, names)
    assert seen == set(files)


def test_an_empty_backup_has_no_part() -> None:
    assert anyio.run(walked, listing([], []), 0.1, 0) == ()
