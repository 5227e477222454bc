"""A Sentinel with a key becomes the ledger of a canary, one entry of a list a stroke, at whoever it calls primary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import Redis, RedisDoor

_PATIENCE: Final = timedelta(seconds=1)
_LASTING: Final = "86400"
"""Seconds after which the key goes away by itself, should nobody live to take it away."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The Sentinel is asked before each stroke, as a client would that lost its server."""

    redis: Redis
    sentinel: RedisDoor
    server: RedisDoor
    """How its servers are entered; host and port come from the Sentinel."""
    group: str
    key: str

    async def write(self, number: int) -> str:
        door = await self._leading()
        (answer, _) = await self._ask(door, ("RPUSH", self.key, str(number)), ("EXPIRE", self.key, _LASTING))
        if not isinstance(answer, int):
            raise CannotSee(Reason.INCOMPLETE, say("the server does not answer as one does"))
        return f"{door.host}:{door.port}"

    async def found(self) -> frozenset[int]:
        (answer,) = await self._ask(await self._leading(), ("LRANGE", self.key, "0", "-1"))
        if not isinstance(answer, list) or not all(str(one).isdigit() for one in answer):
            raise CannotSee(Reason.INCOMPLETE, say("the server does not answer as one does"))
        return frozenset(int(one) for one in answer)

    async def clear(self) -> None:
        await self._ask(await self._leading(), ("DEL", self.key))

    async def close(self) -> None:
        """Each stroke has a connection of its own."""

    async def _leading(self) -> RedisDoor:
        (answer,) = await self._ask(self.sentinel, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.group))
        if not isinstance(answer, list) or len(answer) != 2 or not str(answer[1]).isdigit():
            raise CannotSee(Reason.INCOMPLETE, say("the Sentinel names no primary"))
        return replace(self.server, host=str(answer[0]), port=int(answer[1]))

    async def _ask(self, door: RedisDoor, *commands: Sequence[str]) -> tuple[Any, ...]:
        answers = await self.redis.ask(door, commands, _PATIENCE)
        for answer in answers:
            if isinstance(answer, Exception):
                text = " ".join(str(answer).split())[:120]
                raise CannotSee(Reason.DENIED, say("{server} refuses: {said}", server=door.host, said=text))
        return answers
