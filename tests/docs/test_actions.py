"""The page on corrective measures in, whether what it says is that of the code out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from audit.app.registering_rows import WRITABLE
from audit.cli import main
from audit.cli.actions import command
from audit.model.register import ESCALATIONS, State
from audit.model.verdict import Verdict
from tests.app.register_stores import finding, keep
from tests.docs.test_readme import ROOT

TEXT = (ROOT / "docs" / "actions.md").read_text("utf-8")


def test_every_state_and_every_column_is_told() -> None:
    assert re.findall(r"^\| `([a-z]+)` \|", TEXT, re.MULTILINE) == [state.value for state in State]
    for column in WRITABLE:
        assert f"`{column}`" in TEXT
    told = re.search(r"After (\d+) days .* after (\d+) whoever .* after (\d+) the ministry", TEXT)
    assert told is not None
    assert [int(days) for days in told.groups()] == [one.after.days for one in ESCALATIONS]


def test_its_commands_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = finding("backup.age", Verdict.FAIL).fingerprint
    (block,) = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    keep(Path("haechi.db"), 0, {"backup.age": Verdict.FAIL})
    for line in block.replace("\\\n", "").splitlines():
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "run":
            continue  # the runs are those of this store
        assert main([name if word == "ID" else word for word in words]) == 0, line
    named = set(re.findall(r"haechi actions ([a-z]+)", TEXT))
    assert isinstance(command, click.Group)
    assert named == set(command.commands)
