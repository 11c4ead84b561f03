"""A person's certificate with its key, from a PKCS#12 file (.p12, .pfx)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509
from pyhanko.sign.signers import SimpleSigner

from app.domain.errors import DomainError
from app.domain.sealing import Holder
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate that can seal; the key stays in memory and is never written."""

    holder: Holder
    signer: SimpleSigner


def load(data: bytes, password: str) -> Credential:
    """The certificate in a PKCS#12 file.

    Raises:
        DomainError: Not such a file, or another password.
    """
    try:
        signer = SimpleSigner.load_pkcs12_data(data, (), password.encode() or None)
    except Exception as error:
        raise _unreadable() from error
    if signer is None or signer.signing_cert is None:
        raise _unreadable()
    signer.embed_roots = False  # who checks has the root already; a copy would not be covered
    return Credential(holder_of(signer.signing_cert), signer)


def holder_of(certificate: x509.Certificate) -> Holder:
    """Whom a certificate names."""
    subject: dict[str, Any] = certificate.subject.native
    return Holder(
        person=_text(subject.get("common_name")),
        organisation=_text(subject.get("organization_name")),
        code=_text(subject.get("organization_identifier")),
        serial=f"{certificate.serial_number:x}",
        valid_from=_moment(certificate.not_valid_before),
        valid_to=_moment(certificate.not_valid_after),
    )


def _text(value: object) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")


def _moment(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _unreadable() -> DomainError:
    return DomainError(
        "seal.credential",
        _("证书打不开。请核对密码；文件应是 .p12 或 .pfx 证书文件。"),
    )
