"""Work that breaks off to what is told of it, with work that goes on all the same."""

from __future__ import annotations

import asyncio

from audit.app.watching.kept import Kept


def test_the_same_bug_again_and_again_is_told_once() -> None:
    told: list[tuple[str, str]] = []
    tries = 0

    async def broken() -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError("first" if tries < 5 else "second")

    async def watch() -> None:
        kept = Kept(lambda name, bug: told.append((name, str(bug))), pause=0.001)
        kept.begin("lag", broken)
        async with asyncio.timeout(30):
            while tries < 9:
                await asyncio.sleep(0.001)
        await kept.end()

    asyncio.run(watch())
    assert told == [("lag", "first"), ("lag", "second")]


def test_what_breaks_off_is_begun_again_and_stops_no_other() -> None:
    done: list[str] = []

    async def broken() -> None:
        done.append("broken")
        raise RuntimeError

    async def well() -> None:
        while True:
            done.append("well")
            await asyncio.sleep(0.001)

    async def watch() -> None:
        kept = Kept(lambda name, bug: None, pause=0.001)
        kept.begin("one", broken)
        kept.begin("other", well)
        async with asyncio.timeout(30):
            while min(done.count("broken"), done.count("well")) < 5:
                await asyncio.sleep(0.001)
        await kept.end()
        ended = len(done)
        await asyncio.sleep(0.02)
        assert len(done) == ended

    asyncio.run(watch())
