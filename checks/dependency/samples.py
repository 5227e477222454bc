"""Systems that lean on each other to small estates on which the examples of the rules stand."""

from __future__ import annotations

SITES = """
sites:
  - {id: daejeon, rooms: [{id: room-1}, {id: room-2}]}
  - {id: busan, rooms: [{id: room-1}]}
suppliers: [{id: gov24}]
"""


def systems(*written: str, evidence: str = "") -> str:
    """An estate with these systems of one institution."""
    return SITES + "institutions: [{id: kibo, systems: [" + ", ".join(written) + "]}]\n" + evidence


def alone(count: int, rest: str) -> tuple[str, ...]:
    """As many systems as `count`, all alike but for their ids."""
    return tuple(f"{{id: system-{number}, {rest}}}" for number in range(count))
