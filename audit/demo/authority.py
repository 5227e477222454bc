"""Host names with an instant become certificates, good ones beside ones with a fault, and the authority that signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
KINDS = ("good", "ending", "expired", "other", "stranger")
"""In time; with nine days left; nine days past its end; made for another name; signed by nobody we know."""


def make(folder: Path, hosts: Sequence[str], now: datetime) -> None:
    """Write `ca.pem`, the authority to trust, with one `KIND.pem` (key, certificate) for each of `KINDS`."""
    key, name = _key(), _name("Haechi demo authority (synthetic)")
    authority = (
        _builder(name, name, key, now - YEAR, now + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(signs_others=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    spans = {"ending": (now - YEAR, now + 9 * DAY), "expired": (now - YEAR, now - 9 * DAY)}
    for kind in KINDS:
        start, end = spans.get(kind, (now - DAY, now + YEAR / 2))
        names = ("elsewhere.example",) if kind == "other" else tuple(hosts)
        signed_by = (None, None) if kind == "stranger" else (key, authority)
        _leaf(folder / f"{kind}.pem", names, start, end, *signed_by)


def _leaf(
    path: Path,
    names: Sequence[str],
    start: datetime,
    end: datetime,
    signer: ec.EllipticCurvePrivateKey | None,
    issuer: x509.Certificate | None,
) -> None:
    key = _key()
    subject = _name(f"Haechi demo, {path.stem} (synthetic)")
    certificate = (
        _builder(subject, issuer.subject if issuer else subject, key, start, end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key((signer or key).public_key()), critical=False)
        .add_extension(_usage(signs_others=False), critical=True)
        .sign(signer or key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )
