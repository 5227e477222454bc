"""Names with dates become keys and certificates of an authority that lives for one test."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from audit.model.address import literal

DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; `file` is what a client has to trust."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, folder: Path, name: str = "Test authority") -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _sign(_name(name), key, _name(name), key, datetime.now(UTC) - DAY, datetime.now(UTC) + 365 * DAY, ())
        (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
        return cls(folder, key, made)

    @property
    def file(self) -> str:
        return str(self.folder / f"{self.certificate.subject.rfc4514_string().removeprefix('CN=')}.pem")

    def server(
        self,
        *names: str,
        starts: timedelta = -DAY,
        ends: timedelta = 30 * DAY,
        signed_by_itself: bool = False,
    ) -> ssl.SSLContext:
        """What a server of these names needs; `starts` and `ends` count from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        issuer, signer = (self.certificate.subject, self.key) if not signed_by_itself else (_name(names[0]), key)
        made = _sign(_name(names[0]), key, issuer, signer, now + starts, now + ends, names)
        path = self.folder / f"{made.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        sent = b"" if signed_by_itself else self.certificate.public_bytes(Encoding.PEM)
        path.write_bytes(private + made.public_bytes(Encoding.PEM) + sent)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _sign(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    starts: datetime,
    ends: datetime,
    names: tuple[str, ...],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), starts, ends)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        alternatives = [x509.IPAddress(ip_address(name)) if literal(name) else x509.DNSName(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signer, hashes.SHA256())
