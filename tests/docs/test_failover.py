"""The page on failover in, whether what it says is that of the code out."""

import re
from pathlib import Path

from audit.catalogue import discover
from tests.docs.test_readme import ROOT, haechi

TEXT = (ROOT / "docs" / "failover.md").read_text("utf-8")


def test_its_inventory_is_one(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "estate.yaml").write_text(written)
    answer = haechi(tmp_path, "validate", "estate.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_its_checks_are_there() -> None:
    told = set(re.findall(r"`((?:failover|network)\.[a-z-]+)`", TEXT))
    assert len(told) >= 5
    assert told <= set(discover().checks)


def test_its_commands_are_there(tmp_path: Path) -> None:
    told = {tuple(words.split()) for words in re.findall(r"`haechi ([a-z ]+)", TEXT)}
    assert ("drill", "failover") in told
    for words in told:
        assert haechi(tmp_path, *words, "--help").returncode == 0, words


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
