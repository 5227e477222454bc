"""A register to its sheet, that sheet back into the register, broken sheets to what is wrong with them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from audit.app.registering import registered
from audit.app.registering_births import Written, born, changed
from audit.app.registering_cells import sheet
from audit.app.registering_rows import COLUMNS
from audit.app.registering_sheet import Imported, bring_in
from audit.model.exit import Exit, Stop
from audit.model.register import State
from audit.model.verdict import Verdict
from tests.app.register_stores import finding, keep

FAIL = Verdict.FAIL
AGE, TARGETS = "backup.age", "operations.targets"
HOSTILE = "=cmd|' /C calc'!A0\n+1\n @x '=y \"quoted\", \x1b[2J\u202e <b> {x} 해치"


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = tmp_path / "haechi.db"
    keep(path, 0, {AGE: FAIL, TARGETS: FAIL})
    born(str(path), by="Kim")
    return str(path)


def written(store: str, path: Path) -> Path:
    path.write_bytes(b"\xef\xbb\xbf" + "".join(sheet(registered(store).actions)).encode())
    return path


def brought(store: str, path: Path, text: str) -> Imported:
    path.write_text(text, encoding="utf-8")
    return bring_in(store, path, by="Lee")


def test_there_and_back_changes_nothing(store: str, tmp_path: Path) -> None:
    first, second = (one.id for one in registered(store).actions)
    steps = ["2026-02-01 Order", "[x] 2026-01-05 =1+1", "[x 2026-01-09] 2026-01-06 '-x"]
    told = Written(HOSTILE, "2026-03-01", "1.5e6 KRW", HOSTILE, "doing", steps, earlier=["d-1"])
    changed(store, first, by="Kim", written=told)
    changed(store, second, by="Kim", written=Written(plan="'=x"))
    before = registered(store).actions
    for _ in range(2):
        assert bring_in(store, written(store, tmp_path / "a.csv"), by="Lee") == Imported((), (), 2)
    assert registered(store).actions == before


def test_no_cell_starts_a_formula(store: str) -> None:
    for one in registered(store).actions:
        changed(store, one.id, by="Kim", written=Written(HOSTILE, plan=HOSTILE, milestones=["2026-02-01 " + HOSTILE]))
    for row in csv.reader(io.StringIO("".join(sheet(registered(store).actions)), newline="")):
        for cell in row:
            assert not any(line.lstrip().startswith(("=", "+", "-", "@")) for line in cell.splitlines()), cell


def test_an_empty_store_takes_the_whole_sheet_and_calls_nothing_closed(store: str, tmp_path: Path) -> None:
    first, second = (one.id for one in registered(store).actions)
    changed(
        store, first, by="Kim", written=Written("Park", "2026-03-01", "1e6 KRW", "Two", "planned", ["2026-02-01 Order"])
    )
    keep(Path(store), 3, {registered(store).actions[1].origin.check: Verdict.PASS})
    assert registered(store).actions[1].state is State.CLOSED
    other = str(tmp_path / "other.db")
    path = written(store, tmp_path / "a.csv")
    assert bring_in(other, path, by="Lee") == Imported((first, second), (), 0)
    one, two = registered(other).actions
    old = registered(store).actions[0]
    assert (one.owner, one.due, one.budget, one.plan, one.milestones, one.origin, one.state) == (
        old.owner, old.due, old.budget, old.plan, old.milestones, old.origin, State.PLANNED,
    )  # fmt: skip
    assert two.state is State.VERIFY


def test_a_dry_run_writes_nothing_and_the_second_time_nothing_is_new(store: str, tmp_path: Path) -> None:
    first, second = (one.id for one in registered(store).actions)
    path = tmp_path / "a.csv"
    text = f"id,owner,milestones\n{first},'=Park\x1b[2J\u202e,2026-02-01 Order\n{second},,\n"
    path.write_text(text, encoding="utf-8")
    before = registered(store)
    assert bring_in(store, path, by="Lee", dry="dry") == Imported((), (first,), 1)
    assert registered(store) == before
    assert bring_in(store, path, by="Lee").changed == (first,)
    assert bring_in(store, path, by="Lee") == Imported((), (), 2)
    assert registered(store).actions[0].history[-1].by == "Lee"


def test_a_line_of_an_older_ledger_finds_its_finding(tmp_path: Path) -> None:
    path = tmp_path / "haechi.db"
    run = keep(path, 0, {AGE: FAIL})
    done = brought(str(path), tmp_path / "a.csv", f"check,subject,owner,state\n{AGE},kibo/guarantee,Park,closed\n")
    assert done.new == (finding(AGE, FAIL).fingerprint,)
    (action,) = registered(str(path)).actions
    assert (action.origin.run, action.origin.zone, action.state) == (run.id, "Asia/Seoul", State.VERIFY)
    keep(path, 2, {AGE: Verdict.PASS})
    assert registered(str(path)).actions[0].state is State.CLOSED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.csv:1: expected a row of heads"),
        ("id,ownr\n", "a.csv:1:2: unknown head 'ownr'; did you mean owner?"),
        ("id,owner,id\n", "a.csv:1:3: id stands there twice"),
        ("id,owner\nX,a,b\n", "a.csv:2: 3 cells, but 2 heads"),
        ('id,owner\nX,"a\n', "a.csv:2: this is no CSV"),
        ("id,owner\nX,a\0b\n", "a.csv:2: this is no CSV"),
        ("id,due\n{id},2026-02-30\n", "a.csv:2:due: expected a date that exists such as 2026-09-30, got '2026-02-30'"),
        ("id,budget\n{id},free\n", "a.csv:2:budget: expected an amount"),
        ("id,state\n{id},closed\n", "a.csv:2:state: nobody closes a measure by hand"),
        ("id,state\n{id},doin\n", "a.csv:2:state: unknown state 'doin'; did you mean doing?"),
        ("id,milestones\n{id},soon\n", "a.csv:2:milestones: expected a day"),
        ("id,severity\n{id},low\n", "a.csv:2:severity: .* has 'critical' here"),
        ("id,owner\n{id},a\n{id},b\n", "a.csv:3:id: the sheet has a row for"),
        ("id,owner\n,a\n", "a.csv:2:check: expected the check of a finding"),
        ("check,subject\nbackup.agee,x\n", "a.csv:2:check: unknown check 'backup.agee'; did you mean backup.age?"),
        ("check,subject,id\nbackup.age,x,ffff\n", "a.csv:2:id: expected"),
        ("check,subject,grade\nbackup.age,x,9\n", "a.csv:2:grade: expected 1, 2, 3 or 4"),
        ("check,subject,zone\nbackup.age,x,../etc\n", "a.csv:2:zone: expected a time zone"),
        ("check,subject,since\nbackup.age,x,now\n", "a.csv:2:since: expected a date and time"),
        ("check,subject,severity\nbackup.age,x,bad\n", "a.csv:2:severity: expected one of critical"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_written(
    store: str, tmp_path: Path, text: str, says: str
) -> None:
    before = registered(store)
    with pytest.raises(Stop) as stop:
        brought(store, tmp_path / "a.csv", text.replace("{id}", before.actions[0].id))
    assert stop.value.code is Exit.INVALID
    assert any(re.match(says, told) for told in stop.value.lines), stop.value.lines
    assert registered(store) == before


def test_files_that_are_no_sheets(store: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,owner\nx,김\n".encode("cp949"))
    with pytest.raises(Stop, match="not UTF-8"):
        bring_in(store, path, by="Lee")
    for wrong in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(Stop) as stop:
            bring_in(store, wrong, by="Lee")
        assert stop.value.code is Exit.USAGE


def test_many_problems_are_told_up_to_a_number(store: str, tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        brought(store, tmp_path / "a.csv", "check,subject\n" + "x,y\n" * 300)
    assert len(stop.value.lines) == 101
    assert stop.value.lines[-1] == "and 200 more"


def test_the_heads_are_all_there() -> None:
    (heads,) = csv.reader("".join(sheet(())).splitlines())
    assert heads == list(COLUMNS)
