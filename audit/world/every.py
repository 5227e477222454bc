"""A host with a way to try one address to how the service answered at every address."""

from __future__ import annotations

import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import anyio

from audit.model.facts import Sample, ServiceState, Unseen
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.draft import Draft
from audit.world.fault import BEHIND, Fault, judged, late_by
from audit.world.guard import Found, Guard, silent

_UNLIMITED: Final[Mapping[str, timedelta]] = MappingProxyType({})
Attempt = Callable[[Draft], Awaitable[None]]
"""Tries the address of a draft, notes there what it sees, raises Fault for what is wrong."""


async def every_address(
    guard: Guard,
    host: str,
    family: int | None,
    timeout: timedelta,
    attempt: Attempt,
    *,
    limits: Mapping[str, timedelta] = _UNLIMITED,
    found: Found | None = None,
    punctual: bool = False,
) -> ServiceState:
    """Look a host up, try all its addresses at once; `timeout` is for everything together.

    A `punctual` attempt ends by itself at the deadline and the limits of its draft.
    """
    seconds = timeout.total_seconds()
    if seconds <= 0:
        raise CannotSee(Reason.INCOMPLETE, say("a timeout of zero leaves no time to look at {host}", host=host))
    clock = time.monotonic()
    deadline = clock + seconds
    phases = {phase: limit.total_seconds() for phase, limit in limits.items()} if limits else {}
    if found is None:
        try:
            with anyio.fail_after(min(seconds, phases.get("dns", seconds))):
                found = await guard.find(host, family)
        except TimeoutError as late:
            raise silent(host) from late
        except Fault as fault:
            return ServiceState(samples=(Draft("", {"dns": time.monotonic() - clock}).sample(fault),))
    spent = time.monotonic() - clock
    drafts = [Draft(address, {"dns": spent}, deadline, phases) for address in found.addresses]
    if len(drafts) == 1:
        return _state(drafts, (await _end(drafts[0], attempt, punctual=punctual),), found.kept_out)
    ends: dict[str, Sample | CannotSee] = {}

    async def one(draft: Draft) -> None:
        address = draft.address
        ends[address] = await _end(draft, attempt, punctual=punctual)

    async with anyio.create_task_group() as group:
        for draft in drafts:
            group.start_soon(one, draft)
    return _state(drafts, tuple(ends[address] for address in found.addresses), found.kept_out)


async def _end(draft: Draft, attempt: Attempt, *, punctual: bool) -> Sample | CannotSee:
    try:
        if punctual:
            await attempt(draft)
        else:
            with anyio.fail_after(draft.deadline - time.monotonic()):
                await attempt(draft)
        return draft.sample()
    except Fault as fault:
        return draft.sample(fault)
    except CannotSee as impossible:
        return impossible
    except ssl.SSLError as broken:
        return draft.sample(Fault("tls-protocol", _said(broken)))
    except OSError as broken:
        # A TimeoutError without a number is the deadline; with one it is the network that gave up.
        behind = time.monotonic() - draft.deadline
        if isinstance(broken, TimeoutError) and not broken.errno and behind > BEHIND:
            return late_by(behind)
        trouble = (
            draft.late() if isinstance(broken, TimeoutError) and not broken.errno else judged(broken, draft.address)
        )
        return trouble if isinstance(trouble, CannotSee) else draft.sample(trouble)


def _said(broken: ssl.SSLError) -> str:
    return (broken.reason or str(broken)).replace("_", " ").lower()


def _state(
    drafts: Sequence[Draft], ends: Sequence[Sample | CannotSee], kept_out: tuple[CannotSee, ...]
) -> ServiceState:
    samples = tuple(end for end in ends if isinstance(end, Sample))
    known: dict[str, Any] = {}
    for draft in drafts:
        if draft.clock_offset is not None:
            known["clock_offset"] = draft.clock_offset
            break
    if len(samples) == len(ends) and not kept_out:
        return ServiceState(samples=samples, **known)
    impossible = (*(end for end in ends if isinstance(end, CannotSee)), *kept_out)
    if not samples:
        raise impossible[0]
    if any(sample.failure is not None for sample in samples):
        # One failure decides, whatever the other addresses would have said.
        return ServiceState(samples=samples, **known)
    return ServiceState(partial=samples, absent={"samples": Unseen.of(impossible[0])}, **known)
