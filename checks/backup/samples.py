"""Grade, places, copies to small estates on which the examples of the rules stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from audit.model.backup import RestorePoint
from audit.model.drilling import Checked, Part, RestoreState
from audit.model.verdict import Level

LEDGER = "kibo/guarantee/ledger"
NIGHTLY = "kibo/guarantee/ledger/nightly"
STANDBY = "kibo/guarantee/ledger/standby"

SITES = """
sites:
  - {id: daejeon, location: {latitude: 36.38, longitude: 127.37}, power: [substation-a],
     rooms: [{id: room-1, compartment: c1}, {id: room-2, compartment: c2}, {id: room-3}]}
  - {id: busan, location: {latitude: 35.18, longitude: 129.08}, power: [substation-b], rooms: [{id: room-1}]}
  - {id: sejong, location: {latitude: 36.48, longitude: 127.28}, power: [substation-c]}
  - {id: nowhere, power: [substation-d]}
"""


def restic(id: str, rest: str = "at: busan/room-1") -> str:  # noqa: A002 - the word of the inventory
    """One restic copy as an inventory writes it."""
    return "{id: " + id + ", kind: restic, repository: /srv/backup, password: {env: P}, " + rest + "}"


STREAMING = "{id: standby, kind: postgresql-standby, at: busan/room-1, primary: {env: P}, standby: {env: S}}"


def ledger(*copies: str, grade: int = 1, rest: str = "at: daejeon/room-1", run_by: tuple[str, str] = ("", "")) -> str:
    """An estate with one data set that has these copies; `run_by` are the suppliers that run Daejeon and Busan."""
    data = "{id: ledger, " + rest + ", copies: [" + ", ".join(copies) + "]}"
    system = "{id: guarantee, grade: " + str(grade) + ", data: [" + data + "]}"
    text = SITES + "institutions: [{id: kibo, systems: [" + system + "]}]\n"
    for site, supplier in zip(("daejeon", "busan"), run_by, strict=True):
        if supplier:
            text = text.replace(f"id: {site}", f"id: {site}, operator: {supplier}", 1)
    suppliers = ", ".join(f"{{id: {name}}}" for name in dict.fromkeys(run_by) if name)
    return text + f"suppliers: [{suppliers}]\n" if suppliers else text


def restored(ended: datetime, minutes: int = 20, **more: Any) -> RestoreState:
    """The record of a drill of `NIGHTLY` that brought 1 GB back and found everything in it."""
    started = ended - timedelta(minutes=minutes)
    point = RestorePoint(id="5517", start=started - timedelta(minutes=5))
    record: dict[str, Any] = {
        "id": "d1",
        "copy_ref": NIGHTLY,
        "point": point.id,
        "point_start": point.start,
        "started": started,
        "ended": ended,
        "expires": ended + timedelta(days=90),
        "parts": (Part(name="restore", took=minutes * 60.0),),
        "bytes": 10**9,
        "files": 7,
        "share": 1.0,
        "integrity": 5,
        "checks": (Checked(name="manifest", held=True),),
        "rpo": timedelta(minutes=5),
        "rto": timedelta(minutes=minutes),
        "level": Level.DRILLED,
    }
    return RestoreState.model_validate(record | more)
