"""A disk that hangs for good to a watch that still looks, and still ends in time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.watching.served import PROMPT, Page, Watch, inventory

pytestmark = pytest.mark.alone


@contextmanager
def hanging(path: Path) -> Iterator[None]:
    """A file in which no further byte has room: whoever writes to it waits for ever."""
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(descriptor, b"\n" * fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 4096))
        yield
    finally:
        os.close(descriptor)


def test_samples_that_hang_keep_nobody_from_looking_or_from_ending(tmp_path: Path) -> None:
    page, estate = Page(), tmp_path / "estate.yaml"
    estate.write_text(inventory(page.port, watch=", samples: samples"))
    folder = tmp_path / "samples"
    folder.mkdir()
    today = datetime.now(UTC).date()
    first, second = (folder / f"here-{today + timedelta(days=ahead)}.jsonl" for ahead in (0, 1))
    with hanging(first), hanging(second):
        watch = Watch(estate, str(tmp_path / "haechi.db"), tmp_path / "said")
        try:
            watch.stored(4)
            code, took = watch.stop()
        finally:
            watch.process.kill()
            page.end()
    assert (code, took < PROMPT) == (0, True)
