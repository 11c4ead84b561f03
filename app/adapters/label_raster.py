"""The raster painter: pages at exact device dots, one bit per dot.

The same picture is shown as preview, checked by the reader, and sent to a thermal printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from app.adapters import fonts
from app.adapters.barcode import DotCode, dots, fit
from app.domain.labels.marks import Box, Layout, RuleMark, TextMark
from app.domain.labels.sheet import Page

_INK: Final = 0
_PAPER: Final = 255
_THRESHOLD: Final = 150
"""Grey above this is paper; a little above half, so that thin strokes stay closed at 203 dpi."""


def page_image(page: Page, dpi: int) -> Image.Image:
    """`page` at `dpi`, black and white."""
    image = Image.new("L", (dots(page.width, dpi), dots(page.height, dpi)), _PAPER)
    for placed in page.labels:
        _draw(image, placed.layout, (placed.x, placed.y), dpi)
    return image.point(lambda grey: _PAPER if grey > _THRESHOLD else _INK).convert(
        "1", dither=Image.Dither.NONE
    )


def label_image(layout: Layout, dpi: int) -> Image.Image:
    """One label alone, black and white."""
    image = Image.new("L", (dots(layout.width, dpi), dots(layout.height, dpi)), _PAPER)
    _draw(image, layout, (0.0, 0.0), dpi)
    return image.point(lambda grey: _PAPER if grey > _THRESHOLD else _INK).convert(
        "1", dither=Image.Dither.NONE
    )


def _draw(image: Image.Image, layout: Layout, origin: tuple[float, float], dpi: int) -> None:
    """The marks of one label, its corner at `origin` (mm)."""
    painter = ImageDraw.Draw(image)
    for mark in layout.marks:
        if isinstance(mark, TextMark):
            _text(image, mark, origin, dpi)
        elif isinstance(mark, RuleMark):
            _rule(painter, mark.box, origin, dpi)
        else:
            _code(image, fit(mark, dpi, origin))


def _text(image: Image.Image, mark: TextMark, origin: tuple[float, float], dpi: int) -> None:
    """One line of text on its baseline; stretches of a rare character use another font."""
    x, y = dots(origin[0] + mark.x, dpi), dots(origin[1] + mark.baseline, dpi)
    pixels = dots(mark.size, dpi)
    offset = 0.0
    for face, text in fonts.runs(mark.text, bold=mark.bold):
        stamp = _stamp(face, pixels, text)
        if stamp.mask is not None:
            at, ink = _turned(stamp.mask, round(offset) + stamp.left, stamp.top, mark.turn)
            image.paste(_INK, (x + at[0], y + at[1]), ink)
        offset += stamp.advance


def _turned(
    mask: Image.Image, left: int, top: int, turn: int
) -> tuple[tuple[int, int], Image.Image]:
    """Ink that begins at (left, top) from the pen, turned clockwise about the pen."""
    wide, high = mask.size
    if turn == 90:  # noqa: PLR2004 - degrees
        return (-(top + high), left), mask.transpose(Image.Transpose.ROTATE_270)
    if turn == 180:  # noqa: PLR2004 - degrees
        return (-(left + wide), -(top + high)), mask.transpose(Image.Transpose.ROTATE_180)
    if turn == 270:  # noqa: PLR2004 - degrees
        return (top, -(left + wide)), mask.transpose(Image.Transpose.ROTATE_90)
    return (left, top), mask


@dataclass(frozen=True, slots=True, eq=False)
class _Stamp:
    """A drawn text: its ink, where the ink starts from the pen on the baseline, its advance."""

    mask: Image.Image | None
    left: int
    top: int
    advance: float


@lru_cache(maxsize=2048)
def _stamp(face: fonts.Face, pixels: int, text: str) -> _Stamp:
    """The ink of a text, drawn once: labels of a job repeat most of their texts."""
    font = fonts.pixel_font(face, pixels)
    left, top, right, bottom = (int(side) for side in font.getbbox(text, anchor="ls"))
    advance = font.getlength(text)
    if right <= left or bottom <= top:
        return _Stamp(None, 0, 0, advance)
    mask = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, 255, font, anchor="ls")
    return _Stamp(mask, left, top, advance)


def _rule(painter: ImageDraw.ImageDraw, box: Box, origin: tuple[float, float], dpi: int) -> None:
    """A filled bar, at least one dot high."""
    x, y = dots(origin[0] + box.x, dpi), dots(origin[1] + box.y, dpi)
    wide, high = max(1, dots(box.width, dpi)), max(1, dots(box.height, dpi))
    painter.rectangle((x, y, x + wide - 1, y + high - 1), fill=_INK)


def _code(image: Image.Image, code: DotCode) -> None:
    """Modules as whole dots."""
    ink = np.repeat(np.repeat(code.grid, code.row_dots, axis=0), code.dots, axis=1)
    picture = Image.fromarray(np.where(ink, _INK, _PAPER).astype(np.uint8))
    image.paste(picture, (code.x, code.y))
