"""The raster painter: pages at exact device dots, one bit per dot.

The same picture is shown as preview, checked by the reader, and sent to a thermal printer.
"""

from __future__ import annotations

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
            _text(painter, mark, origin, dpi)
        elif isinstance(mark, RuleMark):
            _rule(painter, mark.box, origin, dpi)
        else:
            _code(image, fit(mark, dpi, origin))


def _text(
    painter: ImageDraw.ImageDraw, mark: TextMark, origin: tuple[float, float], dpi: int
) -> None:
    """One line of text on its baseline; stretches of a rare character use another font."""
    x, y = dots(origin[0] + mark.x, dpi), dots(origin[1] + mark.baseline, dpi)
    pixels = dots(mark.size, dpi)
    offset = 0.0
    for face, text in fonts.runs(mark.text, bold=mark.bold):
        font = fonts.pixel_font(face, pixels)
        painter.text((x + round(offset), y), text, _INK, font, anchor="ls")
        offset += font.getlength(text)


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
