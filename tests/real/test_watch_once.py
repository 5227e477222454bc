"""`haechi watch --once` again and again in, exit codes with what is stored out."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.model.exit import Exit
from audit.model.measurement import MISSED
from tests.watching.served import PATIENCE, Page, course, doubled, inventory, measured, watching

pytestmark = pytest.mark.real


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.end()


def once(estate: Path, store: str) -> tuple[int, str]:
    command = (sys.executable, "-P", "-m", "audit", "watch", str(estate), "--store", store, "--once")
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stderr.decode()


def test_again_and_again(tmp_path: Path, page: Page) -> None:
    estate, store = tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    estate.write_text(inventory(page.port), "utf-8")
    assert once(estate, store) == (Exit.READY, "")
    time.sleep(2.1)
    assert once(estate, store) == (Exit.READY, "")
    page.ill = True
    codes = []
    for _ in range(2):
        time.sleep(1.1)  # nothing is due twice in a second
        codes.append(once(estate, store))
    assert [code for code, _ in codes] == [Exit.FAILED, Exit.FAILED]
    assert all("does not answer as it should: " in said for _, said in codes)
    page.ill = False
    time.sleep(1.1)
    assert once(estate, store)[0] == Exit.READY
    found = measured(store)
    assert not doubled(found)
    assert any(one.reason == MISSED and one.until is not None for one in found)
    # Down is two bad samples of three, though no process saw more than one.
    assert course(store) == ["down"]


def test_what_nobody_can_tell(tmp_path: Path, page: Page) -> None:
    estate, store = tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    estate.write_text(inventory(page.port).replace("127.0.0.0/8", "10.0.0.0/8"), "utf-8")
    code, said = once(estate, store)
    assert code == Exit.NOT_VERIFIED
    assert "nobody can tell of " in said


def test_beside_a_watch(tmp_path: Path, page: Page) -> None:
    estate, store = tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    estate.write_text(inventory(page.port), "utf-8")
    with watching(estate, store, tmp_path / "said") as watch:
        watch.stored(1)
        assert once(estate, store)[0] == Exit.LOCKED
