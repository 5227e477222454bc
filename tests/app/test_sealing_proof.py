"""Proofs of single records that were made, changed, cut off, forged, against what both verifiers say of them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.app.sealing_proof import Wanted, prove
from audit.app.sealing_verify import one_file, verify
from audit.cli import main
from audit.model.exit import Exit, Stop
from audit.store.bundling_verifier import Altered, canonical
from audit.store.bundling_verifier_signed import judge, open_proof
from audit.store.checkpoint import read_checkpoint, read_key
from tests.store.contract import run
from tests.store.sealed import Institution, institution

FINDING = Wanted(run="latest", subject="kibo/guarantee/000007", check="backup.age")
SEEN = Wanted(run=run(1).id, subject="daejeon/ups")
RECORDS = (FINDING, SEEN, Wanted(event=1), Wanted(event=7), Wanted(event=21))


@pytest.fixture(scope="module")
def kibo(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    return institution(tmp_path_factory.mktemp("proof") / "kibo")


def proven(kibo: Institution, wanted: Wanted) -> str:
    return prove(wanted, store=str(kibo.store), checkpoint=kibo.checkpoint)[0]


@pytest.mark.parametrize("wanted", RECORDS)
def test_each_kind_of_record(kibo: Institution, tmp_path: Path, wanted: Wanted) -> None:
    text = proven(kibo, wanted)
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    path = tmp_path / "one.proof"
    path.write_text(text)
    found = verify(str(path), checkpoints=[kibo.checkpoint], keys=[kibo.public])
    assert (found.exit, found.faults, found.kind) == (Exit.READY, (), "proof")
    assert judge(text.encode(), [kibo.checkpoint.read_text()], [kibo.public])[0] == 0
    named = wanted.subject or f"event {wanted.event},"
    assert named in found.record
    assert verify(str(path)).exit is Exit.NOT_VERIFIED, "without a key it says nothing"
    assert judge(text.encode(), [], [])[0] == 3


def test_the_one_file_that_needs_python_alone(kibo: Institution, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_text(one_file())
    (tmp_path / "x.proof").write_text(proven(kibo, FINDING))
    words = (sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(tmp_path / "x.proof"), "--key", kibo.public)
    answer = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "backup.age on kibo/guarantee/000007" in answer.stdout


def test_a_checkpoint_that_was_kept(kibo: Institution, tmp_path: Path) -> None:
    path = tmp_path / "one.proof"
    path.write_text(proven(kibo, FINDING))
    later, other = institution(tmp_path / "later"), institution(tmp_path / "other", "kosme")
    later.act()
    newer = later.seal("newer")
    assert verify(str(path), checkpoints=[newer], keys=[later.public]).exit is not Exit.READY
    found = verify(str(path), checkpoints=[other.checkpoint], keys=[kibo.public, other.public])
    assert (found.exit, "its log is not the one" in str(found.faults[0])) == (Exit.FAILED, True)
    assert judge(path.read_bytes(), [other.checkpoint.read_text()], [kibo.public])[0] == 1
    assert judge(path.read_bytes(), [newer.read_text()], [kibo.public])[0] == 3


def test_no_changed_letter_is_silent(kibo: Institution) -> None:
    """What is changed is no proof any more, or no longer under a signature of the key."""
    text, key = proven(kibo, FINDING).encode(), read_key(kibo.public)
    for place in range(0, len(text), 3):
        broken = bytearray(text)
        broken[place] ^= 1 << place % 7
        try:
            note = read_checkpoint(open_proof(bytes(broken)).note)
        except (Altered, ValueError):
            continue
        assert note.signed_by(key) is not True or str(note) in text.decode(), place
        assert open_proof(bytes(broken)).says == open_proof(text).says
    for length in range(0, len(text), 7):
        assert judge(text[:length], [], [kibo.public])[0] != 0, length


def forged(text: str, change: Callable[[dict[str, Any]], object]) -> bytes:
    start, extra, *rest = text.split("\n")
    content = json.loads(base64.b64decode(extra[6:]))
    change(content)
    return "\n".join([start, "extra " + base64.b64encode(canonical(content)).decode(), *rest]).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(leaf=one["leaf"].replace('"unknown"', '"pass"').replace('"fail"', '"pass"') + " "),
        lambda one: one.update(place=one["place"] - 1),
        lambda one: one.update(place=-1),
        lambda one: one.update(place=1.5),
        lambda one: one.update(path=one["path"][:-1]),
        lambda one: one.update(path=one["path"] * 40),
        lambda one: one.update(path=[]),
        lambda one: one.update(path="AAAA"),
        lambda one: one.update(run=run(1).id),
        lambda one: one.update(run=["x"]),
        lambda one: one.update(observation='{"subject":"x"}'),
        lambda one: one.update(event=one["event"][:4]),
        lambda one: one["event"].__setitem__(0, 5),
        lambda one: one["event"].__setitem__(2, "action"),
        lambda one: one["event"].__setitem__(4, "{}"),
        lambda one: one.clear(),
    ],
)
def test_a_record_that_somebody_forged(kibo: Institution, change: Callable[[dict[str, Any]], object]) -> None:
    broken = forged(proven(kibo, FINDING), change)
    with pytest.raises(Altered):
        open_proof(broken)
    assert judge(broken, [], [kibo.public])[0] == 1


START = "c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    "text", ["", START, START * 9, START + "extra " + "W1tb" * 30_000 + "\nindex 0\n\na\n1\nAAAA\n"]
)
def test_files_that_are_no_proof(tmp_path: Path, text: str) -> None:
    with pytest.raises(Altered):
        open_proof(text.encode())
    if text:
        (tmp_path / "x").write_text(text)
        assert verify(str(tmp_path / "x")).exit is Exit.FAILED


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(), "name a record"),
        (Wanted(event=22), "covers no event 22; it covers 1 to 21"),
        (Wanted(subject="nobody"), "saw nothing of 'nobody'"),
        (Wanted(subject="nobody", check="backup.age"), "found nothing of 'backup.age' on 'nobody'"),
        (Wanted(run="2031", subject="daejeon/ups"), "no run '2031'"),
    ],
)
def test_what_there_is_not(kibo: Institution, wanted: Wanted, says: str) -> None:
    with pytest.raises(Stop) as stop:
        proven(kibo, wanted)
    assert (stop.value.code, says in stop.value.lines[0]) == (Exit.USAGE, True), stop.value.lines


def test_a_store_that_was_altered_proves_nothing(tmp_path: Path) -> None:
    kibo = institution(tmp_path / "kibo")
    kibo.runs(3)
    with pytest.raises(Stop, match="does not cover run"):
        proven(kibo, Wanted(run=run(3).id, subject="daejeon/ups"))
    kibo.change("UPDATE finding SET line = CAST(replace(CAST(line AS TEXT), '5h 10m', '1h 10m') AS BLOB)")
    with pytest.raises(Stop) as stop:
        proven(kibo, FINDING if FINDING.run != "latest" else Wanted(run=run(2).id, subject=FINDING.subject,
                                                                    check=FINDING.check))  # fmt: skip
    assert stop.value.code is Exit.FAILED
    kibo.change("UPDATE event SET subject = 'x' WHERE number = 3")
    with pytest.raises(Stop) as stop:
        proven(kibo, Wanted(event=7))
    assert stop.value.code is Exit.FAILED


def test_the_commands(kibo: Institution, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.proof"
    words = ("--checkpoint", str(kibo.checkpoint), "--store", str(kibo.store), "--lang", "en")
    found = ("--on", FINDING.subject, "--check", FINDING.check)
    assert main(["prove", *words, *found, "--output", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["prove", *words, "--event", "7", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["size"]) == ("haechi.proof/1", 21)
    assert main(["verify", str(path), "--key", kibo.public, "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "intact: one record, in a log of 21 events" in out
    assert "backup.age on kibo/guarantee/000007" in out
    path.write_text(path.read_text().replace("index 20", "index 19"))
    assert main(["verify", str(path), "--key", kibo.public, "--lang", "en", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "proof"
