"""Series of an exporter to the state of a power protection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from audit.contract import Answer
from audit.model.facts import PowerState
from audit.model.verdict import CannotSee, Reason
from audit.world.scene import scene
from checks.facility.prometheus import PrometheusPower, report
from tests.world.hands import run

URL = "http://127.0.0.1:9199/metrics"
TEXT = b"""
ups_on_line{ups="a"} 1
ups_on_battery{ups="a"} 0
ups_replace{ups="a"} 1
ups_charge{ups="a"} 98.5
ups_runtime{ups="a"} 2640
ups_made{ups="a"} 1442188800
ups_broken NaN
"""


def look(facts: Mapping[str, str], status: int = 200) -> PowerState:
    written = {"id": "x", "kind": "prometheus", "url": URL, "facts": {"on-line": "ups_on_line", **facts}}
    protection = PrometheusPower.model_validate(written)

    async def main() -> Any:
        return await report.look(protection, scene(pages={URL: Answer(status, {}, TEXT, "127.0.0.1")}))

    seen = run(main())
    assert isinstance(seen, PowerState)
    return seen


def test_what_an_exporter_tells() -> None:
    facts = {"replace-battery": "ups_replace", "charge": "ups_charge", "runtime": "ups_runtime"}
    seen = look({**facts, "battery-date": "ups_made"})
    assert seen.flags == ("OL", "RB")
    assert (seen.charge, seen.runtime, seen.battery_date) == (98.5, timedelta(minutes=44), date(2015, 9, 14))
    assert not seen.has("load")


def test_a_flag_that_cannot_be_read_leaves_all_unknown_but_a_figure_leaves_itself() -> None:
    with pytest.raises(CannotSee, match="no series"):
        look({"bypass": "ups_bypass"})
    assert not look({"charge": "ups_broken"}).has("charge")
    with pytest.raises(CannotSee) as gap:
        look({}, 403)
    assert gap.value.reason is Reason.DENIED


def test_without_the_mains_nothing_is_told() -> None:
    written = {"id": "x", "kind": "prometheus", "url": URL, "facts": {"charge": "ups_charge"}}
    with pytest.raises(ValidationError, match="on-line"):
        PrometheusPower.model_validate(written)
