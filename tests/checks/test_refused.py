"""Items whose keys do not go together in, what the inventory says was got out."""

from pathlib import Path

import pytest

from audit.inventory.load import load_sources
from tests.checks.judging import catalogue

ZONE = "id: z, kind: zone, name: a.example, servers: [{host: 10.0.0.1}], names: [b.example]"
MODBUS = "id: m, kind: modbus-bms, host: 10.0.0.1"
WATCHED = "watch-for: 5m, each: 1s"
REGISTER = "name: smoke, type: uint32, alarm-when: 1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"institutions: [{{id: i, systems: [{{id: s, grade: 1, endpoints: [{{{ZONE}}}]}}]}}]",
            "got 'b.example'; expected names inside of a.example",
        ),
        (
            f"sites: [{{id: s, monitoring: [{{{MODBUS}, registers: [{{{REGISTER}, address: 65535}}]}}]}}]",
            "got 65535; expected an address with room for 2 words",
        ),
        (
            f"sites: [{{id: s, monitoring: [{{{MODBUS}, registers: [{{{REGISTER}, address: 1}}], {WATCHED}}}]}}]",
            "got 5m; expected `watch-for:` from four times `each:` to 2m",
        ),
    ],
)
def test_what_was_got_is_told(text: str, told: str) -> None:
    loaded = load_sources({"e.yaml": text.encode()}, catalogue(), Path())
    assert [line for line in map(str, loaded.problems) if line.endswith(told)], loaded.problems
