"""17,000 systems held against 100,000 rows to the time that each part takes beside reading the inventory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from audit.analysis.reconcile import reconcile
from audit.inventory.load import load_sources
from audit.model.graph import Graph
from audit.world.lists import parsed
from tests.checks.judging import catalogue

pytestmark = pytest.mark.bench
SYSTEMS, ROWS = 17_000, 100_000


def test_every_list_of_a_whole_country() -> None:
    began = time.perf_counter()
    lines = (
        f"  - {{id: s{one}, grade: {one % 4 + 1}, hosts: [s{one}.kibo.example, {_address(one)}]}}\n"
        for one in range(SYSTEMS)
    )
    text = "institutions:\n- id: kibo\n  systems:\n" + "".join(lines)
    loaded = load_sources({"estate.yaml": text.encode()}, catalogue(), Path())
    assert loaded.estate is not None
    graph = Graph(loaded.estate)
    base = time.perf_counter() - began
    rows = [one if one % 50 else -one for one in range(1, ROWS + 1)]
    texts = {
        "assets": "host,ip\n" + "".join(f"{_name(one)},{_address(abs(one) % SYSTEMS)}\n" for one in rows),
        "dns-zone": "$ORIGIN kibo.example.\n" + "".join(f"{_name(one)}. 60 IN A 10.0.0.1\n" for one in rows),
        "firewall": "src,dst,port\n" + "".join(f"{_address(abs(one) % SYSTEMS)},10.0.0.7,443\n" for one in rows),
    }
    for form, content in texts.items():
        began = time.perf_counter()
        state = parsed(content.encode(), form, form, {}, "", None)
        read = time.perf_counter() - began
        found = reconcile(graph, [state])
        both = time.perf_counter() - began
        assert form == "firewall" or len(found.names.missing) > 0 or form == "assets"
        print(f"{form}: read {read / base:.2f}, read and held against {both / base:.2f} of reading the inventory")


def _name(one: int) -> str:
    return f"s{one % SYSTEMS}.kibo.example" if one > 0 else f"ghost{-one}.kibo.example"


def _address(one: int) -> str:
    return f"10.{one // 65536}.{one // 256 % 256}.{one % 256}"
