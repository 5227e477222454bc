"""An error of a socket to a fact about the target or to a reason why nothing could be seen."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from audit.model.facts import Failure
from audit.model.message import say
from audit.model.units import plain
from audit.model.verdict import CannotSee, Reason

LONGEST: Final = 200
"""Characters of a server's text that are kept."""


BEHIND: Final = 0.5
"""Seconds after which a deadline that is noticed too late says more of this machine than of the target."""


def late_by(seconds: float) -> CannotSee:
    """What to raise where this machine did not get on with its work in time."""
    return CannotSee(
        Reason.TIMEOUT, say("this machine was {time} behind its work", time=plain(timedelta(seconds=seconds)))
    )


class Fault(Exception):
    """Something wrong at the target: the failure as data, the details for people."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure, detail)
        self.failure = failure
        self.detail = detail[:LONGEST]


_FAILURES: Final[Mapping[int, Failure]] = MappingProxyType(
    {
        errno.ECONNREFUSED: "refused",
        errno.EHOSTUNREACH: "no-host",
        errno.EHOSTDOWN: "no-host",
        errno.ETIMEDOUT: "connect-timeout",
        errno.ECONNRESET: "reset",
        errno.ECONNABORTED: "reset",
        errno.EPIPE: "reset",
        errno.ENOTCONN: "reset",
    }
)
_NO_WAY: Final = frozenset((errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL))
_FORBIDDEN: Final = frozenset((errno.EACCES, errno.EPERM))


def judged(error: OSError, address: str) -> Fault | CannotSee:
    """What to raise for an error of the operating system on the way to an address."""
    number = error.errno or 0
    failure = _FAILURES.get(number)
    if failure is not None:
        return Fault(failure, os.strerror(number))
    what = os.strerror(number) if number else type(error).__name__
    if number in _NO_WAY:
        return CannotSee(
            Reason.UNREACHABLE, say("this machine has no way to {address}: {error}", address=address, error=what)
        )
    if number in _FORBIDDEN:
        return CannotSee(
            Reason.DENIED, say("this machine may not connect to {address}: {error}", address=address, error=what)
        )
    # Out of file handles, buffers, memory: trouble of ours that passes when other looks have ended.
    return CannotSee(
        Reason.UNREACHABLE, say("this machine cannot connect to {address} now: {error}", address=address, error=what)
    )
