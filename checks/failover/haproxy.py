"""A backend of HAProxy as the inventory words it becomes whether its other servers would take over now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from audit.contract import CannotSee, Page, Reason, Verbs, World, probe, say
from audit.model.address import Url
from audit.model.failover import FailoverState
from audit.model.item import SecretRef, Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.failover.haproxy_config import Plan, plan
from checks.failover.haproxy_output import addresses, doors, facts, figures, rows

VERBS: Final = Verbs(lines=("show stat * 6 -1", "show servers state *", "show info"))


_FILES: Final = 50
_LARGEST: Final = 1_000_000


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def parse_backend(written: str) -> str:
    """The name of a backend: it goes into a line that is sent."""
    if not re.fullmatch(r"[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,99}", written):
        raise Unexpected(say("the name of a backend"), repr(written[:60]))
    return written


class Haproxy(Failover, kind="haproxy"):
    """A backend of HAProxy (2.0 or newer), asked at its `socket:` on this machine or at the `url:` of its statistics.

    Level `user` of the socket is enough, and the best: `stats socket /run/haproxy/audit.sock level user`. The page of
    statistics (`stats uri`, written without `;csv`) names no addresses; `authorization` is the whole header that it
    wants, such as `Basic ...`. A backend is called UP while a single server is left in it: the servers decide. Ran
    with HAProxy 2.6.

    None of both tells how often a server is checked, or what leads to the backend: `config` names the files of HAProxy
    on this machine, from which both are read.
    """

    backend: Annotated[Text, AfterValidator(parse_backend)]
    socket: Text | None = None
    url: Url | None = None
    authorization: SecretRef | None = None
    authority: Text | None = None
    config: Annotated[tuple[Text, ...], BeforeValidator(_list), Field(max_length=20)] = ()
    """In the order in which HAProxy reads them; a pattern stands for its files by name."""
    timeout: Duration = timedelta(seconds=5)

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname if self.url else None) or "localhost"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.socket is None) == (self.url is None):
            raise Unexpected(say("either `socket:` or `url:`"), say("both") if self.url else say("neither"))
        return self


@probe(deadline=30, verbs=VERBS)
async def standing(switch: Haproxy, world: World) -> FailoverState:
    now = world.clock.now()
    written = await _plan(switch, world)
    if switch.socket is None:
        return facts(rows(await _page(switch, world), switch.backend), {}, {}, now, written=written)
    said = [
        await world.local.talk(switch.socket, (line,), switch.timeout)
        for line in (f"show stat {switch.backend} 6 -1", f"show servers state {switch.backend}", "show info")
    ]
    places, door = addresses(said[1], switch.backend), doors(said[1], switch.backend)
    return facts(rows(said[0], switch.backend), places, figures(said[2]), now, doors=door, written=written)


async def _plan(switch: Haproxy, world: World) -> Plan | None:
    """What the configuration says of the backend, where it is named."""
    texts: list[str] = []
    for path in switch.config:
        found = await world.files.list(str(world.root / path), _FILES)
        if not found:
            raise CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
        for file in found:
            if file.size > _LARGEST:
                raise CannotSee(Reason.INCOMPLETE, say("the configuration of HAProxy is too long"))
            texts.append((await world.files.head(file.path, _LARGEST)).decode("utf-8", "replace"))
    return plan(texts, switch.backend) if texts else None


async def _page(switch: Haproxy, world: World) -> str:
    secrets = {"authorization": switch.authorization} if switch.authorization is not None else {}
    page = Page(f"{switch.url};csv", status=(200,), authority=switch.authority, secrets=secrets)
    answer = await world.http.read(page, switch.timeout)
    if answer.status != 200:
        raise CannotSee(
            Reason.DENIED if answer.status in (401, 403) else Reason.INCOMPLETE,
            say("{url} answered with status {status}", url=page.url, status=answer.status),
        )
    return answer.body.decode("utf-8", "replace")
