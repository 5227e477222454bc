"""Names of hosts to those that are this very machine."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_PATIENCE: Final = 5.0


def answering_here(written: Iterable[str]) -> str:
    """The first of some hosts, or of the hosts of some URLs, that has an address of this machine; empty for none.

    A name that nobody can look up is no host of this machine.
    """
    for text in dict.fromkeys(written):
        host = urlsplit(text).hostname if "://" in text else text
        if host and any(_ours(family, address) for family, address in _addresses(host)):
            return host
    return ""


def _addresses(host: str) -> Iterable[tuple[int, str]]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    return {(int(family), str(address[0])) for family, _, _, _, address in found}


def _ours(family: int, address: str) -> bool:
    """Whether this machine may bind it: only its own addresses can be bound."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError as broken:
        return broken.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)
    return True
