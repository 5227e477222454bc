"""Command lines of sealing, witnessing, verifying, bundling in, exit codes with what is said out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.cli import main
from audit.model.exit import Exit
from tests.store.sealed import Institution, institution

Output = pytest.CaptureFixture[str]


@pytest.fixture
def kibo(tmp_path: Path) -> Institution:
    return institution(tmp_path / "kibo")


def said(capsys: Output, *words: object) -> tuple[int, str, str]:
    code = main(list(map(str, words)))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_from_the_key_to_the_ministry(tmp_path: Path, kibo: Institution, capsys: Output) -> None:
    key, checkpoint, bundle = tmp_path / "k.key", tmp_path / "c", tmp_path / "b.haechi"
    code, public, err = said(capsys, "seal", "--new-key", "audit.example.org/new", "--key", key)
    assert (code, "as a witness" in err) == (Exit.READY, True)
    assert key.read_text().strip().split("+", 4)[4] not in public + err, "the secret is never shown"
    (tmp_path / "k.pub").write_text(public)
    code, out, _ = said(capsys, "seal", "latest", "--key", key, "--store", kibo.store, "--output", checkpoint)
    assert (code, out) == (Exit.READY, "")
    words = ("verify", kibo.store, "--checkpoint", checkpoint, "--key", tmp_path / "k.pub")
    code, out, _ = said(capsys, *words)
    assert (code, "intact: 21 events, 2 runs" in out) == (Exit.READY, True)
    make = ("bundle", "make", kibo.store, "--institution", "kibo", "--key", key, "--output", bundle)
    assert said(capsys, *make)[0] == Exit.READY
    assert said(capsys, *make)[0] == Exit.READY, "once more it is the same file"
    assert said(capsys, "bundle", "verify", bundle, "--key", public.strip())[0] == Exit.READY
    assert said(capsys, "bundle", "verify", bundle)[0] == Exit.NOT_VERIFIED
    merge = ("bundle", "merge", tmp_path / "m.db", bundle, "--key", public.strip(), "--format", "json")
    for state in ("merged", "known"):
        code, out, _ = said(capsys, *merge)
        assert (code, json.loads(out)["bundles"][0]["state"]) == (Exit.READY, state)
    kibo.change("UPDATE event SET subject = 'x' WHERE number = 5")
    code, out, _ = said(capsys, *words)
    assert (code, "event 5 is not what was written" in out) == (Exit.FAILED, True)
    code, out, _ = said(capsys, *words, "--format", "json", "--lang", "en")
    found = json.loads(out)
    assert (found["schema"], found["state"], found["first"]) == (
        "haechi.verify/1", "altered", "event 5 is not what was written",
    )  # fmt: skip


def test_a_witness(tmp_path: Path, kibo: Institution, capsys: Output) -> None:
    key = tmp_path / "w.key"
    assert said(capsys, "seal", "--new-key", "kosme.example.org", "--key", key)[0] == Exit.READY
    assert said(capsys, "witness", kibo.checkpoint, "--key", key)[0] == Exit.NOT_VERIFIED
    code, out, _ = said(capsys, "witness", kibo.checkpoint, "--key", key, "--log", kibo.public)
    assert (code, out.count("\u2014 ")) == (Exit.READY, 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("verify",), "name a store or a bundle"),
        (("verify", "none.db"), "there is no store"),
        (("verify", "none.haechi"), "cannot read"),
        (("verify", "{store}", "--checkpoint", "{key}"), "secret.key:1:1: "),
        (("verify", "{store}", "--checkpoint", "none"), "cannot read none"),
        (("verify", "{store}", "--key", "abc"), "expected a public key such as name+0a1b2c3d+BASE64"),
        (("seal", "--key", "{checkpoint}", "--store", "{store}"), "expected a secret key"),
        (("seal", "--key", "{key}", "--new-key", "x"), "a key is never overwritten"),
        (("seal", "--key", "new", "--new-key", "x y"), "expected a name without spaces"),
        (("seal", "none", "--key", "{key}", "--store", "{store}"), "no run 'none'"),
        (("bundle", "merge", "m.db", "{store}"), "name the keys"),
    ],
)  # fmt: skip
def test_wrong_usage(kibo: Institution, capsys: Output, words: tuple[str, ...], says: str) -> None:
    kibo.checkpoint.chmod(0o600)
    paths = {"store": str(kibo.store), "key": str(kibo.key), "checkpoint": str(kibo.checkpoint)}
    code, out, err = said(capsys, *(word.format(**paths) for word in words))
    assert (code, says in err) == (Exit.USAGE, True), err
    assert kibo.key.read_text().strip().split("+", 4)[4] not in out + err
