"""Bundles of two institutions with the same ids to what the commands of the ministry tell of drills, promises, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.app import audit
from audit.app.drilling_record import recorded, tell
from audit.app.sealing_keys import new_key
from audit.app.switching_record import recorded as switched
from audit.app.switching_record import tell as tell_switch
from audit.cli import main
from audit.model.event import Event
from audit.model.switching import SwitchState
from audit.model.verdict import Level
from audit.store.history import open_history
from checks.backup.samples import restored

ESTATE = """\
estate: {{id: all, timezone: Asia/Seoul}}
sites: [{{id: daejeon}}, {{id: busan}}]
institutions:
"""
OF_ONE = """\
  - id: {name}
    name: {name}
    systems:
      - id: guarantee
        grade: 1
        rto: {rto}
        at: [daejeon]
        owner: {{name: Kim, email: kim@kibo.example}}
        data: [{{id: ledger, at: daejeon, size: 1 TB,
                copies: [{{id: nightly, kind: files, at: busan, path: "/nowhere/*.gz"}}]}}]
"""
THEN = datetime(2020, 9, 1, tzinfo=UTC)
Say = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Ministry:
    """Its store with its inventory of both institutions, and what they sent."""

    store: str
    estate: Path
    merged: list[dict[str, Any]]


def drill_of(name: str, ident: str, **changes: Any) -> Any:
    ref = (f"{name}/guarantee/ledger/nightly", f"{name}/guarantee")
    return restored(THEN, **changes).model_copy(update={"id": ident, "copy_ref": ref[0]})


def switch_of(name: str, ident: str) -> SwitchState:
    return SwitchState(level=Level.DRILLED, id=ident, failover_ref=f"{name}/guarantee/pair", kind="active",
                       realism="real-switch", started=THEN, ended=THEN, expires=THEN + timedelta(days=365),
                       rto=timedelta(minutes=5))  # fmt: skip


def sent(folder: Path, name: str, other: str, rto: str) -> tuple[Path, str]:
    """What an institution sends: two runs, a drill and a switch of its own, one drill that is not its own."""
    estate, store, key = folder / f"{name}.yaml", folder / f"{name}.db", folder / f"{name}.key"
    for written in ("30m", rto):
        estate.write_text(ESTATE.format() + OF_ONE.format(name=name, rto=written))
        audit(estate, store=str(store))
    for record in (drill_of(name, "20200901T000000Z-aaaa"), drill_of(other, "20200902T000000Z-bbbb", trouble="false")):
        tell(str(store), record)
    with open_history(str(store), watching=False) as history:
        tell_switch(history, switch_of(name, "20200901T000000Z-cccc"))
        began = {"nonce": "n", "authorization": "a", "drill": "20200903T000000Z-dddd"}
        history.tell([Event(THEN, "switch-began", f"{name}/guarantee/pair", began)])
    public = str(new_key(f"audit.example.org/{name}", key).key)
    path = folder / f"{name}.haechi"
    words = ("bundle", "make", str(store), "--institution", name, "--runs", "2", "--key", str(key))
    assert main([*words, "--output", str(path)]) == 0
    return path, public


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Ministry:
    folder = tmp_path_factory.mktemp("ministry")
    estate, store = folder / "ministry.yaml", folder / "ministry.db"
    estate.write_text(ESTATE.format() + "".join(OF_ONE.format(name=name, rto="1h") for name in ("kibo", "kosme")))
    told = [sent(folder, "kibo", "kosme", "1h"), sent(folder, "kosme", "kibo", "2h")]
    from audit.app.sealing_bundle import merge_all

    answers = merge_all(str(store), [path for path, _ in told], [key for _, key in told])
    merged = [{"state": one.merged.state, "says": [str(says) for says in one.merged.conflicts]}
              for one in answers if one.merged is not None]  # fmt: skip
    return Ministry(str(store), estate, merged)


@pytest.fixture
def say(ministry: Ministry, capsys: pytest.CaptureFixture[str]) -> Say:
    def said(*words: str, code: int = 0) -> Any:
        assert main([*words, "--store", ministry.store, "--format", "json"]) == code
        return json.loads(capsys.readouterr().out)

    return said


def test_what_is_told_of_others_is_named_and_counts_for_nothing(ministry: Ministry) -> None:
    assert [one["state"] for one in ministry.merged] == ["merged", "merged"]
    for one, name, other in zip(ministry.merged, ("kibo", "kosme"), ("kosme", "kibo"), strict=True):
        says = f"drills and switches of what is not of {name} count for nothing: {other}/guarantee/ledger/nightly"
        assert says in one["says"]
    drills = recorded(ministry.store)
    assert [(one.copy_ref, one.sent_by, one.proven) for one in drills] == [
        ("kibo/guarantee/ledger/nightly", "kibo", True),
        ("kosme/guarantee/ledger/nightly", "kosme", True),
    ]
    told = sorted((one.failover_ref, one.sent_by, one.id[-4:], one.proven) for one in switched(ministry.store))
    # Both used the same nonce and the same names: neither takes the other's place.
    assert told == [
        (f"{name}/guarantee/pair", name, ident, ident == "cccc")
        for name in ("kibo", "kosme")
        for ident in ("cccc", "dddd")
    ]


def test_drills_are_listed_and_shown_with_who_sent_them(
    ministry: Ministry, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = say("drill", "list", str(ministry.estate))
    assert [(one["copy"], one["sent-by"]) for one in listed["drills"]] == [
        ("kibo/guarantee/ledger/nightly", "kibo"),
        ("kosme/guarantee/ledger/nightly", "kosme"),
    ]
    shown = say("drill", "show", "kosme/guarantee/ledger/nightly")
    assert [one["sent-by"] for one in shown["drills"]] == ["kosme"]
    assert main(["drill", "show", "20200901T000000Z-aaaa", "--store", ministry.store, "--lang", "en"]) == 2
    assert "more than one drill is meant" in capsys.readouterr().err
    for words in (("list", str(ministry.estate)), ("show", "kibo/guarantee/ledger/nightly")):
        assert main(["drill", *words, "--store", ministry.store, "--lang", "en"]) == 0
        assert "sent by kibo" in capsys.readouterr().out


def test_promises_are_held_against_what_came(ministry: Ministry, say: Say) -> None:
    found = say("promises", str(ministry.estate), code=1)
    drills = [one for one in found["entries"] if one["how"] == "restore-drill" and one["what"] == "rto"]
    # The first inventory that an institution sent speaks for its own systems, never for those of another.
    assert [(one["system"], one["promised"], one["promised-then"]) for one in drills] == [
        ("kibo/guarantee", 3600.0, 1800.0),
        ("kosme/guarantee", 3600.0, 1800.0),
    ]
    assert found["never-measured"] == []


def test_runs_tell_their_sender_and_two_pasts_are_not_one(
    ministry: Ministry, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = say("runs")
    assert [(one["estate"], one["sent-by"]) for one in runs] == [
        ("all", [name]) for name in ("kosme", "kibo") for _ in "12"
    ]
    for name in ("kibo", "kosme"):
        mine = [one["id"] for one in reversed(runs) if one["sent-by"] == [name]]
        told = say("trend", "--estate", "all", "--sent-by", name)
        assert [one["id"] for one in told["runs"]] == mine
        assert list(told["runs"][0]["institutions"]) == [name]
        between = say("diff", "previous", mine[1])
        assert mine[0] in json.dumps(between)
    assert [one["id"] for one in say("trend")["runs"]] == mine, "of the newest"
    assert main(["trend", "--sent-by", "kosmo", "--store", ministry.store, "--lang", "en"]) == 2
    assert "kosmo' sent no run; did you mean 'kosme'?" in capsys.readouterr().err
    assert main(["diff", "previous", runs[1]["id"], "--store", ministry.store, "--lang", "en"]) == 2
    assert "there is no run of the same estate before" in capsys.readouterr().err


def test_an_audit_of_the_ministry_rests_on_the_drills_that_came(ministry: Ministry) -> None:
    dossier = audit(ministry.estate, store=ministry.store).dossier
    assert [(one.copy_ref, one.sent_by) for one in dossier.drills] == [
        ("kibo/guarantee/ledger/nightly", "kibo"),
        ("kosme/guarantee/ledger/nightly", "kosme"),
    ]
    with open_history(ministry.store, watching=False) as history:
        assert history.verify() == ()


def test_a_record_does_not_name_its_own_sender_nor_count_twice(tmp_path: Path) -> None:
    store = str(tmp_path / "own.db")
    estate = tmp_path / "kibo.yaml"
    estate.write_text(ESTATE.format() + OF_ONE.format(name="kibo", rto="1h"))
    audit(estate, store=store)
    record = drill_of("kibo", "20200901T000000Z-aaaa")
    with open_history(store, watching=False) as history:
        history.tell([Event(THEN, "drill", record.copy_ref, {**record.plain(), "sent_by": "kosme"})])
        carried = {"schema": "haechi.merged-event/1", "origin": "o", "institution": "kibo", "number": 1,
                   "at": THEN.isoformat(), "kind": "drill", "content": record.plain()}  # fmt: skip
        history.tell([Event(THEN, "import", record.copy_ref, carried)])
        history.tell([Event(THEN, "import", record.copy_ref, {**carried, "institution": ""})])
        for wrong in ({"id": [1]}, {"copy_ref": "kosme/x"}, {"ended": "2020-09-03T00:00:00"}):
            content = {**record.plain(), "id": "other", **wrong}
            history.tell([Event(THEN, "import", record.copy_ref, {**carried, "content": content})])
    assert [(one.id, one.sent_by) for one in recorded(store)] == [(record.id, "")]
