"""A folder and a page become a visit by httpx's own transport, to loopback alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from audit.model.facts import ServiceState
from audit.world.http import HttpHand
from audit.world.secrets import Secrets
from audit.world.stock import Stock
from audit.world.trust import Trust
from audit.world.world import Page
from tests.world.hands import LONG, hands, run, unhurried

HOSTS = {"a.example": ("127.0.0.1",), "b.example": ("127.0.0.1",), "two.example": ("127.0.0.1", "127.0.0.2")}


def stock(root: Path, *allow: str) -> HttpHand:
    own = hands(*allow, hosts=HOSTS)
    return replace(own.http, stock=Stock(own.guard, Trust(root), Trust(root), Secrets(root)))


def visit(root: Path, url: str, *, timeout: timedelta = LONG, **wanted: Any) -> ServiceState:
    hand = stock(root)
    return run(unhurried(lambda: hand.visit(Page(url, transport="httpx", **wanted), timeout)))
