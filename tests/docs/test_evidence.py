"""The page on evidence in, whether what it says is that of the code out."""

from __future__ import annotations

import re
from pathlib import Path

from audit.model.paper import State
from audit.model.statement import NAMESPACE
from tests.docs.test_readme import ROOT, haechi

TEXT = (ROOT / "docs" / "evidence.md").read_text("utf-8")


def test_its_inventory_is_one(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "estate.yaml").write_text(written)
    answer = haechi(tmp_path, "validate", "estate.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    shown = haechi(tmp_path, "attest", "estate.yaml", "smoke-test")
    assert shown.returncode == 0
    assert 'on: "here/ups-b"' in shown.stdout


def test_every_state_is_told() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE)) == {str(state) for state in State}


def test_every_command_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    for command in {tuple(line.split()[1:3]) for line in block.splitlines() if "evidence" in line.split()[1]}:
        assert haechi(tmp_path, *command, "--help").returncode == 0, command
    assert f"-n {NAMESPACE} " in TEXT
