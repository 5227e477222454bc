"""What tools that exist got wrong, one test each: the tool, what it does there, what Haechi does instead."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.analysis.change import Move, change
from audit.analysis.readiness import Measure, exit_code
from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.load import Loaded, load_sources
from audit.judge import judge
from audit.model.evidence import Finding, Selection
from audit.model.exit import Exit
from audit.model.verdict import Level, Severity, Verdict
from audit.model.waivers import Stand, Waivers
from tests import small
from tests.analysis.test_readiness import PLAN, all_of, finding
from tests.lamps import inventory, lamp
from tests.reports.hostile import POLYGLOT
from tests.reports.printed import Page, printed
from tests.reports.sample import dossier
from tests.test_app import TEXT, Place, verdicts

AT = datetime.fromisoformat("2026-09-01T00:00:00+09:00")
HALF = tuple(Verdict.PASS if number % 2 else Verdict.FAIL for number in range(len(PLAN.pairs)))


def mixed() -> list[Finding]:
    return [finding(PLAN, pair, verdict) for pair, verdict in zip(PLAN.pairs, HALF, strict=True)]


def loaded(more: str) -> Loaded:
    text = "estate: {id: small, timezone: Asia/Seoul}\n" + more
    return load_sources({"a.yaml": text.encode()}, discover(), Path("a.yaml"))


WAIVER = """\
institutions: [{id: kibo, systems: [{id: a, grade: 1}, {id: ab, grade: 1}]}]
waivers:
  - {check: operations.owner, on: kibo/a, reason: r, requested-by: Kim, approved-by: Lee%s}
"""


class TestProwler:
    def test_what_nobody_assessed_is_not_100_per_cent(self) -> None:
        """Prowler's threat score starts from 100 where nothing was assessed."""
        nothing = Measure(PLAN, []).estate()
        assert (nothing.demonstrated, nothing.possible, nothing.coverage) == (0.0, 1.0, 0.0)
        assert nothing.letter not in "ABC"
        assert exit_code([], Severity.HIGH, Severity.CRITICAL, expired=False) is Exit.NOT_VERIFIED

    def test_a_check_that_crashed_does_not_disappear(self, tmp_path: Path) -> None:
        """Prowler logs the error of a crashed check, and its report has no line of it."""
        outcome = Place(tmp_path, TEXT).audit()
        assert verdicts(outcome)["raises"] == "unknown crashed"

    def test_nothing_can_be_muted_for_ever(self) -> None:
        """Prowler's mutelist takes entries without an end."""
        endless = loaded(WAIVER % "")
        assert any("expires" in line for line in endless.lines())
        far = whole(loaded(WAIVER % ", expires: 2099-01-01"))
        assert Waivers(far, AT).stand(far.waivers[0]) is Stand.TOO_LONG

    def test_a_page_asks_no_other_server(self) -> None:
        """Prowler's page loads its styles and its scripts from other servers."""
        page = Page(printed("html", dossier(40)))
        assert [link for link in page.links() if not link.startswith("#")] == []
        assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe"}

    def test_tags_of_a_resource_are_text(self) -> None:
        """Prowler's page ran what stood in the tags of a resource."""
        page = Page(printed("html", dossier(40, taint=POLYGLOT)))
        assert page.wrong == []
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


class TestElasticDisasterRecovery:
    def test_that_a_job_once_existed_proves_nothing(self) -> None:
        """A check for AWS DRS passes as soon as any recovery job is there, however old, whatever came of it."""
        known = discover()
        assert known.checks["backup.restore-tested"].least is Level.DRILLED
        text = (
            "sites: [{id: busan}]\ninstitutions: [{id: kibo, systems: [{id: a, grade: 1, data: [{id: d, copies: "
            "[{id: c, kind: files, at: busan, path: '/x/*'}]}]}]}]"
        )
        plan = small.planned(text, known, Selection(checks=("backup.restore-tested",)))
        (found,) = judge(plan, known, {}, AT)
        assert found.verdict is not Verdict.PASS


class TestPowerpipe:
    @pytest.mark.parametrize("turned", [1, -1])
    def test_each_finding_decides_the_exit_code(self, turned: int) -> None:
        """Powerpipe's exit code is that of the benchmark that ran last."""
        findings = [*all_of(Verdict.PASS)[:-1], replace(all_of(Verdict.FAIL)[-1], severity=Severity.CRITICAL)]
        assert exit_code(findings[::turned], Severity.HIGH, Severity.CRITICAL, expired=False) is Exit.FAILED


