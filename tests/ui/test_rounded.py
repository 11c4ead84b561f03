"""Kept pixmaps of rounded grounds look as if they were painted anew each time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from app.ui import rounded

INK = st.sampled_from(["#FFFFFF", "#0B57D0", "#801F2A44", "#22000000"])
LITTLE = 40
"""Of 255, in single pixels of a corner: Qt smooths by where a line lies. Half a pixel off is 90."""
SIDE = 180


def painted(work: Callable[[QPainter], None], ratio: float = 1.0) -> QImage:
    side = round(SIDE * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#F4F6F9"))
    painter = QPainter(image)
    work(painter)
    painter.end()
    return image


def straight(painter: QPainter, box: QRectF, radius: float, ground: QColor | None,
             edge: QColor | None) -> None:  # fmt: skip
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 1) if edge else Qt.PenStyle.NoPen)
    painter.setBrush(ground or Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, radius, radius)


def difference(one: QImage, other: QImage) -> int:
    here, there = (np.frombuffer(image.constBits(), np.uint8).astype(int) for image in (one, other))
    return int(np.abs(here - there).max())


BOXES = st.builds(
    QRectF,
    st.sampled_from([20.0, 20.25, 20.5]),
    st.sampled_from([30.0, 30.5]),
    st.integers(18, 120),
    st.integers(18, 120),
)
INKS = st.tuples(st.none() | INK, st.none() | INK)


@given(box=BOXES, radius=st.sampled_from([2, 6, 8.5]), inks=INKS, ratio=st.sampled_from([1.0, 2.0]))
def test_a_kept_ground_looks_as_painted_anew(
    qapp: QApplication,
    box: QRectF,
    radius: float,
    inks: tuple[str | None, str | None],
    ratio: float,
) -> None:
    ground, edge = (QColor(ink) if ink else None for ink in inks)

    kept = painted(lambda painter: rounded.draw(painter, box, radius, ground, edge), ratio)
    anew = painted(lambda painter: straight(painter, box, radius, ground, edge), ratio)

    assert difference(kept, anew) <= LITTLE


@pytest.mark.parametrize("radius", [6, 8])
def test_a_large_frame_looks_as_painted_anew(qapp: QApplication, radius: int) -> None:
    rect = QRect(5, 7, 160, 150)
    ground, edge = QColor("#FFFFFF"), QColor("#C9D1DC")
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)

    kept = painted(lambda painter: rounded.frame(painter, rect, radius, ground, edge))
    anew = painted(lambda painter: straight(painter, box, radius, ground, edge))

    assert difference(kept, anew) <= LITTLE


def test_scaled_up_nothing_is_kept(qapp: QApplication) -> None:
    """A pixmap made for the screen would be coarse on paper."""
    before = rounded._pixmap.cache_info().currsize
    box = QRectF(3, 4, 33.3, 21.7)

    def work(painter: QPainter) -> None:
        painter.scale(3, 3)
        rounded.draw(painter, box, 5, QColor("#123456"))

    painted(work)
    assert rounded._pixmap.cache_info().currsize == before
