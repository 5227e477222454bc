"""Built-in limits with other values to whether those ask for more."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.catalogue import discover
from audit.inventory.load import load_sources
from audit.model.policy_told import direction

TEXT = """\
policy:
  grades:
    1: {rto: 1h}
    2: {rto: 20h}
  checks:
    backup.age: {severity: high}
    network.certificate:
      limits:
        left: {1: 60d, 2: 1d, 3: 14d}
    backup.retention: {limits: {slack: 2d}}
"""


@pytest.mark.parametrize(
    ("name", "declared", "old", "new", "says"),
    [
        ("age", ("90d", "180d", "1y", "1y"), "90d", "30d", "stricter"),
        ("age", ("90d", "180d", "1y", "1y"), "90d", "1y", "laxer"),
        ("age", ("90d", "180d", "1y", "1y"), "90d", "-", "laxer"),
        ("age", ("90d", "180d", "-", "-"), "-", "1y", "stricter"),
        ("left", ("30d", "21d", "14d", "7d"), "30d", "60d", "stricter"),
        ("left", ("30d", "21d", "14d", "7d"), "30d", "7d", "laxer"),
        ("rate", ("99 %", "98 %", "95 %", "90 %"), "99 %", "99.5 %", "stricter"),
        ("age", ("1d", "1d", "1d", "1d"), "1d", "24h", "same"),
        ("age", ("1d", "1d", "1d", "1d"), "1d", "12h", "stricter"),
        ("coverage", ("90 %",) * 4, "90 %", "80 %", "laxer"),
        ("nobody-knows", ("5", "5", "5", "5"), "5", "6", "other"),
        ("distance", ("50 km", "30 km", "-", "-"), "50 km", "10 km", "laxer"),
        ("modes", ("hot", "hot, warm", "hot, warm, cold", "-"), "hot", "hot, warm", "laxer"),
        ("modes", ("hot", "hot, warm", "hot, warm, cold", "-"), "hot, warm, cold", "hot, cold", "stricter"),
        ("modes", ("hot", "hot, warm", "hot, warm, cold", "-"), "hot", "cold", "other"),
        ("realism", ("total-site-loss", "real-switch", "partial", "tabletop"), "total-site-loss", "tabletop", "laxer"),
    ],
)
def test_the_built_in_values_of_the_grades_say_which_way_is_stricter(
    name: str, declared: tuple[str, ...], old: str, new: str, says: str
) -> None:
    assert direction(name, declared, old, new) == says


def test_every_value_says_where_it_comes_from() -> None:
    known = discover()
    loaded = load_sources({"policy.yaml": TEXT.encode()}, known, Path("policy.yaml"))
    assert loaded.estate is not None, loaded.lines()
    values = {(one.check, one.name, one.grade): one for one in known.policy_told(loaded.estate)}
    written = {key: (str(one.where), one.direction) for key, one in values.items() if one.written}
    assert written == {
        ("", "rto", 1): ("policy.yaml:3:14", "stricter"),
        ("", "rto", 2): ("policy.yaml:4:14", "laxer"),
        ("backup.age", "severity", None): ("policy.yaml:6:28", "laxer"),
        ("backup.retention", "slack", 1): ("policy.yaml:10:40", "laxer"),
        ("backup.retention", "slack", 2): ("policy.yaml:10:40", "laxer"),
        ("backup.retention", "slack", 3): ("policy.yaml:10:40", "laxer"),
        ("backup.retention", "slack", 4): ("policy.yaml:10:40", "laxer"),
        ("network.certificate", "left", 1): ("policy.yaml:9:19", "stricter"),
        ("network.certificate", "left", 2): ("policy.yaml:9:27", "laxer"),
        ("network.certificate", "left", 3): ("policy.yaml:9:34", "same"),
    }
    assert all(one.built_in == one.value for one in values.values() if not one.written)
