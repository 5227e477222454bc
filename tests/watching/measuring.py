"""An endpoint with habits, short ones by default, to what the watch measures of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from audit.contract import Probe
from audit.engine.recurring import Habits, measure
from audit.model.item import Technology
from audit.model.measurement import Measurement
from audit.model.place import Place
from audit.world.clock import SystemClock
from audit.world.scene import scene
from audit.world.world import World
from checks.availability.http import HttpEndpoint, visit
from checks.availability.tcp import TcpEndpoint, connection
from tests.world.hands import hands

WEB = "fund/portal/web"


@dataclass
class Told:
    """What the looks asked and told."""

    noted: list[tuple[str, str]] = field(default_factory=list)
    doubted: list[tuple[str, str]] = field(default_factory=list)


def habits(told: Told | None = None, *, every: float = 20.0, doubt: str = "", **more: Any) -> Habits:
    """Habits of a quick watch whose prober is well."""
    heard = told or Told()

    async def doubts(host: str, failure: str) -> str:
        heard.doubted.append((host, failure))
        return doubt

    known: dict[str, Any] = {
        "confirm": (0.05, 0.15),
        "every": timedelta(seconds=every),
        "vantage": "here",
        "sleep": asyncio.sleep,
        "jitter": lambda: 0.0,
        "doubt": doubts,
        "late": lambda since: 0.0,
        "noted": lambda host, failure: heard.noted.append((host, failure)),
    }
    return Habits(**(known | more))


def world(**names: tuple[str, ...]) -> World:
    """Real hands on loopback that know some names; underscores are written for dots."""
    real = hands(hosts={name.replace("_", "."): addresses for name, addresses in names.items()})
    return replace(
        scene(root=Path()), clock=SystemClock(), http=real.http, tcp=real.tcp, tls=real.tls, icmp=real.icmp,
        dns=real.dns, guard=real.guard, redact=lambda text: text.replace("s3cret", "[hidden]"),
    )  # fmt: skip


def page(url: str, *, timeout: str = "5s", contains: str | None = "ready") -> HttpEndpoint:
    written = {"@": Place("x.yaml", 1, 1, ref=WEB), "id": "web", "kind": "http", "url": url, "timeout": timeout}
    return HttpEndpoint.model_validate(written | {"expect": {"contains": contains} if contains else {}})


def port(host: str, number: int, *, timeout: str = "5s") -> TcpEndpoint:
    written = {"@": Place("x.yaml", 1, 1, ref=WEB), "id": "web", "kind": "tcp", "timeout": timeout}
    return TcpEndpoint.model_validate(written | {"host": host, "port": number})


def probe_of(item: Technology) -> Probe:
    return visit if isinstance(item, HttpEndpoint) else connection


def measured(
    item: Technology,
    how: Habits,
    *,
    here: World | None = None,
    probe: Probe | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Measurement:
    """One look in a loop of its own."""
    look = measure(item, probe or probe_of(item), here or world(), now(), how)
    return asyncio.run(asyncio.wait_for(look, 30))


def real_world(*allow: str) -> World:
    """Real hands that may go to some networks."""
    real = hands(*allow)
    return replace(scene(), clock=SystemClock(), http=real.http, tcp=real.tcp, guard=real.guard)
