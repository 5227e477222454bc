"""Inventories on disk, plugins that block, processes that are interrupted or killed, against the outcome of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.app import Outcome, Progress, audit, dossier_of, planned, rejudge, runs
from audit.model.estate import Estate
from audit.model.evidence import Selection
from audit.model.exit import Exit, Stop
from audit.model.facts import ServiceState
from audit.model.verdict import Severity
from audit.store import open_store
from audit.world.clock import SystemClock
from audit.world.scene import scene
from audit.world.world import World
from tests import small
from tests.lamps import Stage, inventory, lamp, lamps

AT = datetime(2026, 9, 1, tzinfo=UTC)


def dark(estate: Estate) -> World:
    return replace(scene(), clock=SystemClock())


class Place:
    """A folder with an inventory beside a store."""

    def __init__(self, folder: Path, text: str) -> None:
        self.estate, self.store = folder / "estate.yaml", str(folder / "haechi.db")
        self.estate.write_text(text, "utf-8")
        self.known = lamps(Stage())

    def audit(self, selection: Selection = small.WHOLE, at: str | datetime | None = None) -> Outcome:
        return audit(self.estate, store=self.store, selection=selection, at=at, catalogue=self.known, world=dark)

    def shown(self, run: str = "latest") -> Outcome:
        return dossier_of(run, store=self.store, catalogue=self.known)

    def judged(self, policy: Path | None = None, at: str | None = None) -> Outcome:
        return rejudge(store=self.store, policy=policy, at=at, catalogue=self.known)


WORDS = ("well", "ill", "denied", "raises")
TEXT = inventory(", ".join(map(lamp, WORDS)))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, TEXT)


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {
        one.subject.rpartition("/")[2]: f"{one.verdict} {one.reason or ''}".strip()
        for one in outcome.dossier.findings
        if one.check == "lamp.shines"
    }


def test_a_whole_audit(place: Place) -> None:
    steps: list[Progress] = []
    outcome = audit(place.estate, store=place.store, catalogue=place.known, world=dark, on_progress=steps.append)
    assert verdicts(outcome) == {"well": "pass", "ill": "fail", "denied": "unknown denied", "raises": "unknown crashed"}
    run = outcome.dossier.run
    assert (run.state, run.estate_id, run.judged_from) == ("complete", "lamps", "")
    assert run.id.startswith(f"{run.started:%Y%m%dT%H%M%SZ}-")
    assert run.root.startswith("sha256:")
    assert [(step.done, step.total) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert outcome.exit() is Exit.FAILED
    assert outcome.exit(fail_on=Severity.CRITICAL, unproven_on=Severity.HIGH) is Exit.NOT_VERIFIED
    assert outcome.exit(fail_on=Severity.CRITICAL) is Exit.READY
    assert outcome.dossier.not_looked_at == ()


def test_what_the_hands_keep_secret_is_stored_nowhere(tmp_path: Path) -> None:
    place = Place(tmp_path, inventory(", ".join(map(lamp, ("secret", "denied", "raises")))))

    def redacting(estate: Estate) -> World:
        return replace(dark(estate), redact=lambda text: text.replace("s3cret!", "[hidden]"))

    outcome = audit(place.estate, store=place.store, catalogue=place.known, world=redacting)
    assert "s3cret" not in str(outcome.dossier.findings)
    assert "[hidden]" in str(outcome.dossier.findings)
    with open_store(place.store, writing=False) as store:
        seen = store.observations(outcome.dossier.run.id, lambda probe, name: ServiceState)
    assert len(seen) == 3
    assert "s3cret" not in str(seen)
    assert "[hidden]" in str(seen["kibo/light/secret"])


def test_a_stored_run_is_shown_as_it_was(place: Place) -> None:
    outcome = place.audit()
    shown = place.shown(outcome.dossier.run.id[:18])
    assert shown.dossier.run == outcome.dossier.run
    assert shown.dossier.findings == outcome.dossier.findings
    assert shown.dossier.readiness == outcome.dossier.readiness
    assert shown.dossier.systems == outcome.dossier.systems
    assert shown.dossier.fixes == outcome.dossier.fixes
    place.estate.unlink()
    assert place.shown().dossier.findings == outcome.dossier.findings
    assert [listed.run for listed in runs(store=place.store)] == [outcome.dossier.run]


def test_an_estate_without_a_name_is_shown_too(tmp_path: Path) -> None:
    place = Place(tmp_path, TEXT.replace("estate: {id: lamps}", ""))
    assert place.audit().dossier.findings == place.shown().dossier.findings


def test_a_newer_check_does_not_change_an_old_run(place: Place) -> None:
    known = place.known
    place.known = small.catalogue(
        checks=[one for one in known.checks.values() if one.id != "lamp.shines"], probes=known.probes.values()
    )
    before = place.audit()
    place.known = known
    assert place.shown().dossier.readiness == before.dossier.readiness


def test_an_inventory_that_a_later_version_refuses_stays_readable(tmp_path: Path) -> None:
    waiver = "{check: lamp.shines, on: kibo, reason: r, requested-by: a, approved-by: b, expires: 2026-12-31}"
    place = Place(tmp_path, TEXT + f"waivers: [{waiver}]\npolicy: {{checks: {{lamp.shines: {{severity: low}}}}}}\n")
    before = place.audit(Selection(checks=("lamp.paper",)))
    place.known = small.catalogue(
        checks=[one for one in place.known.checks.values() if one.id != "lamp.shines"],
        probes=place.known.probes.values(),
    )
    with pytest.raises(Stop) as refused:
        place.audit()
    assert refused.value.code is Exit.INVALID
    assert place.shown().dossier.findings == before.dossier.findings


def test_a_selection_counts_the_rest_as_unknown(place: Place) -> None:
    outcome = place.audit(Selection(subjects=("well",)))
    assert verdicts(outcome) == {"well": "pass"}
    assert outcome.dossier.readiness.unknown == outcome.dossier.outside == 4
    assert place.shown().dossier.readiness == outcome.dossier.readiness


def test_judging_again(place: Place, tmp_path: Path) -> None:
    first = place.audit(at="2026-09-01T12:00:00")
    assert first.dossier.at == datetime(2026, 9, 1, 3, tzinfo=UTC)  # noon in Seoul
    again = place.judged()
    assert again.dossier.findings == first.dossier.findings
    assert again.dossier.run.judged_from == first.dossier.run.id
    policy = tmp_path / "strict.yaml"
    policy.write_text("policy: {checks: {lamp.shines: {severity: low}}}")
    strict = place.judged(policy, at="2026-10-01T00:00:00+00:00")
    assert {one.severity for one in strict.dossier.findings} == {Severity.LOW}
    assert strict.dossier.at == datetime(2026, 10, 1, tzinfo=UTC)
    assert strict.dossier.run.judged_from == first.dossier.run.id
    shown = place.shown()
    assert shown.dossier.run == strict.dossier.run
    assert shown.dossier.policy == strict.dossier.policy
    assert shown.dossier.readiness == strict.dossier.readiness


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-13-01T00:00:00Z", "", "0001-01-01T00:00:00+09:00", "9999-12-31T23:00:00Z"]
)
def test_instants_that_are_none(place: Place, at: str) -> None:
    with pytest.raises(Stop) as stop:
        place.audit(at=at)
    assert stop.value.code is Exit.USAGE
    assert not Path(place.store).exists()


def test_a_broken_inventory_touches_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path, TEXT.replace("grade: 1", "grade: 9"))
    with pytest.raises(Stop) as stop:
        place.audit()
    assert stop.value.code is Exit.INVALID
    assert stop.value.lines[0].startswith("estate.yaml:2:")
    assert not Path(place.store).exists()
    with pytest.raises(Stop):
        planned(place.estate, catalogue=place.known)


def test_a_broken_policy(place: Place, tmp_path: Path) -> None:
    place.audit()
    policy = tmp_path / "broken.yaml"
    policy.write_text("policy: {checks: {lamp.shine: {severity: low}}}")
    with pytest.raises(Stop) as stop:
        place.judged(policy)
    assert stop.value.code is Exit.INVALID
    with pytest.raises(Stop) as stop:
        place.judged(tmp_path / "none.yaml")
    assert stop.value.code is Exit.USAGE
    assert len(runs(store=place.store)) == 1


def test_a_locked_store(place: Place) -> None:
    with open_store(place.store, writing=True), pytest.raises(Stop) as stop:
        place.audit()
    assert stop.value.code is Exit.LOCKED


def test_an_expired_waiver(tmp_path: Path) -> None:
    people = "reason: r, requested-by: a, approved-by: b"
    text = inventory(lamp("well"), more=f"waivers: [{{check: lamp.shines, on: well, {people}, expires: 2026-01-01}}]")
    place = Place(tmp_path, text.replace("id: light", "id: light, owner: {name: a}"))
    outcome = place.audit(Selection(checks=("lamp.shines",)))
    assert [waiver.on for waiver in outcome.expired] == ["kibo/light/well"]
    assert outcome.exit() is Exit.EXPIRED
    assert place.audit(Selection(checks=("lamp.shines",)), at=AT - timedelta(days=365)).exit() is Exit.READY


def test_an_empty_estate(tmp_path: Path) -> None:
    outcome = Place(tmp_path, "estate: {id: empty}").audit()
    readiness = outcome.dossier.readiness
    assert (readiness.demonstrated, readiness.possible, readiness.coverage) == (0, 1, 0)
    assert outcome.exit() is Exit.NOT_VERIFIED


def test_a_changed_run_is_not_shown(place: Place) -> None:
    import sqlite3

    place.audit()
    with sqlite3.connect(place.store) as intruder:
        intruder.execute("DELETE FROM finding WHERE verdict = 'fail'")
    intruder.close()
    for act in (place.shown, place.judged):
        with pytest.raises(Stop) as stop:
            act()
        assert stop.value.code is Exit.STORAGE
        assert "was changed after it was sealed" in stop.value.lines[0]
