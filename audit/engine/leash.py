"""The coroutine of a plugin in, its value or its bug out, also where it does not want to end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any


class LetGo(Exception):
    """What ends the task of a coroutine that went on after it was cancelled."""


class Leash:
    """Drives one coroutine step by step, so that it can be let go of at any step.

    Structured concurrency waits for its children; a probe that swallows its cancellation, or shields itself from it,
    would hold up the whole run. What only a thread could end, a step that never returns, is the caller's to bound.
    """

    def __init__(self, look: Coroutine[Any, Any, object], subject: str, busy: Callable[[str], None]) -> None:
        self.value: object = None
        self.bug: BaseException | None = None
        self._look = look
        self._subject = subject
        self._busy = busy
        self._waits_for: Any = None
        self._let_go = False

    async def run(self) -> None:
        """Run to the end, however that comes; never raises."""
        try:
            self.value = await self
        except BaseException as bug:  # sys.exit() in a probe is a bug of the probe and no end of the run
            self.bug = bug

    def let_go(self) -> None:
        """Do not take another step: the task ends now, the coroutine stays where it is."""
        self._let_go = True
        cancel = getattr(self._waits_for, "cancel", None)
        if cancel is not None:
            cancel()  # wakes the task, so that it comes by and ends

    def __await__(self) -> Generator[Any, Any, object]:
        return self

    def __iter__(self) -> Leash:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        return self._step(self._look.send, value)

    def throw(self, *thrown: Any) -> Any:
        """`await` hands over type, value, traceback; the value alone is enough."""
        error = next(part for part in thrown if isinstance(part, BaseException))
        return self._step(self._look.throw, error)

    def close(self) -> None:
        self._look.close()

    def _step(self, go: Callable[[Any], Any], value: Any) -> Any:
        self._busy(self._subject)
        try:
            if self._let_go:
                self._look.close()  # in its own task, because it may stand inside cancel scopes
                raise LetGo
            self._waits_for = go(value)
        finally:
            self._busy("")
        return self._waits_for
