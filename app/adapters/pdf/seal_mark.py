"""The visible mark of an electronic seal: a red square with organisation, person and time."""

from __future__ import annotations

import io
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from app.adapters import fonts
from app.adapters.pdf.kit import MM, draw_text
from app.i18n import _

SIDE: Final = 38 * MM
_RED: Final = (0.78, 0.09, 0.13)
_EDGE: Final = 5.0
_SIZE: Final = 11.0
_SMALL: Final = 8.0


def seal_mark(organisation: str, person: str, at: str) -> bytes:
    """One page of the size of a seal place; the same words give the same bytes."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(SIDE, SIDE), invariant=1)
    canvas.setFillGray(1)
    canvas.rect(0, 0, SIDE, SIDE, stroke=0, fill=1)  # over the words of the empty place
    canvas.setStrokeColorRGB(*_RED)
    canvas.setFillColorRGB(*_RED)
    canvas.setLineWidth(2)
    canvas.rect(2, 2, SIDE - 4, SIDE - 4)
    canvas.setLineWidth(0.6)
    canvas.rect(_EDGE, _EDGE, SIDE - 2 * _EDGE, SIDE - 2 * _EDGE)
    lines = [(_("电子签章"), _SIZE, True)]
    lines += [(part, _SIZE - 1, True) for part in _broken(organisation)]
    lines += [(person, _SMALL + 1, False), (at, _SMALL, False)]
    step = (SIDE - 4 * _EDGE) / len(lines)
    for number, (text, usual, bold) in enumerate(lines):
        wide = fonts.width(text, usual, bold)
        size = usual * min(1.0, (SIDE - 4 * _EDGE) / wide) if wide else usual
        left = (SIDE - fonts.width(text, size, bold)) / 2
        top = SIDE - 2 * _EDGE - step * number
        draw_text(canvas, (left, top - step / 2 - size / 3), text, size, bold=bold)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _broken(name: str) -> list[str]:
    """A name in lines that fit the square."""
    room = SIDE - 4 * _EDGE
    lines, rest = [], name
    while rest:
        taken = len(rest)
        while taken > 1 and fonts.width(rest[:taken], _SIZE - 1, True) > room:
            taken -= 1
        lines.append(rest[:taken])
        rest = rest[taken:]
    return lines
