"""Pieces of work that must never end to tasks, each begun again after a bug ended it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from audit.contract import bug_text

PAUSE: Final = 5.0
Work = Callable[[], Coroutine[Any, Any, None]]


class Kept:
    """Tasks of one watch. A bug in one of them is told, once while it is the same, and stops none of the others."""

    def __init__(self, told: Callable[[str, BaseException], None], pause: float = PAUSE) -> None:
        self._told = told
        self._pause = pause
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, work: Work) -> None:
        """Do this until the end; what had the name before is ended."""
        self.forget(name)
        self._tasks[name] = asyncio.get_running_loop().create_task(self._keep(name, work), name=name)

    def forget(self, name: str) -> None:
        before = self._tasks.pop(name, None)
        if before is not None:
            before.cancel()

    async def end(self) -> None:
        """End them all; one that does not want to is left after a second."""
        tasks = tuple(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    async def _keep(self, name: str, work: Work) -> None:
        before = ""
        while True:
            task = asyncio.ensure_future(work())
            try:
                await asyncio.wait((task,))
            finally:
                task.cancel()
            bug = None if task.cancelled() else task.exception()
            if bug is None:
                return
            text = bug_text(bug)
            if text != before:
                before = text
                self._told(name, bug)
            await asyncio.sleep(self._pause)
