"""Results as other tools wrote them on this machine, and our own, to what is read of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from audit.app.importing.read import results
from audit.app.importing.result import Results, Verdict
from audit.cli import main
from tests.reports.printed import printed
from tests.reports.sample import dossier

TESTS = """
import pytest
def test_a(): pass
@pytest.mark.parametrize("n", ["x/y", "한글"])
def test_b(n): pass
@pytest.mark.skip
def test_c(): pass
class TestD:
    def test_e(self): assert 0
"""
LYNIS = """# Lynis Report
report_version_major=1
report_version_minor=0
report_datetime_start=2026-11-22 15:11:25
auditor=[Not Specified]
lynis_version=3.0.8
os=Linux
os_fullname=Debian GNU/Linux 12 (bookworm)
hostname=vm
lynis_timer_next_step=
installed_package[]=adduser|3.134|
suggestion[]=DEB-0280|Install libpam-tmpdir to set $TMP and $TMPDIR for PAM sessions|-|-|
vulnerable_package[]=apt|-|
warning[]=PKGS-7392|Found one or more vulnerable packages.|-|-|
tests_skipped=MACF-6204|TOOL-5014|
report_datetime_end=2026-11-22 15:20:11
finish=true
"""


def told(found: Results) -> tuple[int, ...]:
    return tuple(found.count(verdict) for verdict in Verdict)


def ran(folder: Path, *words: str) -> str:
    command = (sys.executable, "-m", *words)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False).stdout


def test_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS, "utf-8")
    ran(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--junitxml", "all.xml", "test_it.py")
    found = results((tmp_path / "all.xml").read_bytes(), "junit", "all.xml")
    assert told(found) == (3, 1, 1, 0)
    assert (found.made is not None, found.well) == (True, False)
    assert told(found.only(["test_it.test_b*"])) == (2, 0, 0, 0)


def test_ruff(tmp_path: Path) -> None:
    """Its log never says that the run ended well, so that an empty one proves nothing."""
    (tmp_path / "bad.py").write_text("import os\n")
    (tmp_path / "good.py").write_text("x = 1\n")
    words = ("ruff", "check", "--isolated", "--no-cache", "--output-format", "sarif")
    bad, good = (results(ran(tmp_path, *words, one).encode(), "sarif", one) for one in ("bad.py", "good.py"))
    assert (bad.tool, bad.items[0].name, told(bad)) == ("ruff", "F401", (0, 1, 0, 0))
    assert (told(good), good.well) == ((0, 0, 1, 0), False)


def test_lynis() -> None:
    found = results(LYNIS.encode(), "lynis", "lynis-report.dat")
    assert (told(found), found.well) == ((0, 2, 2, 1), False)
    assert [one.name for one in found.worst()] == ["package apt", "PKGS-7392", "MACF-6204", "TOOL-5014"]


@pytest.mark.parametrize("kind", ["junit", "ocsf", "sarif"])
def test_what_we_write_ourselves_says_the_same(kind: str) -> None:
    """Nothing that is not verified comes back as passed, or as failed."""
    whole = dossier(400)
    counts = Counter(str(one.verdict) if one.waiver is None else "waived" for one in whole.findings)
    found = results(printed(kind, whole).encode(), kind, kind)
    passed, failed, left, notes = told(found)
    assert passed == counts["pass"]
    if kind == "sarif":
        # A level of note is a remark; everything else that failed is there as failed.
        low = sum(
            str(one.verdict) == "fail" and str(one.severity) == "low" and one.waiver is None for one in whole.findings
        )
        assert (failed, notes) == (counts["fail"] - low, counts["not-applicable"] + low)
    else:
        # An error of JUnit may be anything: it counts as failed.
        errors = counts["unknown"] if kind == "junit" else 0
        assert (failed, notes) == (counts["fail"] + errors, 0)
    assert passed + failed + left + notes == len(whole.findings)
    assert not found.well


def test_no_paper_answers_what_only_a_look_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate.yaml").write_text(
        "estate: {id: e}\ninstitutions: [{id: kibo, systems: [{id: loans, grade: 1}]}]\n"
    )
    (tmp_path / "log.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [{"results": []}]}))
    words = ("import", str(tmp_path), str(tmp_path / "log.sarif"), "--as", "sarif", "--on", "kibo/loans", "--by", "Kim",
             "--expires", "2027-03-31", "--store", str(tmp_path / "haechi.db"))  # fmt: skip
    assert main([*words, "--check", "failover.standing"]) == 2
    assert "no paper answers failover.standing" in capsys.readouterr().err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["estate.yaml", "log.sarif"]
