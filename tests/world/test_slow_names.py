"""Slow, silent and many names to how long the others wait, how often each is asked, from which ports."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from audit.model.verdict import CannotSee
from audit.world.name_files import REST, NameFiles
from audit.world.post import MOST
from audit.world.resolver import Resolver
from tests.world.hands import run
from tests.world.name_server import answering_late
from tests.world.servers import closed_port

pytestmark = pytest.mark.alone


def slow(name: str) -> float:
    return 4.0 if name.startswith("slow") else 0.0


def at(*ports: int) -> Resolver:
    return Resolver(servers=tuple(("127.0.0.1", port) for port in ports))


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_hundred_names_in_a_slow_zone_beside_a_hundred_healthy_ones() -> None:
    took: dict[str, float] = {}

    async def look(resolver: Resolver, name: str) -> None:
        began = time.monotonic()
        assert await resolver.addresses(name, None) == ("127.0.0.1",)
        took[name] = time.monotonic() - began

    async def together(resolver: Resolver) -> None:
        names = [f"{kind}{number}.example" for number in range(100) for kind in ("slow", "good")]
        await asyncio.gather(*(look(resolver, name) for name in names))

    with answering_late(slow) as heard:
        run(together(at(heard.port)))
    # On a quiet machine below 0.2 s, as the benchmark shows.
    assert max(took[name] for name in took if name.startswith("good")) < 1
    # The answer to the first question counts, also when it was asked again since: no name waits longer than its zone.
    assert max(took.values()) < 4.8


def test_the_same_question_is_asked_once_while_it_is_open_and_again_afterwards() -> None:
    async def together(resolver: Resolver) -> None:
        for _ in range(2):
            await asyncio.gather(*(resolver.addresses("a.example", None) for _ in range(20)))

    with answering_late(lambda _: 0.05) as heard:
        run(together(at(heard.port)))
        assert heard.names == ["a.example"] * 2


def test_one_who_gives_up_takes_nobody_elses_answer_away() -> None:
    async def together(resolver: Resolver) -> tuple[str, ...]:
        first = asyncio.create_task(resolver.addresses("a.example", None))
        second = asyncio.create_task(resolver.addresses("a.example", None))
        await asyncio.sleep(0.05)
        first.cancel()
        found = await second
        third = asyncio.create_task(resolver.addresses("a.example", None))
        await asyncio.sleep(0.01)
        third.cancel()
        await asyncio.gather(first, third, return_exceptions=True)
        return found

    with answering_late(lambda _: 0.2) as heard:
        resolver = at(heard.port)
        before = handles()
        assert run(together(resolver)) == ("127.0.0.1",)
        assert resolver.post.open == 0
        assert handles() == before


def test_many_names_from_few_sockets_with_ports_that_nobody_foresees() -> None:
    async def together(resolver: Resolver) -> int:
        looks = [asyncio.create_task(resolver.addresses(f"n{number}.example", 4)) for number in range(1000)]
        await asyncio.sleep(0.1)
        most = resolver.post.open
        await asyncio.gather(*looks)
        return most

    with answering_late(lambda _: 0.5) as heard:
        assert 0 < run(together(at(heard.port))) <= 1000 // MOST + 2
        assert len(heard.ports) >= 1000 // MOST
        assert len(heard.names) >= 1000


def test_the_second_server_while_the_first_is_silent() -> None:
    with answering_late(lambda _: -1) as first, answering_late(lambda _: 0) as second:
        began = time.monotonic()
        assert run(at(first.port, second.port).addresses("a.example", 4)) == ("127.0.0.1",)
        assert 0.9 < time.monotonic() - began < 2


def test_silence_ends_with_a_reason() -> None:
    async def look(resolver: Resolver) -> None:
        async with asyncio.timeout(0.2):
            await resolver.addresses("a.example", None)

    with answering_late(lambda _: -1) as heard:
        resolver = at(heard.port)
        with pytest.raises(TimeoutError):
            run(look(resolver))
        assert resolver.post.open == 0


def test_a_closed_port_is_heard_by_all_who_wait() -> None:
    async def together(resolver: Resolver) -> list[object]:
        looks = (resolver.addresses(f"n{number}.example", None) for number in range(50))
        return list(await asyncio.gather(*looks, return_exceptions=True))

    began = time.monotonic()
    troubles = run(together(at(closed_port())))
    assert all(isinstance(trouble, CannotSee) for trouble in troubles)
    assert time.monotonic() - began < 1


def test_one_resolver_in_one_loop_after_the_other() -> None:
    with answering_late(lambda _: 0) as heard:
        resolver = at(heard.port)
        for _ in range(3):
            assert run(resolver.addresses("a.example", None)) == ("127.0.0.1",)


def test_files_that_change_are_read_again(tmp_path: Path) -> None:
    settings, hosts = tmp_path / "resolv.conf", tmp_path / "hosts"
    settings.write_text("nameserver 127.0.0.53\n")
    clock = [0.0]
    files = NameFiles(settings, hosts, lambda: clock[0])
    resolver = Resolver(files=files)
    hosts.write_text("127.0.0.9 a.example\n")
    settings.write_text("nameserver 127.0.0.54\n")
    assert resolver.names.servers == (("127.0.0.53", 53),)
    clock[0] += REST
    assert resolver.names.servers == (("127.0.0.54", 53),)
    assert run(resolver.addresses("a.example", None)) == ("127.0.0.9",)
    hosts.unlink()
    clock[0] += REST
    assert resolver.names.hosts == {}
    assert files.now() is files.now()
