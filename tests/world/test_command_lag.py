"""Many programs at once to a loop that goes on turning meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from audit.world.command import LocalCommand
from audit.world.secrets import Secrets


def children() -> int:
    """How many programs this process has begun and not buried yet."""
    return sum(len(path.read_text().split()) for path in Path("/proc/self/task").glob("*/children"))


def test_each_start_lets_others_come_to_their_turn(tmp_path: Path) -> None:
    hand = LocalCommand(Secrets(tmp_path))
    counts: list[int] = []
    go = tmp_path / "go"

    async def main() -> None:
        over = asyncio.Event()

        async def turning() -> None:
            while not over.is_set():
                counts.append(children())
                if counts[-1] >= 6:
                    go.touch()
                await asyncio.sleep(0)

        other = asyncio.create_task(turning())
        waits = ("sh", "-c", f"until test -e {go}; do sleep 0.05; done")
        starts = [hand.run(waits, timedelta(seconds=60), {}) for _ in range(12)]
        await asyncio.gather(*starts)
        over.set()
        await other

    asyncio.run(main())
    assert go.exists()
    # All at once they would have been begun in one turn of the loop.
    assert max(after - before for before, after in pairwise(counts)) <= 2


def test_what_a_program_leaves_at_home_is_taken_away(tmp_path: Path) -> None:
    hand = LocalCommand(Secrets(tmp_path))

    async def main() -> str:
        end = await hand.run(("sh", "-c", "mkdir -p $HOME/a/b && : > $HOME/a/b/c && pwd"), timedelta(seconds=30), {})
        return end.out.strip()

    home = asyncio.run(main())
    assert home
    assert not Path(home).exists()
