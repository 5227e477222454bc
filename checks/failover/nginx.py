"""An upstream of nginx as the inventory words it becomes whether its other servers would take over now."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from audit.contract import CannotSee, Page, Reason, World, probe, say
from audit.model.facts import Sample, Unseen
from audit.model.failover import FailoverState, Member
from audit.model.item import Text
from audit.model.technology import Failover
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.failover.nginx_config import Backend, Directive, backends, directives, upstreams
from checks.failover.nginx_ways import Ways, ways_to

_LARGEST: Final = 1_000_000
"""Bytes of all files together."""
_FILES: Final = 100
_SERVERS: Final = 32
_DEEPEST: Final = 8


def parse_path(written: str) -> str:
    """A path such as `/health`: it goes into a URL."""
    if not written.startswith("/") or any(sign <= " " or sign in '"<>\\^`{|}#@' for sign in written):
        raise Unexpected(say("a path such as /health"), repr(written[:80]))
    return written


class Nginx(Failover, kind="nginx"):
    """An `upstream` of nginx, read from its configuration; `config` is that file on this machine.

    Files that it includes are read where they lie in the same folder, not through links that lead out of it. The free
    nginx tells nobody which server it holds for dead: each one is knocked at from here, by HTTP with GET where
    `health:` names a path. Without it a frozen server looks alive, as the system takes its connections. What stands in
    the file is not proven to be what the running nginx has loaded. That some `server` sends people to the upstream, and
    on to the next of its servers, is read from the same files. Ran with nginx 1.22.
    """

    config: Text
    upstream: Text
    health: Annotated[Text, AfterValidator(parse_path)] | None = None
    timeout: Duration = timedelta(seconds=3)

    @property
    def host(self) -> str:
        return self.upstream


@probe(deadline=60)
async def standing(switch: Nginx, world: World) -> FailoverState:
    path = str(world.root / switch.config)
    tree = await _read(path, str(Path(path).parent), world, [])
    blocks = tuple(upstreams(tree, switch.upstream))
    if len(blocks) != 1:
        says = say(
            "{path} and what it includes in its folder have {count} upstreams of the name {name}",
            path=switch.config, count=len(blocks), name=switch.upstream,
        )  # fmt: skip
        raise CannotSee(Reason.INCOMPLETE, says)
    servers = backends(blocks[0])
    if not 0 < len(servers) <= _SERVERS:
        says = say("{name} has {count} servers", name=switch.upstream, count=len(servers))
        raise CannotSee(Reason.INCOMPLETE, says)
    seen: list[tuple[Backend, tuple[Sample, ...] | CannotSee]] = []
    for server in servers:
        try:
            seen.append((server, () if server.down else await _knocked(server, switch, world)))
        except CannotSee as gap:
            seen.append((server, gap))
    return facts(seen, ways_to(tree, switch.upstream))


async def _read(path: str, folder: str, world: World, read: list[int], depth: int = 0) -> tuple[Directive, ...]:
    """The directives of a file, those of included files of the folder in the place of their `include`."""
    found = await world.files.list(path, 1)
    if not found:
        raise CannotSee(Reason.UNREACHABLE, say("{path} is not there", path=path))
    read.append(found[0].size)
    if len(read) > _FILES or sum(read) > _LARGEST:
        raise CannotSee(Reason.INCOMPLETE, say("{path} is too long, or includes too much", path=path))
    text = (await world.files.head(found[0].path, _LARGEST)).decode("utf-8", "replace")
    return await _whole(directives(text), folder, world, read, depth)


async def _whole(
    tree: tuple[Directive, ...], folder: str, world: World, read: list[int], depth: int
) -> tuple[Directive, ...]:
    whole: list[Directive] = []
    for one in tree:
        if one.name == "include" and len(one.words) == 2:
            pattern = posixpath.normpath(posixpath.join(folder, one.words[1]))
            if not pattern.startswith(folder.rstrip("/") + "/") or depth > _DEEPEST:
                whole.append(one)
                continue
            try:
                files = await world.files.list(pattern, _FILES)
            except CannotSee as gap:
                if gap.reason is not Reason.UNREACHABLE:
                    raise
                files = ()
            for file in files:
                whole += await _read(file.path, folder, world, read, depth + 1)
        elif one.block is not None:
            whole.append(Directive(one.words, await _whole(one.block, folder, world, read, depth)))
        else:
            whole.append(one)
    return tuple(whole)


async def _knocked(server: Backend, switch: Nginx, world: World) -> tuple[Sample, ...]:
    if not server.host:
        raise CannotSee(
            Reason.NO_TOOL, say("{server} is a local socket, which is not knocked at", server=server.written)
        )
    if switch.health is None:
        return (await world.tcp.knock(server.host, server.port, switch.timeout)).samples
    host = f"[{server.host}]" if ":" in server.host else server.host
    page = Page(f"http://{host}:{server.port}{switch.health}", follow="none")
    return (await world.http.visit(page, switch.timeout)).samples


def facts(seen: list[tuple[Backend, tuple[Sample, ...] | CannotSee]], there: Ways) -> FailoverState:
    """The servers with what knocking showed, the ways that lead there, to facts."""
    members: list[Member] = []
    doors: dict[tuple[str, int], tuple[int, str]] = {}
    for server, samples in seen:
        if isinstance(samples, CannotSee):
            members.append(_member(server, "", f"it cannot be asked: {samples}"))
        elif server.down or not samples:
            members.append(
                _member(server, "", "the configuration calls it down" if server.down else "it has no address")
            )
        else:
            # A name with several addresses stands for as many servers.
            for sample in samples:
                why = f"{sample.failure}: {sample.detail}" if sample.failure else ""
                number, first = doors.setdefault((sample.address, server.port), (len(members), server.written))
                if not why and number != len(members):
                    why = f"it is {first} once more"
                members.append(_member(server, sample.address, why, several=len(samples) > 1))
    trouble = list(_hindered(there))
    endless = [server.written for server, _ in seen if server.never_out and not server.down]
    if endless and len(members) > 1:
        trouble.append(f"max_fails=0 lets nginx send people to a dead server: {', '.join(endless)}"[:300])
    gaps = [samples for _, samples in seen if isinstance(samples, CannotSee)]
    ready = FailoverState(members=tuple(members)).ready
    if gaps and not trouble and not ready:
        raise CannotSee(gaps[0].reason, gaps[0].says)
    if not there.ways and there.blind and ready and not trouble:
        says = say("nobody can tell whether anything leads to the servers: {line} was not followed", line=there.blind)
        raise CannotSee(Reason.INCOMPLETE, says)
    none = Unseen.of(CannotSee(Reason.INCOMPLETE, say("nginx keeps no record of switches")))
    return FailoverState(
        members=tuple(members), trouble=tuple(trouble), automatic=True, paused=False,
        absent={"switches": none, "last_switch": none}, tool="nginx", replicates=False,
    )  # fmt: skip


def _hindered(there: Ways) -> Iterator[str]:
    """What keeps people from the servers, or from the next one."""
    if not there.ways and not there.blind:
        yield "no server of the configuration sends anybody to it"
    closed = [way.closed for way in there.ways]
    if closed and all(closed) and not there.blind:
        yield f"everybody is turned away before: {closed[0]}"
    stays = next((way.stays for way in there.ways if way.stays and not way.closed), "")
    if stays:
        yield f"{stays}: a request that fails is not given to the next server"


def _member(server: Backend, address: str, why: str, *, several: bool = False) -> Member:
    name = f"{server.written} {address}" if several else server.written
    return Member(
        name=name[:300], role="standby" if server.backup else "serving", usable=not why, detail=why[:200],
        address=(address or server.host)[:300],
    )  # fmt: skip
