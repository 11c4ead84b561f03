"""Put a seal on a PDF: a PAdES signature with a visible field at its place."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle

from app.adapters.pades.credential import Credential
from app.adapters.pdf.seal_mark import seal_mark
from app.domain.orders.signing import Party
from app.domain.sealing import SealPlace
from app.i18n import _

_DIGEST: Final = "sha256"


def prepare(pdf: bytes, places: Sequence[SealPlace]) -> bytes:
    """The paper with an empty signature field at each place.

    All fields are made before the first seal: whoever seals later only fills one, which no reader
    takes for a change of the paper.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for place in places:
        spec = fields.SigFieldSpec(place.party.value, on_page=place.page, box=_whole(place.box))
        fields.append_signature_field(writer, spec)
    target = io.BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]  # pyHanko is untyped here
    return target.getvalue()


def seal(pdf: bytes, credential: Credential, party: Party, at: str) -> bytes:
    """The paper with the seal of one party, added as a new revision.

    Args:
        pdf: A paper from `prepare`, perhaps with the other party's seal.
        credential: Certificate and key.
        party: Whose field is filled.
        at: The local time that the visible seal shows.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    holder = credential.holder
    meta = PdfSignatureMetadata(
        field_name=party.value,
        md_algorithm=_DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        name=holder.person,
        location=holder.organisation,
        reason=_("签署购销文件"),
    )
    with tempfile.TemporaryDirectory() as folder:
        mark = Path(folder) / "mark.pdf"
        mark.write_bytes(seal_mark(holder.organisation, holder.person, at))
        style = StaticStampStyle.from_pdf_file(str(mark), border_width=0)
        signed = PdfSigner(meta, credential.signer, stamp_style=style).sign_pdf(writer)
    return bytes(signed.getbuffer())


def _whole(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, bottom, right, top = (round(one) for one in box)
    return left, bottom, right, top
