"""Command lines of `haechi evidence`, `haechi attest` in, files of an inventory with exit codes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.app import audit
from audit.cli import main
from audit.model.evidence import Finding, Selection
from audit.model.exit import Exit
from audit.model.verdict import Level, Reason, Verdict
from tests.real.keys import Key, made, signed

pytestmark = pytest.mark.real
ESTATE = """# the estate
estate: {id: e, signers: signers}
sites: [{id: d, power: [feed], rooms: [{id: r, kind: battery}], batteries: [{id: b, room: r}]}]
institutions:
  - id: k
    accountable: {name: Kim Minji, email: cio@k.example}
    systems: [{id: s, grade: 1, at: [d/r], owner: {name: Lee Jun}}]
"""
CHECK = "facility.fire-detection"
AT = "2026-11-01T00:00:00+09:00"
ADD = ("--check", CHECK, "--on", "d/b", "--by", "Lee Jun", "--collected", "2026-10-02", "--expires", "2099-10-01")


class Room:
    """A folder with an inventory, a document, a key of somebody whom it lists."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.estate = folder / "estate"
        self.capsys = capsys
        (self.estate / "evidence").mkdir(parents=True)
        (self.estate / "estate.yaml").write_text(ESTATE)
        self.document = self.estate / "evidence" / "sheet.pdf"
        self.document.write_text("tested with smoke")
        self.lee = made(folder, "lee")
        self.list(self.lee.line("Lee Jun"))

    def list(self, *lines: str) -> None:
        (self.estate / "signers").write_text("".join(lines))

    def says(self, *words: str, on: str = "") -> tuple[int, str]:
        """Exit code and standard output of one command."""
        self.capsys.readouterr()
        code = main([*words[:2], on or str(self.estate), *words[2:]])
        found = self.capsys.readouterr()
        assert "Traceback" not in found.err
        return code, found.out + found.err

    def attest(self, name: str, *words: str) -> tuple[int, str]:
        self.capsys.readouterr()
        code = main(["attest", str(self.estate), name, *words])
        found = self.capsys.readouterr()
        return code, found.out + found.err

    def state(self, name: str = "sheet", at: str = AT) -> str:
        _, out = self.says("evidence", "verify", "--format", "json", "--at", at)
        return str(next(one["state"] for one in json.loads(out)["evidence"] if one["id"] == name))

    def finding(self) -> Finding:
        selection = Selection(checks=(CHECK,))
        outcome = audit(self.estate, store=str(self.estate.parent / "haechi.db"), selection=selection, at=AT)
        (found,) = [one for one in outcome.dossier.findings if one.check == CHECK and one.subject == "d/b"]
        return found

    def added(self) -> Path:
        code, _ = self.says("evidence", "add", *ADD, "--file", str(self.document), "--id", "sheet")
        assert code == Exit.READY
        return self.estate / "evidence" / "sheet.yaml"


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str], need: Callable[[str], Path]) -> Room:
    need("ssh-keygen")
    return Room(tmp_path, capsys)


def test_from_a_document_to_a_finding_and_to_what_a_change_does(room: Room) -> None:
    written = room.added()
    assert (room.state(), room.finding().reason) == ("unsigned", Reason.INCOMPLETE)
    code, out = room.attest("sheet", "--key", str(room.lee.path))
    assert (code, "signed by Lee Jun" in out) == (Exit.READY, True)
    found = room.finding()
    assert (found.verdict, found.level) == (Verdict.PASS, Level.ATTESTED)
    assert room.says("evidence", "verify", "--at", AT)[0] == Exit.READY
    whole = written.read_text()
    written.write_text(whole.replace("2099-10-01", "2101-10-01"))
    assert (room.state(), room.finding().verdict) == ("tampered-statement", Verdict.FAIL)
    written.write_text(whole)
    room.document.write_text("tested with Smoke")
    assert (room.state(), room.finding().verdict) == ("tampered-document", Verdict.FAIL)
    assert room.says("evidence", "verify", "--at", AT)[0] == Exit.FAILED
    room.document.unlink()
    assert (room.state(), room.finding().reason) == ("missing", Reason.UNREACHABLE)


