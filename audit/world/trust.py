"""A file of certificates that an estate trusts to the TLS settings that trust it."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path
from typing import Final

from audit.model.facts import Certificate
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.certificate import read_certificate

_MOST: Final = 4096


class Trust:
    """TLS settings, made once for each authority: reading the certificates of a machine takes longer than a visit."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._blind = _context()
        self._blind.check_hostname = False
        self._blind.verify_mode = ssl.CERT_NONE
        self._read: dict[tuple[bytes, ...], Certificate | None] = {}

    def blind(self) -> ssl.SSLContext:
        """Settings that trust everybody: only to read the certificate of a server that cannot be trusted."""
        return self._blind

    def trusting(self, authority: str | None) -> ssl.SSLContext:
        """Settings that trust what this machine trusts, and the certificates of a file of the estate."""
        key = authority or ""
        if key not in self._contexts:
            context = _context()
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
            if authority is not None:
                self._load(context, authority)
            self._contexts[key] = context
        return self._contexts[key]

    def certificate(self, chain: tuple[bytes, ...]) -> Certificate | None:
        """The facts about a chain; the same chain is read once."""
        if chain not in self._read:
            if len(self._read) >= _MOST:
                self._read.clear()
            self._read[chain] = read_certificate(chain) if chain else None
        return self._read[chain]

    def _load(self, context: ssl.SSLContext, authority: str) -> None:
        path = self._root / authority
        try:
            # A pipe or a device would never end, and hold up every other look.
            if not stat.S_ISREG(path.stat().st_mode):
                raise CannotSee(Reason.INCOMPLETE, say("{path} is no ordinary file", path=authority))
            context.load_verify_locations(cafile=str(path))
        except ssl.SSLError as broken:
            raise CannotSee(
                Reason.INCOMPLETE, say("{file} holds no certificates (PEM) to trust", file=authority)
            ) from broken
        except PermissionError as broken:
            raise CannotSee(Reason.DENIED, say("{file} may not be read", file=authority)) from broken
        except OSError as broken:
            raise CannotSee(
                Reason.INCOMPLETE, say("{file} with certificates to trust cannot be read", file=authority)
            ) from broken


def _context() -> ssl.SSLContext:
    # Not ssl.create_default_context(): it would write the keys of sessions to a file that the environment names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Browsers look at the alternative names alone.
    context.hostname_checks_common_name = False
    return context
