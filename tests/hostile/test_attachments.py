"""Attachments that mean harm: known by content, nothing runs, names are only names (T38)."""

from __future__ import annotations

import zlib

import pytest

from app.domain import attachment
from app.domain.errors import DomainError

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /OpenAction 2 0 R >>\nendobj\n"
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def hidden(inside: bytes, name: bytes = b"ObjStm") -> bytes:
    """Objects in a compressed stream, as most programs write them."""
    packed = zlib.compress(inside)
    return PDF + b"3 0 obj\n<< /Type /" + name + b" /N 1 >>\nstream\n" + packed + b"\nendstream\n"


@pytest.mark.parametrize(
    "content",
    [
        PDF + SCRIPT,
        PDF + SCRIPT.replace(b"JavaScript", b"J#61vaScr#69pt"),
        PDF + b"<< /S /Launch /F (cmd.exe) >>",
        hidden(SCRIPT),
        hidden(SCRIPT, b"Obj#53tm"),
        hidden(b" " * (20 << 20)) + hidden(SCRIPT),
    ],
    ids=["script", "letters", "launch", "packed", "packed and letters", "behind a bomb"],
)
def test_a_pdf_that_would_run_something_is_refused(content: bytes) -> None:
    with pytest.raises(DomainError, match="带有脚本") as refusal:
        attachment.media_of(content)
    assert refusal.value.code == "attachment.runs"


@pytest.mark.parametrize("content", [PDF, hidden(b"<< /Type /Page >>"), PDF + b"(JavaScript)"])
def test_a_pdf_that_is_only_paper_is_taken(content: bytes) -> None:
    assert attachment.media_of(content) == "application/pdf"


@pytest.mark.parametrize(
    "content", [b"MZ\x90", b"<html>%PDF-1.7", b"GIF89a", b"PK\x03\x04", b"\x7fELF", b"%!PS", b"\0"]
)
def test_whatever_the_name_says_the_content_decides(content: bytes) -> None:
    with pytest.raises(DomainError, match="按内容识别"):
        attachment.media_of(content)
    with pytest.raises(DomainError, match="是空的"):
        attachment.media_of(b"")
    with pytest.raises(DomainError, match="最大 5 MB"):
        attachment.media_of(b"%PDF-" + bytes(attachment.MAX_SIZE))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\windows\\x.exe", "x.png"),
        ("/etc/passwd", "passwd.png"),
        ("CON", "CON_.png"),
        ("nul.txt", "nul_.png"),
        ("Com7.a.b", "Com7.a_.png"),
        ("a:b", "a b.png"),
        ("-rf", "rf.png"),
        ("证\u202egnp.exe\n书", "证gnp.png"),
        ("批\x00件\u200b.pdf", "批件.png"),
        ("", "附件.png"),
        ("....", "附件.png"),
        ("长" * 300, "长" * 80 + ".png"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert attachment.clean_name(name, "image/png") == kept
