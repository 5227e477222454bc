"""The commands of the page on restore drills, in its order, over a real repository."""

import re
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.docs.test_drills import TEXT
from tests.docs.test_readme import haechi

pytestmark = [pytest.mark.real, pytest.mark.lab]
ENDS = {"run": (0, 1, 3), "doctor": (0, 3)}


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return str(found)


def test_each_command_does_what_the_page_says(tmp_path: Path, need: Callable[[str], Path]) -> None:
    program = need("restic")
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=0o700)
    (tmp_path / "my-estate").mkdir()
    (tmp_path / "password").write_text("demo-password\n")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "newest.txt").write_text(datetime.now(UTC).isoformat())
    for step in (["init"], ["backup", "source"]):
        subprocess.run(
            (program, "-q", "--no-cache", "-r", "repository", "-p", "password", *step),
            cwd=tmp_path, check=True, timeout=300, capture_output=True,
        )  # fmt: skip
    inventory = block("yaml")
    for written, ours in (
        ("[/srv/haechi-scratch]", f"[{scratch}], load: 1000"),
        ("/srv/backup/records", str(tmp_path / "repository")),
        ("/etc/haechi/records", str(tmp_path / "password")),
    ):
        assert written in inventory
        inventory = inventory.replace(written, ours)
    (tmp_path / "my-estate" / "estate.yaml").write_text(inventory)
    said = ""
    for line in block("sh").splitlines():
        words = shlex.split(line, comments=True)
        answer = haechi(tmp_path, *words[1:])
        assert answer.returncode in ENDS.get(words[1], (0,)), f"{line}\n{answer.stdout}{answer.stderr}"
        said += answer.stdout
    assert "L5" in said
    assert "Restore drills: restored 1" in said
    assert [left for left in scratch.iterdir() if not left.name.startswith(".")] == []
