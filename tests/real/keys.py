"""A folder with a name in, a throw-away key of OpenSSH with its line for a list of signers out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Key:
    """A key of somebody."""

    path: Path
    public: str

    def line(self, *names: str, options: str = 'namespaces="haechi-evidence"') -> str:
        """A line of a list of signers."""
        return f'"{",".join(names)}" {options} {self.public}\n'


def made(folder: Path, name: str, *, kind: str = "ed25519", passphrase: str = "") -> Key:
    """A new key; OpenSSH itself makes it."""
    path = folder / name
    words = ("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path))
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return Key(path, " ".join(path.with_suffix(".pub").read_text().split()[:2]))


def signed(key: Key, text: bytes, namespace: str = "haechi-evidence") -> bytes:
    """The signature that ssh-keygen itself makes."""
    words = ("ssh-keygen", "-q", "-Y", "sign", "-f", str(key.path), "-n", namespace)
    return subprocess.run(words, input=text, check=True, capture_output=True, timeout=300).stdout
