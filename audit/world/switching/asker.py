"""The order to switch a group in, what the group answered to it out."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from audit.model.authorization import Order
from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.asking import Redis, RedisDoor
from audit.world.secrets import Secrets
from audit.world.world import Http, Page

_SAID: Final = 300


@dataclass(frozen=True, slots=True)
class Way:
    """How the order gets there."""

    user: str = ""
    password: Secret | None = None
    tls: bool = False
    """Of a Sentinel; a URL tells by itself."""
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Sends one order, once: nothing is repeated, no redirect is followed, only addresses that the estate allows."""

    http: Http
    redis: Redis
    secrets: Secrets

    async def ask(self, order: Order, way: Way, timeout: timedelta) -> str:
        """The words of the answer. CannotSee where it was refused, or where nobody knows what came of it."""
        said = await (self._post if order.request == "POST" else self._sentinel)(order, way, timeout)
        return " ".join(self.secrets.redact(said).split())[:_SAID]

    async def _post(self, order: Order, way: Way, timeout: timedelta) -> str:
        headers = {"content-type": "application/json"}
        if way.password is not None:
            word = base64.b64encode(f"{way.user}:{self.secrets.reveal(way.password)}".encode()).decode()
            self.secrets.remember(word)
            headers["authorization"] = f"Basic {word}"
        page = Page(
            url=order.address, method="POST", headers=headers, body=order.content, follow="none",
            authority=way.authority, largest=65_536,
        )  # fmt: skip
        answer = await self.http.read(page, timeout)
        said = answer.body.decode("utf-8", "replace")
        if not 200 <= answer.status <= 299:
            reason = Reason.DENIED if answer.status in (401, 403) else Reason.INCOMPLETE
            text = " ".join(self.secrets.redact(said).split())[:_SAID]
            raise CannotSee(reason, say("the request was refused: {status} {said}", status=answer.status, said=text))
        return said

    async def _sentinel(self, order: Order, way: Way, timeout: timedelta) -> str:
        host, _, port = order.address.rpartition(":")
        door = RedisDoor(host.strip("[]"), int(port), way.user, way.password, way.tls, way.authority)
        (answer,) = await self.redis.ask(door, (order.content.split(" "),), timeout)
        if isinstance(answer, Exception):
            text = " ".join(self.secrets.redact(str(answer)).split())[:_SAID]
            raise CannotSee(Reason.INCOMPLETE, say("the request was refused: {said}", said=text))
        return str(answer)
