"""Measurements through sample files, whole, torn, renamed, copied, hostile, to what another vantage reads of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.app.watching.samplefile import SampleFile
from audit.app.watching.sampleline import BadLine, line_of, measurement_of
from audit.app.watching.vantages import PIECE, Follower
from audit.model.exit import Stop
from audit.model.measurement import Measurement, State
from audit.model.place import Place
from audit.model.watching import Vantage

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
WEB, MAIL = "fund/portal/web", "fund/portal/mail"
REASONS = {
    State.UP: "", State.DEGRADED: "reset", State.PARTIAL: "refused", State.DOWN: "first-byte-timeout",
    State.UNKNOWN: "missed",
}  # fmt: skip


def seen(minute: int, subject: str = WEB, state: State = State.UP, **more: Any) -> Measurement:
    due = NOON + timedelta(minutes=minute)
    values: dict[str, Any] = {"latency": 0.0125, "phases": (0.001, 0.002, 0.0, 0.0, 0.0095, 0.0), "good": 1, "tried": 1}
    if state not in (State.UP, State.DEGRADED):
        values = {"tried": 2}
    values |= {"took": 0.0127, "error": 0.0001, "vantage": "seoul", "reason": REASONS[state]} | more
    return Measurement(subject, due, due + timedelta(seconds=0.25), state, **values)


def follower(folder: Path, last: Mapping[str, datetime] | None = None, before: Follower | None = None) -> Follower:
    vantage = Vantage.model_validate(
        {"@": Place("x.yaml", 1, 1, ref="seoul"), "id": "seoul", "files": "from-seoul/*.jsonl"}
    )
    return Follower((vantage,), folder, {WEB, MAIL}, lambda vantage: last or {}, keep=MONTH, before=before)


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_an_inventory_that_is_read_again_lets_nothing_be_read_again(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    before = follower(tmp_path)
    file.write([seen(0), seen(1)])
    assert len(before.read(later(1))) == 2
    file.write([seen(2)])
    # The store may not know yet what was read last.
    after = follower(tmp_path, {WEB: later(0)}, before)
    assert after.read(later(2)) == (seen(2),)


@pytest.mark.parametrize("state", REASONS)
def test_there_and_back(state: State) -> None:
    whole = seen(1, state=state, detail="10.0.0.1: “quoted”, 한글", attempts=3, until=later(7))
    line = line_of(whole)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert measurement_of(line, "seoul", NOON, later(10)) == whole


def test_what_is_written_is_read_once(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    reader = follower(tmp_path)
    assert reader.read(NOON) == ()
    file.write([seen(0), seen(0, MAIL, State.DOWN)])
    assert reader.read(later(1)) == (seen(0), seen(0, MAIL, State.DOWN))
    assert reader.read(later(1)) == ()
    file.write([seen(1)])
    file.write([seen(2)])
    assert reader.read(later(2)) == (seen(1), seen(2))
    assert [path.name for path in (tmp_path / "from-seoul").iterdir()] == ["seoul-2026-09-01.jsonl"]
    assert reader.troubles() == ()


def test_a_file_for_each_day_and_none_for_ever(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    row = [seen(0), seen(24 * 60), seen(48 * 60)]
    file.write(row)
    names = sorted(path.name for path in (tmp_path / "from-seoul").iterdir())
    assert names == [f"seoul-2026-09-0{day}.jsonl" for day in (1, 2, 3)]
    assert follower(tmp_path).read(later(49 * 60)) == tuple(row)
    (tmp_path / "from-seoul" / "busan-2026-09-01.jsonl").write_text("")
    assert file.drop(later(30 * 60)) == 1
    assert len(list((tmp_path / "from-seoul").iterdir())) == 3


def test_another_start_goes_on_where_the_history_ends(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    file.write([seen(minute) for minute in range(5)] + [seen(1, MAIL)])
    again = follower(tmp_path, {WEB: later(2)})
    assert again.read(later(5)) == (seen(3), seen(4), seen(1, MAIL))


def test_a_row_that_was_missed_ends_with_its_last(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    row = seen(0, state=State.UNKNOWN, until=later(5))
    file.write([row, seen(3), seen(5), seen(6)])
    assert follower(tmp_path).read(later(6)) == (row, seen(6))


def test_a_renamed_file_and_a_copy(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    file, reader = SampleFile(folder, "seoul"), follower(tmp_path)
    file.write([seen(0), seen(1)])
    day = folder / "seoul-2026-09-01.jsonl"
    assert len(reader.read(later(2))) == 2
    # As a copying program does: a new file in the place of the old one, with more in it.
    fresh = tmp_path / "fresh"
    fresh.write_bytes(day.read_bytes() + line_of(seen(2)))
    fresh.rename(day)
    assert reader.read(later(2)) == (seen(2),)
    day.rename(folder / "seoul-2026-09-01.0.jsonl")
    file.write([seen(3)])
    assert reader.read(later(3)) == (seen(3),)
    day.write_bytes(line_of(seen(4)))
    assert reader.read(later(4)) == (seen(4),)


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    reader, line = follower(tmp_path), line_of(seen(0))
    day = folder / "a.jsonl"
    day.write_bytes(line[:40])
    assert reader.read(NOON) == ()
    day.write_bytes(line)
    assert reader.read(NOON) == (seen(0),)
    assert reader.refused == {"seoul": 0}


def test_the_writer_goes_on_behind_half_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    (folder / "seoul-2026-09-01.jsonl").write_bytes(line_of(seen(0)) + line_of(seen(1))[:30])
    SampleFile(folder, "seoul").write([seen(2)])
    reader = follower(tmp_path)
    assert reader.read(later(2)) == (seen(0), seen(2))
    assert reader.refused == {"seoul": 1}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop):
        SampleFile(tmp_path / "file", "seoul").write([seen(0)])


def test_much_at_once_comes_in_order_over_several_calls(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    count = 2 * PIECE // len(line_of(seen(0))) + 100
    rows = [seen(minute) for minute in range(count)]
    for name, part in (("1.jsonl", rows[:-10]), ("2.jsonl", rows[-10:])):
        (folder / name).write_bytes(b"".join(map(line_of, part)))
    reader, calls = follower(tmp_path), 0
    got: list[Measurement] = []
    while piece := reader.read(later(count)):
        got += piece
        calls += 1
    assert got == rows
    assert calls == 3


HOSTILE: dict[str, Any] = {
    "nothing": b"{}",
    "no JSON": b"nonsense",
    "a list": b"[1, 2]",
    "deep": b"[" * 4000,
    "bytes": b"\xff\xfe\x00",
    "long": b'{"subject":"' + b"x" * 5000 + b'"}',
    "other fields": {"vantage": "busan"},
    "maintenance": {"state": "maintenance"},
    "a state of no text": {"state": ["up"]},
    "no offset": {"at": "2026-09-01T12:00:00"},
    "an odd time": {"at": "2026-W36-2T12:00+00:00"},
    "no time": {"due": 1},
    "the end of time": {"due": "9999-12-31T23:59:59-12:00"},
    "future": {"at": "2026-09-01T12:06:01+00:00"},
    "future row": {"until": "2026-09-01T12:06:01+00:00"},
    "long ago": {"due": "2026-07-01T12:00:00+00:00"},
    "before it was due": {"at": "2026-09-01T11:54:59+00:00"},
    "a row backwards": {"until": "2026-09-01T11:59:59+00:00"},
    "not a number": {"latency": float("nan")},
    "endless": {"took": float("inf")},
    "negative": {"error": -1},
    "truth": {"good": True},
    "many": {"tried": 10**30},
    "more than all": {"good": 3},
    "no cadence": {"every": 0},
    "phases": {"phases": [1, 2]},
    "phases of text": {"phases": ["1", 2, 3, 4, 5, 6]},
    "a reason of no text": {"reason": 5},
    "a detail of no text": {"detail": {}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_told_once_and_harms_nobody(tmp_path: Path, name: str) -> None:
    bad = HOSTILE[name]
    if not isinstance(bad, bytes):
        bad = json.dumps(json.loads(line_of(seen(0))) | bad).encode()
    with pytest.raises(BadLine):
        measurement_of(bad, "seoul", NOON - MONTH, NOON)
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(bad + b"\n" + bad + b"\n" + line_of(seen(0, MAIL)))
    reader = follower(tmp_path)
    assert reader.read(NOON) == (seen(0, MAIL),)
    assert reader.refused == {"seoul": 2}
    (trouble,) = reader.troubles()
    assert (trouble.kind, trouble.subject) == ("failed", "seoul")
    assert trouble.values["why"].startswith("a.jsonl has lines that are no measurements: ")


def test_what_hostile_lines_can_say(tmp_path: Path) -> None:
    values = json.loads(line_of(seen(0))) | {"detail": "\ud800\x1b[2J" + "y" * 900, "reason": "made-up"}
    read = measurement_of(json.dumps(values).encode(), "busan", NOON - MONTH, NOON)
    assert (read.vantage, read.reason) == ("busan", "")
    assert len(read.detail) == 200
    assert read.detail.isprintable()
    read.detail.encode()
    unknown = json.dumps(values | {"state": "unknown"}).encode()
    assert measurement_of(unknown, "busan", NOON - MONTH, NOON).reason == "incomplete"


def test_subjects_that_nobody_knows_are_nothing(tmp_path: Path) -> None:
    SampleFile(tmp_path / "from-seoul", "seoul").write([seen(0, "someone/else/web")])
    reader = follower(tmp_path)
    assert reader.read(NOON) == ()
    assert reader.refused == {"seoul": 0}


def test_a_line_without_end_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    day = folder / "a.jsonl"
    day.write_bytes(b"x" * (2 * PIECE + 7))
    reader = follower(tmp_path)
    for _ in range(4):
        assert reader.read(NOON) == ()
    with day.open("ab") as file:
        file.write(b"x\n" + line_of(seen(0)))
    assert reader.read(NOON) == (seen(0),)
    assert reader.refused == {"seoul": 1}


def test_files_that_are_none(tmp_path: Path) -> None:
    folder = tmp_path / "from-seoul"
    folder.mkdir()
    os.mkfifo(folder / "a.jsonl")
    (folder / "b.jsonl").symlink_to("/dev/zero")
    (folder / "c.jsonl").mkdir()
    (folder / "d.jsonl").write_bytes(line_of(seen(0)))
    reader = follower(tmp_path)
    assert reader.read(NOON) == (seen(0),)
    assert reader.read(NOON) == ()
    assert len(reader.troubles()) == 2


def test_old_files_are_not_read_again(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "from-seoul", "seoul")
    file.write([seen(0)])
    path = tmp_path / "from-seoul" / "seoul-2026-09-01.jsonl"
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    # The other subject would be new here, which shows that the file was not opened.
    assert follower(tmp_path, {MAIL: NOON + timedelta(days=3)}).read(later(9 * 24 * 60)) == ()
    assert follower(tmp_path, {MAIL: NOON + timedelta(days=1)}).read(later(9 * 24 * 60)) == (seen(0),)
