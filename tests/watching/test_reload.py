"""Files of an inventory that change while they are watched, what is told of them out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from audit.app.watching.reload import Refused, Reload, marks_of
from audit.catalogue import discover
from audit.inventory.load import load
from audit.model.estate import Estate
from tests.watching.served import inventory

NOTHING = "estate: {id: e, allow: [127.0.0.0/8]}\n"


def told(folder: Path, act: Callable[[], object]) -> Estate | Refused:
    """What is told of the inventory in a folder once this was done to it."""
    catalogue = discover()
    estate = load(folder, catalogue).estate
    assert estate is not None
    reload = Reload(folder, catalogue, estate, marks_of(folder))

    async def whole() -> Estate | Refused:
        heard: asyncio.Future[Estate | Refused] = asyncio.get_running_loop().create_future()
        running = asyncio.ensure_future(reload.run(heard.set_result))
        await asyncio.sleep(0)
        act()
        reload.ask()
        try:
            return await asyncio.wait_for(heard, 20)
        finally:
            running.cancel()

    return asyncio.run(whole())


def test_an_inventory_that_lost_all_its_endpoints_is_refused(tmp_path: Path) -> None:
    """As a folder is for a moment while its files are replaced: nobody wants the watch to forget everything then."""
    file = tmp_path / "estate.yaml"
    for act in (file.unlink, lambda: file.write_text(NOTHING)):
        file.write_text(inventory(1))
        found = told(tmp_path, act)
        assert isinstance(found, Refused)
        assert "no endpoint" in str(found.says[0])


def test_an_inventory_that_never_had_an_endpoint_may_change(tmp_path: Path) -> None:
    file = tmp_path / "estate.yaml"
    file.write_text(NOTHING)
    assert isinstance(told(tmp_path, lambda: file.write_text(NOTHING + "# more\n")), Estate)
    assert isinstance(told(tmp_path, lambda: file.write_text(inventory(1))), Estate)


def test_what_changed_while_the_inventory_was_read_is_read_again(tmp_path: Path) -> None:
    file, catalogue = tmp_path / "estate.yaml", discover()
    file.write_text(inventory(1))
    marks, estate = marks_of(tmp_path), load(tmp_path, catalogue).estate
    assert estate is not None
    file.write_text("estate: [")

    async def whole() -> Estate | Refused:
        heard: asyncio.Future[Estate | Refused] = asyncio.get_running_loop().create_future()
        running = asyncio.ensure_future(Reload(tmp_path, catalogue, estate, marks).run(heard.set_result))
        try:
            return await asyncio.wait_for(heard, 60)
        finally:
            running.cancel()

    assert isinstance(asyncio.run(whole()), Refused)
