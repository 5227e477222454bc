"""What two people sign before a group is switched, to the one text of it, back again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field, ValidationError

from audit.model.facts import Value
from audit.model.message import Message, say
from audit.model.unfit import Unexpected
from audit.model.units import parse_duration, parse_instant, plain

NAMESPACE: Final = "haechi-switch"
"""Of the signatures: one that was given for anything else is refused."""
LONGEST: Final = timedelta(hours=24)
"""For which an authorization is good at most."""
MOST_BYTES: Final = 65_536
_HEAD: Final = """\
# Once two people have signed this file, `haechi switch make` may send the request below, once, and nothing else.
# It sends nothing unless at that moment: `leads` leads, is well, is alone in it; one of `takes-over` is ready, behind
# by `most-lag` bytes at most; the group has its quorum, is not paused, tells of no trouble; each data set has a backup
# younger than its promised recovery point; no season of the calendar holds; nothing else is being switched.
# It ends as failed where nobody takes writes for longer than `most-outage`. It never switches back by itself.
"""
_VERSION: Final = "1"
_KEYS: Final = (
    "haechi-switch", "estate", "estate-sha256", "store", "failover", "leads", "takes-over", "request", "address",
    "content", "not-before", "not-after", "most-outage", "most-lag", "reason", "nonce",
)  # fmt: skip
_NONCE: Final = re.compile(r"[0-9a-f]{32}")


class Order(Value):
    """The one request that switches a group, as it is sent."""

    request: Literal["POST", "SENTINEL"]
    address: str
    """A URL, or host and port of a Sentinel."""
    content: str
    """The body, or the words with a space between them."""

    def __str__(self) -> str:
        return f"{self.request} {self.address}  {self.content}"


class Authorization(Value):
    """One switch that is allowed."""

    estate: str
    estate_sha256: str
    store: str
    """Where the single use of it is written down."""
    failover: str
    leads: str
    takes_over: tuple[str, ...] = Field(min_length=1)
    order: Order
    not_before: datetime
    not_after: datetime
    most_outage: timedelta = Field(gt=timedelta(0), le=LONGEST)
    most_lag: int = Field(ge=0)
    reason: str = ""
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")

    def text(self) -> str:
        """What is signed: one line for each key, plain YAML, always in this form."""
        values = (
            _VERSION, self.estate, self.estate_sha256, self.store, self.failover, self.leads,
            json.dumps(self.takes_over), self.order.request, self.order.address, self.order.content,
            plain(self.not_before), plain(self.not_after), _seconds(self.most_outage), str(self.most_lag),
            self.reason, self.nonce,
        )  # fmt: skip
        for value in values:
            if not value.isprintable():
                raise Unexpected(say("names without control signs"), repr(value[:80]))
        return _HEAD + "".join(f"{key}: {value}".rstrip() + "\n" for key, value in zip(_KEYS, values, strict=True))

    def untimely(self, now: datetime) -> Message | None:
        """Why it is not good at an instant; None where it is."""
        if self.not_after <= self.not_before:
            return say("the authorization ends before it begins")
        if self.not_after - self.not_before > LONGEST:
            return say("the authorization is for more than {most}", most=plain(LONGEST))
        if now < self.not_before:
            return say("the authorization is not good before {time}", time=plain(self.not_before))
        if now >= self.not_after:
            return say("the authorization ended at {time}", time=plain(self.not_after))
        return None


def read(content: bytes) -> Authorization:
    """An authorization of its very text; Unexpected for any other, even where it would mean the same."""
    right = say("a file as `haechi switch plan` writes it")
    if len(content) > MOST_BYTES:
        raise Unexpected(right, say("more than {most} bytes", most=MOST_BYTES))
    try:
        text = content.decode()
        found = _read(dict(line.partition(": ")[::2] for line in text.splitlines() if not line.startswith("#")))
        again = found.text()
    except (UnicodeDecodeError, KeyError, TypeError, ValidationError, ValueError, RecursionError, OverflowError) as bad:
        raise Unexpected(right, say("something else")) from bad
    if again != text:
        raise Unexpected(right, say("something else"), why=say("it was changed since"))
    return found


def _read(told: Mapping[str, str]) -> Authorization:
    if told["haechi-switch"] != _VERSION or not _NONCE.fullmatch(told["nonce"]):
        raise ValueError(told)
    order = {name: told[name] for name in ("request", "address", "content")}
    return Authorization.model_validate(
        {
            "estate": told["estate"],
            "estate_sha256": told["estate-sha256"],
            "store": told["store"],
            "failover": told["failover"],
            "leads": told["leads"],
            "takes_over": tuple(json.loads(told["takes-over"])),
            "order": order,
            "not_before": parse_instant(told["not-before"]),
            "not_after": parse_instant(told["not-after"]),
            "most_outage": parse_duration(told["most-outage"]),
            "most_lag": int(told["most-lag"]),
            "reason": told.get("reason", told.get("reason:", "")),
            "nonce": told["nonce"],
        }
    )


def _seconds(took: timedelta) -> str:
    return f"{took.total_seconds():g}s"
