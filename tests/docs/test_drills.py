"""The page on restore drills in, whether what it says is that of the code out."""

import re
from pathlib import Path

import pytest

from audit.catalogue import discover
from audit.model.drilling import Consent, Drills
from audit.model.technology import Copy
from tests.docs.test_readme import ROOT, haechi

TEXT = (ROOT / "docs" / "drills.md").read_text("utf-8")


def rows(head: str) -> dict[str, str]:
    """The table under a heading: its first column, with the second."""
    table = TEXT.split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0]
    return {cells[1].strip(): cells[2].strip() for cells in (line.split("|") for line in table.splitlines()[2:])}


def test_its_inventory_is_one(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "estate.yaml").write_text(written)
    answer = haechi(tmp_path, "validate", "estate.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("head", "item"), [("key of `drills:`", Drills), ("key of `drill:`", Consent)])
def test_every_key_is_told(head: str, item: type[Drills] | type[Consent]) -> None:
    keys = {field.alias or name for name, field in item.model_fields.items()} - {"@"}
    assert {key.strip("`") for key in rows(head)} == keys


def test_the_bounds_are_those_of_the_code() -> None:
    told, bounds = rows("key of `drills:`"), Drills()
    assert told["`most`"] == f"{bounds.most / 1e9:g} GB"
    assert told["`load`"] == f"{bounds.load:g}"
    assert told["`user`"] == f"`{bounds.user}`"
    assert told["`same-host`"] == str(bounds.same_host).lower()


def test_every_kind_with_a_drill_is_told() -> None:
    known = discover()
    kinds = known.technologies[Copy]
    drilled = {name for name, kind in kinds.items() if known.drill_of(kind) is not None and ":" not in name}
    assert {name for cell in rows("kind") for name in re.findall(r"`([\w-]+)`", cell)} == drilled


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
