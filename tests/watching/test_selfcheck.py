"""References that answer or are silent, a loop that is held up, to whether the prober is doubted."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta

import pytest

from audit.app.watching.selfcheck import SelfCheck
from audit.model.event import Event
from audit.model.place import Place
from audit.model.watching import Watch
from audit.world.canary import Canary
from audit.world.lag import Lag
from tests.watching.measuring import world
from tests.world.servers import closed_port, served, silent

SILENT = "connect-timeout"


@contextlib.contextmanager
def deaf() -> Iterator[int]:
    """A port whose queue is full: who connects waits."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            channel = waiting.enter_context(socket.socket())
            channel.setblocking(False)
            channel.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def watch(ports: Sequence[int], host: str = "127.0.0.1") -> Watch:
    references = [{"@": Place("x.yaml", 1, 1), "host": host, "port": port} for port in ports]
    return Watch.model_validate({"@": Place("x.yaml", 1, 1), "references": references})


class Checked:
    """A self-check with what it told, of a cadence that is so long that no busy machine misses it."""

    def __init__(self, references: Watch, *, shortest: timedelta = timedelta(hours=1)) -> None:
        self.told: list[Event] = []
        self.lag = Lag()
        self.check = SelfCheck(references, world(), self.lag, self.told.append, shortest=shortest)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.told]

    def note(self, *failures: str) -> None:
        for number, failure in enumerate(failures):
            self.check.noted(f"10.0.0.{number}", failure)

    @contextlib.asynccontextmanager
    async def running(self, *, lag: bool = False) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.check.run())]
        if lag:
            tasks.append(asyncio.create_task(self.lag.run()))
        await asyncio.sleep(0.1)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends

    async def until(self, kind: str) -> None:
        async with asyncio.timeout(60):
            while kind not in self.kinds:
                await asyncio.sleep(0.05)


def test_with_a_reference_that_answers_all_targets_may_be_down() -> None:
    async def whole(port: int) -> None:
        checked = Checked(watch([port]))
        checked.note(*[SILENT] * 9)
        async with checked.running():
            assert await checked.check.doubt("10.0.0.1", SILENT) == ""
        assert checked.told == []
        assert checked.check.trouble == ""

    with served(silent) as port:
        asyncio.run(whole(port))


def test_a_reference_that_refuses_is_there() -> None:
    async def whole() -> None:
        checked = Checked(watch([closed_port()]))
        checked.note(*[SILENT] * 9)
        assert await checked.check.doubt("10.0.0.1", SILENT) == ""

    asyncio.run(whole())


def test_without_any_answer_the_prober_is_doubted_in_one_finding() -> None:
    async def whole(port: int) -> list[str]:
        checked = Checked(watch([port]))
        checked.note(*[""] * 3, *[SILENT] * 6)
        async with checked.running():
            doubts = await asyncio.gather(*(checked.check.doubt(f"10.0.0.{number}", SILENT) for number in range(3, 9)))
            assert set(doubts) == {"6 of 9 hosts fell silent at once, every reference with them"}
            assert checked.check.trouble == doubts[0]
            assert checked.kinds == ["prober-trouble"]
            assert checked.told[0].values == {"why": doubts[0]}
            # They answer again: then so does the network of the prober.
            checked.note(*[""] * 9)
            await checked.until("prober-well")
            assert checked.check.trouble == ""
        return checked.kinds

    with deaf() as port:
        assert asyncio.run(whole(port)) == ["prober-trouble", "prober-well"]


def test_references_that_are_down_themselves_are_no_trouble_of_the_prober() -> None:
    async def whole(port: int) -> None:
        checked = Checked(watch([port]))
        checked.note(SILENT)
        assert await checked.check.doubt("10.0.0.0", SILENT) == "no reference answers"
        # Others answer, after the references fell silent.
        checked.note(SILENT, *[""] * 8)
        checked.note(SILENT)
        assert await checked.check.doubt("10.0.0.0", SILENT) == ""

    with deaf() as port:
        asyncio.run(whole(port))


def test_most_hosts_at_once_without_references() -> None:
    async def whole() -> None:
        checked = Checked(watch([]))
        checked.note(*[""] * 2, *[SILENT] * 4)
        assert await checked.check.doubt("10.0.0.4", SILENT) == ""
        checked.check.noted("10.0.0.9", SILENT)
        said = await checked.check.doubt("10.0.0.4", SILENT)
        assert said == "5 of 7 hosts fell silent at once, with no reference to ask"
        assert checked.kinds == ["prober-trouble"]

    asyncio.run(whole())


def test_what_is_on_this_machine_needs_no_network() -> None:
    async def whole(port: int) -> None:
        checked = Checked(watch([port]))
        checked.note(*[SILENT] * 9)
        for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
            assert await checked.check.doubt(host, SILENT) == ""
            checked.check.noted(host, "")
        assert await checked.check.doubt("10.0.0.1", SILENT) != ""

    with deaf() as port:
        asyncio.run(whole(port))


def test_a_reference_outside_the_allowed_addresses_is_told_at_the_start() -> None:
    async def whole() -> None:
        checked = Checked(watch([53], "192.0.2.1"))
        (problem,) = await checked.check.refused()
        assert str(problem).startswith("the reference 192.0.2.1:53 cannot be asked: 192.0.2.1 is outside")
        async with checked.running():
            assert checked.kinds == ["failed"]
            assert checked.told[0].values == {"what": "reference", "why": str(problem)}
            # What cannot be asked says nothing by its silence.
            checked.note(SILENT)
            assert await checked.check.doubt("10.0.0.0", SILENT) == ""

    asyncio.run(whole())


def test_a_loop_that_is_held_up_is_trouble_and_a_pause() -> None:
    async def whole() -> None:
        checked = Checked(watch([]), shortest=timedelta(seconds=1))
        async with checked.running(lag=True):
            began = time.monotonic()
            time.sleep(4)
            await asyncio.sleep(0.2)
            said = await checked.check.doubt("127.0.0.1", "no-reply")
            behind = re.fullmatch(r"this machine is ([0-9.]+)s behind its work", said)
            assert behind is not None
            assert 3.9 <= float(behind[1]) <= time.monotonic() - began
            await checked.until("suspended")
            event = next(event for event in checked.told if event.kind == "suspended")
            assert 4 <= event.values["seconds"] < 60
            assert event.values["from"] < event.values["to"]
            assert "clock-step" not in checked.kinds

    asyncio.run(whole())


def test_our_own_server() -> None:
    async def whole() -> None:
        with Canary() as canary:
            assert await canary.trouble(5) is None
            assert "did not answer itself" in str(await canary.trouble(0))
            assert await canary.trouble(5) is None
        assert "cannot connect to itself: Connection refused" in str(await canary.trouble(5))

    asyncio.run(whole())


@pytest.mark.parametrize("ports", [(), (1,)])
def test_another_inventory(ports: tuple[int, ...]) -> None:
    async def whole() -> None:
        checked = Checked(watch([]))
        checked.note(*[SILENT] * 9)
        assert await checked.check.doubt("10.0.0.1", SILENT)
        checked.check.renew(watch(ports), world(), shortest=timedelta(minutes=1))
        assert await checked.check.doubt("10.0.0.1", SILENT) == ""

    asyncio.run(whole())
