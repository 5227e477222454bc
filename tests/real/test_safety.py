"""Every technology made for real, looked at; not a byte of it is another afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from audit.catalogue import discover
from audit.world.verbs import NOTHING
from tests.real.lab import Made, labs
from tests.real.twins import Twins, changes

pytestmark = pytest.mark.real
LABS: Final = tuple(labs())
ASKING: Final = ("world.command", "world.postgresql", "world.mysql", "world.redis", "world.s3", "world.tcp.talk")


@pytest.mark.lab
@pytest.mark.parametrize(("name", "needs", "made"), LABS, ids=[f"@{name}" for name, _, _ in LABS])
def test_a_look_changes_nothing(
    name: str, needs: tuple[str, ...], made: Made, tmp_path: Path, need: Callable[[str], Path], twins: Twins
) -> None:
    for program in needs:
        need(program)
    if twins.watched(name) is None:  # none of its lies was looked at here
        root = tmp_path / "lab"
        root.mkdir()
        with made(root) as lab:
            twins.ruled(name, root, lab)
    watched = twins.watched(name)
    assert watched is not None
    found, changed = watched
    # How fast a page comes says nothing of it while other labs are made beside this one.
    failed = {check: found.says(check) for check in found.failed if check != "availability.latency"}
    assert not failed
    assert changed == ()


def test_what_a_look_changed_is_told() -> None:
    before = {"estate.yaml": "1", "kept": "1", "gone": "1", "other": "1"}
    assert changes(before, {"estate.yaml": "2", "kept": "1", "other": "2", "new": "1"}) == ("gone", "new", "other")


def test_every_probe_that_asks_more_than_it_could_read_declares_it() -> None:
    probes = {probe.id: probe for probe in discover().probes.values()}
    root = Path(__file__).parents[2] / "checks"
    for probe in probes.values():
        area, module = probe.id.split(".")[:2]
        text = (root / area / f"{module}.py").read_text(encoding="utf-8")
        if any(hand in text for hand in ASKING):
            assert probe.verbs != NOTHING, probe.id
