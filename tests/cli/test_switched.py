"""Switches, planned or made, in, what a person or a program reads of them out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click.testing
import pytest

from audit.app.switching_record import tell
from audit.cli import drill, switch
from audit.cli.switched import ask, tell_plan, tell_raised, tell_switch
from audit.model.authorization import Authorization, Order, read
from audit.model.drilling import Checked, Part, Promise
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.switching import SwitchState
from audit.model.verdict import Level
from audit.store import open_store
from audit.store.history import open_history

AT = datetime(2026, 9, 1, tzinfo=UTC)
REF = "kibo/guarantee/pair"
HOSTILE = "\x1b[2Jno\u202ede"


def authorization() -> Authorization:
    order = Order(request="POST", address="http://10.0.0.1:8008/switchover", content='{"leader": "node1"}')
    return Authorization(
        estate="lab", estate_sha256="0", store="/haechi.db", failover=REF, leads="node1", takes_over=("node2",),
        order=order, not_before=AT, not_after=AT + timedelta(hours=1), most_outage=timedelta(seconds=60),
        most_lag=1, nonce="0" * 32,
    )  # fmt: skip


def state(**changes: object) -> SwitchState:
    told = SwitchState(
        level=Level.DRILLED, id="20260901T000000Z-abcd", failover_ref=REF, kind="active", realism="real-switch",
        started=AT, ended=AT, expires=AT + timedelta(days=183), left="node1", taken=HOSTILE,
        outage=timedelta(seconds=5.2), rto=timedelta(minutes=6), rpo=timedelta(0), acknowledged=100, lost=0,
        parts=(Part(name="preflight", took=1.0), Part(name="switch", took=7.0)),
        checks=(Checked(name="leader", held=True, detail=HOSTILE),), authorized=("kim SHA256:x", "lee SHA256:y"),
    )  # fmt: skip
    return told.model_copy(update=changes)


def test_a_plan_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = [(True, say("a"), say("b")), (False, say("nobody has paused it"), say("it is paused"))]
    file = tmp_path / "authorization.yaml"
    tell_plan(authorization(), held, file, "en")
    said = capsys.readouterr()
    assert 'POST http://10.0.0.1:8008/switchover  {"leader": "node1"}' in said.out
    assert "✗ nobody has paused it: it is paused" in said.out
    assert "ssh-keygen -Y sign -n haechi-switch" in said.err
    assert read(file.read_bytes()) == authorization()
    with pytest.raises(Stop) as stop:
        tell_plan(authorization(), held, file, "en")
    assert stop.value.code is Exit.USAGE
    hostile = authorization().model_copy(update={"leads": HOSTILE})
    with pytest.raises(Stop, match="cannot be signed"):
        tell_plan(hostile, held, tmp_path / "other.yaml", "en")


def test_a_switch_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    tell_switch(state(), Promise(rpo=timedelta(hours=1), rto=timedelta(minutes=5)), "UTC", "en")
    said = capsys.readouterr().out
    assert "outage 5.20s; acknowledged writes lost 0 of 100" in said
    assert "✗ RTO measured 6m, promised 5m" in said
    assert "  RPO measured 0s, promised 1h" in said
    assert "signed by kim SHA256:x, lee SHA256:y" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_what_could_not_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    tell_raised([(REF, None, Promise(), "UTC")], "text", "en")
    assert "nothing was decided" in capsys.readouterr().out
    tell_raised([(REF, None, Promise(), "UTC"), (REF, state(), Promise(), "UTC")], "json", "en")
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["not_tried"], told["switches"][0]["lost"]) == ("haechi.switches/1", [REF], 0)


def test_nobody_is_asked_where_there_is_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("", "en", authorization(), asking=False) == ""
    assert ask(REF, "en", authorization(), asking=True) == REF
    assert "will be switched for real" in capsys.readouterr().err


def test_a_stored_one_is_shown(tmp_path: Path) -> None:
    store = str(tmp_path / "haechi.db")
    with open_store(store, writing=True), open_history(store, watching=False) as history:
        tell(history, state())
    for name in ("latest", "pair", "20260901T"):
        answer = click.testing.CliRunner().invoke(drill.command, ["show", name, "--store", store, "--lang", "en"])
        assert (answer.exit_code, "outage 5.20s" in answer.output) == (0, True), answer.output
    words = ["show", "pair", "--store", store, "--format", "json"]
    output = click.testing.CliRunner().invoke(drill.command, words).output
    assert "\x1b" not in output
    assert json.loads(output)["switches"][0]["taken"] == HOSTILE


def test_bad_words_are_told(tmp_path: Path) -> None:
    for words in (["--most-lag", "x"], ["--from", "tomorrow"], ["--for", "x"]):
        answer = click.testing.CliRunner().invoke(switch.command, ["plan", str(tmp_path), "pair", *words])
        assert answer.exit_code == 2, answer.output
