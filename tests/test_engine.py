"""Probes that behave in every way a plugin can, against the engine that has to end all the same."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import anyio
import pytest

from audit.engine.queue import Queue
from audit.model.evidence import Task
from audit.model.facts import DocumentState
from audit.model.verdict import Reason
from audit.world.clock import SystemClock
from audit.world.scene import SceneFile, scene
from tests.lamps import ILL, WELL, Seen, inventory, lamp, run, running


def test_what_is_seen() -> None:
    found = run(inventory(lamp("well")))
    observation = found.of("well")
    assert found.ended == "complete"
    assert observation.seen == WELL
    assert (observation.unseen, observation.attempts, observation.history) == (None, 1, ())
    assert observation.at.tzinfo is not None
    assert observation.source == "at_lamp at kibo/light/well"


BUGS = {
    "raises": "ValueError: a bug in two lines with [hidden]",
    "exits": "SystemExit: 3",
    "interrupts": "KeyboardInterrupt",
    "cancels": "asyncio.exceptions.CancelledError",
    "nothing": "TypeError: the probe returned NoneType and no ServiceState",
    "other": "TypeError: the probe returned ReplicaState and no ServiceState",
}


def test_bugs_of_plugins() -> None:
    words = (*BUGS, "nonsense", "odd", "well")
    found = run(inventory(", ".join(map(lamp, words))), redact=lambda text: text.replace("s3cret!", "[hidden]"))
    assert found.ended == "complete"
    for word, bug in BUGS.items():
        unseen = found.of(word).unseen
        assert unseen is not None
        assert (unseen.reason, unseen.values["bug"]) == (Reason.CRASHED, bug)
    for word in ("nonsense", "odd"):
        unseen = found.of(word).unseen
        assert unseen is not None
        assert unseen.reason is Reason.CRASHED
        assert "Traceback" not in str(unseen)
    assert found.of("well").seen == WELL


def test_secrets_stay_out_of_observations() -> None:
    text = inventory(", ".join(map(lamp, ("denied", "secret", "raises"))))
    found = run(text, redact=lambda text: text.replace("s3cret!", "[hidden]"))
    for observation in found.observations.values():
        assert b"s3cret" not in observation.canonical()
    assert b"[hidden]" in found.of("secret").canonical()


@pytest.mark.parametrize("word", ["hangs", "swallows", "shields", "tidies"])
def test_a_hang_ends(word: str) -> None:
    found = run(inventory(lamp(word) + ", " + lamp("well")), each=0.2)
    unseen = found.of(word).unseen
    assert unseen is not None
    assert unseen.reason is Reason.TIMEOUT
    assert unseen.values == {"deadline": "200ms"}
    assert found.of("well").seen == WELL
    assert found.ended == "complete"
    assert found.stage.first == (["tidied"] if word == "tidies" else [])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it ignores its own end, too
def test_a_probe_that_catches_everything_ends() -> None:
    found = run(inventory(lamp("swallows-all")), each=0.2)
    unseen = found.of("swallows-all").unseen
    assert unseen is not None
    assert unseen.reason is Reason.TIMEOUT


def test_looks_again_before_anybody_judges() -> None:
    found = run(inventory(", ".join(map(lamp, ("ill", "ill-once", "gone-once", "denied", "well")))))
    assert {name: found.stage.tries[name] for name in found.stage.tries} == {
        "ill": 3,
        "ill-once": 2,
        "gone-once": 2,
        "denied": 1,
        "well": 1,
    }
    assert found.of("ill").seen == ILL
    assert found.of("ill").attempts == 3
    assert found.of("ill").history == ("127.0.0.1 refused", "127.0.0.1 refused")
    assert found.of("ill-once").seen == WELL
    assert found.of("ill-once").history == ("127.0.0.1 refused",)
    assert found.of("gone-once").history == ("unreachable: no way to 10.0.0.1",)


def test_what_was_seen_whole_stands_when_looking_again_is_cut_off() -> None:
    found = run(inventory(lamp("ill-then-hangs")), each=2)
    observation = found.of("ill-then-hangs")
    assert observation.seen == ILL
    assert observation.attempts == 1


def test_no_second_look_without_time_for_it() -> None:
    found = run(inventory(lamp("ill")), each=0.005)
    assert found.stage.tries["ill"] == 1


def test_caps() -> None:
    lamps = [lamp("waits", f"m{number % 4}", f"l{number}") for number in range(24)]
    found = run(inventory(", ".join(lamps)), each=5, overall=5, per_host=2)
    assert len(found.observations) == 24
    assert max(count for name, count in found.stage.most.items() if name != "all") == 2
    assert found.stage.most["all"] == 5


def test_a_busy_host_does_not_hold_up_others() -> None:
    lamps = [lamp("hangs", "slow", f"s{number}") for number in range(6)] + [lamp("well", "quick", "q")]
    order: list[str] = []
    found = run(inventory(", ".join(lamps)), each=0.1, overall=3, per_host=2, busy=order.append)
    assert found.ended == "complete"
    assert order.index("kibo/light/q") < 8


@pytest.mark.parametrize("word", ["hangs", "swallows", "shields"])
def test_the_deadline_of_the_run(word: str) -> None:
    found = run(inventory(f"{lamp('well')}, {lamp(word)}"), each=60, deadline=timedelta(seconds=1.5))
    assert found.ended == "deadline"
    assert set(found.observations) == {"kibo/light/well"}


def test_a_run_that_is_stopped_keeps_what_was_seen() -> None:
    async def stopped() -> None:
        stop = anyio.Event()
        async with anyio.create_task_group() as group:

            async def later() -> None:
                await anyio.sleep(1)
                stop.set()

            group.start_soon(later)
            words = f"{lamp('well')}, {lamp('hangs')}, {lamp('swallows')}"
            found.append(await running(inventory(words), each=60, stop=stop))

    found: list[Seen] = []
    anyio.run(stopped)
    assert found[0].ended == "interrupted"
    assert set(found[0].observations) == {"kibo/light/well"}


def test_a_run_that_is_cancelled_from_outside_ends() -> None:
    async def cancelled() -> bool:
        with anyio.move_on_after(0.2) as scope:
            await running(inventory(f"{lamp('hangs')}, {lamp('swallows')}"), each=60)
        return scope.cancelled_caught

    assert anyio.run(cancelled)


def test_an_empty_plan() -> None:
    assert run("estate: {id: empty}").ended == "complete"


def test_documents_of_evidence() -> None:
    text = inventory(
        lamp("well"),
        more="evidence:\n"
        "  - {id: there, check: lamp.paper, on: kibo/light, file: a.pdf, collected: 2026-01-01, expires: 2027-01-01}\n"
        "  - {id: gone, check: lamp.paper, on: kibo/light, file: b.pdf, collected: 2026-01-01, expires: 2027-01-01}\n",
    )
    hands = scene(files={"a.pdf": SceneFile(b"drill", SystemClock().now())})
    found = run(text, world=hands)
    there, gone = (next(seen for ref, seen in found.observations.items() if name in ref) for name in ("there", "gone"))
    assert there.seen == DocumentState(sha256=hashlib.sha256(b"drill").hexdigest(), size=5)
    assert gone.unseen is not None
    assert gone.unseen.reason is Reason.UNREACHABLE


def test_the_queue_gives_every_task_once() -> None:
    tasks = [Task(f"t{number}", "p", f"h{number % 3}", timedelta(1)) for number in range(10)]
    queue = Queue(tasks, 1)
    taken: list[Task] = []
    while (batch := list(iter(queue.take, None))) or len(taken) < 10:
        assert len({task.host for task in batch}) == len(batch)
        taken += batch
        for task in batch:
            queue.back(task)
    assert sorted(task.subject for task in taken) == sorted(task.subject for task in tasks)
    assert [task.subject for task in taken[:3]] == ["t0", "t1", "t2"]
