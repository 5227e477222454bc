"""The page on evidence in, whether what it says is that of the code out."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

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
    assert f"-n {NAMESPACE} " in TEXT


def test_every_state_is_told() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE)) == {str(state) for state in State}


@pytest.mark.real
def test_its_commands_run_one_after_the_other(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (block,) = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    estate, key = tmp_path / "my-estate", tmp_path / ".ssh" / "id_ed25519"
    key.parent.mkdir()
    (estate / "evidence").mkdir(parents=True)
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key), check=True, timeout=30)
    (estate / "signers").write_text(f'"Park Haneul" namespaces="{NAMESPACE}" {key.with_suffix(".pub").read_text()}')
    (estate / "evidence" / "smoke-test.pdf").write_bytes(b"%PDF-1.4")
    total = sha256(b"%PDF-1.4").hexdigest()
    (estate / "estate.yaml").write_text(re.sub(r"(?<=sha256: )\w{64}", total, written))
    ends = []
    for line in block.splitlines():
        words = [word.replace("~", str(tmp_path)) for word in shlex.split(line, comments=True)]
        answer = haechi(tmp_path, *words[1:])
        assert "Traceback" not in answer.stderr
        ends.append((words[1], answer.returncode))
    # The piece that was added stays unsigned.
    assert ends == [("evidence", 0), ("attest", 0), ("attest", 0), ("evidence", 3), ("evidence", 0), ("run", 0)]
    shown = json.loads(haechi(tmp_path, "show", "latest", "--format", "json").stdout)["findings"]
    assert {one["verdict"] for one in shown if one["check"] == "facility.fire-detection"} == {"pass"}
    stated = json.loads(haechi(tmp_path, "attest", "my-estate", "smoke-test", "--format", "json").stdout)
    assert 'on: "here/ups-b"' in stated["statement"]
