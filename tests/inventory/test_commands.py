"""Words of a command line in, what init, validate and schema print, write, return out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from audit.catalogue import discover
from audit.cli import main
from audit.inventory.load import load_sources
from audit.inventory.start import FIRST, example
from audit.model.exit import Exit

Output = pytest.CaptureFixture[str]


def test_a_right_inventory_is_one_line(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "a.yaml").write_text("estate: {id: x}\nsuppliers: [{id: a}, {id: b}]\nsites: [{id: d}]\n", "utf-8")
    assert main(["validate", str(tmp_path)]) == Exit.READY
    assert capsys.readouterr() == ("x: 1 site, 2 suppliers; nothing is wrong\n", "")
    (tmp_path / "a.yaml").write_text("estate: {id: x}\n", "utf-8")
    assert main(["validate", str(tmp_path)]) == Exit.READY
    assert capsys.readouterr().out == "x: an empty inventory; nothing is wrong\n"


def test_problems_are_lines_of_standard_output(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('suppliers: [{id: "a\\e[31m\\u202e"}]\nsitse: []\n"\\e[J": 1\n', "utf-8")
    assert main(["validate", str(path)]) == Exit.INVALID
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "a.yaml:1:18: id: got 'a\\x1b[31m\\u202e'; expected an id of letters, digits, '.', '-' or '_' (at most 64)",
        "a.yaml:2:1: unknown key 'sitse'; did you mean 'sites'?",
        (
            "a.yaml:3:1: unknown key '\ufffd[J'; known keys are budget, calendar, contributors, drills,"
            " earlier-findings, estate, evidence, hazards, institutions, maintenance, measures, permits, policy,"
            " programmes, sites, suppliers, waivers, watch"
        ),
    ]
    assert said.err == f"problems in {path}: 3\n"


def test_problems_as_json(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("sitse: []\n", "utf-8")
    assert main(["validate", "--format", "json", str(path)]) == Exit.INVALID
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "schema": "haechi.validate/1",
        "valid": False,
        "estate": None,
        "problems": [
            {
                "file": "a.yaml",
                "line": 1,
                "column": 1,
                "says": "unknown key 'sitse'",
                "hint": "did you mean 'sites'?",
                "ko": {"says": "알 수 없는 키: 'sitse'", "hint": "혹시 'sites'입니까?"},
            }
        ],
    }
    path.write_text("sites: []\n", "utf-8")
    assert main(["validate", "--format", "json", str(path)]) == Exit.READY
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["estate"]["id"], told["estate"]["counts"]["sites"]) == (True, "a", 0)


def test_a_path_that_is_not_there(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "nowhere"
    assert main(["validate", str(path)]) == Exit.USAGE
    assert capsys.readouterr() == (
        "",
        f"{path} cannot be read (No such file or directory); name a folder or file that holds an inventory\n",
    )


def test_init_writes_what_validates(tmp_path: Path, capsys: Output) -> None:
    folder = tmp_path / "new" / "estate"
    assert main(["init", str(folder)]) == Exit.READY
    assert capsys.readouterr().out.split() == [str(folder / "estate.yaml"), str(folder / "haechi.schema.json")]
    assert (folder / "estate.yaml").read_text("utf-8") == example()
    assert main(["validate", str(folder)]) == Exit.READY
    schema = json.loads((folder / "haechi.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    # The first line of the example tells the editor where the schema is.
    assert example().splitlines()[0].endswith("$schema=haechi.schema.json")


def test_the_small_inventory_is_read_in_a_minute(tmp_path: Path, capsys: Output) -> None:
    folder = tmp_path / "first"
    assert main(["init", "--small", str(folder)]) == Exit.READY
    written = (folder / "estate.yaml").read_text("utf-8")
    assert written == example(FIRST)
    assert len(written.splitlines()) <= 50
    assert main(["validate", str(folder)]) == Exit.READY
    capsys.readouterr()
    assert main(["plan", str(folder)]) == Exit.READY
    assert len(capsys.readouterr().out.splitlines()) == 3
    loaded = load_sources({"estate.yaml": written.encode()}, discover(), folder)
    assert loaded.estate is not None
    assert loaded.estate.about.allow == ()


def test_init_overwrites_nothing(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "haechi.schema.json").write_text("mine", "utf-8")
    assert main(["init", str(tmp_path)]) == Exit.USAGE
    assert "is there already; name another folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["haechi.schema.json"]
    assert (tmp_path / "haechi.schema.json").read_text("utf-8") == "mine"
    (tmp_path / "file").write_text("", "utf-8")
    assert main(["init", str(tmp_path / "file")]) == Exit.USAGE


def test_init_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "estate.yaml").symlink_to(tmp_path / "elsewhere")
    assert main(["init", str(tmp_path / "new")]) == Exit.USAGE
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("what", ["inventory", "run"])
def test_schemas_are_printed(what: str, capsys: Output) -> None:
    assert main(["schema", what]) == Exit.READY
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_the_policy_is_printed_as_an_inventory_writes_it(capsys: Output) -> None:
    assert main(["schema", "policy"]) == Exit.READY
    text = capsys.readouterr().out
    catalogue = discover()
    assert set(yaml.safe_load(text)["policy"]["checks"]) == set(catalogue.checks)
    found = load_sources({"policy.yaml": text.encode()}, catalogue, Path("here"))
    assert found.lines() == ()
    assert found.estate is not None
    empty = load_sources({}, catalogue, Path("here")).estate
    assert empty is not None
    assert catalogue.policy(found.estate) == catalogue.policy(empty)
