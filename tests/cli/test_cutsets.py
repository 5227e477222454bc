"""`haechi cutsets` with files, sound and not, to what it prints, with its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.cli import main
from tests.analysis.faults.models import SMALL, event, gate, model


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tree.xml"
    path.write_bytes(SMALL)
    assert main(["cutsets", "--open-psa", str(path), "--order", "2", "--top", "1", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["orders"] == {"1": 0, "2": 2}
    assert told["probability"] == pytest.approx(0.03176)
    assert told["sets"] == [{"events": ["e1", "e2"], "probability": pytest.approx(0.02)}]


def test_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tree.xml"
    path.write_bytes(model(gate("top", f"<or>{event('fire &lt;b&gt;')}{event('flood')}</or>")))
    assert main(["cutsets", "--open-psa", str(path), "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert "sets of 1: 2" in printed
    assert "not every event has one" in printed
    assert "fire <b>" in printed


@pytest.mark.parametrize(("text", "code"), [(None, 2), (b"<opsa-mef/>", 4), (b"not xml", 4)])
def test_a_bad_file(text: bytes | None, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tree.xml"
    if text is not None:
        path.write_bytes(text)
    assert main(["cutsets", "--open-psa", str(path), "--lang", "en"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "tree.xml" in printed.err
    assert "Traceback" not in printed.err
