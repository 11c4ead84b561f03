"""An authority of the test's own, and servers that it signs for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs servers' certificates."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._own = self._signed(self._name, self._key.public_key(), None, days=30)

    @property
    def certificate(self) -> bytes:
        """What clients trust."""
        return self._own.public_bytes(serialization.Encoding.PEM)

    def server(self, host: str, *, days: int = 30) -> Pair:
        """A server's certificate; with negative `days` it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._signed(name, key.public_key(), host, days=days)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Pair(made.public_bytes(serialization.Encoding.PEM), secret)

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, host: str | None, *, days: int
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            made = made.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
            )
        return made.sign(self._key, hashes.SHA256())
