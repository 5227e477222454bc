"""Many signed pieces of evidence in, the time to verify all beside that of ssh-keygen alone out."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from audit.app.papers import verify
from audit.app.stored import whole
from audit.catalogue import discover
from audit.inventory.evidence import entry
from audit.inventory.load import load
from audit.model.paper import State
from audit.model.statement import statement
from tests.real.keys import made, signed

pytestmark = pytest.mark.bench
PIECES: Final = int(os.environ.get("HAECHI_BENCH_EVIDENCE", "1000"))
TOP: Final = """estate: {{id: e, signers: signers}}
sites: [{{id: d, power: [feed], rooms: [{{id: r, kind: battery}}], batteries: [{batteries}]}}]
evidence:
"""


def written(folder: Path) -> Path:
    """An estate with so many batteries, each with a signed statement."""
    key = made(folder, "key")
    root = folder / "estate"
    root.mkdir()
    values = {"check": "facility.fire-detection", "collected": "2026-10-02", "expires": "2027-10-01", "by": "Lee Jun"}
    text = TOP.format(batteries=", ".join(f"{{id: b{number}, room: r}}" for number in range(PIECES)))
    for number in range(PIECES):
        text += entry({**values, "id": f"e{number}", "on": f"d/b{number}", "signature": f"{number}.sig"})
    (root / "estate.yaml").write_text(text)
    (root / "signers").write_text(key.line("Lee Jun"))
    for number, one in enumerate(whole(load(root, discover())).evidence):
        (root / f"{number}.sig").write_bytes(signed(key, statement(one).encode()))
    return root


def test_verifying_beside_ssh_keygen(tmp_path: Path, need: Callable[[str], Path]) -> None:
    need("ssh-keygen")
    root = written(tmp_path)
    text = statement(whole(load(root, discover())).evidence[0]).encode()
    words = ("-Y", "verify", "-q", "-f", "signers", "-I", "Lee Jun", "-n", "haechi-evidence", "-s", "0.sig")
    began = time.perf_counter()
    for _ in range(PIECES):
        subprocess.run(("ssh-keygen", *words), cwd=root, input=text, check=True, capture_output=True)
    alone = time.perf_counter() - began
    began = time.perf_counter()
    found = verify(root, at="2026-11-01")
    ours = time.perf_counter() - began
    assert {one.state for one in found.papers} == {State.SIGNED}
    print(f"{PIECES} pieces: haechi {ours:.2f} s, ssh-keygen one after the other {alone:.2f} s: {ours / alone:.2f}")
