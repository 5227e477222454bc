"""The replayed estates in, whether each check says of the day before what it must out."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.app.replaying import INCIDENTS, TWIN, Replayed, expected, folder, names, replay
from audit.model.exit import Exit, Stop
from audit.model.verdict import Verdict
from tests.programs import needed
from tests.replay import mass
from tests.replay.known import judged, known
from tests.replay.making import NAMES, TARGET, rendered
from tests.replay.making import expected as drafted
from tests.replay.undone import ALL, Undone, undo

BOLD = {
    "nirs-2025": "OPS-04 FAC-18 FAC-13 DEP-03 FAC-03 FAC-01 FAC-02 FAC-16 FAC-08 FAC-15 BKP-01 BKP-14 DRF-01 DRF-02 "
    "OPS-11 DRF-08 FND-10 DEP-04 FND-04",
    "nirs-network-2023": "AVL-11",
    "sk-cc-2022": "DRF-07",
    "ovh-2021": "BKP-02",
    "retail-fund-2025": "FND-06 FND-07 FND-08 FND-09",
}
"""What each incident taught: the controls that would have told of it."""


def signed(name: str) -> None:
    """Skip where the signatures of an estate cannot be verified on this machine."""
    if (folder(name) / "evidence").is_dir():
        needed("ssh-keygen")


def wrong(found: Replayed) -> list[str]:
    return [
        f"{row.expected.check} {row.expected.subject}: {row.found and (row.found.verdict, str(row.found.says))}"
        for row in found.lines
        if not row.right
    ]


def failed(found: Replayed) -> set[str]:
    return {one.control for one in found.findings if one.verdict is Verdict.FAIL}


def test_the_incidents_are_those_that_are_shipped() -> None:
    assert {one.name for one in INCIDENTS} == set(NAMES) == set(BOLD)
    assert {path.name for path in TARGET.iterdir()} == set(names())


@pytest.mark.parametrize("name", sorted(BOLD))
def test_every_control_of_it_is_expected(name: str) -> None:
    for path in (folder(name), folder(name + TWIN)):
        assert {one.control for one in expected(path)} == set(BOLD[name].split())
    assert {one.verdict for one in expected(folder(name))} == {Verdict.FAIL}
    assert {one.verdict for one in expected(folder(name + TWIN))} == {Verdict.PASS}


@pytest.mark.parametrize("name", names())
def test_the_inventory_is_sound(name: str) -> None:
    about = judged(name).estate.about
    assert about.notice is not None
    assert not about.allow
    assert about.id == name.removesuffix(TWIN)


@pytest.mark.parametrize("name", names())
def test_it_is_what_the_draft_says(name: str) -> None:
    mended = name.endswith(TWIN)
    incident = name.removesuffix(TWIN)
    assert (folder(name) / "estate.yaml").read_text("utf-8") == rendered(incident, mended=mended)
    assert (folder(name) / "expect.csv").read_text("utf-8") == drafted(incident, mended=mended)
    if incident == mass.NAME:
        assert (folder(name) / "systems.yaml").read_text("utf-8").splitlines() == "\n".join(
            mass.systems(mended=mended)
        ).splitlines()


@pytest.mark.parametrize("name", names())
def test_every_check_says_what_it_must(name: str) -> None:
    signed(name)
    found = judged(name)
    assert wrong(found) == []
    assert found.right


@pytest.mark.parametrize("name", sorted(BOLD))
def test_nothing_of_the_twin_fails_by_these_checks(name: str) -> None:
    signed(name + TWIN)
    assert failed(judged(name + TWIN)) == set()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.control)
def test_one_repair_undone_fails_that_one_control(one: Undone, tmp_path: Path) -> None:
    signed(one.name + TWIN)
    found = replay(one.name + TWIN, undo(one, tmp_path), known())
    assert failed(found) == {one.control}


def test_every_repair_is_undone_once() -> None:
    undone = {(one.name, one.control) for one in ALL}
    assert undone == {(name, control) for name, controls in BOLD.items() for control in controls.split()}


def test_a_name_that_is_near_is_told() -> None:
    with pytest.raises(Stop) as stop:
        replay("nirs-2052")
    assert stop.value.code is Exit.USAGE
    assert "nirs-2025" in " ".join(map(str, stop.value.says))


@pytest.mark.parametrize("name", ["", "..", "../demo", "nirs-2025/evidence", "/etc", "x" * 5000, "\x1b[31m"])
def test_a_name_leads_nowhere_else(name: str) -> None:
    with pytest.raises(Stop) as stop:
        folder(name)
    assert stop.value.code is Exit.USAGE


def test_the_counts_are_those_of_the_reports() -> None:
    everyone = mass.dealt()
    assert len(everyone) == 709
    assert len({one.id for one in everyone}) == 709
    for grade, count in mass.GRADES:
        assert sum(one.grade == grade for one in everyone) == count
    for room, _, count in mass.ROOMS:
        assert sum(one.room == room for one in everyone) == count
    assert sum(bool(one.room) for one in everyone) == 647
    written = "\n".join(mass.systems(mended=False))
    assert written.count("covers: [server") == mass.SERVER == 28
    assert written.count("covers: [storage]") == mass.STORAGE == 19
    assert written.count("copies:") == mass.BACKUP == 352