def test_a_key_that_has_ended_and_one_that_was_replaced(room: Room) -> None:
    room.added()
    room.attest("sheet", "--key", str(room.lee.path))
    ended = 'namespaces="haechi-evidence",valid-before="20261001Z"'
    room.list(room.lee.line("Lee Jun", options=ended))
    assert (room.state(), room.finding().verdict) == ("key-expired", Verdict.UNKNOWN)
    assert "no longer valid on 2026-10-02" in str(room.finding().says)
    new = made(room.estate.parent, "new")
    room.list(room.lee.line("Lee Jun", options=ended), new.line("Lee Jun"))
    code, out = room.attest("sheet", "--key", str(new.path))
    assert (code, "--again" in out) == (Exit.USAGE, True)
    assert room.attest("sheet", "--key", str(new.path), "--again")[0] == Exit.READY
    assert room.state() == "signed"


def test_others_and_other_purposes(room: Room) -> None:
    room.added()
    stranger = made(room.estate.parent, "stranger")
    assert room.attest("sheet", "--key", str(stranger.path))[0] == Exit.NOT_VERIFIED
    assert room.state() == "unknown-signer"
    room.list(room.lee.line("Lee Jun"), stranger.line("Cho"))
    assert room.state() == "wrong-signer"
    code, text = room.attest("sheet")
    assert (code, text.startswith("# What I sign for Haechi")) == (Exit.READY, True)
    place = room.estate / "evidence" / "sheet.sig"
    place.write_bytes(signed(room.lee, text.encode(), "git"))
    assert room.state() == "wrong-namespace"
    place.write_bytes(signed(room.lee, text.encode()))
    assert room.state() == "signed", "what the command prints is, letter by letter, what is signed elsewhere"
    (room.estate / "signers").unlink()
    assert (room.state(), room.finding().reason) == ("unseen", Reason.UNREACHABLE)


def test_a_signature_cannot_be_moved_to_another_check_or_subject(room: Room) -> None:
    written = room.added()
    room.attest("sheet", "--key", str(room.lee.path))
    (room.estate / "estate.yaml").write_text(ESTATE.replace("{id: b, room: r}", "{id: b, room: r}, {id: c, room: r}"))
    written.write_text(written.read_text().replace("d/b", "d/c"))
    assert room.state() == "tampered-statement"


def test_paths_stay_in_the_folder(room: Room) -> None:
    written = room.added()
    room.attest("sheet", "--key", str(room.lee.path))
    outside = room.estate.parent / "sheet.sig"
    (room.estate / "evidence" / "sheet.sig").rename(outside)
    text = written.read_text()
    for path in ("../sheet.sig", str(outside), "evidence/../../sheet.sig", "link/sheet.sig"):
        (room.estate / "link").unlink(missing_ok=True)
        (room.estate / "link").symlink_to(room.estate.parent)
        written.write_text(text.replace("evidence/sheet.sig", path))
        assert (room.state(), room.finding().reason) == ("unseen", Reason.DENIED), path
    code, out = room.says("evidence", "add", *ADD, "--file", str(outside))
    assert (code, "copy it there first" in out) == (Exit.USAGE, True)


def test_the_end_of_a_day_and_what_is_dated_in_the_future(room: Room) -> None:
    room.added()
    room.attest("sheet", "--key", str(room.lee.path))
    assert room.state(at="2099-10-01T23:59:59+09:00") == "signed"
    assert room.state(at="2099-10-02T00:00:01+09:00") == "expired"
    assert room.state(at="2026-10-01T12:00:00+09:00") == "future"
    assert room.says("evidence", "verify", "--at", "2100-01-01")[0] == Exit.EXPIRED
    for at, within, code, listed in (
        ("2099-09-01", "60d", Exit.READY, True),
        ("2099-09-01", "7d", Exit.READY, False),
        ("2100-01-01", "7d", Exit.EXPIRED, True),
    ):
        found, out = room.says("evidence", "expiring", "--within", within, "--at", at)
        assert (found, "sheet" in out) == (code, listed)


