"""A PDF of some hundred kilobytes whose table of contents unfolds to gigabytes (T27)."""

from __future__ import annotations

import base64
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


def flate(content: bytes) -> bytes:
    return zlib.compress(content, 9)


MUCH = flate(bytes(160 << 20))


@pytest.mark.parametrize(
    ("filters", "packed"),
    [
        (b"/FlateDecode", MUCH),
        (b"/Fl#61teDecode", MUCH),
        (b"[/FlateDecode /FlateDecode]", flate(MUCH)),
        (b"[/Fl /#46lateDecode]", flate(MUCH)),
        (b"[/ASCII85Decode /FlateDecode]", base64.a85encode(MUCH) + b"~>"),
        (b"[/AHx /FlateDecode]", MUCH.hex().encode() + b">"),
        (b"/ASCII85Decode", b"z" * (2 << 20) + b"~>"),
    ],
    ids=["once", "letters", "twice", "twice, letters", "letters of 85", "hex", "zeros"],
)
def test_a_paper_that_unfolds_to_gigabytes_is_not_opened(filters: bytes, packed: bytes) -> None:
    with pytest.raises(DomainError, match="大得不正常") as refusal:
        check(paper(filters, packed), ())
    assert refusal.value.code == "seal.bomb"


@pytest.mark.parametrize("filters", [b"/LZWDecode", b"/RunLengthDecode", b"/DCTDecode", b"/Crypt"])
def test_what_no_sealed_paper_is_packed_with_is_refused(filters: bytes) -> None:
    with pytest.raises(DomainError, match="不是完好的 PDF"):
        check(paper(filters, b"\x81\x00" * 500_000), ())


def test_a_stream_that_ends_before_what_it_lies_in_holds_nobody_up() -> None:
    """Whoever unfolded it to measure it waited for ever."""
    with pytest.raises(DomainError):
        check(paper(b"/LZWDecode", flate(bytes(100 << 20))), ())
