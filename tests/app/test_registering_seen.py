"""A store with measures and signatures in, what the rules of the next run say of both out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.app import audit, dossier_of, rejudge
from audit.app.registering_births import Written, born, changed
from audit.app.registering_seen import NAMED, register_state
from audit.app.signing import signed, to_sign
from audit.model.evidence import Finding, Selection
from audit.model.register import State
from audit.model.verdict import Verdict
from tests.analysis.registering import born as birth
from tests.analysis.registering import changed as change
from tests.analysis.registering import look

TEXT = """
estate: {id: all, timezone: Asia/Seoul, signers: signers}
sites: [{id: busan, rooms: [{id: hall}]}]
institutions:
  - id: kibo
    accountable: {name: Kim Minji, role: CIO, email: m@kibo.kr}
    systems: [{id: loans, grade: 1, at: [busan/hall]}]
  - {id: kosme, accountable: {name: Lee Jun}, systems: [{id: pay, grade: 1, at: [busan/hall]}]}
earlier-findings: [{id: d-1, by: Board, says: Second place., issued: 2024-04-12, due: 2099-12-31, closed: 2025-01-01}]
"""
EARLIER, EXECUTIVE = "operations.earlier-findings", "operations.executive-signature"


class Office:
    """An estate with its store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, str(folder / "haechi.db")
        (folder / "estate.yaml").write_text(TEXT, "utf-8")
        (folder / "signers").write_text("", "utf-8")

    def run(self, **changes: object) -> dict[tuple[str, str], Finding]:
        done = audit(self.folder / "estate.yaml", store=self.store, selection=Selection(**changes))  # type: ignore[arg-type]
        return {(one.check, one.subject): one for one in done.dossier.findings}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def said(found: dict[tuple[str, str], Finding], check: str, subject: str) -> tuple[str, str]:
    one = found[check, subject]
    return str(one.verdict), str(one.says)


def test_what_is_overdue_in_the_register_fails_the_next_run(office: Office) -> None:
    found = office.run()
    assert said(found, EARLIER, "all")[0] == "pass"
    grave = next(one for one in found.values() if one.verdict is Verdict.FAIL and one.severity.value == "critical")
    (name,) = born(office.store, by="Kim", names=[grave.fingerprint]).new
    assert "open without a day" in said(office.run(), EARLIER, "all")[1]
    changed(office.store, name, by="Kim", written=Written(due="2020-01-01"))
    verdict, says = said(office.run(), EARLIER, "all")
    assert (verdict, f"{grave.check} {grave.subject} (critical, " in says) == ("fail", True)
    changed(office.store, name, by="Kim", written=Written(due="2099-01-01", earlier=["d-1"]))
    assert "register has a measure" in said(office.run(), EARLIER, "all")[1]
    again = rejudge("latest", store=office.store).dossier.findings
    assert next(one for one in again if one.check == EARLIER).says.template.startswith("the inventory calls")


def test_what_was_signed_in_the_store_counts_in_the_next_run(office: Office, need: Callable[[str], Path]) -> None:
    need("ssh-keygen")
    key = office.folder / "kim"
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    public = " ".join(key.with_suffix(".pub").read_text("ascii").split()[:2])
    (office.folder / "signers").write_text(f'"Kim Minji" namespaces="haechi-assessment" {public}\n', "utf-8")
    signers = (office.folder / "signers").read_bytes()

    def sign(**changes: object) -> tuple[str, str]:
        office.run(**changes)
        signed(to_sign(dossier_of(store=office.store).dossier, "Kim Minji"), key, signers, office.store)
        found = office.run()
        assert said(found, EXECUTIVE, "kosme")[0] == "unknown"
        return said(found, EXECUTIVE, "kibo")

    assert "was only a part" in sign(checks=(EXECUTIVE,))[1]
    assert sign(institutions=("kibo",))[0] == "pass"
    (office.folder / "signers").write_text("# nobody\n", "utf-8")
    assert "counts for nothing yet: unknown-signer" in said(office.run(), EXECUTIVE, "kibo")[1]


def test_many_measures_take_few_words() -> None:
    from audit.analysis.register import register

    events = [birth(number, f"{number:016x}", due=f"2026-0{1 + number % 3}-01") for number in range(1, 3001)]
    events += [change(3001, 1, f"{1:016x}", earlier=["d-1"])]
    closing = look(5, {f"{number:016x}": Verdict.PASS for number in range(2000, 3001)})
    failing = look(6, {f"{2000:016x}": Verdict.FAIL})
    actions = register(events, [closing, failing])
    state = register_state(actions)
    assert sum(one.count for one in state.pending) == 2000
    assert sum(one.state is State.CLOSED for one in actions) == sum(state.closed.values()) == 1000
    assert (len(state.pending), state.reopened, state.answering) == (3, 1, ("d-1",))
    assert all(len(one.names) == NAMED for one in state.pending)
    assert type(state).model_validate(state.plain()) == state
