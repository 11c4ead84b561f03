"""A PDF of some hundred kilobytes whose table of contents unfolds to gigabytes (T27)."""

from __future__ import annotations

import zlib

import pytest

from app.adapters.pades.check import check
from app.domain.errors import DomainError


def paper(filters: bytes, packed: bytes) -> bytes:
    head = b"%PDF-1.7\n"
    table = (
        b"9 0 obj\n<< /Type /XRef /Size 99999999 /W [1 4 2] /Root 1 0 R /Filter "
        b"%s /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    )
    return head + table % (filters, len(packed), packed, len(head))


@pytest.mark.parametrize("times", [1, 2])
def test_a_paper_that_unfolds_to_gigabytes_is_not_opened(times: int) -> None:
    packed, filters = zlib.compress(bytes(160 << 20), 9), b"/FlateDecode"
    if times > 1:
        packed, filters = zlib.compress(packed, 9), b"[/FlateDecode /FlateDecode]"
    with pytest.raises(DomainError, match="大得不正常") as refusal:
        check(paper(filters, packed), ())
    assert refusal.value.code == "seal.bomb"
