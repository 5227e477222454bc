"""The page of all kinds in, whether it is that of the code out."""

import json

import click.testing
import pytest

from audit.cli import kinds
from audit.model.exit import Exit, Stop
from tests.docs.kinds import PAGE, page


def invoke(*words: str) -> click.testing.Result:
    return click.testing.CliRunner().invoke(kinds.command, [*words, "--lang", "en"], standalone_mode=False)


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.docs.kinds`"


def test_a_kind_tells_what_a_look_asks() -> None:
    rows = {(row["role"], row["kind"]): row for row in json.loads(invoke("--format", "json").output)}
    restic = rows["copies", "restic"]
    assert {"repository*", "password*"} <= set(restic["keys"])
    assert any(" snapshots " in asked for asked in restic["asks"])
    assert restic["drill"]
    assert rows["failover", "declared"]["facts"] is None


def test_the_page_tells_of_a_drill_all_that_it_may_run() -> None:
    whole = " ".join(page().split())
    for row in json.loads(invoke("--format", "json").output):
        assert set(row["asks"]) <= set(row["drill"] or row["asks"]), row["kind"]
        assert all(f"`{' '.join(asked.split())}`" in whole for asked in (*row["asks"], *(row["drill"] or ())))


def test_the_page_can_be_read_in_an_editor() -> None:
    assert [text for text in page().splitlines() if len(text) > 120 and " " in text.strip("- `")] == []


def test_one_list_alone() -> None:
    said = invoke("--role", "power-protection").output
    assert "  nut " in said
    assert "restic" not in said
    answer = invoke("--role", "powers")
    assert isinstance(answer.exception, Stop)
    assert answer.exception.args[0] is Exit.USAGE


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_every_form_has_every_role(form: str) -> None:
    said = invoke("--format", form).output
    assert all(role in said for role in ("endpoints", "copies", "failover", "power-protection"))