class TestInspec:
    def test_what_was_skipped_in_part_has_not_passed(self) -> None:
        """InSpec counts a control as passed of which some tests were skipped."""
        some = all_of(Verdict.PASS)[: len(PLAN.pairs) // 2]
        assert Measure(PLAN, some).estate().demonstrated < 1
        assert Measure(PLAN, some).estate().coverage < 1

    def test_a_waiver_names_its_subject(self) -> None:
        """A waiver of InSpec is for a control, on whatever machine it runs."""
        made = whole(loaded(WAIVER % ", expires: 2026-12-31"))
        waivers = Waivers(made, AT)
        failed = replace(all_of(Verdict.FAIL)[0], check="operations.owner")
        assert waivers.laid_over(replace(failed, subject="kibo/a")).waiver == "r"
        assert waivers.laid_over(replace(failed, subject="kibo/ab")).waiver is None

    @pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati"])
    def test_a_waiver_ends_with_the_day_of_the_estate_wherever_the_audit_runs(self, zone: str) -> None:
        """InSpec takes the time zone of the machine on which it runs."""
        before = os.environ.get("TZ")
        os.environ["TZ"] = zone
        time.tzset()
        try:
            made = whole(loaded(WAIVER % ", expires: 2026-08-31"))
            last = datetime.fromisoformat("2026-08-31T23:59:59+09:00")
            assert Waivers(made, last).stand(made.waivers[0]) is Stand.HOLDS
            assert Waivers(made, last + timedelta(seconds=1)).stand(made.waivers[0]) is Stand.EXPIRED
        finally:
            os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
            time.tzset()


class TestCloudCustodian:
    def test_what_crashed_is_not_compliant(self, tmp_path: Path) -> None:
        """c7n-left counts a resource as compliant whose policy broke."""
        outcome = Place(tmp_path, inventory(lamp("raises"))).audit()
        assert "pass" not in verdicts(outcome).values()
        assert outcome.dossier.readiness.demonstrated == 0

    def test_no_cell_is_a_formula(self) -> None:
        """A name such as =HYPERLINK(...) runs in a spreadsheet; Custodian guards against it, many others do not."""
        rows = csv.reader(io.StringIO(printed("csv", dossier(40, taint=POLYGLOT))[1:], newline=""))
        lines = [line.strip() for row in rows for cell in row for line in cell.splitlines()]
        assert [line for line in lines if line[:1] in ("=", "+", "-", "@")] == []


class TestChaosToolkit:
    def test_one_failing_probe_does_not_stop_the_others(self, tmp_path: Path) -> None:
        """The steady state of the Chaos Toolkit ends with its first probe that fails."""
        outcome = Place(tmp_path, TEXT).audit()
        assert verdicts(outcome) == {
            "well": "pass", "ill": "fail", "denied": "unknown denied", "raises": "unknown crashed"
        }  # fmt: skip

    def test_every_probe_has_a_deadline(self) -> None:
        """An HTTP probe of the Chaos Toolkit waits for ever where nobody names a timeout."""
        assert all(timedelta(0) < probe.deadline <= timedelta(hours=1) for probe in discover().probes.values())


class TestCheckov:
    def test_a_comparison_keeps_what_passed(self) -> None:
        """Checkov's baseline holds failures alone: what passed before and fails now is like what is new."""
        old, new = all_of(Verdict.PASS), all_of(Verdict.FAIL)
        there = frozenset(PLAN.subjects)
        assert change(old, new, there, there).count(Move.REGRESSED) == len(PLAN.pairs)
        assert change([], new, there, there).count(Move.NEW) == len(PLAN.pairs)

    def test_a_comparison_keeps_every_subject_apart(self) -> None:
        """Checkov's baseline collapses several subjects of one check in one file."""
        failed = all_of(Verdict.FAIL)
        assert len({one.fingerprint for one in failed}) == len(failed)
        there = frozenset(PLAN.subjects)
        assert change(failed[:1], failed, there, there).count(Move.NEW) == len(failed) - 1


class TestLynis:
    def test_what_can_be_reached_does_not_depend_on_what_was_found(self) -> None:
        """The hardening index of Lynis is divided by points that depend on the result (Lynis #1368)."""
        weights = {
            verdict: {unit: tally.applicable for unit, tally in Measure(PLAN, all_of(verdict)).tallies.items()}
            for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)
        }
        assert weights[Verdict.PASS] == weights[Verdict.FAIL] == weights[Verdict.UNKNOWN]


class TestGremlin:
    def test_what_failed_is_worth_nothing(self) -> None:
        """A reliability test of Gremlin that failed still gives half of its points."""
        failed = Measure(PLAN, all_of(Verdict.FAIL)).estate()
        assert (failed.demonstrated, failed.possible) == (0.0, 0.0)


class TestResilienceHub:
    def test_what_was_excluded_is_not_implemented(self) -> None:
        """A recommendation that is excluded in AWS Resilience Hub counts as if it had been implemented."""
        whole = Measure(PLAN, mixed()).estate()
        for left_out in range(len(PLAN.pairs)):
            some = [one for number, one in enumerate(mixed()) if number != left_out]
            assert Measure(PLAN, some).estate().demonstrated <= whole.demonstrated + 1e-9
        muted = [replace(one, waiver="accepted") for one in mixed()]
        assert Measure(PLAN, muted).estate().demonstrated == whole.demonstrated


class TestSureBackup:
    def test_a_test_that_could_not_run_is_no_note(self) -> None:
        """SureBackup tells of a test that could not run as a note below a job that succeeded."""
        blind = [replace(one, severity=Severity.CRITICAL) for one in all_of(Verdict.UNKNOWN)]
        findings = [*all_of(Verdict.PASS)[1:], blind[0]]
        assert exit_code(findings, Severity.HIGH, Severity.CRITICAL, expired=False) is Exit.NOT_VERIFIED
        assert Measure(PLAN, findings).estate().demonstrated < 1


def tools() -> Iterator[str]:
    yield from (name for name in globals() if name.startswith("Test"))


def test_every_trap_tells_what_the_tool_does() -> None:
    for name in tools():
        methods = [method for key, method in vars(globals()[name]).items() if key.startswith("test_")]
        assert methods
        assert all(method.__doc__ for method in methods)
