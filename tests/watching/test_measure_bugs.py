"""Probes that behave in every way a plugin can, to the measurement that comes of them all the same."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from audit.contract import Probe, probe
from audit.engine.recurring import Habits, measurable, measure
from audit.model.backup import ReplicaState
from audit.model.facts import Sample, ServiceState
from audit.model.measurement import Measurement, State
from audit.model.place import Place
from audit.world.world import World
from tests.lamps import Lamp, Stage, act
from tests.watching.measuring import habits, measured, world


def lamp(word: str) -> Lamp:
    written = {"@": Place("x.yaml", 1, 1, ref="fund/light/lamp"), "id": "lamp", "kind": "lamp", "timeout": "20ms"}
    return Lamp.model_validate(written | {"word": word})


def at_lamps(stage: Stage, deadline: float = 15.0) -> Probe:
    """The probe of lamps; its deadline in the place of that which a timeout would make longer."""

    async def at_lamp(lamp: Lamp, world: World) -> ServiceState:
        seen: ServiceState = await act(lamp, world, stage)
        return seen

    return replace(probe()(at_lamp), deadline=timedelta(seconds=deadline))


def look(word: str, how: Habits | None = None, stage: Stage | None = None) -> Measurement:
    return measured(lamp(word), how or habits(), probe=at_lamps(stage or Stage()))


@pytest.mark.parametrize(
    ("word", "bug"),
    [
        ("raises", "ValueError: a bug in two lines with [hidden]!"),
        ("exits", "SystemExit: 3"),
        ("interrupts", "KeyboardInterrupt"),
        ("cancels", "asyncio.exceptions.CancelledError"),
        ("nothing", "TypeError: the probe returned NoneType and no ServiceState"),
        ("other", "TypeError: the probe returned ReplicaState and no ServiceState"),
    ],
)
def test_bugs(word: str, bug: str) -> None:
    seen = look(word)
    assert (seen.state, seen.reason, seen.attempts) == (State.UNKNOWN, "crashed", 1)
    assert seen.detail == f"the probe failed: {bug}"


@pytest.mark.parametrize("word", ["nonsense", "odd"])
def test_nonsense(word: str) -> None:
    seen = look(word)
    assert (seen.state, seen.reason, seen.attempts) == (State.UNKNOWN, "crashed", 1)


@pytest.mark.parametrize(
    "values",
    [
        {"failure": "made-up"},
        {"failure": ["refused"]},
        {"phases": {"total": "soon"}},
        {"phases": {"total": 1.0, "dns": "x"}},
        {"phases": None},
    ],
)
def test_samples_of_nonsense(values: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"address": "127.0.0.1", "failure": None, "phases": {}, "warning": "", "detail": ""}
    odd = ServiceState(samples=()).model_copy(update={"samples": (Sample.model_construct(**(usual | values)),)})
    assert _of(odd).reason == "crashed"


def _of(*facts: ServiceState) -> Measurement:
    """What is measured where a probe returns these one after the other."""
    left = list(facts)

    async def at_lamp(lamp: Lamp, world: World) -> ServiceState:
        return left.pop(0) if len(left) > 1 else left[0]

    return measured(lamp("any"), habits(), probe=probe()(at_lamp))


@pytest.mark.parametrize("word", ["hangs", "swallows", "shields"])
def test_a_hang_ends(word: str) -> None:
    seen = look(word, habits(every=0.5, confirm=()))
    assert (seen.state, seen.reason) == (State.UNKNOWN, "timeout")
    longest = re.fullmatch("the look did not end in ([0-9]+)ms", seen.detail)
    assert longest is not None
    assert 250 < int(longest[1]) <= 475  # less where it began late
    assert seen.took < 15


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it ignores its own end, too
def test_a_probe_that_catches_everything_ends() -> None:
    seen = look("swallows-all", habits(every=0.5, confirm=()))
    assert (seen.state, seen.reason) == (State.UNKNOWN, "timeout")


def test_what_was_seen_stands_where_looking_again_is_cut_off() -> None:
    seen = look("ill-then-hangs", habits(every=1.5))
    assert (seen.state, seen.reason) == (State.DOWN, "refused")


def test_what_cannot_be_seen_at_first() -> None:
    seen = look("gone-once")
    assert (seen.state, seen.reason, seen.attempts) == (State.DEGRADED, "unreachable", 2)
    seen = look("denied")
    assert (seen.state, seen.reason, seen.attempts) == (State.UNKNOWN, "denied", 1)
    assert seen.detail == "the password [hidden]! is wrong"


@pytest.mark.parametrize("word", ["hangs", "swallows", "well", "ill"])
def test_a_look_that_is_cancelled_from_outside_ends_so(word: str) -> None:
    async def whole() -> None:
        how = habits(every=60, confirm=(20.0,))
        task = asyncio.create_task(measure(lamp(word), at_lamps(Stage()), world(), datetime.now(UTC), how))
        await asyncio.sleep(0 if word == "well" else 0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)
        assert task.cancelled()

    asyncio.run(whole())


def test_warnings_are_degraded() -> None:
    warned = ServiceState(samples=(Sample(address="127.0.0.1", warning="80 % full s3cret"),))
    seen = _of(warned)
    assert (seen.state, seen.reason, seen.attempts) == (State.DEGRADED, "warning", 1)
    assert seen.detail == "127.0.0.1: 80 % full [hidden]"


def test_no_address_at_all_is_unknown() -> None:
    assert (_of(ServiceState(samples=())).state, _of(ServiceState(samples=())).reason) == (State.UNKNOWN, "incomplete")


def test_what_is_no_service_is_not_measured() -> None:
    async def copies(lamp: Lamp, world: World) -> ReplicaState:
        return ReplicaState(attached=True)

    assert not measurable(probe()(copies))
    assert measurable(at_lamps(Stage()))


def test_a_probe_that_cancels_itself_at_first_is_not_let_go_of_when_its_time_ends() -> None:
    """As libraries do when they connect; its own timeout comes just when the first cancellation is looked at again."""

    async def at_lamp(lamp: Lamp, world: World) -> ServiceState:
        with anyio.CancelScope() as own:
            own.cancel()
            await asyncio.sleep(0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.8):
                try:
                    await asyncio.Event().wait()
                finally:
                    await asyncio.sleep(0.5)  # it closes what it had opened
        return ServiceState(samples=(Sample(address="127.0.0.1", failure="first-byte-timeout"),))

    seen = measured(lamp("any"), habits(every=4, confirm=()), probe=probe()(at_lamp))
    assert (seen.state, seen.reason) == (State.DOWN, "first-byte-timeout")
