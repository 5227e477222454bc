"""A dossier in, metrics of one run out that promtool finds nothing wrong with."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from audit.model.dossier import Dossier
from audit.model.exposition import Exposition, parse_selector
from reports.prometheus import metrics
from tests.programs import needed
from tests.reports.hostile import POLYGLOT
from tests.reports.printed import printed
from tests.reports.sample import dossier
from tests.reports.scenes import hostile, rich

SAMPLES = {"whole": dossier(400), "rich": rich(), "hostile": hostile(), "empty": dossier(0, 0, 0)}


def value(sample: Dossier, selector: str) -> float:
    """One number of the metrics."""
    return Exposition(printed("prometheus", sample)).value(parse_selector(selector))[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_promtool_finds_nothing_wrong(name: str) -> None:
    needed("promtool")
    told = printed("prometheus", SAMPLES[name])
    found = subprocess.run(
        ["promtool", "check", "metrics"], input=told, capture_output=True, text=True, timeout=30, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_no_series_stands_twice(name: str) -> None:
    families = list(text_string_to_metric_families(printed("prometheus", SAMPLES[name])))
    series = Counter((sample.name, tuple(sorted(sample.labels.items()))) for one in families for sample in one.samples)
    assert set(series.values()) == {1}
    assert all(one.documentation and one.name.startswith("haechi_") for one in families)


def test_the_figures_are_those_of_the_run() -> None:
    sample = rich()
    verdicts = Counter(str(one.verdict) for one in sample.findings)
    families = {one.name: one for one in text_string_to_metric_families(printed("prometheus", sample))}
    counted: Counter[str] = Counter()
    for one in families["haechi_findings"].samples:
        counted[one.labels["verdict"]] += int(one.value)
    assert counted == verdicts
    reasons = {one.labels["reason"]: one.value for one in families["haechi_findings_unknown"].samples}
    assert sum(reasons.values()) == verdicts["unknown"]
    shown = value(sample, "haechi_readiness_demonstrated_ratio")
    assert shown == pytest.approx(sample.readiness.demonstrated, abs=1e-6)
    assert value(sample, "haechi_run_ended_timestamp_seconds") == 1795294513
    assert value(sample, 'haechi_waivers{state="expired"}') == 1
    assert value(sample, 'haechi_run_state{state="complete"}') == 1
    assert value(sample, 'haechi_loss_bytes{place="daejeon"}') == 858 * 10**12


def test_a_run_that_has_not_ended_has_no_end() -> None:
    running = replace(rich(), run=replace(rich().run, ended=None, state="running"))
    assert "haechi_run_ended_timestamp_seconds" not in printed("prometheus", running)


def test_neither_systems_nor_subjects_are_labels() -> None:
    small, large = (printed("prometheus", dossier(count, 3, systems)) for count, systems in ((200, 4), (4_000, 90)))
    assert len(small.splitlines()) == len(large.splitlines())
    assert "copy-" not in large


def test_what_is_beyond_the_bound_is_counted_and_not_named() -> None:
    told = b"".join(metrics(dossier(66, 11, 1), 2)).decode("utf-8")
    families = {one.name: one for one in text_string_to_metric_families(told)}
    bodies = {one.labels["institution"] for one in families["haechi_findings"].samples}
    assert len(bodies) == 3
    assert sum(one.value for one in families["haechi_findings"].samples) == 66


def test_a_label_is_one_line_and_ends_where_it_should() -> None:
    sample = dossier(12, 2, 2)
    named = {'a"b\\c\nd' + POLYGLOT: sample.readiness}
    told = printed("prometheus", replace(sample, institutions=named))
    bodies = {
        one.labels["institution"]
        for family in text_string_to_metric_families(told)
        for one in family.samples
        if family.name == "haechi_institution_readiness_coverage_ratio"
    }
    (body,) = bodies
    assert body.startswith('a"b\\c d=HYPERLINK("http://evil.example")')
