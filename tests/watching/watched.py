"""A number of endpoints to an estate that watches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.model.estate import Estate, Institution, System
from audit.model.place import Place
from audit.model.technology import Endpoint
from audit.model.watching import Maintenance, Watch


def place(ref: str) -> Place:
    return Place("estate.yaml", 1, 1, ref=ref)


def estate(
    count: int, *, watch: Watch | None = None, maintenance: Sequence[Maintenance] = (), counts: str | None = None
) -> Estate:
    """Ten endpoints a system, grades 1 to 4 in turn, one institution."""
    systems = []
    for number in range(-(-count // 10)):
        ref = f"fund/system-{number}"
        endpoints = tuple(
            Endpoint.model_validate({"@": place(f"{ref}/e-{at}"), "id": f"e-{at}", "kind": "http", "counts": counts})
            for at in range(min(10, count - 10 * number))
        )
        item: dict[str, Any] = {"@": place(ref), "id": f"system-{number}", "grade": number % 4 + 1}
        systems.append(System.model_validate(item | {"endpoints": endpoints}))
    body = Institution.model_validate({"@": place("fund"), "id": "fund", "systems": tuple(systems)})
    return Estate(institutions=(body,), watch=watch or Watch(), maintenance=tuple(maintenance), sha256="ab" * 32)
