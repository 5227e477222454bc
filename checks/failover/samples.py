"""A system, its failover, its neighbours to small estates on which the examples of the rules stand."""

from __future__ import annotations

TO_BUSAN = "kibo/guarantee/to-busan"
SITES = """
sites:
  - {id: daejeon, operator: nirs, power: [substation-a], rooms: [{id: room-1}]}
  - {id: busan, operator: telecom, power: [substation-b], rooms: [{id: room-1}]}
  - {id: campus, operator: telecom, power: [substation-a]}
  - {id: unfed, operator: telecom}
suppliers: [{id: nirs}, {id: telecom}]
"""


def guarantee(rest: str, *, others: str = "") -> str:
    """An estate with one system, beside others where they are given."""
    return SITES + "institutions: [{id: kibo, systems: [{id: guarantee, " + rest + "}" + others + "]}]\n"


def failover(rest: str, *, grade: int = 1) -> str:
    """An estate with one system that has one failover."""
    return guarantee(f"grade: {grade}, at: [daejeon/room-1], failover: [{{id: to-busan, kind: declared, {rest}}}]")


def stated(check: str, on: str = TO_BUSAN) -> str:
    """A statement for one check that somebody stands for."""
    return (
        f"evidence: [{{id: record, check: {check}, on: {on}, by: Lee Jun, role: operator, says: as recorded, "
        "collected: 2026-06-02, expires: 2027-06-01}]\n"
    )