def test_a_second_piece_in_a_file_that_is_there(room: Room) -> None:
    before = (room.estate / "estate.yaml").read_text()
    words = ("--says", 'stated "plainly": yes', "--to", "estate.yaml", "--took", "90m")
    assert room.says("evidence", "add", *ADD, *words, "--id", "one")[0] == Exit.READY
    assert room.says("evidence", "add", *ADD, *words, "--id", "two")[0] == Exit.READY
    after = (room.estate / "estate.yaml").read_text()
    assert after.startswith(before)
    assert room.attest("two", "--key", str(room.lee.path))[0] == Exit.READY
    assert (room.state("one"), room.state("two")) == ("unsigned", "signed")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--check", "facility.fire-detector", "--on", "d/b"), "did you mean 'facility.fire-detection'?"),
        (("--check", CHECK, "--on", "d/bb"), "did you mean 'd/b'?"),
        (("--check", CHECK, "--on", "k/s"), "never asked about a system"),
        (("--check", CHECK, "--on", "d/b", "--expires", "2027-02-30"), "a date that exists"),
        (("--check", CHECK, "--on", "d/b", "--id", "../../x"), "an id of letters"),
        (("--check", CHECK, "--on", "d/b", "--to", "estate.yml"), "did you mean 'estate.yaml'?"),
        (("--check", CHECK, "--on", "d/b", "--file", "/etc/hostname"), "is not in the folder of the estate"),
        (("--check", CHECK, "--on", "d/b", "--file", "nothing.pdf"), "No such file"),
        (("--check", CHECK, "--on", "d/b", "--says", "x\udcff"), "no UTF-8"),
    ],
)
def test_nothing_is_written_where_something_is_wrong(room: Room, words: tuple[str, ...], told: str) -> None:
    before = {path: path.read_bytes() for path in room.estate.rglob("*") if path.is_file()}
    code, out = room.says("evidence", "add", "--by", "x", "--expires", "2027-01-01", *words)
    assert (code, told in out) == (Exit.USAGE, True), out
    assert {path: path.read_bytes() for path in room.estate.rglob("*") if path.is_file()} == before


def test_what_is_there_is_not_overwritten(room: Room) -> None:
    written = room.added()
    text = written.read_bytes()
    assert room.says("evidence", "add", *ADD, "--id", "sheet")[0] == Exit.USAGE
    (room.estate / "evidence" / "mine.yaml").symlink_to("/nonexistent")
    assert room.says("evidence", "add", *ADD, "--id", "mine")[0] in (Exit.USAGE, Exit.INVALID)
    assert written.read_bytes() == text
    assert sorted(path.name for path in written.parent.iterdir()) == ["mine.yaml", "sheet.pdf", "sheet.yaml"]


def test_programs_and_spreadsheets_get_the_same(room: Room) -> None:
    room.added()
    assert room.says("evidence", "add", *ADD, "--says", "=1+1", "--id", "two")[0] == Exit.READY
    _, text = room.says("evidence", "verify", "--format", "csv", "--at", AT)
    _, document = room.says("evidence", "verify", "--format", "json", "--at", AT)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["state"] for row in rows] == [one["state"] for one in json.loads(document)["evidence"]]
    assert json.loads(document)["schema"] == "haechi.evidence/1"


def test_one_file_as_an_inventory(room: Room) -> None:
    alone = room.estate / "estate.yaml"
    assert room.says("evidence", "add", *ADD, "--id", "sheet", on=str(alone))[0] == Exit.READY
    assert "id: sheet" in alone.read_text()
    assert main(["attest", str(alone), "sheet", "--key", str(room.lee.path)]) == Exit.READY
    assert (room.estate / "evidence" / "sheet.sig").is_file()


def test_nobody_signs_for_a_document_that_was_changed(room: Room) -> None:
    room.added()
    room.document.write_text("other")
    assert room.attest("sheet", "--key", str(room.lee.path))[0] == Exit.FAILED
    assert not (room.estate / "evidence" / "sheet.sig").exists()


def test_the_key_is_nowhere(room: Room) -> None:
    room.added()
    _, out = room.attest("sheet", "--key", str(room.lee.path))
    secret = _body(room.lee)
    kept = [path.read_text("utf-8", "replace") for path in room.estate.rglob("*") if path.is_file()]
    assert not any(secret in text for text in (*kept, out))


def _body(key: Key) -> str:
    return key.path.read_text().splitlines()[2]
