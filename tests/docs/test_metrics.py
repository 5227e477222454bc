"""The page about the metrics in, the metrics that there are out."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from audit.app.watching.gauges import Gauges
from audit.app.watching.pulse import Pulse
from audit.model.measurement import Measurement, State
from audit.model.watching import Door
from tests.watching.watched import estate

PAGE = (Path(__file__).resolve().parents[2] / "docs/metrics.md").read_text("utf-8")
AT = datetime.fromisoformat("2026-11-22T01:00:00+00:00")


def test_every_metric_is_told_with_its_labels() -> None:
    some = Gauges(estate(1), lambda: Pulse(AT), "0.1.0")
    some.heed(Measurement("fund/system-0/e-0", AT, AT, State.UP, latency=0.1, phases=(0.1,) * 6))
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(some.text().decode()):
        if family.name.startswith("haechi_"):
            name = family.name + ("_total" if family.type == "counter" else "")
            found[name] = {label for sample in family.samples for label in sample.labels}
    rows = re.findall(r"^\| (`haechi_[^|]*?) \|([^|]*)\|", PAGE, re.MULTILINE)
    told = {
        name: {label for label in labels.strip().split(", ") if label}
        for names, labels in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    assert told.keys() == found.keys()
    # A channel has labels only where there is one.
    assert {name: labels for name, labels in told.items() if name != "haechi_alerts_total"} == {
        name: labels for name, labels in found.items() if name != "haechi_alerts_total"
    }


def test_the_port_is_the_one_of_the_model() -> None:
    assert f"{Door().machine}:{Door().port}" in PAGE
