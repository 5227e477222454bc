"""Heads of table spaces to how many pages they say to have; spaces that were cut off to what is told of them."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from audit.contract import FileSeen, Output, Timed
from audit.world.scene import SceneFile, scene
from checks.backup.innodb_pages import damaged, extent

NOW = datetime(2026, 9, 1, tzinfo=UTC)
PAGE = 16_384


def space(pages: int, flags: int = 0x15) -> bytes:
    return bytes(46) + pages.to_bytes(4, "big") + bytes(4) + flags.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("head", "pages"),
    [
        (space(768), 768), (space(768, 0), 768), (space(7, 0x21), 7),
        (space(768, 0x13), None),  # pages of 4 KB
        (space(768, 0x29), None),  # packed pages of 8 KB
        (space(768)[:40], None),
    ],
)  # fmt: skip
def test_a_head_tells_how_many_pages_there_are(head: bytes, pages: int | None) -> None:
    assert extent(head) == pages


@pytest.mark.parametrize("whole", [True, False])
def test_innochecksum_does_not_miss_the_pages_that_are_gone(whole: bool) -> None:  # noqa: FBT001 - a case
    content = space(4).ljust(PAGE * (4 if whole else 3), b"\0")
    path = "/b/app/ledger.ibd"
    world = scene(files={path: SceneFile(content, NOW)}, command={"innochecksum": Output(0, "", "")})

    async def found() -> tuple[str, ...] | None:
        errors, _ = await damaged([FileSeen(path, len(content), NOW)], Timed(world, timedelta(seconds=9)))
        return errors

    assert anyio.run(found) == (() if whole else ("app/ledger.ibd: it is cut off: 3 of 4 pages",))
