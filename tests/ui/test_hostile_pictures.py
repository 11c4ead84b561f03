"""Pictures that are broken or say that they are huge: shown small, or told that they are not."""

from __future__ import annotations

import struct
import zlib

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from app.ui.pages.catalogue.page import CataloguePage
from app.ui.widgets.papers_form import preview
from tests.ui.test_catalogue_desk import page as page
from tests.ui.test_catalogue_desk import Settle


def png(width: int, height: int) -> bytes:
    """A white picture of one bit a point: a small file of any size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" + b"\xff" * -(-width // 8)) if height == 1 else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def photograph(kind: str) -> bytes:
    image = QImage(3000, 2000, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    target = QBuffer()
    target.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(target, kind)
    return bytes(target.data().data())


@pytest.mark.parametrize("kind", ["PNG", "JPG"])
def test_a_photograph_is_unfolded_in_the_size_that_is_shown(page: CataloguePage, kind: str) -> None:
    shown = preview(photograph(kind))
    assert (shown.width(), shown.height()) == (240, 160)


@pytest.mark.parametrize(
    "content",
    [png(60_000, 60_000), png(2**31 - 1, 1), png(8_001, 8_001), b"\x89PNG\r\n\x1a\n123",
     b"\xff\xd8\xff\xe0", b"%PDF-1.7", b""],
    ids=["bomb", "line", "large", "cut off", "no picture", "paper", "nothing"],
)  # fmt: skip
def test_what_cannot_be_shown_is_told(page: CataloguePage, settle: Settle, content: bytes) -> None:
    page.arrive(item_id=101)
    settle()
    page.panel.papers_button.click()
    settle()
    form = page.desk.papers_form
    form.show_picture(preview(content))
    assert "这张图显示不了" in form.picture.text()
