"""A folder to a backup file in it that a plugin of Nagios looks at."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("check_file_age",)
PLUGIN: Final = "/usr/lib/nagios/plugins/check_file_age"


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    backup = root / "backup" / "ledger.dump"
    backup.parent.mkdir()
    backup.write_bytes(b"x" * 4096)
    command = ["check_file_age", "-w", "9999999", "-c", "99999999", "-f", str(backup)]

    def said() -> Said:
        done = subprocess.run([PLUGIN, *command[1:]], capture_output=True, text=True, timeout=300, check=False)
        text = re.sub(r"\d+", "N", done.stdout.partition("|")[0].replace(str(root), "...")).strip()
        return Said(f"{text}, rc {done.returncode}", content=done.returncode == 0)

    def stopped() -> Said:
        """The job stopped two days ago; the thresholds of the plugin were once written for a weekly backup."""
        old = time.time() - 2 * 86400
        os.utime(backup, (old, old))
        return said()

    def gone() -> Said:
        backup.unlink()
        return said()

    yield Lab(
        item={"kind": "nagios", "host": "127.0.0.1", "command": command, "facts": {"age": "age", "size": "size"}},
        state=lambda: tree(backup.parent),
        breaks={"stopped": stopped, "gone": gone},
    )
