"""Two works of a drill at once: both give something, or one fails and the other is ended."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from audit.world.drilling.shop import Shop
from audit.world.world import Output
from tests.world.drilling.shops import shop_in, work


def test_both_run_at_once(tmp_path: Path) -> None:
    async def job(shop: Shop) -> tuple[Output, Output]:
        waits = "touch {own}; for i in $(seq 200); do test -e {other} && echo {own} && exit; sleep 0.05; done; exit 1"
        return await shop.both(
            shop.run(["sh", "-c", waits.format(own="one", other="two")]),
            shop.run(["sh", "-c", waits.format(own="two", other="one")]),
        )

    with shop_in(tmp_path) as shop:
        first, second = work(shop, job)
    assert (first.out.strip(), second.out.strip()) == ("one", "two")


@pytest.mark.parametrize("turned", [False, True])
def test_where_one_fails_the_other_is_ended(tmp_path: Path, turned: bool) -> None:  # noqa: FBT001 - pytest names it
    async def job(shop: Shop) -> None:
        async def fails() -> None:
            await shop.run(["sh", "-c", "sleep 0.2"])
            raise LookupError("planted")

        works = (shop.run(["sleep", "60"]), fails())
        await shop.both(*(works[::-1] if turned else works))

    began = time.monotonic()
    with shop_in(tmp_path) as shop, pytest.raises(LookupError, match="planted"):
        work(shop, job)
    assert time.monotonic() - began < 20
