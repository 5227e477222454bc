"""`haechi programme`, `concentration`, `unknowns`, `fixes`, `diff` on small estates to what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.cli import main

ESTATE = """
estate: {id: small}
sites:
  - {id: daejeon, rooms: [{id: hall}]}
  - {id: busan}
institutions:
  - id: kibo
    systems:
      - {id: loans, grade: 1, users: 1000, at: [daejeon/hall], needs: [login], restart: 1h, rebuild: 9d,
         failover: [{id: away, kind: declared, to: busan, mode: hot}]}
      - {id: login, grade: 1, users: 500, at: [daejeon, busan], restart: 1h, rebuild: 9d,
         confirmed: {on: 2026-05-01, by: Lee}}
programmes:
  - {id: fund, guarantees: 100e9 KRW, minimum: 90e9 KRW, served-by: [kibo/loans],
     needs: [{sum: contribution, at-least: 1e9 KRW, of: [shop, bank]}]}
contributors:
  - {id: shop, contribution: 1e9 KRW, commitment: verbal}
  - {id: bank, contribution: 1e9 KRW, commitment: paid}
measures:
  - {id: switch, cost: 15e6 KRW, proves: [away]}
  - {id: second-login, cost: 30e6 KRW, doubles: [login]}
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    path = tmp_path / "estate.yaml"
    path.write_text(ESTATE)
    return path


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main([*words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def read(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main([*words, "--lang", "en"]) == code
    return capsys.readouterr().out


def test_a_programme_that_rests_on_a_word(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "programme", str(estate), "fund", code=1)
    assert (found["schema"], found["leverage"], found["required"]) == ("haechi.programme/1", 50.0, 1.8e9)
    assert found["holds"] == {"surely": False, "perhaps": True}
    assert found["headroom"] == {"least": -0.8e9, "most": pytest.approx(0.2e9)}
    assert [one["guaranteed"]["most"] for one in found["without-one"]] == [50e9, 50e9]
    gone = told(capsys, "programme", str(estate), "fund", "--drop", "shop", code=1)
    assert gone["holds"] == {"surely": False, "perhaps": False}
    assert "it falls without any one of: bank, shop" in read(capsys, "programme", str(estate), "fund", code=1)


def test_a_wrong_name_is_told_with_the_right_one(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", str(estate), "fnud"]) == 2
    assert "'fund'" in capsys.readouterr().err
    assert main(["programme", str(estate), "fund", "--drop", "shpo"]) == 2
    assert "'shop'" in capsys.readouterr().err


def test_concentration(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "concentration", str(estate), "--layer", "site")
    assert [one["layer"] for one in found["layers"]] == ["site"]
    assert found["layers"][0]["basis"] == "users"
    assert found["layers"][0]["largest"][0] == {
        "member": "daejeon", "direct": 1.0, "hidden": {"least": 0.0, "most": pytest.approx(2 / 3)},
    }  # fmt: skip
    assert "in truth 67% (0%)" in read(capsys, "concentration", str(estate))


def test_unknowns(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "unknowns", str(estate), "--kind", "failover", code=3)
    assert [(one["ref"], one["moves"]) for one in found["unknowns"]] == [("kibo/loans/away", 1000.0)]
    assert found["known"] == pytest.approx(1 / 3)
    assert "has never really switched" in read(capsys, "unknowns", str(estate), code=3)
    assert told(capsys, "unknowns", str(estate), "--kind", "copy")["unknowns"] == []


def test_fixes(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "fixes", str(estate))
    assert ([one["id"] for one in found["chosen"]], found["cost"], found["exact"]) == (
        ["second-login", "switch"], 45e6, True,
    )  # fmt: skip
    assert found["singles"] == {"before": 3, "after": 0}
    poor = told(capsys, "fixes", str(estate), "--budget", "20e6 KRW", code=1)
    assert ([one["id"] for one in poor["chosen"]], poor["complete"]) == (["switch"], False)
    assert [one["loss"] for one in poor["left"]] == ["kibo/login"]
    assert "no measure" not in read(capsys, "fixes", str(estate), "--goal", "harm", "--budget", "1e9 KRW")
    assert main(["fixes", str(estate), "--budget", "much"]) == 2
    bare = estate.with_name("bare.yaml")
    bare.write_text(ESTATE.partition("measures:")[0])
    assert told(capsys, "fixes", str(bare), code=1)["measures"] == 0
    assert "nothing of this is planned" in read(capsys, "fixes", str(bare), code=1)


def test_diff(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(ESTATE.replace("at: [daejeon, busan]", "at: [busan]"))
    found = told(capsys, "diff", str(estate), str(new), code=1)
    assert found["worse"]
    assert [(one["losses"], one["system"]) for one in found["new-singles"]] == [
        (["busan"], "kibo/loans"), (["busan"], "kibo/login"),
    ]  # fmt: skip
    assert told(capsys, "diff", str(estate), str(estate))["worse"] is False
    assert "nothing that counts here has changed" in read(capsys, "diff", str(estate), str(estate))


def test_an_empty_estate_is_no_trouble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("institutions: []\n")
    for words in (("concentration",), ("unknowns",), ("fixes",), ("diff", str(empty))):
        for form in ("text", "json"):
            assert main([words[0], str(empty), *words[1:], "--format", form]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_hostile_name_cannot_speak_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(
        ESTATE.replace("{id: shop,", '{id: shop, name: "\\u202eevil\\u001b[31m",')
        + 'hazards: [{id: flood, name: "\\u001b[2J", hits: [daejeon]}]\n',
        encoding="utf-8",
    )
    for words in (("concentration",), ("unknowns",), ("fixes",), ("programme", "fund"), ("diff", str(path))):
        main([words[0], str(path), *words[1:]])
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\u202e" not in out
