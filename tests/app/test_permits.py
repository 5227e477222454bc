"""A folder with an inventory, a backup, photographs in; the answer of `haechi permit` with its exit code out."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.app import dossier_of, runs
from audit.cli import main
from audit.model.permit import PHOTOGRAPHED, STEPS

Output = pytest.CaptureFixture[str]
NOW = datetime.now(UTC).replace(microsecond=0)
PICTURE = b"a lock on a rack"


def moment(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


class Work:
    """One system of grade 3 in a hall whose batteries are moved now."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.estate, self.store = folder, folder / "estate", folder / "haechi.db"
        (self.estate / "photos").mkdir(parents=True)
        (folder / "backup").mkdir()
        self.copy = folder / "backup" / "ledger.dump"
        self.copy.write_bytes(b"all of it")
        (self.estate / "photos" / "lock.jpg").write_bytes(PICTURE)
        self.write()

    def write(self, *, charge: int = 25, start: float = -1, end: float = 3, busy: float = 90, left: str = "") -> None:
        photo = f", photo: photos/lock.jpg, sha256: {hashlib.sha256(PICTURE).hexdigest()}"
        steps = ", ".join(
            f"{{step: {step}, done: '{moment(-2)}', by: Kim{photo if step in PHOTOGRAPHED else ''}}}"
            for step in STEPS["battery"]
            if step != left
        )
        days = [(NOW + timedelta(days=busy + more)).date() for more in (0, 2)]
        (self.estate / "all.yaml").write_text(
            "estate: {id: work, timezone: UTC}\nsuppliers: [{id: movers}]\n"
            "sites: [{id: d, rooms: [{id: hall, kind: it}], batteries: [{id: string, room: hall}]}, {id: b}]\n"
            "institutions: [{id: k, systems: [{id: s, grade: 3, at: [d/hall], data: [{id: ledger, at: d/hall, copies: "
            f"[{{id: dump, kind: files, at: b, path: '{self.folder}/backup/*'}}]}}]}}]}}]\n"
            f"calendar: [{{id: busy, from: {days[0]}, to: {days[1]}}}, {{id: this, from: {NOW.year}-01-01, "
            f"to: {NOW.year}-01-01}}]\n"
            f"permits: [{{id: move, kind: battery, on: [string], from: '{moment(start)}', to: '{moment(end)}', "
            "contractor: movers, licence: L, supervisor: {name: Choi}, approved-by: Lee, "
            f"charge: {charge}, steps: [{steps}]}}]\n"
        )

    def ask(self, *more: str, name: str = "move") -> int:
        words = ["permit", "check", name, str(self.estate), "--store", str(self.store), "--format", "json"]
        return main([*words, *more])


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def said(output: Output) -> dict[str, list[str]]:
    """Each verdict to what was said with it."""
    found: dict[str, list[str]] = {}
    for one in json.loads(output.readouterr().out)["reasons"]:
        found.setdefault(one["verdict"], []).append(one["says"])
    return found


def test_all_done_and_nobody_signed_is_no_go_yet(work: Work, capsys: Output) -> None:
    assert work.ask() == 3
    reasons = said(capsys)
    assert len(reasons["pass"]) == 2
    assert any("safe elsewhere" in one for one in reasons["pass"])
    assert len(reasons["unknown"]) == 1
    assert "signed" in reasons["unknown"][0]


def test_a_charged_battery_is_no_go(work: Work, capsys: Output) -> None:
    work.write(charge=80)
    assert work.ask() == 1
    assert said(capsys)["fail"] == ["the batteries are charged to 80 %; 30 % are allowed"]


def test_a_missing_step_is_no_go_before_the_work_too(work: Work, capsys: Output) -> None:
    work.write(left="tag-out", start=2)
    assert work.ask() == 1
    assert said(capsys)["fail"] == ["tag-out is not done"]


def test_an_old_backup_is_no_go(work: Work, capsys: Output) -> None:
    old = (NOW - timedelta(days=40)).timestamp()
    os.utime(work.copy, (old, old))
    assert work.ask() == 1
    (fail,) = said(capsys)["fail"]
    assert "40d" in fail


def test_a_backup_that_is_gone_is_never_go(work: Work) -> None:
    work.copy.unlink()
    assert work.ask() in (1, 3)


