"""Texts of inventories in, the same with one more piece of evidence out."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from audit.inventory.evidence import KEYS, appended, entry, sheet
from audit.model.exit import Stop
from tests.inventory.small import estate as read

MORE = {"id": "new", "check": "backup.offsite", "on": "k/s/data", "collected": "2026-01-01", "expires": "2027-01-01"}
TOP = """estate: {id: e}   # a comment
institutions:
  - id: k
    systems: [{id: s, grade: 1, data: [{id: data}]}]
"""
ONE = "id: old, check: backup.offsite, on: k/s/data, collected: 2026-01-01, expires: 2027-01-01"

CASES = {
    "nothing": "",
    "comments alone": "# nothing here yet\n",
    "no list yet": TOP,
    "no new line at the end": TOP.rstrip("\n"),
    "in braces": TOP + "evidence:\n  - {" + ONE + "}\n",
    "not indented": TOP + "evidence:\n- {" + ONE + "}\n",
    "far indented": TOP + "evidence:\n      - {" + ONE + "}\n",
    "in the middle": "evidence:\n  - {" + ONE + "}\n\n# about the estate\n" + TOP,
    "a comment behind": TOP + "evidence:\n  - {" + ONE + "}  # mine\n  # and that\n\n# the end\n",
    "several lines": TOP + "evidence:\n  - " + ONE.replace(", ", "\n    ") + "\n",
    "a block of text at the end": TOP
    + "evidence:\n  - "
    + ONE.replace(", ", "\n    ")
    + "\n    says: |\n      a\n\n      b\n",
    "a folded text": TOP
    + "evidence:\n  - "
    + ONE.replace(", ", "\n    ")
    + "\n    says: one\n      two\nwaivers: []\n",
    "windows": (TOP + "evidence:\n  - {" + ONE + "}\n").replace("\n", "\r\n"),
    "a mark of the end": TOP + "evidence:\n  - {" + ONE + "}\n...\n",
}


def plain(text: str) -> Any:
    """What is written, every value as its text."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts alone


@pytest.mark.parametrize("case", CASES)
def test_one_more_and_all_else_stays(case: str) -> None:
    before = CASES[case]
    after = appended(before, MORE, "a.yaml")
    old, new = plain(before) or {}, plain(after)
    added = [one for one in new["evidence"] if one["id"] == "new"]
    assert [str(added[0][key]) for key in MORE] == list(MORE.values())
    assert [one for one in new["evidence"] if one["id"] != "new"] == old.get("evidence", [])
    assert {key: value for key, value in new.items() if key != "evidence"} == {
        key: value for key, value in old.items() if key != "evidence"
    }
    kept = iter(after.splitlines())
    assert all(line in kept for line in before.splitlines()), "every line is there, in its order"


@pytest.mark.parametrize("text", [TOP + "evidence: [{" + ONE + "}]\n", TOP + "evidence: []\n", TOP + "evidence:\n"])
def test_what_is_not_written_line_by_line_is_left_alone(text: str) -> None:
    with pytest.raises(Stop, match="line by line"):
        appended(text, MORE, "a.yaml")


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "1e3", "0123", "12:30", "- x", "{a: b}", 'say "so"', "a: b # c", "줄 하나", "a\nb", "*x", "&x", "!x",
     "%", "@", "`", " lead", "trail ", "~", "null", "2026-01-01", "😀", "\\n", "'", "<<", "="],
)  # fmt: skip
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert plain(sheet({**MORE, "says": text}))["evidence"][0]["says"] == text
    assert str(yaml.safe_load(sheet({**MORE, "says": text}))["evidence"][0]["says"]) == text


def test_keys_come_in_one_order() -> None:
    lines = entry(dict.fromkeys(reversed(KEYS), "x")).splitlines()
    assert [line.strip(" -").partition(":")[0] for line in lines] == list(KEYS)


def test_the_estate_reads_it() -> None:
    found = read(appended(TOP, {**MORE, "by": "no", "took": "90m"}, "a.yaml"))
    assert [(one.id, one.by, str(one.took)) for one in found.evidence] == [("new", "no", "1:30:00")]
