"""Whatever language this machine speaks, whatever signals were ignored before, the tests begin in the same state."""

from __future__ import annotations

import os
import signal


def pytest_configure() -> None:
    os.environ["LC_ALL"] = "C.UTF-8"
    # A shell that begins something in the background has it ignore Ctrl-C, and all that it begins too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
