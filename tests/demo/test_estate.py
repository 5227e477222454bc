"""The demo's shipped inventory in, what a demo makes of it out."""

import gzip
import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from audit.app.reconciling import hold_against
from audit.catalogue import discover
from audit.demo import copies, estate
from audit.demo.planted import Planted, compare, differences, planted
from audit.demo.web import MANNERS
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.evidence import Finding
from audit.model.message import say
from audit.model.place import NOWHERE
from audit.model.verdict import Level, Reason, Severity, Verdict

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PORTS = {name: 50000 + number for number, name in enumerate(sorted(set(estate.PORTS.values())))}
SHIPPED = Path(str(files("inventories") / "demo"))


def loaded(folder: Path) -> Estate:
    found = load(folder, discover())
    assert [str(problem) for problem in found.problems] == []
    assert found.estate is not None
    return found.estate


def test_it_is_valid_as_shipped() -> None:
    shipped = loaded(SHIPPED)
    assert len(shipped.institutions) == 11
    assert 55 <= sum(1 for _ in shipped.systems()) <= 65
    assert {system.grade for _, system in shipped.systems()} == {1, 2, 3, 4}
    assert shipped.about.notice is not None


def test_it_is_valid_as_written_and_its_ages_stay(tmp_path: Path) -> None:
    estate.write(tmp_path / "estate", NOW.date(), PORTS)
    before, after = loaded(SHIPPED), loaded(tmp_path / "estate")
    shift = NOW.date() - estate.DAY_ZERO
    assert [waiver.expires + shift for waiver in before.waivers] == [waiver.expires for waiver in after.waivers]
    assert [one.collected + shift for one in before.evidence] == [one.collected for one in after.evidence]
    assert before.sites[0].batteries[0].installed == date(2014, 8, 1)
    assert after.sites[0].batteries[0].installed == date(2014, 8, 1) + shift


def test_no_port_of_the_shipped_text_is_left(tmp_path: Path) -> None:
    estate.write(tmp_path, NOW.date(), PORTS)
    for path in tmp_path.glob("*.yaml"):
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
        assert not re.findall(r"\b40\d{3}\b", "\n".join(lines)), path.name


def test_every_shipped_port_is_used_and_known() -> None:
    text = "".join(path.read_text("utf-8") for path in SHIPPED.glob("*.yaml"))
    assert set(re.findall(r"(?<=:) ?(40\d{3})\b", text)) == set(estate.PORTS)


def test_every_host_that_misbehaves_is_in_the_inventory() -> None:
    text = "".join(path.read_text("utf-8") for path in SHIPPED.glob("*.yaml"))
    assert [host for host in MANNERS if f"https://{host}:" not in text] == []


def test_everything_is_called_synthetic() -> None:
    shipped = loaded(SHIPPED)
    assert all("synthetic" in str(one.name) for one in shipped.institutions)
    assert all("synthetic" in str(one.name) for one in shipped.suppliers)
    assert all("가상" in one.name.ko for one in shipped.institutions if one.name)
    people = [one.owner for _, one in shipped.systems()] + [one.accountable for one in shipped.institutions]
    assert all("synthetic" in one.name and one.email.endswith(".example") for one in people if one and one.email)


def test_documents_are_the_ones_that_were_collected() -> None:
    changed = []
    for one in loaded(SHIPPED).evidence:
        if one.file is not None and one.sha256 is not None:
            found = hashlib.sha256((SHIPPED / one.file).read_bytes()).hexdigest()
            changed += [one.id] if found != one.sha256 else []
    assert changed == ["altered-detection"]


