"""A folder to dumps that the sftp-server of OpenSSH gives out."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.real.drops import Sshd, answers, breaks, filled, sshd
from tests.real.lab import Lab, Said, tree

NEEDS: Final = ("sshd", "ssh-keygen", "gzip", "sha256sum")


@contextmanager
def lab(root: Path) -> Iterator[Lab]:
    drop = root / "drop"
    filled(drop)
    with sshd(root / "ssh") as server:
        yield Lab(
            item={"kind": "sftp", **server.item, "path": f"{drop}/*.sql.gz", "verify": "content"},
            state=lambda: tree(drop),
            breaks={
                **breaks(drop),
                "another-host": lambda: _replaced(server),
                "locked-out": lambda: _locked_out(server),
            },
        )


def _replaced(server: Sshd) -> Said:
    """Another machine answers at the address: its key is another one."""
    (server.folder / "host").unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", server.folder / "host"],
        check=True, timeout=300, input=b"y\n",
    )  # fmt: skip
    _heeded(server)
    return Said("ssh-keyscan: a host answers", content=True)


def _locked_out(server: Sshd) -> Said:
    (server.folder / "authorized").write_text("")
    return Said("ssh-keyscan: a host answers", content=True)


def _heeded(server: Sshd) -> None:
    """SIGHUP has sshd start again with its new key, at the same port."""
    log = server.folder / "log"
    begun = log.read_text().count("Server listening")
    os.kill(server.pid, signal.SIGHUP)
    until = time.monotonic() + 60
    # Until then it is the old one that answers, or nobody.
    while log.read_text().count("Server listening") == begun and time.monotonic() < until:
        time.sleep(0.05)
    answers(server.port)
