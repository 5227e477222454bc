"""Whatever language this machine speaks, the tests begin in English."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    os.environ["LC_ALL"] = "C.UTF-8"
