"""Pieces of evidence in, the texts that are signed for them out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml

from audit.model.estate import Evidence
from audit.model.statement import HEAD, digest, keys_judged_at, statement

SHA = "ab" * 32
FULL: dict[str, Any] = {
    "id": "a",
    "check": "facility.fire-detection",
    "on": "daejeon/ups-b",
    "says": "both told the control room",
    "by": "박하늘",
    "role": "fire safety manager",
    "collected": date(2026, 10, 2),
    "expires": date(2027, 10, 1),
    "observed": datetime(2026, 10, 1, 9, 30, tzinfo=UTC),
    "took": timedelta(minutes=90),
    "file": "evidence/sheet.pdf",
    "sha256": SHA,
}


def piece(**more: Any) -> Evidence:
    return Evidence.model_validate({**FULL, **more})


def test_the_whole_text() -> None:
    assert statement(piece()) == (
        f"{HEAD}\n"
        'check: "facility.fire-detection"\n'
        'on: "daejeon/ups-b"\n'
        'says: "both told the control room"\n'
        'by: "박하늘"\n'
        'role: "fire safety manager"\n'
        "collected: 2026-10-02\n"
        "expires: 2027-10-01\n"
        "observed: 2026-10-01T09:30:00+00:00\n"
        "took: 5400s\n"
        f"sha256: {SHA}\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"check": "facility.battery-age"},
        {"on": "daejeon/ups-a"},
        {"says": "both told the control room."},
        {"says": None},
        {"by": "이준"},
        {"role": None},
        {"collected": date(2026, 10, 3)},
        {"expires": date(2028, 10, 1)},
        {"observed": datetime(2026, 10, 1, 9, 30, 1, tzinfo=UTC)},
        {"observed": None},
        {"took": timedelta(minutes=90, microseconds=1)},
        {"sha256": "cd" * 32},
        {"sha256": None},
    ],
)
def test_whatever_is_stated_differently_is_another_text(change: dict[str, Any]) -> None:
    assert digest(piece(**change)) != digest(piece())


def test_names_and_spellings_are_not_part_of_it() -> None:
    seoul = datetime.fromisoformat("2026-10-01T18:30:00+09:00")
    same = piece(id="b", file="elsewhere/sheet.pdf", sha256=SHA.upper(), observed=seoul, signature="x", signer="y")
    assert digest(same) == digest(piece())


@pytest.mark.parametrize(
    "hostile", ['x"\non: "d/c', "x\non: d/c", "x\\", "x\u2028on: d/c", "x\rexpires: 2099-01-01", "# x"]
)
def test_no_text_can_pass_for_another_line(hostile: str) -> None:
    text = statement(piece(says=hostile))
    assert len(text.splitlines()) == len(statement(piece()).splitlines())
    assert yaml.safe_load(text)["says"] == hostile
    assert text.isascii() or text.replace("\n", "").isprintable()


def test_what_cannot_be_seen_is_shown() -> None:
    text = statement(piece(by="lee\u202eneerg", says="a\u200bb\x7f\U000e0041"))
    assert 'by: "lee\\u202eneerg"' in text
    assert 'says: "a\\u200bb\\u007f\\U000e0041"' in text
    assert yaml.safe_load(text)["says"] == "a\u200bb\x7f\U000e0041"


def test_keys_are_judged_as_they_were() -> None:
    assert keys_judged_at(piece(), "Asia/Seoul") == FULL["observed"]
    assert f"{keys_judged_at(piece(observed=None), 'Asia/Seoul'):%Y-%m-%d %H:%M:%S %Z}" == "2026-10-02 14:59:59 UTC"
