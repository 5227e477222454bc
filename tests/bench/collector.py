"""The collector of garbage to its settings in a watch, for as long as a benchmark runs."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from audit.app.watching.active import RARELY


@contextlib.contextmanager
def rarely() -> Iterator[None]:
    """Leave alone what is there already, look at the rest as rarely as the watch does."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
