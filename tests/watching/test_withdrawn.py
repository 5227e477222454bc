"""Inventories that follow on each other within a second to the windows that the log holds in the end."""

from __future__ import annotations

import signal
from pathlib import Path

from audit.analysis.windows import windows
from tests.watching.served import Page, Watch, inventory, log

WINDOW = (
    "maintenance: [{id: disks, on: k/s, from: 2027-01-01T00:00:00+00:00, to: 2027-01-02T00:00:00+00:00,"
    " reason: New disks, by: Kim}]\n"
)


def test_a_window_that_is_gone_at_once_is_withdrawn(tmp_path: Path) -> None:
    page, estate, store = Page(), tmp_path / "estate.yaml", str(tmp_path / "haechi.db")
    plain = inventory(page.port)
    estate.write_text(plain)
    watch = Watch(estate, store, tmp_path / "said")
    try:
        watch.stored(2)
        for text, words, count in ((plain + WINDOW, "is declared", 1), (plain, "was read again", 2)):
            estate.write_text(text)
            watch.send(signal.SIGHUP)
            watch.until(words, count)
        watch.stop()
    finally:
        watch.process.kill()
        page.end()
    assert [window.withdrawn is None for window in windows(log(store))] == [False]
