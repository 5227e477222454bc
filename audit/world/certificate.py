"""The certificates that a server sent to the facts about them."""

from __future__ import annotations

import hashlib
import ssl
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from audit.model.facts import Certificate, Failure

_DER: Final = 2
"""ENCODING_DER of the private module _ssl."""
_MOST_NAMES: Final = 100
_LONGEST: Final = 200


def sent_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates that the server sent, leaf first, as DER; the leaf alone where Python hides the others."""
    public = getattr(tls, "get_unverified_chain", None)  # Python 3.13
    hidden: Any = None if public is not None else getattr(tls, "_sslobj", None)
    if public is not None:
        return tuple(bytes(der) for der in public() or ())
    if hasattr(hidden, "get_unverified_chain"):
        return tuple(bytes(sent.public_bytes(_DER)) for sent in hidden.get_unverified_chain() or ())
    leaf = tls.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def read_certificate(chain: tuple[bytes, ...]) -> Certificate | None:
    """The facts about a chain, as if it could be trusted; None where it cannot be read."""
    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        ends = [x509.load_der_x509_certificate(der).not_valid_after_utc for der in chain]
        return Certificate(
            subject=leaf.subject.rfc4514_string()[:_LONGEST],
            issuer=leaf.issuer.rfc4514_string()[:_LONGEST],
            names=_names(leaf),
            not_before=leaf.not_valid_before_utc,
            not_after=leaf.not_valid_after_utc,
            chain_not_after=min(ends),
            sha256=hashlib.sha256(chain[0]).hexdigest(),
            key=_key(leaf),
            trusted=True,
        )
    except (ValueError, IndexError, TypeError, OverflowError, x509.DuplicateExtension, UnsupportedAlgorithm):
        return None


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    written = (
        *names.get_values_for_type(x509.DNSName),
        *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
    )
    return tuple(name[:_LONGEST] for name in written[:_MOST_NAMES])


def _key(leaf: x509.Certificate) -> str:
    key = leaf.public_key()
    if isinstance(key, RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, EllipticCurvePublicKey):
        return f"EC {key.key_size}"
    if isinstance(key, DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.strip("_").removesuffix("PublicKey")


def distrust(refused: ssl.SSLCertVerificationError, certificate: Certificate | None) -> tuple[Failure, str]:
    """Why a certificate was not trusted: the failure, the details with dates."""
    number, said = refused.verify_code, (refused.verify_message or "certificate verify failed").rstrip(".")
    if number in _HOSTNAME:
        names = ", ".join(certificate.names) if certificate else ""
        return "tls-hostname", f"{said}; it is for {names}" if names else said
    if number == _EXPIRED:
        return "tls-expired", f"{said}: ended {_day(certificate.chain_not_after)}" if certificate else said
    if number == _EARLY:
        return "tls-not-yet-valid", f"{said}: begins {_day(certificate.not_before)}" if certificate else said
    return "tls-untrusted", f"{said}; issued by {certificate.issuer}" if certificate else said


# X509_V_ERR_* of OpenSSL, in <openssl/x509_vfy.h>; the Python module does not name them.
_EARLY: Final = 9
_EXPIRED: Final = 10
_HOSTNAME: Final = (62, 64)


def _day(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
