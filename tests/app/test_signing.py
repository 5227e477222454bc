"""A stored run with keys of persons to signatures under it, good ones, forged ones, those of nobody."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.app import audit, dossier_of
from audit.app.signing import assents, signed, to_sign
from audit.cli import main
from audit.model.assent import read_back
from audit.model.event import Event
from audit.model.exit import Exit, Stop
from audit.store.history import open_history
from reports.signed import sentences
from reports.translate import Translator

TEXT = """
sites: [{id: busan, rooms: [{id: hall}]}]
institutions:
  - id: kibo
    accountable: {name: Kim Minji, role: CIO, email: m@kibo.kr}
    systems: [{id: loans, grade: 4, at: [busan/hall]}]
  - {id: kosme, accountable: {name: Lee Jun}}
"""


@pytest.fixture(autouse=True)
def keys(need: Callable[[str], Path]) -> None:
    need("ssh-keygen")


class Office:
    """A store with one run, two people with keys, a list of both."""

    def __init__(self, folder: Path) -> None:
        (folder / "estate.yaml").write_text(TEXT, "utf-8")
        self.folder, self.store = folder, str(folder / "haechi.db")
        audit(folder / "estate.yaml", store=self.store)
        self.dossier = dossier_of(store=self.store).dossier
        self.list = folder / "signers"
        lines = [f'"{name}" {self.key(file)}' for name, file in (("Kim Minji", "kim"), ("Lee Jun", "lee"))]
        self.list.write_text("\n".join(lines) + "\n", "utf-8")
        self.signers = self.list.read_bytes()

    def key(self, name: str) -> str:
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name))
        subprocess.run(words, check=True, capture_output=True, timeout=300)
        return " ".join((self.folder / f"{name}.pub").read_text("ascii").split()[:2])

    def states(self, signers: bytes | None) -> list[str]:
        return [one.state for one in assents(self.store, self.dossier, signers)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_the_person_signs_and_everybody_is_told(office: Office) -> None:
    told = to_sign(office.dossier, "Kim Minji")
    assert office.dossier.run.root in told.text
    found = signed(told, office.folder / "kim", office.signers, office.store)
    assert (found.good, found.institutions, found.signer) == (True, ("kibo",), "Kim Minji")
    again = dossier_of(store=office.store).dossier
    assert [one.name for one in again.signatures] == ["Kim Minji"]
    assert "Signed by Kim Minji (CIO) for kibo" in next(iter(sentences(again.signatures, Translator("en"))))


def test_nobody_signed() -> None:
    assert list(sentences((), Translator("en"))) == ["Nobody has signed this assessment."]


def test_somebody_elses_key_is_refused_and_nothing_is_kept(office: Office) -> None:
    with pytest.raises(Stop, match="the key is that of Lee Jun") as stop:
        signed(to_sign(office.dossier, "Kim Minji"), office.folder / "lee", office.signers, office.store)
    assert stop.value.code is Exit.FAILED
    assert office.states(office.signers) == []


def test_who_answers_for_nothing_signs_nothing(office: Office) -> None:
    with pytest.raises(Stop, match="did you mean 'Kim Minji'"):
        to_sign(office.dossier, "Kim Minjy")


def test_a_key_that_nobody_listed_counts_for_nothing(office: Office) -> None:
    office.key("stranger")
    found = signed(to_sign(office.dossier, "Kim Minji"), office.folder / "stranger", office.signers, office.store)
    assert (found.state, found.good) == ("unknown-signer", False)
    unlisted = signed(to_sign(office.dossier, "Lee Jun"), office.folder / "lee", None, office.store)
    assert unlisted.state == "no-signers"
    assert office.states(office.signers) == ["unknown-signer", "good"]


def test_a_signature_of_another_text_is_caught(office: Office) -> None:
    told = to_sign(office.dossier, "Kim Minji")
    signed(told, office.folder / "kim", office.signers, office.store)
    with open_history(office.store, watching=False) as history:
        (event,) = history.events(kinds=("signature",))
        better = told.text.replace('role: "CIO"', 'role: "Minister"')
        history.tell([Event(event.at, "signature", event.subject, {**event.values, "text": better})])
        other = told.text.replace(office.dossier.run.root, "sha256:" + "0" * 64)
        history.tell([Event(event.at, "signature", event.subject, {**event.values, "text": other})])
        history.tell([Event(event.at, "signature", event.subject, {"purpose": "assessment", "text": "nothing"})])
    assert office.states(office.signers) == ["good", "tampered", "tampered"]
    assert office.states(None) == ["good", "tampered", "tampered"]


def test_what_is_no_such_text_is_left_out() -> None:
    assert read_back({"purpose": "assessment", "text": "# What I sign"}) is None
    assert read_back({"purpose": "checkpoint"}) is None


def test_the_command(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    store = ("--store", office.store, "--lang", "en")
    assert main(["sign", "latest", *store]) == 3
    assert "Nobody has signed" in capsys.readouterr().out
    assert main(["sign", "latest", "--as", "Kim Minji", *store]) == 0
    assert capsys.readouterr().out.startswith("# What I sign for Haechi, namespace haechi-assessment")
    words = ("--key", str(office.folder / "kim"), "--signers", str(office.list), "--format", "json")
    assert main(["sign", "latest", "--as", "Kim Minji", *words, *store]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["signatures"][0]["state"]) == ("haechi.signatures/1", "good")
    assert main(["sign", "latest", *words[:2], *store]) == 2
