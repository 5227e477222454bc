"""The name of a program to where it is on this machine, the test skipped or failed where it is not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin", "/lib/nut", "/usr/lib/nut", "/usr/lib/nagios/plugins")


def find(program: str) -> Path | None:
    """Where a program is, also outside PATH; the newest where there are several versions."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_FOLDERS, *map(str, versions)))
    found = shutil.which(program, path=path)
    return Path(found) if found else None


def needed(program: str) -> Path:
    """The path of a program; without it the test is skipped, or fails where CI=true."""
    found = find(program)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not on this machine", pytrace=False)
    if found is None:
        pytest.skip(f"{program} is not on this machine")
    return found