def test_work_near_busy_days_is_told(work: Work, capsys: Output) -> None:
    """A system of grade 3: somebody has approved it."""
    work.write(busy=7)
    assert work.ask() == 3
    assert any("approved" in one for one in said(capsys)["pass"])


def test_a_photograph_that_was_changed_is_no_go(work: Work, capsys: Output) -> None:
    (work.estate / "photos" / "lock.jpg").write_bytes(b"another one")
    assert work.ask() == 1
    assert all("not the one that was taken" in one for one in said(capsys)["fail"])


@pytest.mark.parametrize("file", ["../../etc/passwd", "photos", "/dev/zero", "a\0b"])
def test_a_photograph_outside_or_without_bytes_tells_nothing(work: Work, capsys: Output, file: str) -> None:
    text = (work.estate / "all.yaml").read_text("utf-8")
    (work.estate / "all.yaml").write_text(text.replace("photo: photos/lock.jpg", f"photo: {json.dumps(file)}"), "utf-8")
    assert work.ask() in (3, 4)
    assert "root:" not in capsys.readouterr().out


def test_without_an_estate_the_folder_counts_in_which_one_is(work: Work) -> None:
    words = (Path(sys.executable).with_name("haechi"), "permit", "check", "move", "--store", work.store)
    done = subprocess.run(words, cwd=work.estate, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, "nobody has signed it" in done.stdout) == (3, True), done.stdout + done.stderr


@pytest.mark.parametrize(("start", "end", "code"), [(-5, -1, 1), (30, 40, 3)])
def test_the_time_of_the_permit_counts(work: Work, start: float, end: float, code: int) -> None:
    work.write(start=start, end=end)
    assert work.ask() == code


def test_a_stored_run_answers_while_it_is_fresh(work: Work, capsys: Output) -> None:
    assert main(["run", str(work.estate), "--store", str(work.store)]) in (1, 3)
    capsys.readouterr()
    assert work.ask("--from-store") == 3
    assert len(said(capsys)["pass"]) == 2
    work.write(charge=26)
    assert work.ask("--from-store") == 3
    assert any("inventory was changed" in one for one in said(capsys)["unknown"])
    assert work.ask("--from-store", "--at", moment(2 + 24)) == 1


def test_no_answer_about_work_is_the_latest_audit(work: Work, capsys: Output) -> None:
    assert main(["run", str(work.estate), "--store", str(work.store)]) in (1, 3)
    whole = len(dossier_of(store=str(work.store)).dossier.findings)
    assert work.ask() == 3
    assert len(runs(store=str(work.store))) == 2
    assert len(dossier_of(store=str(work.store)).dossier.findings) == whole
    capsys.readouterr()
    assert main(["trend", "--store", str(work.store), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 1
    assert work.ask("--from-store") == 3


def test_an_old_run_does_not_answer(work: Work, capsys: Output) -> None:
    work.write(end=90)
    assert main(["run", str(work.estate), "--store", str(work.store)]) in (1, 3)
    capsys.readouterr()
    assert work.ask("--from-store", "--at", moment(30)) == 3
    assert any("within the last" in one for one in said(capsys)["unknown"])


def test_wrong_names_and_broken_inventories(work: Work, capsys: Output) -> None:
    assert work.ask(name="mov") == 2
    assert "did you mean 'move'?" in capsys.readouterr().err
    (work.estate / "all.yaml").write_text("permits: [{id: x}]\n")
    assert work.ask() == 4
    assert not work.store.exists()


def test_the_list_looks_at_nothing(work: Work, capsys: Output) -> None:
    work.copy.unlink()
    assert main(["permit", "list", str(work.estate), "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["permits"]
    assert (one["state"], one["endangered"], one["lacks"]) == ("open", ["k/s"], [])
    assert main(["permit", "list", str(work.estate)]) == 0
    assert "battery" in capsys.readouterr().out


def test_text_says_go_or_no_go_first(work: Work, capsys: Output) -> None:
    work.write(charge=80)
    assert main(["permit", "check", "move", str(work.estate), "--store", str(work.store), "--lang", "en"]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "✗ no-go: move must not begin"
    assert "80 %" in rest[0]
