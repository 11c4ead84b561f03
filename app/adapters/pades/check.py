"""Check the seals of a PDF: untouched, by whom, from a trusted authority."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from app.adapters.pades.credential import holder_of
from app.domain.errors import DomainError
from app.domain.sealing import Holder, SealCheck
from app.i18n import _

_BROKEN: Final = (
    PdfReadError, SignatureValidationError, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, RuntimeError,
)  # fmt: skip
"""What the readers raise for a file with changed bytes."""
_ALLOWED: Final = {
    ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING,
}  # fmt: skip
_MEGABYTE: Final = 2**20
_LIMITS: Final = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=64 * _MEGABYTE),
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=4 * _MEGABYTE),
    },
    document_budget=DocumentDecodeBudget(base_allowance=128 * _MEGABYTE, max_ratio=8),
)
"""To how much a stream of a file, and all that are read together, may unfold, whatever their
filters; a table of contents takes a second for each megabyte."""
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check(pdf: bytes, roots: Sequence[bytes]) -> tuple[SealCheck, ...]:
    """What each seal of the file is worth, in the order of sealing; empty without a seal.

    Args:
        pdf: The file.
        roots: Trusted certificate authorities, PEM or DER.

    Raises:
        DomainError: Not a PDF, or so damaged that it cannot be read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), decode_limits=_LIMITS)
        found = tuple(reader.embedded_regular_signatures)
        checks = [_one(pdf, signature, roots) for signature in found]
    except PdfDecodeLimitError as error:
        raise DomainError(
            "seal.bomb", _("文件解开后大得不正常，没有打开。请向对方要原件，并当面核实。")
        ) from error
    except _BROKEN as error:
        raise DomainError(
            "seal.unreadable",
            _("文件不是完好的 PDF，不能验签。请向对方要原件。"),
        ) from error
    if found and max(_end(signature) for signature in found) != len(pdf):
        checks[-1] = replace(checks[-1], unchanged=False)  # something stands behind the last seal
    return tuple(checks)


def certificate(data: bytes) -> x509.Certificate:
    """A certificate from PEM or DER.

    Raises:
        DomainError: Something else.
    """
    try:
        if pem.detect(data):
            _kind, _headers, data = pem.unarmor(data)
        found = x509.Certificate.load(data)
        holder_of(found)  # asn1crypto reads lazily; this finds a broken one now
    except (ValueError, TypeError) as error:
        raise DomainError(
            "seal.certificate", _("不是证书文件。请选 .pem、.crt 或 .cer 证书。")
        ) from error
    return found


def _end(signature: EmbeddedPdfSignature) -> int:
    """Where the sealed part of the file ends."""
    *_first, start, length = (int(one) for one in signature.byte_range)
    return start + length


def _one(pdf: bytes, signature: EmbeddedPdfSignature, roots: Sequence[bytes]) -> SealCheck:
    field = str(signature.field_name)
    try:
        holder = holder_of(signature.signer_cert)
        # A certificate lives a few years, a contract fifteen: what counts is that it was valid
        # when it sealed. Without a time stamp that moment is the signer's word.
        context = ValidationContext(
            trust_roots=[certificate(root) for root in roots],
            allow_fetching=False,
            moment=signature.self_reported_timestamp,
        )
        status = validate_pdf_signature(signature, context)
        whole_envelope = _envelope_whole(pdf, signature)
    except _BROKEN:
        # a byte changed inside the signature itself; the name is the one that the paper states
        stated = Holder(str(signature.sig_object.get("/Name", "")), "", "", "", _NEVER, _NEVER)
        return SealCheck(field, stated, None, intact=False, trusted=False, unchanged=False)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return SealCheck(
        field=field,
        holder=holder,
        sealed_at=signature.self_reported_timestamp,
        intact=bool(status.intact and status.valid and whole_envelope),
        trusted=bool(status.trusted),
        unchanged=whole or status.modification_level in _ALLOWED,
    )


def _envelope_whole(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the only bytes that a seal cannot cover, its own, are exactly as they are written.

    The envelope is hexadecimal text of one letter case, padded with zeros behind the signature.
    """
    first, length, second, _rest = (int(one) for one in signature.byte_range)
    text = pdf[first + length : second]
    inner = text[1:-1]
    if text[:1] + text[-1:] != b"<>" or inner not in {inner.lower(), inner.upper()}:
        return False
    written = bytes.fromhex(inner.decode("ascii"))
    content = cms.ContentInfo.load(written)
    envelope = bytes(content.dump(force=True))
    return (
        written.startswith(envelope)
        and not written[len(envelope) :].strip(b"\0")
        and _plain_words(content["content"])
    )


def _plain_words(signed: cms.SignedData) -> bool:
    """Whether the few words of an envelope that nothing signs say what RFC 5652 asks for."""
    signer = signed["signer_infos"][0]
    digests = [one.dump() for one in signed["digest_algorithms"]]
    return (
        signed["version"].native == signer["version"].native == "v1"
        and digests == [signer["digest_algorithm"].dump()]
        and signer["digest_algorithm"]["parameters"].dump() in {b"", b"\x05\x00"}
    )
