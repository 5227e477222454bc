"""Random fault trees to cut sets and probabilities, held against those of SCRAM, a program of others."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from audit.analysis.faults.answer import answer
from audit.analysis.faults.exported import open_psa
from audit.analysis.faults.openpsa import read
from audit.analysis.faults.system_cuts import likely_of
from audit.analysis.faults.ways import ways
from audit.app.falling import graph_of
from audit.model.hazards import hazards
from audit.model.net import net
from tests.analysis.faults import nets
from tests.analysis.faults.models import event, gate, model

pytestmark = pytest.mark.real


def grown(seed: int, events: int, gates: int) -> bytes:
    """A model whose gates share each other; the last one is above all of them."""
    random = Random(seed)
    names = [f"e{number}" for number in range(events)]
    below, written, used = list(names), [], set()
    for number in range(gates):
        kind = random.choice(("and", "or", "or", "atleast"))
        some = random.sample(below, min(len(below), random.randint(2, 4)))
        used.update(some)
        least = f" min='{random.randint(2, len(some) - 1)}'" if kind == "atleast" and len(some) > 2 else ""
        kind = kind if least or kind != "atleast" else "and"
        inner = "".join(event(one) if one in names else f"<gate name='{one}'/>" for one in some)
        written.append(gate(f"g{number}", f"<{kind}{least}>{inner}</{kind}>"))
        below.append(f"g{number}")
    loose = [f"g{number}" for number in range(gates) if f"g{number}" not in used]
    written.append(gate("top", "<or>" + "".join(f"<gate name='{one}'/>" for one in loose) + "</or>"))
    data = "".join(
        f"<define-basic-event name='{name}'><float value='{random.choice((0.001, 0.01, 0.2))}'/></define-basic-event>"
        for name in names
    )
    return model(*written, data=f"<model-data>{data}</model-data>")


def asked(program: Path, path: Path, *words: str) -> Element:
    """The products of SCRAM with their number by order."""
    done = subprocess.run(
        [str(program), *words, "--probability", "1", str(path)], capture_output=True, check=True, timeout=300
    )
    found = fromstring(done.stdout).find(".//sum-of-products")
    assert found is not None
    return found


def orders(found: Element, order: int) -> tuple[int, ...]:
    told = [int(count) for count in (found.get("distribution") or "").split()]
    return (*told, *[0] * order)[:order]


@pytest.mark.parametrize(("events", "gates"), [(8, 6), (20, 15), (60, 45)])
def test_both_find_the_same(events: int, gates: int, tmp_path: Path, need: Callable[[str], Path]) -> None:
    program = need("scram")
    for seed in range(6):
        text = grown(seed, events, gates)
        path = tmp_path / f"{seed}.xml"
        path.write_bytes(b'<?xml version="1.0"?>' + text)
        ours = answer(read(text), 3, 1)
        assert ours.orders[1:] == orders(asked(program, path, "--zbdd", "-l", "3"), 3), seed
        if events > 20:
            continue
        whole = asked(program, path, "--bdd")
        assert ours.exact
        assert ours.least == pytest.approx(float(whole.get("probability") or "nan"), rel=1e-5), seed


def test_an_estate_that_is_exported_has_the_same_sets(tmp_path: Path, need: Callable[[str], Path]) -> None:
    """Not with `--zbdd`, of which SCRAM 0.16.2 loses single events of some trees that `--bdd` and `--mocus` find."""
    program = need("scram")
    path = tmp_path / "exported.xml"
    for seed in range(30):
        small = nets.grown(seed, 7)
        found = ways(small.net, 3)
        for name in ("n0", "n1"):
            path.write_text("\n".join(open_psa(small.net, [name])))
            assert found.orders(name)[1:] == products(program, path), (seed, name)


def test_the_demonstration_has_the_same_sets(tmp_path: Path, need: Callable[[str], Path]) -> None:
    program = need("scram")
    path = tmp_path / "exported.xml"
    graph = graph_of(Path("inventories/demo"))
    happening = hazards(graph)
    systems = [system.ref for _, system in graph.estate.systems()][:6]
    for events in (None, tuple(one.ref for one in happening)):
        numbered = net(graph, "pessimistic", happening if events else ())
        found = ways(numbered, 3, systems, events=events)
        for ref in systems:
            path.write_text("\n".join(open_psa(numbered, [ref], events, likely_of(happening))))
            assert found.orders(ref)[1:] == products(program, path), ref


def products(program: Path, path: Path) -> tuple[int, ...]:
    """How many sets of one, two, three events SCRAM finds."""
    done = subprocess.run([str(program), "--mocus", "-l", "3", str(path)], capture_output=True, check=True, timeout=300)
    found = fromstring(done.stdout).find(".//sum-of-products")
    assert found is not None
    return orders(found, 3)
