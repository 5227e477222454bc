"""A command line with an environment in, the language of everything that it says out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.cli import main
from audit.cli.tongue import preferred, spoken, told
from audit.model.exit import Exit
from audit.model.message import say

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LC_MESSAGES": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "C.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], language: str) -> None:
    assert preferred(environment) == language


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("", "ko"),
        ("run x", "ko"),
        ("run x --lang en", "en"),
        ("run x --lang=en", "en"),
        ("run x --lang en --lang ko", "ko"),
        ("run -- --lang en", "ko"),
        ("run x --lang", "ko"),
        ("run x --lang klingon", "ko"),
    ],
)
def test_what_is_asked_for_goes_before_the_environment(words: str, language: str) -> None:
    assert spoken(words.split(), {"LANG": "ko_KR.UTF-8"}) == language


def test_values_stay_as_they_were_written() -> None:
    written = say("expected {start} or a later day", start="2026-03-02")
    assert told(written, "ko").startswith("2026-03-02 또는")
    assert told("no translation: 2h", "ko") == "no translation: 2h"
    assert told(say("did you mean {close}?", close="{close}%s"), "ko") == "혹시 {close}%s입니까?"


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ("show --store none.db --lang ko", Exit.USAGE, "저장소 none.db 없음. `haechi run ESTATE`로 만드십시오"),
        ("validate none --lang ko", Exit.USAGE, "none: 읽을 수 없음(No such file or directory)."),
        ("explain backup.agee --lang ko", Exit.USAGE, "알 수 없는 점검 항목: 'backup.agee'. 혹시 'backup.age'입니까?"),
        ("checks --area backups --lang ko", Exit.USAGE, "알 수 없는 영역: 'backups'. 혹시 'backup'입니까?"),
        ("run estate.yaml --check backup.agee --lang ko", Exit.USAGE, "알 수 없는 점검 항목: 'backup.agee'. 혹시"),
        ("run broken.yaml --lang ko", Exit.INVALID, "broken.yaml:1:1: 알 수 없는 키: 'sitse'; 혹시 'sites'입니까?"),
    ],
)
def test_a_stop_is_told_in_korean(words: str, code: Exit, line: str, folder: Path, capsys: Output) -> None:
    assert main(words.split()) == code
    assert line in capsys.readouterr().err


def test_commands_without_the_option_go_by_the_environment(folder: Path, capsys: Output) -> None:
    os.environ["LC_ALL"] = "ko_KR.UTF-8"
    assert main(["plan", "estate.yaml"]) == Exit.READY
    assert capsys.readouterr().err.startswith("관측 0건, 판정 ")
    assert main(["runs", "--store", "none.db"]) == Exit.USAGE
    assert "저장소 none.db 없음" in capsys.readouterr().err
    assert main(["validate", "estate.yaml"]) == Exit.READY
    assert capsys.readouterr().out == "x: 공급업체 1개. 문제 없음\n"
    assert main(["validate", "estate.yaml", "--lang", "en"]) == Exit.READY
    assert capsys.readouterr().out == "x: 1 supplier; nothing is wrong\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds an inventory with a broken one, to work in; what LC_ALL was comes back."""
    (tmp_path / "estate.yaml").write_text("estate: {id: x}\nsuppliers: [{id: a}]\n", "utf-8")
    (tmp_path / "broken.yaml").write_text("sitse: []\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


def test_only_korean_waits_for_the_catalogue_and_neither_for_a_report() -> None:
    program = (
        "import sys\nfrom audit.cli import complain\nfrom audit.model.message import say\n"
        "complain(say('interrupted'), language=sys.argv[1])\nprint('babel' in sys.modules, 'reports' in sys.modules)"
    )
    for language, said, read in (("en", "interrupted", "False False"), ("ko", "중단됨", "True False")):
        answer = subprocess.run(
            (sys.executable, "-c", program, language),
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
        assert (answer.stderr.strip(), answer.stdout.strip()) == (said, read)
