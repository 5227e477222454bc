"""Every technology made for real, looked at; not a byte of it is another afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from audit.catalogue import discover
from audit.world.verbs import NOTHING
from tests.real.around import ruled
from tests.real.lab import Made, labs

pytestmark = pytest.mark.real
LABS: Final = tuple(labs())
ASKING: Final = ("world.command", "world.postgresql", "world.mysql", "world.redis", "world.s3", "world.tcp.talk")


@pytest.mark.lab
@pytest.mark.parametrize(("needs", "made"), [one[1:] for one in LABS], ids=[one[0] for one in LABS])
def test_a_look_changes_nothing(
    needs: tuple[str, ...], made: Made, tmp_path: Path, need: Callable[[str], Path]
) -> None:
    for program in needs:
        need(program)
    root = tmp_path / "lab"
    root.mkdir()
    (root / "estate.yaml").touch()
    with made(root) as lab:
        ruled(root, lab)  # the first look writes the inventory; what is compared is a look like any other
        before = dict(lab.state())
        found = ruled(root, lab)
        after = dict(lab.state())
        assert not found.failed, {check: found.says(check) for check in found.failed}
        before.pop("estate.yaml", None), after.pop("estate.yaml", None)
        assert [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)] == []


def test_every_probe_that_asks_more_than_it_could_read_declares_it() -> None:
    probes = {probe.id: probe for probe in discover().probes.values()}
    root = Path(__file__).parents[2] / "checks"
    for probe in probes.values():
        area, module = probe.id.split(".")[:2]
        text = (root / area / f"{module}.py").read_text(encoding="utf-8")
        if any(hand in text for hand in ASKING):
            assert probe.verbs != NOTHING, probe.id
