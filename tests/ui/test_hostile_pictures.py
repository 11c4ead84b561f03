"""Pictures that are broken or say that they are huge: shown small, or told that they are not."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.papers_form import PapersForm, preview


def png(width: int, height: int) -> bytes:
    """A white picture of one bit a point: a small file of any size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" + b"\xff" * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", ["照.png", "照.jpg"])
def test_a_photograph_is_unfolded_in_the_size_that_is_shown(
    qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    image = QImage(3000, 2000, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    assert image.save(str(tmp_path / name))
    shown = preview((tmp_path / name).read_bytes())
    assert (shown.width(), shown.height()) == (240, 160)


@pytest.mark.qt_log_ignore("JPEG")  # the reader of pictures says so itself
@pytest.mark.parametrize(
    "content",
    [png(60_000, 60_000), png(2**31 - 1, 1), png(8_001, 8_001), b"\x89PNG\r\n\x1a\n123",
     b"\xff\xd8\xff\xe0", b"%PDF-1.7", b""],
    ids=["bomb", "line", "large", "cut off", "no picture", "paper", "nothing"],
)  # fmt: skip
def test_what_cannot_be_shown_is_told(qtbot: QtBot, content: bytes) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    form = PapersForm(window, "维生素C片", may_edit=False)
    form.show_picture(preview(content))
    assert "这张图显示不了" in form.picture.text()
