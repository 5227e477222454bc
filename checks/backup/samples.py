"""Grade, places, copies to small estates on which the examples of the rules stand."""

from __future__ import annotations

LEDGER = "kibo/guarantee/ledger"
NIGHTLY = "kibo/guarantee/ledger/nightly"
STANDBY = "kibo/guarantee/ledger/standby"

SITES = """
sites:
  - id: daejeon
    location: {latitude: 36.38, longitude: 127.37}
    power: [substation-a]
    rooms: [{id: room-1, compartment: c1}, {id: room-2, compartment: c2}, {id: room-3}]
  - {id: busan, location: {latitude: 35.18, longitude: 129.08}, power: [substation-b], rooms: [{id: room-1}]}
  - {id: sejong, location: {latitude: 36.48, longitude: 127.28}, power: [substation-c]}
  - {id: nowhere, power: [substation-d]}
"""


def restic(id: str, rest: str = "at: busan/room-1") -> str:  # noqa: A002 - the word of the inventory
    """One restic copy as an inventory writes it."""
    return "{id: " + id + ", kind: restic, repository: /srv/backup, password: {env: P}, " + rest + "}"


STREAMING = "{id: standby, kind: postgresql-standby, at: busan/room-1, primary: {env: P}, standby: {env: S}}"


def ledger(*copies: str, grade: int = 1, rest: str = "at: daejeon/room-1") -> str:
    """An estate with one data set that has these copies."""
    data = "{id: ledger, " + rest + ", copies: [" + ", ".join(copies) + "]}"
    system = "{id: guarantee, grade: " + str(grade) + ", data: [" + data + "]}"
    return SITES + "institutions: [{id: kibo, systems: [" + system + "]}]\n"
