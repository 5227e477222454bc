"""The names of kinds in, whether all that is known of each is told out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.catalogue import discover
from audit.cli import main
from audit.cli.kinds_example import example
from audit.cli.kinds_listed import ROLES, chosen
from audit.cli.kinds_told import whole
from audit.inventory.load import load
from audit.model.technology import Copy

ROOT = Path(__file__).parents[2]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["kinds", *words, "--lang", "en"])
    said = capsys.readouterr()
    return code, said.out, said.err


def one(name: str, role: str) -> Any:
    return whole(discover(), next(kind for kind in chosen(discover(), [role]) if kind.name == name))


def test_the_examples_are_right() -> None:
    loaded = load(ROOT / "inventories/kinds.yaml", discover())
    assert loaded.estate is not None, loaded.lines()


def test_every_kind_has_an_example_with_all_that_must_be_written() -> None:
    for kind in chosen(discover(), ()):
        shown = example(kind.role, kind.name)
        assert shown, f"inventories/kinds.yaml has no {kind.role} of kind {kind.name}"
        lacking = [key.name for key in one(kind.name, kind.role).keys if key.required and f"{key.name}:" not in shown]
        assert [name for name in lacking if "." not in name] == [], kind.name


def test_every_key_says_what_may_be_written() -> None:
    vague = {
        f"{kind.name} {key.name}"
        for kind in chosen(discover(), ())
        for key in one(kind.name, kind.role).keys
        if not key.shape.english() or key.shape.english() == "anything"
    }
    assert vague == set()


def test_what_a_key_may_hold() -> None:
    keys = {key.name: key for key in one("restic", "copies").keys}
    assert keys["password"].required
    assert str(keys["password"].shape) == "a reference, {env: NAME} or {file: PATH}"
    assert str(keys["at"].shape) == "the id of a site or room or system"
    assert str(keys["verify"].shape) == "one of none, structure, subset"
    assert (keys["verify"].default, keys["timeout"].default) == ("none", "1m")
    assert str(keys["drill.until"].shape) == "a day such as 2026-11-30"
    assert keys["drill.until"].common
    assert "ups1" in example("power-protection", "nut")
    web = {key.name: key for key in one("http", "endpoints").keys}
    assert str(web["expect.status"].shape) == "a number, or a list, each a number"


def test_what_must_be_written_comes_first() -> None:
    names = [key.name for key in one("sftp", "copies").keys if key.required and "." not in key.name]
    assert [key.name for key in one("sftp", "copies").keys][: len(names)] == names


def test_a_name_in_two_lists_tells_of_both(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "etcd")
    assert code == 0
    assert "etcd  (copies)" in out
    assert "etcd  (failover)" in out
    assert "etcd  (copies)" not in told(capsys, "etcd", "--role", "failover")[1]


def test_a_wrong_name_is_told_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "resti") == (2, "", "no kind is called 'resti'; did you mean 'restic'?\n")
    assert "`haechi kinds` lists them" in told(capsys, "q\x1b[31m")[2]
    assert "\x1b" not in told(capsys, "q\x1b[31m")[2]


def test_rights_and_judges_are_told() -> None:
    veeam = one("veeam", "copies")
    assert any("Veeam Backup Viewer" in sentence for sentence in veeam.rights)
    assert "backup.age" in veeam.checks
    assert one("declared", "failover").checks == ()


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_it_fits_a_narrow_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = told(capsys, "http")[1]
    before, _, after = out.partition("An example:")[2].partition("\n\n")
    assert before
    assert [text for text in after.splitlines() if len(text) > columns] == []


def test_the_page_of_one_kind(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "borg", "--format", "markdown")[1]
    assert "### `borg`" in out
    assert "### `restic`" not in out


def test_a_kind_of_a_plugin_has_no_example() -> None:
    assert example("copies", "kosme:hsm") == ""
    assert ROLES["copies"] is Copy


def test_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(told(capsys, "nut", "--format", "json")[1])
    assert document["schema"] == "haechi.kind/1"
    assert document["kinds"][0]["under"] == ["sites", "power-protection"]
