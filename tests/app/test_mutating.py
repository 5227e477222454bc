"""An inventory with silent changes to who named them, and what was missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.app.mutating import mutate
from audit.cli import main
from audit.model.exit import Exit, Stop

TEXT = """
sites:
  - id: busan
    rooms: [{id: hall, compartment: c1}, {id: batteries, kind: battery, compartment: c2, fire-rating: 3h}]
    batteries: [{id: ups, room: batteries, chemistry: lead-acid, installed: 2024-01-01, life: 10y, spacing: 3 m}]
  - {id: daejeon, location: {latitude: 36.4, longitude: 127.4}, rooms: [{id: hall}]}
institutions:
  - id: kibo
    accountable: {name: Kim Minji, email: m@kibo.kr}
    systems:
      - id: loans
        grade: 1
        rto: 2h
        rpo: 15m
        at: [busan/hall, daejeon/hall]
        owner: {name: Kim, email: k@kibo.kr}
        data:
          - {id: ledger, at: daejeon/hall, copies: [{id: own, kind: files, at: busan/hall, path: "/srv/*.gz"}]}
"""
DECLARED = ("battery-aged", "owner-removed", "rto-raised", "backup-deleted", "accountable-removed",
            "battery-compartment-merged")  # fmt: skip


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "estate.yaml").write_text(TEXT, "utf-8")
    return tmp_path / "estate.yaml"


def test_declared_changes_are_named_and_nothing_is_written(estate: Path) -> None:
    found = mutate(estate, store=str(estate.parent / "none.db"), kinds=DECLARED)
    missed = [mutant.change.says for one in found.tried for mutant in one.missed]
    assert (found.applicable, missed) == (len(DECLARED), [])
    assert found.exit is Exit.READY
    assert found.run is None
    assert estate.read_text("utf-8") == TEXT
    assert [path.name for path in estate.parent.iterdir()] == ["estate.yaml"]


def test_a_rule_that_is_missing_is_told(estate: Path) -> None:
    from dataclasses import replace

    from audit.catalogue import discover

    known = discover()
    lame = replace(known, checks={name: one for name, one in known.checks.items() if not name.startswith("facility.")})
    found = mutate(estate, store=str(estate.parent / "none.db"), kinds=("battery-aged",), catalogue=lame)
    assert [mutant.change.subject for mutant in found.tried[0].missed] == ["busan/ups"]
    assert found.exit is Exit.FAILED


def test_nothing_to_try_is_no_success(estate: Path) -> None:
    found = mutate(estate, store=str(estate.parent / "none.db"), kinds=("failover-paused",))
    assert (found.share, found.exit) == (None, Exit.NOT_VERIFIED)


def test_a_kind_that_is_not_there(estate: Path) -> None:
    with pytest.raises(Stop, match="did you mean 'battery-aged'") as stop:
        mutate(estate, store="none.db", kinds=("batery-aged",))
    assert stop.value.code is Exit.USAGE


def test_the_command(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ("--store", str(estate.parent / "none.db"))
    assert main(["mutate", str(estate), *store, "--kinds", "battery-aged,owner-removed", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["applicable"], told["share"]) == ("haechi.mutation/1", 2, 1.0)
    assert told["kinds"][0]["mutants"][0]["worse"][0]["check"] == "facility.battery-life"
    assert main(["mutate", str(estate), *store, "--kinds", "failover-paused", "--lang", "en"]) == 3
    assert "not applicable failover-paused" in capsys.readouterr().out
    assert main(["mutate", "--list", "--lang", "en"]) == 0
    assert "ages a battery" in capsys.readouterr().out
    assert main(["mutate"]) == 2
