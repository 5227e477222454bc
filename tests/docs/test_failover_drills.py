"""The page on failover drills in, whether what it says is that of the code out."""

import re
from pathlib import Path

from audit.cli.switch import command
from audit.model.authorization import LONGEST, NAMESPACE
from audit.model.switching import Writer
from audit.world.switching.ledger import EVERY
from tests.docs.test_readme import ROOT, haechi

TEXT = (ROOT / "docs" / "failover-drills.md").read_text("utf-8")


def test_its_inventory_is_one(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "estate.yaml").write_text(written)
    answer = haechi(tmp_path, "validate", "estate.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_key_is_told() -> None:
    table = TEXT.split("\n| key of `switch:` |", 1)[1].split("\n\n", 1)[0]
    told = {name for row in table.splitlines()[2:] for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert told == {field.alias or name for name, field in Writer.model_fields.items()} - {"@"}


def test_its_figures_are_those_of_the_code() -> None:
    assert f"at most {LONGEST.total_seconds() / 3600:.0f} hours" in TEXT
    assert f"canary is written each {EVERY * 1000:.0f} ms" in TEXT
    assert TEXT.count(f"ssh-keygen -Y sign -n {NAMESPACE} ") == 2


def test_its_commands_are_there() -> None:
    told = set(re.findall(r"haechi switch (\w+) my-estate", TEXT))
    assert told == set(command.commands)


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