@pytest.mark.parametrize("ref", [*copies.FAULTS, "kosme/loans/cloud"])
def test_copies(ref: str, tmp_path: Path) -> None:
    folder = tmp_path / "copies" / ref
    copies.dumps(folder, NOW)
    kind = copies.FAULTS.get(ref, "sound")
    if kind == "missing":
        assert not folder.exists()
        return
    dumps = sorted(folder.glob("*.sql.gz"), key=lambda path: path.stat().st_mtime)
    if kind == "empty":
        assert dumps == []
        return
    age = NOW - datetime.fromtimestamp(dumps[-1].stat().st_mtime, UTC)
    assert {"old": age >= timedelta(days=2), "future": age < timedelta(0)}.get(kind, age <= timedelta(minutes=5))
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    same = [hashlib.sha256(path.read_bytes()).hexdigest() == sums[path.name] for path in dumps]
    assert same == [True] * (len(dumps) - 1) + [kind != "cut"]
    if kind == "cut":
        with pytest.raises(EOFError):
            gzip.decompress(dumps[-1].read_bytes())


def test_every_fault_of_a_copy_is_in_the_inventory() -> None:
    folders = {"/".join(path.parts[-3:]) for path in estate.copy_folders(SHIPPED)}
    assert set(copies.FAULTS) <= folders
    assert len(folders) > 40


def test_secrets_are_private(tmp_path: Path) -> None:
    copies.secrets(tmp_path, 1)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def finding(check: str, subject: str, verdict: Verdict, reason: Reason | None = None) -> Finding:
    return Finding(
        check=check,
        control="",
        subject=subject,
        verdict=verdict,
        reason=reason,
        severity=Severity.HIGH,
        grade=1,
        institution="",
        system="",
        unit=subject,
        says=say("synthetic"),
        measured="",
        required="",
        level=Level.OBSERVED,
        where=NOWHERE,
        observation=None,
        at=NOW,
    )


def test_what_was_planted_is_held_against_what_was_found() -> None:
    wanted = (
        Planted("a.one", "x", ("fail",), "found"),
        Planted("a.two", "x", ("unknown:stale", "unknown:no-tool"), "found"),
        Planted("a.three", "x", ("fail",), "taken for sound"),
        Planted("a.four", "x", ("fail",), "never looked at"),
        Planted("a.one", "y", ("pass",), "sound"),
        Planted("a.two", "y", ("pass",), "taken for a fault"),
    )
    tally = compare(
        wanted,
        (
            finding("a.one", "x", Verdict.FAIL),
            finding("a.two", "x", Verdict.UNKNOWN, Reason.NO_TOOL),
            finding("a.three", "x", Verdict.PASS),
            finding("a.one", "y", Verdict.PASS),
            finding("a.two", "y", Verdict.UNKNOWN, Reason.STALE),
        ),
    )
    assert (tally.faults, tally.found, tally.sound, tally.passed) == (4, 2, 2, 1)
    assert [(one.check, one.subject, said) for one, said in tally.wrong] == [
        ("a.three", "x", "pass"),
        ("a.four", "x", "nothing"),
        ("a.two", "y", "unknown:stale"),
    ]
    assert "not-applicable" in tally.absent
    lists = {("reconcile.missing", "x"): "differs", ("reconcile.missing", "y"): "differs"}
    told = compare((Planted("reconcile.missing", "x", ("differs",), "found"),), (), lists)
    assert (told.found, [(one.subject, said) for one, said in told.wrong]) == (1, [("y", "differs")])
    assert "no-tool" not in tally.absent


def test_what_is_planted_is_there_to_be_judged() -> None:
    shipped, catalogue = loaded(SHIPPED), discover()
    rows = planted()
    listed = [one for one in rows if one.check.startswith("reconcile.")]
    assert {one.expected for one in listed} == {("differs",)}
    assert compare(listed, (), differences(hold_against(SHIPPED, ()))).wrong == ()
    rows = tuple(one for one in rows if one not in listed)
    assert len(rows) == len({(one.check, one.subject) for one in rows}) >= 30
    assert [one.check for one in rows if one.check not in catalogue.checks] == []
    assert [one.subject for one in rows if one.subject not in shipped.index] == []
    answers = {"pass", "fail", "not-applicable", *(f"unknown:{reason}" for reason in Reason)}
    assert [one for one in rows if not set(one.expected) <= answers] == []
    assert {word for one in rows for word in one.expected} >= answers - {"pass"}
