"""A failover in, whether all that it needs came up in scratch space out, with the record of that."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click.testing
import pytest

from audit.app import audit
from audit.app.drilling.failover import Raised, exit_of, raise_there, standing_switches
from audit.app.drilling_record import recorded as restored
from audit.app.switching_record import recorded
from audit.cli import drill as command
from audit.cli.switched import stored_switch
from audit.model.exit import Exit, Stop
from tests import rehearsed
from tests.real.scratch import plugged

CONSENT = {"consent": "Kim", "until": "2999-12-31"}
REF = "agency/ledger/to-busan"


def known() -> Any:
    from checks.failover import declared

    return plugged((rehearsed, declared))


def estate(place: Path, *data: dict[str, Any], steps: Any = None) -> Path:
    (place / "scratch").mkdir(mode=0o700, exist_ok=True)
    sets = []
    for number, one in enumerate(data):
        copy = {"id": "there", "kind": "rehearsed", "at": "busan/room-1", "drill": CONSENT, **one}
        here = {"id": "here", "kind": "rehearsed", "at": "daejeon", "drill": CONSENT, "does": "damage"}
        sets.append({"id": f"d{number}", "copies": [here, {k: v for k, v in copy.items() if v is not None}]})
    switch = {
        "id": "to-busan",
        "kind": "declared",
        "to": "busan",
        "mode": "warm",
        **({"steps": steps} if steps else {}),
    }
    whole = {
        "estate": {"id": "small"},
        "drills": {"scratch": ["scratch"], "load": "1000", "user": "nobody"},
        "sites": [{"id": "daejeon"}, {"id": "busan", "rooms": [{"id": "room-1"}]}],
        "institutions": [{"id": "agency", "systems": [
            {"id": "ledger", "grade": "1", "rpo": "1h", "rto": "1h", "at": ["daejeon"], "failover": [switch],
             "data": sets},
        ]}],
    }  # fmt: skip
    path = place / "estate.yaml"
    path.write_text(json.dumps(whole))
    return path


def raised(place: Path, path: Path, on: str = "ledger") -> Raised:
    (found,) = raise_there(path, on, store=str(place / "haechi.db"), catalogue=known())
    return found


def test_all_copies_of_the_other_place_become_one_record(tmp_path: Path) -> None:
    path = estate(tmp_path, {}, {}, steps={"detect": "5m", "decide": "10m"})
    found = raised(tmp_path, path)
    state = found.state
    assert state is not None
    assert (found.exit, state.proven, state.kind, state.realism) == (Exit.READY, True, "isolated", "partial")
    assert timedelta(minutes=15) < state.rto < timedelta(minutes=16)
    assert timedelta(minutes=9) < state.rpo < timedelta(minutes=11)
    assert not state.has("outage")
    assert [(one.name, one.held) for one in state.checks] == [
        ("agency/ledger/d0", True), ("agency/ledger/d1", True), ("steps", True),
    ]  # fmt: skip
    assert "detect 5m, decide 10m" in state.checks[2].detail
    assert "neither measured nor declared: switch, verify" in state.checks[2].detail
    assert "no canary is named" in state.checks[0].detail
    store = str(tmp_path / "haechi.db")
    assert recorded(store) == (state,)
    assert [one.copy_ref for one in restored(store)] == ["agency/ledger/d0/there", "agency/ledger/d1/there"]
    assert audit(path, store=store, catalogue=known()).dossier.switches == (state,)
    assert standing_switches(path, store, known())[0][0] == state
    assert all(stored_switch(name, store) == state for name in ("latest", "to-busan", state.id, state.id[:20]))
    with pytest.raises(Stop, match="more than one drill"):
        stored_switch(state.id[:9], store)
    assert stored_switch("agency/ledger/d0/there", store) is None
    assert [entry.name for entry in (tmp_path / "scratch").iterdir()] == [".haechi-drill.lock"]


def test_one_that_is_damaged_fails_all_and_one_that_cannot_be_tried_decides_nothing(tmp_path: Path) -> None:
    found = raised(tmp_path, estate(tmp_path, {}, {"does": "damage"}), REF)
    assert found.state is not None
    assert (found.exit, [one.held for one in found.state.checks]) == (Exit.FAILED, [True, False, True])
    again = raised(tmp_path, estate(tmp_path, {}, {"does": "refuse"}))
    assert (again.state, again.exit) == (None, Exit.NOT_VERIFIED)
    assert exit_of((found, again)) is Exit.FAILED
    assert len(recorded(str(tmp_path / "haechi.db"))) == 1


@pytest.mark.parametrize(
    ("one", "why"),
    [
        ({"drill": None}, "nobody consented"),
        ({"drill": {"consent": "Kim", "until": "2020-01-01"}}, "ended on 2020-01-01"),
        ({"at": "daejeon"}, "no copy that a drill can bring up stands at busan"),
    ],
)
def test_without_a_copy_there_or_consent_nothing_is_restored(tmp_path: Path, one: dict[str, Any], why: str) -> None:
    path = estate(tmp_path, {}, one)
    with pytest.raises(Stop, match=why) as stop:
        raised(tmp_path, path)
    assert stop.value.code is Exit.USAGE
    assert not (tmp_path / "haechi.db").exists()


def test_what_has_no_failover_or_no_data(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="neither a failover"):
        raised(tmp_path, estate(tmp_path, {}), "agency/ledger/d0")
    with pytest.raises(Stop, match="lists no data"):
        raised(tmp_path, estate(tmp_path))


def test_the_command_is_told_of(tmp_path: Path) -> None:
    answer = click.testing.CliRunner().invoke(command.command, ["failover", "--help"])
    assert "haechi switch" in answer.output
