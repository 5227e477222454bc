"""Bundles that were made, flipped, cut off, rebuilt by an intruder, against what each verifier says of them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.app.sealing_bundle import make, merge_all
from audit.app.sealing_verify import one_file, verify
from audit.model.exit import Exit, Stop
from audit.store import open_store
from audit.store.bundling_verifier import Altered, open_bundle, pack, unpack
from audit.store.checkpoint import read_checkpoint, read_key
from audit.store.history import open_history
from tests.store.contract import SOURCES, facts_of, observations, run
from tests.store.sealed import Institution, institution


@dataclass(frozen=True, slots=True)
class Sent:
    """What an institution sent."""

    kibo: Institution
    path: Path
    data: bytes


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    kibo = institution(tmp_path_factory.mktemp("sent") / "kibo")
    path = bundled(kibo, "first")
    return Sent(kibo, path, path.read_bytes())


def bundled(one: Institution, name: str, *, of: str = "kibo", named: str = "latest") -> Path:
    path = one.store.with_name(f"{name}.haechi")
    make(str(one.store), institution=of, run=named, key=one.key, output=path)
    return path


def told(sent: Sent, data: bytes, folder: Path) -> tuple[int, str]:
    """What the one file says, run by Python alone."""
    (folder / "verify.py").write_text(one_file())
    (folder / "x.haechi").write_bytes(data)
    words = (sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder / "x.haechi"))
    more = ("--key", sent.kibo.public, "--checkpoint", str(sent.kibo.checkpoint))
    answer = subprocess.run((*words, *more), capture_output=True, text=True, timeout=300, check=False)
    assert answer.stderr == ""
    return answer.returncode, answer.stdout


def test_the_same_store_makes_the_same_bytes(sent: Sent) -> None:
    assert bundled(sent.kibo, "again").read_bytes() == sent.data
    assert sent.data.startswith(b"PK")
    with zipfile.ZipFile(io.BytesIO(sent.data)) as others:
        assert others.testzip() is None
        assert {name: others.read(name) for name in others.namelist()} == unpack(sent.data)


def test_a_whole_bundle(sent: Sent, tmp_path: Path) -> None:
    found = verify(str(sent.path), checkpoints=[sent.kibo.checkpoint], keys=[sent.kibo.public])
    assert (found.exit, found.faults) == (Exit.READY, ())
    assert verify(str(sent.path)).exit is Exit.NOT_VERIFIED
    code, says = told(sent, sent.data, tmp_path)
    assert (code, "12 findings, 6 observations" in says) == (0, True), says
    bundle = open_bundle(sent.data)
    assert sorted(bundle.sources.values()) == sorted(SOURCES.values())


def test_a_log_that_went_on(sent: Sent, tmp_path: Path) -> None:
    kibo = institution(tmp_path / "kibo")
    kibo.act(3)
    kibo.runs(3)
    path = bundled(kibo, "later")
    assert verify(str(path), checkpoints=[kibo.checkpoint], keys=[kibo.public]).exit is Exit.READY
    newer = kibo.seal("newer")
    kibo.act()
    newest = kibo.seal("newest")
    assert verify(str(path), checkpoints=[newer], keys=[kibo.public]).exit is Exit.READY
    assert verify(str(path), checkpoints=[newest], keys=[kibo.public]).exit is Exit.NOT_VERIFIED
    other = verify(str(path), checkpoints=[sent.kibo.checkpoint], keys=[kibo.public])
    assert (other.exit, "does not go on" in str(other.faults[0])) == (Exit.FAILED, True)


def test_no_flipped_bit_is_silent(sent: Sent) -> None:
    for place in range(0, len(sent.data), 5):
        broken = bytearray(sent.data)
        broken[place] ^= 1 << place % 8
        with pytest.raises(Altered):
            open_bundle(bytes(broken))
    for length in range(0, len(sent.data), 97):
        with pytest.raises(Altered):
            open_bundle(sent.data[:length])


def test_whoever_rebuilds_the_file_still_lacks_the_key(sent: Sent) -> None:
    key = read_key(sent.kibo.public)
    for name, content in unpack(sent.data).items():
        for place in range(0, len(content), max(len(content) // 60, 1)):
            broken = bytearray(content)
            broken[place] ^= 1 << place % 8
            members = {**unpack(sent.data), name: bytes(broken)}
            try:
                note = read_checkpoint(open_bundle(pack(sorted(members.items()))).note)
            except (Altered, ValueError):
                continue
            assert not note.signed_by(key), (name, place)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("findings.jsonl", b'"5h 10m"', b'"1h 10m"', "finding 0 is not what was sealed"),
        ("events.jsonl", b'"f7"', b'"f8"', "event 8 is not what was sealed"),
        ("observations.jsonl", b"no answer", b"an answer", "the observation of b/unseen is not what was sealed"),
        ("head.json", b"complete", b"complet3", "its head is not what was sealed"),
        ("files.json", b"kibo.yaml", b"kibi.yaml", "the names of its files are not those that were sealed"),
    ],
)
def test_what_was_altered_is_named(
    sent: Sent, tmp_path: Path, name: str, before: bytes, after: bytes, said: str
) -> None:
    members = unpack(sent.data)
    assert before in members[name]
    members[name] = members[name].replace(before, after)
    data = pack(sorted(members.items()))
    with pytest.raises(Altered, match=said):
        open_bundle(data)
    code, says = told(sent, data, tmp_path)
    assert (code, said in says) == (1, True), says


def zipped(**how: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in how.items():
            file.writestr(name, content)
    return made.getvalue()


def test_files_that_are_no_bundle_are_refused_before_anything_is_unpacked(sent: Sent) -> None:
    members = sorted(unpack(sent.data).items())
    link = pack([*members, ("sources/" + "a" * 64, b"/etc/passwd")])
    hostile = [
        b"",
        b"PK\3\4",
        zipped(checkpoint="0" * 50_000_000),
        zipped(**{"../../etc/cron.d/x": "* * * * *"}),
        pack([("/etc/passwd", b"x"), *members]),
        pack([*members, ("sources/../x", b"x")]),
        pack([*members, members[-1]]),
        pack(members[::-1]),
        pack(members[1:]),
        link,
        sent.data + b"more",
        b"#!/bin/sh\n" + sent.data,
        pack([(name, b"[" * 100_000 if name == "events.jsonl" else content) for name, content in members]),
        pack([(name, b"9" * 10_000 + b"\n" if name == "covers.jsonl" else content) for name, content in members]),
    ]
    for data in hostile:
        with pytest.raises(Altered):
            open_bundle(data)


def test_merging(sent: Sent, tmp_path: Path) -> None:
    ministry, keys = str(tmp_path / "ministry.db"), [sent.kibo.public]
    (first,) = merge_all(ministry, [sent.path], keys)
    assert (first.exit, first.merged and first.merged.state, first.merged and first.merged.conflicts) == (
        0,
        "merged",
        (),
    )
    (again,) = merge_all(ministry, [sent.path], keys)
    assert again.merged is not None
    assert again.merged.state == "known"
    with open_store(ministry, writing=False) as store, open_store(str(sent.kibo.store), writing=False) as own:
        assert store.run(run(2).id) == own.run(run(2).id)
        assert store.verify(run(2).id) == ()
        assert store.sources(run(2).id) == SOURCES
        assert store.findings(run(2).id) == own.findings(run(2).id)
        assert len(store.observations(run(2).id, facts_of)) == len(observations())
    with open_history(ministry, watching=False) as history:
        events = history.events(kinds=("import",))
        assert history.verify() == ()
    assert [event.values["schema"] for event in events[:2]] == ["haechi.merged/1", "haechi.merged-event/1"]
    assert len(events) == 1 + 21, "the register came along, once"


def test_conflicts_are_told_and_nothing_is_lost(sent: Sent, tmp_path: Path) -> None:
    ministry = str(tmp_path / "ministry.db")
    kosme, false = institution(tmp_path / "kosme", "kosme"), institution(tmp_path / "false", "kibo")
    kosme.runs(3, institution="kosme")
    keys = [sent.kibo.public, kosme.public, false.public]
    other = bundled(kosme, "other", of="kosme")
    second = bundled(kosme, "second", of="kosme", named=run(2).id)
    answers = merge_all(ministry, [sent.path, other, second, bundled(false, "false")], keys)
    states = [one.merged.state for one in answers if one.merged is not None]
    assert states == ["merged", "merged", "refused", "known"] or states[:3] == ["merged", "merged", "refused"]
    said = [str(one) for answer in answers if answer.merged is not None for one in answer.merged.conflicts]
    assert any("12 subjects are told of by kibo too" in one for one in said), said
    assert any("is here already with another content" in one for one in said), said
    with open_history(ministry, watching=False) as history:
        refused = [one for one in history.events(kinds=("import",)) if one.values["schema"] == "haechi.refused/1"]
    assert refused, "that it was refused is in the log"
    older = merge_all(str(tmp_path / "two.db"), [other, kosme_first(kosme)], keys)
    assert older[1].merged is not None


def kosme_first(kosme: Institution) -> Path:
    return bundled(kosme, "first", of="kosme", named=run(1).id)


def test_a_bundle_of_a_stranger_is_not_taken(sent: Sent, tmp_path: Path) -> None:
    stranger = institution(tmp_path / "stranger", "kibo2").public
    (answer,) = merge_all(str(tmp_path / "ministry.db"), [sent.path], [stranger])
    assert (answer.exit, answer.merged) == (Exit.NOT_VERIFIED, None)
    with pytest.raises(Stop):
        merge_all(str(tmp_path / "ministry.db"), [sent.path], [])


def test_an_institution_of_which_the_run_tells_nothing(sent: Sent) -> None:
    with pytest.raises(Stop) as stop:
        bundled(sent.kibo, "none", of="kibbo")
    assert (stop.value.code, "did you mean 'kibo'" in stop.value.lines[0]) == (Exit.USAGE, True)


def test_the_events_are_lines_of_canonical_json(sent: Sent) -> None:
    for line in unpack(sent.data)["events.jsonl"].splitlines():
        assert json.loads(line)["event"][0] > 0
