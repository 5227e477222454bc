"""A host with a way to try one address to how the service answered at every address."""

from __future__ import annotations

import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import anyio
import anyio.lowlevel

from audit.model.facts import Sample, ServiceState, Unseen
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason
from audit.world.draft import Draft
from audit.world.fault import Fault, judged
from audit.world.guard import Guard, silent

_BEHIND: Final = 0.5
"""Seconds after which a deadline that is noticed too late says more of this machine than of the target."""
Attempt = Callable[[Draft], Awaitable[None]]
"""Tries the address of a draft, notes there what it sees, raises Fault for what is wrong."""


async def every_address(
    guard: Guard, host: str, family: int | None, timeout: timedelta, attempt: Attempt
) -> ServiceState:
    """Look a host up, try all its addresses at once; `timeout` is for everything together."""
    clock = time.monotonic()
    deadline = anyio.current_time() + timeout.total_seconds()
    if timeout <= timedelta(0):
        raise CannotSee(Reason.INCOMPLETE, say("a timeout of zero leaves no time to look at {host}", host=host))
    try:
        with anyio.fail_after(timeout.total_seconds()):
            found = await guard.find(host, family)
    except TimeoutError as late:
        raise silent(host) from late
    except Fault as fault:
        return ServiceState(samples=(Draft("", {"dns": time.monotonic() - clock}).sample(fault),))
    spent = time.monotonic() - clock
    ends: dict[str, tuple[Draft, Sample | CannotSee]] = {}

    async def one(address: str) -> None:
        draft = Draft(address, {"dns": spent})
        ends[address] = draft, await _end(draft, deadline, attempt)

    async with anyio.create_task_group() as group:
        for address in found.addresses:
            group.start_soon(one, address)
    return _state([ends[address] for address in found.addresses], found.kept_out)


async def _end(draft: Draft, deadline: float, attempt: Attempt) -> Sample | CannotSee:
    try:
        with anyio.fail_after(deadline - anyio.current_time()):
            await attempt(draft)
        return draft.sample(draft.fault)
    except Fault as fault:
        return draft.sample(fault)
    except CannotSee as impossible:
        return impossible
    except ssl.SSLError as broken:
        return draft.sample(Fault("tls-protocol", _said(broken)))
    except OSError as broken:
        # A TimeoutError without a number is the deadline; with one it is the network that gave up.
        behind = anyio.current_time() - deadline
        if isinstance(broken, TimeoutError) and not broken.errno and behind > _BEHIND:
            return CannotSee(
                Reason.TIMEOUT, say("this machine was {time} behind its work", time=plain(timedelta(seconds=behind)))
            )
        trouble = (
            draft.late() if isinstance(broken, TimeoutError) and not broken.errno else judged(broken, draft.address)
        )
        return trouble if isinstance(trouble, CannotSee) else draft.sample(trouble)


def _said(broken: ssl.SSLError) -> str:
    return (broken.reason or str(broken)).replace("_", " ").lower()


def _state(ends: list[tuple[Draft, Sample | CannotSee]], kept_out: tuple[CannotSee, ...]) -> ServiceState:
    samples = tuple(end for _, end in ends if isinstance(end, Sample))
    impossible = (*(end for _, end in ends if isinstance(end, CannotSee)), *kept_out)
    if not samples:
        raise impossible[0]
    offset = next((draft.clock_offset for draft, _ in ends if draft.clock_offset is not None), None)
    known: dict[str, Any] = {} if offset is None else {"clock_offset": offset}
    if not impossible or any(sample.failure is not None for sample in samples):
        # One failure decides, whatever the other addresses would have said.
        return ServiceState(samples=samples, **known)
    return ServiceState(partial=samples, absent={"samples": Unseen.of(impossible[0])}, **known)
