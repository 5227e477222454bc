"""Bundles of several runs, made, altered, merged twice, against what each verifier and the ministry's store hold."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from audit.app.bundled import sent_runs
from audit.app.sealing_bundle import Made, make, merge_all
from audit.app.sealing_verify import one_file, verify
from audit.model.exit import Exit
from audit.store import open_store
from audit.store.bundling_verifier import Altered, open_bundle, pack, unpack
from tests.store.contract import facts_of, finding, observations, run
from tests.store.sealed import Institution, institution


@pytest.fixture(scope="module")
def kibo(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    made = institution(tmp_path_factory.mktemp("runs") / "kibo")
    made.runs(3)
    return made


def bundled(
    one: Institution, name: str, last: int | None = None, since: date | None = None, named: str = "latest"
) -> Made:
    path = one.store.with_name(f"{name}.haechi")
    return make(str(one.store), institution="kibo", run=named, key=one.key, output=path, last=last, since=since)


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(run(number).id for number in numbers)


def test_so_many_runs_or_those_since_a_day(kibo: Institution) -> None:
    assert bundled(kibo, "one").runs == ids(3)
    assert bundled(kibo, "two", 2).runs == ids(3, 2)
    assert bundled(kibo, "many", 99).runs == ids(3, 2, 1)
    assert bundled(kibo, "upto", 99, named=run(2).id).runs == ids(2, 1)
    assert bundled(kibo, "since", since=date(2026, 11, 21)).runs == ids(3, 2, 1)
    assert bundled(kibo, "later", since=date(2026, 11, 22)).runs == ids(3), "what is named is there whatever the day"
    assert bundled(kibo, "both", 2, date(2026, 1, 1)).runs == ids(3, 2)
    assert bundled(kibo, "again", 2).path.read_bytes() == bundled(kibo, "two", 2).path.read_bytes()


def test_one_run_looks_as_it_always_did(kibo: Institution) -> None:
    assert not any(name.startswith("runs/") for name in unpack(bundled(kibo, "one").path.read_bytes()))


def test_runs_that_are_not_of_the_institution_or_the_estate_stay(tmp_path: Path) -> None:
    kibo = institution(tmp_path / "kibo")
    kibo.runs(3, institution="kosme")
    with open_store(str(kibo.store), writing=True) as store:
        other = replace(run(4), estate_id="other")
        store.begin(other, {})
        store.close(replace(other, state="complete"), [finding()])
    kibo.runs(5)
    assert bundled(kibo, "mine", 9).runs == ids(5, 2, 1)


def told(data: bytes, key: str, folder: Path) -> tuple[int, str]:
    (folder / "verify.py").write_text(one_file())
    (folder / "x.haechi").write_bytes(data)
    words = (sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder / "x.haechi"), "--key", key)
    answer = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert answer.stderr == ""
    return answer.returncode, answer.stdout


def test_the_verifiers_read_them_all(kibo: Institution, tmp_path: Path) -> None:
    made = bundled(kibo, "all", 3)
    found = verify(str(made.path), keys=[kibo.public])
    assert (found.exit, found.runs) == (Exit.READY, 3)
    code, says = told(made.path.read_bytes(), kibo.public, tmp_path)
    assert (code, ", ".join(ids(3, 2, 1)) in says, "36 findings, 18 observations" in says) == (0, True, True), says


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("findings.jsonl", b'"5h 10m"', b'"1h 10m"', "finding 0 is not what was sealed"),
        ("observations.jsonl", b"no answer", b"an answer", "the observation of b/unseen is not what was sealed"),
        ("head.json", b"complete", b"complet3", "its head is not what was sealed"),
        ("files.json", b"kibo.yaml", b"kibi.yaml", "the names of its files are not those that were sealed"),
    ],
)
def test_what_was_altered_in_an_older_run_is_named(
    kibo: Institution, tmp_path: Path, name: str, before: bytes, after: bytes, said: str
) -> None:
    members = unpack(bundled(kibo, "all", 3).path.read_bytes())
    old = f"runs/{run(1).id}/{name}"
    assert before in members[old]
    members[old] = members[old].replace(before, after)
    data = pack(sorted(members.items()))
    with pytest.raises(Altered, match=f"run {run(1).id}: {said}"):
        open_bundle(data)
    code, says = told(data, kibo.public, tmp_path)
    assert (code, said in says) == (1, True), says


def test_runs_that_are_moved_doubled_or_left_out(kibo: Institution) -> None:
    whole = unpack(bundled(kibo, "two", 2).path.read_bytes())
    old = f"runs/{run(2).id}/"
    doubled = {f"runs/{run(3).id}/{name}": whole[name] for name in whole if f"{old}{name}" in whole}
    hostile = [
        ({name: content for name, content in whole.items() if name != old + "head.json"}, "is missing"),
        ({**whole, **doubled}, "a run is there twice"),
        ({name.replace(old, "runs/x/"): content for name, content in whole.items()}, "holds another run"),
        ({name.replace(old, "runs/../"): content for name, content in whole.items()}, "does not belong"),
        ({**whole, "runs/": b""}, "does not belong"),
        ({**whole, old + "more": b""}, "does not belong"),
        ({**whole, "runs/" + "x/" * 9 + "head.json": b""}, "does not belong"),
    ]
    for members, said in hostile:
        with pytest.raises(Altered, match=said):
            open_bundle(pack(sorted(members.items())))
    for place in range(0, len(pack(sorted(whole.items()))), 101):
        broken = bytearray(pack(sorted(whole.items())))
        broken[place] ^= 1 << place % 8
        with pytest.raises(Altered):
            open_bundle(bytes(broken))


def test_the_ministry_takes_what_it_lacks(kibo: Institution, tmp_path: Path) -> None:
    ministry, keys = str(tmp_path / "ministry.db"), [kibo.public]
    middle = bundled(kibo, "middle", named=run(2).id).path
    states = []
    for path in (middle, bundled(kibo, "all", 3).path, bundled(kibo, "all", 3).path, middle):
        (answer,) = merge_all(ministry, [path], keys)
        assert answer.merged is not None
        states.append((answer.merged.state, len(answer.merged.runs)))
    assert states == [("merged", 1), ("merged", 3), ("known", 3), ("known", 1)]
    with open_store(ministry, writing=False) as there, open_store(str(kibo.store), writing=False) as here:
        assert [one.id for one in there.runs()] == list(ids(3, 2, 1))
        for one in here.runs():
            assert there.run(one.id) == one
            assert there.verify(one.id) == ()
            assert there.findings(one.id) == here.findings(one.id)
            assert len(there.observations(one.id, facts_of)) == len(observations())
    assert dict(sent_runs(ministry)) == dict.fromkeys(ids(1, 2, 3), frozenset({"kibo"}))
    assert dict(sent_runs(str(kibo.store))) == {}


def test_one_run_with_another_content_keeps_them_all_out(kibo: Institution, tmp_path: Path) -> None:
    ministry = str(tmp_path / "ministry.db")
    merge_all(ministry, [bundled(kibo, "first", named=run(1).id).path], [kibo.public])
    late = institution(tmp_path / "late", "kosme")
    late.runs(3, institution="kosme")
    path = late.store.with_name("late.haechi")
    made = make(str(late.store), institution="kosme", run="latest", key=late.key, output=path)
    (good,) = merge_all(ministry, [made.path], [late.public])
    assert good.merged is not None
    assert good.merged.state == "merged"
    (bad,) = merge_all(ministry, [bundled(kibo, "all", 3).path], [kibo.public])
    assert bad.merged is not None
    assert (bad.exit, bad.merged.state) == (Exit.FAILED, "refused")
    assert "is here already with another content" in str(bad.merged.conflicts[0])
    with open_store(ministry, writing=False) as store:
        assert [one.id for one in store.runs()] == list(ids(3, 1)), "all of a bundle or nothing"
