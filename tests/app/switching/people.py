"""Names become people with keys of their own, on the list of those whose signature an estate accepts."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from audit.model.authorization import NAMESPACE


@dataclass(frozen=True)
class People:
    """Some people with their keys in one folder."""

    folder: Path

    @property
    def list(self) -> Path:
        return self.folder / "signers"

    def join(self, name: str, *, key: str = "", options: str = "") -> None:
        """Put one on the list: with a key of their own, or with that of somebody else."""
        path = self.folder / (key or name)
        if not path.exists():
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True, timeout=300
            )
        words = (self.folder / f"{key or name}.pub").read_text().split()[:2]
        with self.list.open("a") as file:
            file.write(" ".join((name, *((options,) if options else ()), *words)) + "\n")

    def sign(self, file: Path, *names: str, namespace: str = NAMESPACE) -> None:
        """Each signs a file with the key of that name."""
        for name in names:
            ended = subprocess.run(
                ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.folder / name)],
                input=file.read_bytes(), capture_output=True, check=True, timeout=300,
            )  # fmt: skip
            file.with_name(f"{file.name}.{name}.sig").write_bytes(ended.stdout)


def people(folder: Path, *names: str) -> People:
    """A list with these people on it."""
    folder.mkdir(exist_ok=True)
    found = People(folder)
    for name in names:
        found.join(name)
    return found
