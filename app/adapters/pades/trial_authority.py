"""A certificate authority for trials and the demonstration; never for real papers.

Its certificates say 测试 in their names, and a real group buys certificates from a licensed
authority (电子签名法 art. 16–18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

_YEARS: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate with its key, in memory only."""

    root: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The root certificate, to be trusted."""
        return self.root.public_bytes(serialization.Encoding.PEM)


def make(name: str, at: datetime) -> Authority:
    """A new authority whose certificates are valid from the day before `at`."""
    key = _new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _certificate(subject, subject, key, at).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    builder = builder.add_extension(_usage(ca=True), critical=True)
    return Authority(builder.sign(key, hashes.SHA256()), key)


def issue(
    authority: Authority, person: str, organisation: tuple[str, str], password: str, at: datetime
) -> bytes:
    """A person's certificate and key as PKCS#12.

    Args:
        authority: Who issues it.
        person: Common name.
        organisation: Name and 统一社会信用代码 of the organisation the person seals for.
        password: Protects the file.
        at: Valid from the day before.
    """
    key = _new_key()
    name, code = organisation
    parts = [
        x509.NameAttribute(NameOID.COMMON_NAME, person),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
    ]
    if code:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, code))
    builder = _certificate(x509.Name(parts), authority.root.subject, key, at)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    made = builder.sign(authority.key, hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(
        person.encode(),
        key,
        made,
        [authority.root],
        serialization.BestAvailableEncryption(password.encode()),
    )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _YEARS)
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
