"""The running task with a time to the end of what it does once that time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

_CHECKS: Final = 2
"""How often within the grace a cancellation has to be seen."""


class Deadline:
    """Cancels what stands in its `with`, and lets go of it where it goes on all the same.

    A tenth of the price of a cancel scope, as there is one for each look of the watch.
    """

    __slots__ = ("_asked", "_before", "_grace", "_let_go", "_seconds", "_soon", "_task", "_timer", "over")

    def __init__(self, seconds: float, let_go: Callable[[], None], grace: float = 2.0) -> None:
        self.over = False
        """Whether the time came before the end."""
        self._seconds = seconds
        self._let_go = let_go
        self._grace = grace
        self._asked = False
        self._soon: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        task: asyncio.Task[Any] | None = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task")
        self._task = task
        self._before = task.cancelling()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, self._seconds), self._end)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._soon is not None:
            self._soon.cancel()
        left = self._task.uncancel() if self.over else self._task.cancelling()
        self._asked = left > self._before

    def heed(self, thrown: tuple[object, ...]) -> None:
        """Something was thrown into what stands in the `with`; a cancellation that it does not heed is its last."""
        if self._soon is None and any(isinstance(one, asyncio.CancelledError) for one in thrown):
            self._check_in(_CHECKS)

    def pass_on(self, error: BaseException | None) -> None:
        """Raise the cancellation that came from outside, where what stood in the `with` kept it to itself."""
        if self._asked:
            raise error if isinstance(error, asyncio.CancelledError) else asyncio.CancelledError

    def _check_in(self, left: int) -> None:
        self._soon = asyncio.get_running_loop().call_later(self._grace / _CHECKS, self._check, left - 1)

    def _check(self, left: int) -> None:
        self._soon = None
        # Its own cancel scopes cancel it too, and take that back: one look could meet another cancellation than the
        # one that was heeded, which has only just come.
        if self._task.cancelling() > self._before:
            if left:
                self._check_in(left)
            else:
                self._let_go()

    def _end(self) -> None:
        self.over = True
        self._task.cancel()
