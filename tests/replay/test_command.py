"""`haechi replay` to what it prints, with its exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.app.replaying import folder, names, replay
from audit.cli import main
from audit.cli.replayed import shown
from audit.model.exit import Exit, Stop
from reports.translate import Translator

OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        raise SystemExit(f"the network was touched: {event} {arguments}")
sys.addaudithook(refuse)
from audit.cli import main
sys.exit(main(["replay", "nirs-network-2023-repaired", "--lang", "en"]))
"""


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert main(["replay", *words, "--format", "json", "--lang", "en"]) == code
    return json.loads(capsys.readouterr().out)


def test_without_a_name_it_lists(capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys)["replays"]
    assert [row["name"] for row in rows] == list(names())
    assert all((Path(row["folder"]) / "estate.yaml").is_file() for row in rows)
    assert main(["replay", "--lang", "en"]) == Exit.READY
    text = capsys.readouterr().out
    assert "2025-09-25" in text
    assert all(name in text for name in names())


@pytest.mark.parametrize(("name", "verdict"), [("sk-cc-2022", "fail"), ("sk-cc-2022-repaired", "pass")])
def test_one(capsys: pytest.CaptureFixture[str], name: str, verdict: str) -> None:
    document = told(capsys, name)
    assert document["schema"] == "haechi.replay/1"
    (found,) = document["replays"]
    assert found["as-expected"] is True
    (row,) = found["checks"]
    assert (row["control"], row["expected"], row["found"]) == ("DRF-07", verdict, verdict)
    assert "promotion" in row["says"]
    assert len(document["assumed"]) == 2


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_speaks(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    assert main(["replay", "ovh-2021", "--lang", lang]) == Exit.READY
    text = capsys.readouterr().out
    assert "BKP-02" in text
    assert "customer/shop/site" in text


def test_a_wrong_name_ends_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "ovh2021", "--lang", "en"]) == Exit.USAGE
    assert "ovh-2021" in capsys.readouterr().err


def test_one_and_all_contradict_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "ovh-2021", "--all", "--lang", "en"]) == Exit.USAGE
    assert "not both" in capsys.readouterr().err


def test_no_network_is_touched() -> None:
    ran = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == Exit.READY, ran.stdout + ran.stderr
    assert "AVL-11" in ran.stdout


def test_what_is_not_as_expected_is_told(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder("sk-cc-2022"), copy)
    (copy / "expect.csv").write_text(
        "control,check,subject,verdict\n"
        "DRF-07,failover.control-plane,kakao/messenger,pass\n"
        "DRF-07,failover.control-plane,kakao/gone,fail\n"
        "ZZZ-01,failover.gone,kakao/messenger,fail\n"
    )
    found = replay("sk-cc-2022", copy)
    assert not found.right
    assert [line.right for line in found.lines] == [False, False, False]
    text = "\n".join(shown((found,), "text", Translator("en")))
    assert "expected: pass" in text
    assert text.count("no such check or subject is there") == 2
    assert "0 of 3 checks say what they must" in text
    (plain,) = json.loads("".join(shown((found,), "json", Translator("en"))))["replays"]
    assert plain["as-expected"] is False
    assert [row["found"] for row in plain["checks"]] == ["fail", None, None]


def test_nothing_expected_is_not_right(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder("sk-cc-2022"), copy)
    (copy / "expect.csv").write_text("control,check,subject,verdict\n")
    assert not replay("sk-cc-2022", copy).right


def test_a_broken_inventory_stops(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder("ovh-2021"), copy)
    (copy / "more.yaml").write_text("sites: [{id: strasbourg}]\n")
    with pytest.raises(Stop) as stop:
        replay("ovh-2021", copy)
    assert stop.value.code is Exit.INVALID
