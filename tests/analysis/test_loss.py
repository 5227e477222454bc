"""Sites, rooms, systems with copies, against what each fire takes."""

from __future__ import annotations

from collections.abc import Mapping

from audit.analysis.loss import losses
from audit.contract import World, probe
from audit.model.backup import BackupState
from audit.model.dossier import Loss
from audit.model.graph import Graph
from audit.model.technology import Copy, Failover
from tests.small import catalogue, estate


class Tape(Copy, kind="tape"):
    """A copy."""


class Second(Failover, kind="second"):
    """A standby."""


@probe()
async def tape(copy: Tape, world: World) -> BackupState:
    raise NotImplementedError


@probe()
async def second(way: Second, world: World) -> BackupState:
    raise NotImplementedError


KNOWN = catalogue(probes=[tape, second])
TEXT = """
estate: {id: all}
sites:
  - id: daejeon
    rooms:
      - {id: it, compartment: c5}
      - {id: battery, kind: battery, compartment: c5}
      - {id: vault}
  - {id: busan, rooms: [{id: it}]}
institutions:
  - id: kibo
    systems:
      - id: platform
        grade: 2
        at: [daejeon/it]
        data: [{id: drive, size: 858 TB, copies: [{id: a, kind: tape, at: daejeon/it}]}]
      - id: guarantee
        grade: 1
        applicants: 24/d
        at: [daejeon/it]
        failover: [{id: hot, kind: second, to: busan/it, mode: hot}]
        data:
          - {id: ledger, size: 2 TB, copies: [{id: a, kind: tape, at: busan/it}]}
          - {id: notes, size: 1 TB, copies: [{id: a, kind: tape, at: daejeon/vault}]}
          - {id: unknown, size: 5 TB, at: platform}
      - id: leaning
        grade: 4
        at: [busan/it]
        needs: [guarantee]
        failover: [{id: cold, kind: second, to: busan/it, mode: backup-only}]
      - {id: both, grade: 3, at: [daejeon/it, busan/it], data: [{id: mirrored, size: 1 GB}]}
      - {id: nowhere, grade: 1, data: [{id: lost, size: 1 PB}]}
"""


def found(text: str = TEXT) -> Mapping[str, Loss]:
    return {loss.hit: loss for loss in losses(Graph(estate(text, KNOWN)))}


def test_one_loss_for_each_site_and_compartment() -> None:
    assert set(found()) == {"daejeon", "daejeon/it", "daejeon/vault", "busan", "busan/it"}
    assert found()["daejeon/it"].takes == ("daejeon/battery", "daejeon/it")


def test_systems_stop_worst_grade_first() -> None:
    loss = found()["daejeon/it"]
    assert loss.systems == ("kibo/guarantee", "kibo/platform", "kibo/leaning")
    assert loss.by_grade == {1: 1, 2: 1, 4: 1}
    assert loss.applicants_per_hour == 1
    assert found()["daejeon/vault"].systems == ()


def test_what_returns() -> None:
    assert found()["daejeon"].returning == ("kibo/guarantee",)
    assert found()["busan"].returning == ()


def test_data_without_a_copy_outside() -> None:
    room, site = found()["daejeon/it"], found()["daejeon"]
    assert room.data == ("kibo/platform/drive", "kibo/guarantee/unknown")
    assert room.bytes_lost == 863 * 10**12
    assert site.data == ("kibo/platform/drive", "kibo/guarantee/notes", "kibo/guarantee/unknown")
    assert found()["busan"].data == ()


def test_the_worst_comes_first() -> None:
    assert list(found())[:2] == ["daejeon", "daejeon/it"]
    assert list(found())[-1] == "daejeon/vault"


def test_an_estate_without_sites() -> None:
    assert found("estate: {id: none}") == {}
