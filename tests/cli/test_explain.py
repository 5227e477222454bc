"""Words after `haechi checks`, `haechi explain` in; the list, the explanation, the hint out."""

import json
from pathlib import Path

import pytest

from audit.cli import main
from audit.cli.explained import explained, named, near, technologies, told
from audit.model.evidence import Finding
from audit.model.message import say
from audit.model.place import Place
from audit.model.verdict import Level, Reason, Severity, Verdict
from reports.translate import Translator
from tests.checks.judging import AT, catalogue


def test_the_list_names_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks"]) == 0
    printed = capsys.readouterr().out
    assert all(check.id in printed and check.control in printed for check in catalogue().checks.values())


def test_the_list_of_one_area(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--area", "backup", "--area", "network", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["area"] for row in rows} == {"backup", "network"}
    assert next(row for row in rows if row["id"] == "backup.offsite")["limits"]["distance"][0] == "50 km"


def test_the_table_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--format", "markdown"]) == 0
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert head.count("|") == rule.count("|") == 7
    assert len(rows) == len(catalogue().checks)
    assert any(row.startswith("| `backup.age` | BKP-04 | critical | F | observed | ") for row in rows)


@pytest.mark.parametrize("check", list(catalogue().checks))
def test_every_check_is_explained(check: str) -> None:
    known = catalogue().checks[check]
    printed = " ".join(" ".join(explained(catalogue(), known, Translator("en"))).split())
    for text in (known.question, known.why, known.fix.replace("{ref}", "REF"), known.control, *known.answers):
        assert text in printed


def test_a_control_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "bkp-04"]) == 0
    printed = capsys.readouterr().out
    assert "backup.age" in printed
    assert "backup.clock" in printed


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["explain", "backup.aeg"], "did you mean 'backup.age'?"),
        (["explain", "offsite"], "did you mean 'backup.offsite'?"),
        (["explain", "?"], "`haechi checks` lists them"),
        (["explain", "restic"], "`haechi kinds restic` tells of the kind"),
        (["checks", "--area", "bakcup"], "did you mean 'backup'?"),
    ],
)
def test_what_may_have_been_meant(arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert hint in capsys.readouterr().err


def test_a_finding_without_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "0123456789abcdef", "--store", str(tmp_path / "none.db")]) != 0
    assert "none.db" in capsys.readouterr().err


def test_a_finding_is_told() -> None:
    finding = Finding(
        check="backup.age",
        control="BKP-04",
        subject="kibo/guarantee/ledger/nightly",
        verdict=Verdict.UNKNOWN,
        reason=Reason.DENIED,
        severity=Severity.CRITICAL,
        grade=1,
        institution="kibo",
        system="kibo/guarantee",
        unit="kibo/guarantee",
        says=say("the password of {copy} is wrong", copy="nightly"),
        measured="5h 10m",
        required="15m",
        level=Level.OBSERVED,
        where=Place("kibo.yaml", 31, 17),
        observation=None,
        at=AT,
        waiver="moved next month",
    )
    text = "\n".join(told(finding, Translator("en")))
    for part in (
        "unknown (denied)",
        "the password of nightly is wrong",
        "5h 10m",
        "kibo.yaml:31:17",
        "moved next month",
    ):
        assert part in text


def test_technologies_are_those_that_establish_the_facts() -> None:
    checks = catalogue().checks
    assert set(technologies(catalogue(), checks["backup.age"])) >= {"files", "restic"}
    assert "postgresql-standby" in technologies(catalogue(), checks["backup.replication-lag"])
    assert "restic" not in technologies(catalogue(), checks["backup.replication-lag"])
    assert technologies(catalogue(), checks["network.name-servers"]) == ("dns", "zone")
    assert "dns" in technologies(catalogue(), checks["availability.answers"])
    assert technologies(catalogue(), checks["backup.exists"]) == ()


def test_names() -> None:
    assert [check.id for check in named(catalogue(), "BKP-02")] == ["backup.distance", "backup.offsite"]
    assert not named(catalogue(), "BKP-99")
    assert str(near(catalogue(), "backup.offsit")) == "did you mean 'backup.offsite'?"
