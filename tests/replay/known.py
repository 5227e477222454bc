"""The name of a replayed estate to what the checks say of it, judged once for all tests."""

from __future__ import annotations

from functools import cache

from audit.app.replaying import Replayed, replay
from audit.catalogue import Catalogue, discover


@cache
def known() -> Catalogue:
    return discover()


@cache
def judged(name: str) -> Replayed:
    return replay(name, catalogue=known())
