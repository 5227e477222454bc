"""The page on reconciling in, whether what it says is that of the code out."""

from __future__ import annotations

import re

from audit.app.importing import KINDS
from audit.catalogue import discover
from audit.cli import main
from audit.inventory.load import load_sources
from audit.model.listed import ExportedList
from tests.docs.test_readme import ROOT

TEXT = (ROOT / "docs" / "reconcile.md").read_text("utf-8")


def test_its_inventory_is_one() -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    loaded = load_sources({"estate.yaml": written.encode()}, discover(), ROOT)
    assert loaded.estate is not None, loaded.lines()
    assert {one.kind for one in loaded.estate.about.lists} == set(discover().technologies[ExportedList])


def test_every_kind_is_told() -> None:
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", TEXT, re.MULTILINE)) == {
        *KINDS,
        *discover().technologies[ExportedList],
    }


def test_its_limits_are_those_of_the_policy() -> None:
    limits = discover().checks["operations.complete"].limits
    assert limits["age"] == ("30d", "90d", "180d", "365d")
    assert limits["unknown"] == ("0 %", "0 %", "2 %", "5 %")


def test_its_commands_are_known() -> None:
    for command in ("reconcile", "import"):
        assert main([command, "--help"]) == 0
