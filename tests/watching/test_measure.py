"""Servers that are well, flaky, half dead, dead, slow or silent, to what the watch measures of them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from audit.model.measurement import PHASES, State
from tests.watching.measuring import WEB, Told, habits, measured, page, port, world
from tests.world.servers import asked, closed_port, resets, says, served, silent
from tests.world.servers import page as answer

pytestmark = pytest.mark.alone
READY = answer(b"ready")


def failing(
    times: int, then: bytes = READY, first: Callable[[socket.socket], None] = resets
) -> Callable[[socket.socket], None]:
    """A talk that fails some times before it answers."""
    left = [first] * times

    def talk(channel: socket.socket) -> None:
        if left:
            left.pop()(channel)
            return
        says(then)(channel)

    return talk


def test_a_good_look() -> None:
    told = Told()
    due = datetime.now(UTC) - timedelta(milliseconds=30)
    with served(says(READY)) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/"), habits(told), now=lambda: due)
    assert (seen.subject, seen.state, seen.reason, seen.detail) == (WEB, State.UP, "", "")
    assert (seen.attempts, seen.good, seen.tried, seen.vantage) == (1, 1, 1, "here")
    assert seen.due == due
    assert timedelta(milliseconds=30) <= seen.lateness < timedelta(seconds=60)
    assert seen.latency is not None
    assert 0 < seen.latency <= seen.took
    assert len(seen.phases) == len(PHASES)
    assert sum(seen.phases) <= seen.latency + 0.001
    assert seen.every == timedelta(seconds=20)
    assert told == Told(noted=[("127.0.0.1", "")])


@pytest.mark.parametrize("times", [1, 2])
def test_what_fails_at_first_is_degraded(times: int) -> None:
    with served(failing(times)) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/"), habits())
    assert (seen.state, seen.reason, seen.attempts) == (State.DEGRADED, "reset", times + 1)
    assert (seen.good, seen.tried) == (1, 1)
    assert seen.latency is not None
    assert seen.took >= (0.05, 0.15)[times - 1]
    assert seen.detail.startswith("127.0.0.1: reset")


def test_what_fails_each_time_is_down() -> None:
    told = Told()
    at = closed_port()
    seen = measured(page(f"http://127.0.0.1:{at}/"), habits(told))
    assert (seen.state, seen.reason, seen.attempts, seen.good, seen.tried) == (State.DOWN, "refused", 3, 0, 1)
    assert (seen.latency, seen.phases) == (None, ())
    assert 0.15 <= seen.took < 10
    # A refusal proves that the network of the prober is whole.
    assert told == Told(noted=[("127.0.0.1", "")])


def test_one_dead_address_of_two_is_partial() -> None:
    with served(says(READY), address="127.0.0.2") as at:
        seen = measured(page(f"http://two.kr:{at}/"), habits(), here=world(two_kr=("127.0.0.2", "127.0.0.3")))
    assert (seen.state, seen.reason, seen.good, seen.tried) == (State.PARTIAL, "refused", 1, 2)
    assert seen.detail.startswith("127.0.0.3: refused")
    assert seen.latency is not None


def test_an_address_that_comes_back_is_degraded() -> None:
    with served(says(READY), address="127.0.0.2") as at, served(failing(1), address="127.0.0.3", port=at):
        seen = measured(page(f"http://two.kr:{at}/"), habits(), here=world(two_kr=("127.0.0.2", "127.0.0.3")))
    assert (seen.state, seen.reason, seen.good, seen.tried, seen.attempts) == (State.DEGRADED, "reset", 2, 2, 2)


def test_a_wrong_page_is_down() -> None:
    with served(says(answer(b"sorry, s3cret is closed\n"))) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/"), habits())
    assert (seen.state, seen.reason) == (State.DOWN, "assertion")
    with served(says(answer(b"x", status=b"503 s3cret\x1b[2J"))) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/"), habits())
    assert (seen.state, seen.reason) == (State.DOWN, "bad-status")
    assert "s3cret" not in seen.detail
    assert seen.detail.isprintable()


def test_silence_is_doubted() -> None:
    told = Told()
    with served(silent) as at:
        url = f"http://127.0.0.1:{at}/"
        down = measured(page(url, timeout="100ms"), habits(told))
        unknown = measured(page(url, timeout="100ms"), habits(doubt="the cable is out\n" + "x" * 500))
    assert (down.state, down.reason, down.attempts) == (State.DOWN, "first-byte-timeout", 3)
    assert told.noted == [("127.0.0.1", "first-byte-timeout")]
    assert told.doubted == [("127.0.0.1", "first-byte-timeout")]
    assert (unknown.state, unknown.reason) == (State.UNKNOWN, "prober")
    assert unknown.detail.startswith("the cable is out x")
    assert len(unknown.detail) == 200


def test_a_prober_that_is_behind_knows_nothing() -> None:
    told = Told()
    with served(silent) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/", timeout="80ms"), habits(told, late=lambda since: 0.2))
    assert (seen.state, seen.reason, seen.error) == (State.UNKNOWN, "prober", 0.2)
    assert seen.detail == "this machine was 200ms behind its work"
    assert seen.attempts == 5
    assert told == Told()


def test_a_failure_that_is_no_matter_of_time_counts_however_late_the_prober_is() -> None:
    seen = measured(port("127.0.0.1", closed_port()), habits(late=lambda since: 0.2))
    assert (seen.state, seen.reason, seen.error) == (State.DOWN, "refused", 0.2)


def test_one_attempt_in_time_is_enough() -> None:
    lates = iter((0.2, 0.2, 0.0))
    with served(silent) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/", timeout="80ms"), habits(late=lambda since: next(lates)))
    assert (seen.state, seen.reason, seen.attempts) == (State.DOWN, "first-byte-timeout", 3)


def test_what_only_failed_because_the_prober_was_late_is_up() -> None:
    lates = iter((0.2, 0.0))
    with served(failing(1, first=silent)) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/", timeout="1s"), habits(late=lambda since: next(lates)))
    assert (seen.state, seen.reason, seen.attempts) == (State.UP, "", 2)


def test_a_slow_page_is_up_and_slow() -> None:
    def slow(channel: socket.socket) -> None:
        asked(channel)
        time.sleep(0.2)
        channel.sendall(READY)

    with served(slow) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/"), habits())
    assert seen.state is State.UP
    assert seen.latency is not None
    assert seen.latency >= 0.2
    assert seen.phases[PHASES.index("first-byte")] >= 0.19


@pytest.mark.parametrize(("timeout", "every"), [("5s", 0.8), ("500ms", 0.8), ("300ms", 1.0)])
def test_all_is_over_before_the_next_is_due(timeout: str, every: float) -> None:
    with served(silent) as at:
        seen = measured(page(f"http://127.0.0.1:{at}/", timeout=timeout), habits(every=every, confirm=(2.0, 8.0)))
    assert (seen.state, seen.reason) == (State.DOWN, "first-byte-timeout")
    assert seen.attempts >= 2
    assert seen.took < every + 0.2


def test_a_late_look_has_less_time() -> None:
    with served(silent) as at:
        late = datetime.now(UTC) - timedelta(seconds=0.5)
        seen = measured(page(f"http://127.0.0.1:{at}/", timeout="5s"), habits(every=1.2), now=lambda: late)
    assert seen.took < 0.9
    assert seen.lateness >= timedelta(seconds=0.5)


def test_a_name_that_nobody_knows_is_down_after_doubt() -> None:
    told = Told()
    seen = measured(page("http://nobody.kr/", timeout="400ms"), habits(told), here=world(other_kr=("127.0.0.1",)))
    assert seen.state is not State.UP
    assert seen.good == 0
    assert len(told.noted) == 1


def test_what_is_outside_the_allowed_addresses_is_unknown_at_once() -> None:
    told = Told()
    seen = measured(port("192.0.2.1", 80), habits(told))
    assert (seen.state, seen.reason, seen.attempts) == (State.UNKNOWN, "denied", 1)
    assert told == Told()


def test_an_address_that_may_not_be_tried_leaves_it_unknown_unless_another_fails() -> None:
    here = world(half_kr=("127.0.0.1", "192.0.2.1"))
    with served(says(READY)) as at:
        seen = measured(page(f"http://half.kr:{at}/"), habits(), here=here)
    assert (seen.state, seen.reason, seen.good, seen.tried) == (State.UNKNOWN, "denied", 1, 1)
    seen = measured(port("half.kr", closed_port()), habits(), here=here)
    assert (seen.state, seen.reason) == (State.DOWN, "refused")
