"""A table of many rows, drawn straight on the page: five times as fast as a general table.

Its cells are lines of text and nothing else: what fits its column is measured once and drawn, what
does not is wrapped like a Chinese paragraph. The header is repeated on every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from reportlab.lib import colors
from reportlab.lib.textsplit import wordSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Flowable
from typing_extensions import override

from app.adapters import fonts

BODY: Final = 9
LEADING: Final = 12.5
_SIDE: Final = 3
_ABOVE: Final = 2.5
_BELOW: Final = 3
_HEAD_GREY: Final = colors.Color(0.94, 0.95, 0.96)
_RULE_GREY: Final = colors.Color(0.72, 0.75, 0.79)
_ROUND_CAP: Final = 1
_MOST: Final = 30
"""Lines of a cell that surely have room on one page, lying or standing."""


class Align(Enum):
    """Where the text of a column stands."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"
    CENTRE = "CENTRE"


Cell = tuple[str, ...]
"""The lines of a cell."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells, its height, and whether it is printed bold."""

    cells: tuple[Cell, ...]
    height: float
    bold: bool = False


def line(texts: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> Line:
    """A row of texts, wrapped where they do not fit."""
    cells = tuple(
        _wrapped(text, width - 2 * _SIDE, bold) for text, width in zip(texts, widths, strict=True)
    )
    return _row(cells, bold)


def _row(cells: tuple[Cell, ...], bold: bool) -> Line:
    most = max(1, *(len(cell) for cell in cells))
    return Line(cells, most * LEADING + _ABOVE + _BELOW, bold)


def cut(row: Line) -> list[Line]:
    """A row that is higher than any page should be, in pieces; others as they are."""
    most = max(len(cell) for cell in row.cells)
    return [
        _row(tuple(one[at : at + _MOST] for one in row.cells), row.bold)
        for at in range(0, max(most, 1), _MOST)
    ]


@lru_cache(maxsize=20_000)
def _wrapped(text: str, room: float, bold: bool) -> tuple[str, ...]:
    """The lines that `text` takes in `room`; the same goods stand in many orders."""
    found: list[str] = []
    for one in text.splitlines():
        if fonts.width(one, BODY, bold) <= room:
            found.append(one)
        else:
            name = fonts.pdf_name(fonts.Face(bold))
            found += [part for _spare, part in wordSplit(fonts.clean(one), room, name, BODY)]
    return tuple(found)


class Rows(Flowable):  # type: ignore[misc]  # reportlab is untyped here
    """Header and rows on rules; breaks between rows. With `total` the last row is a sum."""

    def __init__(
        self,
        columns: tuple[Sequence[float], Sequence[Align]],
        head: Line,
        body: Sequence[Line],
        *,
        total: bool = False,
        ends: bool = True,
    ) -> None:
        super().__init__()
        self._widths, self._aligns = columns
        self._head = head
        self._body = body
        self._total = total
        self._ends = ends
        self.width = sum(self._widths)
        self.height = head.height + sum(row.height for row in body)

    @override
    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.width, self.height

    @override
    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """What fits with the header, and the rest with the header again."""
        room, count = available_height - self._head.height, 0
        while count < len(self._body) and self._body[count].height <= room:
            room -= self._body[count].height
            count += 1
        if not count:
            return []
        columns = (self._widths, self._aligns)
        first = Rows(columns, self._head, self._body[:count], ends=False)
        rest = Rows(columns, self._head, self._body[count:], total=self._total, ends=self._ends)
        return [first, rest]

    @override
    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.setFillColor(_HEAD_GREY)
        top = self.height - self._head.height
        canvas.rect(0, top, self.width, self._head.height, stroke=0, fill=1)
        canvas.setFillColor(colors.black)
        self._write(canvas)
        self._rule(canvas)
        canvas.restoreState()

    def _rule(self, canvas: Canvas) -> None:
        canvas.setLineCap(_ROUND_CAP)
        canvas.setStrokeColor(_RULE_GREY)
        canvas.setLineWidth(0.3)
        y, edges = self.height - self._head.height, []
        for row in self._body:
            y -= row.height
            edges.append((0, y, self.width, y))
        canvas.lines(edges)
        canvas.setStrokeColor(colors.black)
        head = self.height - self._head.height
        strong = [(self.height, 0.8), (head, 0.5)]
        if self._total:
            strong.append((self._body[-1].height, 0.5))
        if self._ends:
            strong.append((0, 0.8))
        for at, weight in strong:
            canvas.setLineWidth(weight)
            canvas.line(0, at, self.width, at)

    def _write(self, canvas: Canvas) -> None:
        text = _Writing(canvas)
        y = self.height
        for row in (self._head, *self._body):
            y -= row.height
            x = 0.0
            for cell, width, align in zip(row.cells, self._widths, self._aligns, strict=True):
                middle = y + (row.height + _BELOW - _ABOVE + len(cell) * LEADING) / 2
                at = middle - BODY
                for words in cell:
                    left = x + _SIDE + _lead(words, width - 2 * _SIDE, align, row.bold)
                    text.put(left, at, words, bold=row.bold)
                    at -= LEADING
                x += width
        canvas.drawText(text)


def _lead(words: str, room: float, align: Align, bold: bool) -> float:
    """How far from its left edge a line begins."""
    if align is Align.LEFT:
        return 0.0
    spare = room - fonts.width(words, BODY, bold)
    return spare if align is Align.RIGHT else spare / 2


class _Writing(PDFTextObject):  # type: ignore[misc]  # reportlab is untyped here
    """Many short texts in one text object: a place and a font cost more than the words."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._face: fonts.Face | None = None

    def put(self, x: float, y: float, words: str, *, bold: bool) -> None:
        """Write `words` from (x, y)."""
        self._code.append(f"1 0 0 1 {x:.3f} {y:.3f} Tm")
        for face, stretch in fonts.runs(words, bold=bold):
            if face != self._face:
                self._face = face
                self.setFont(fonts.pdf_name(face), BODY)
            self._code.append(self._formatText(stretch))  # `textOut` would measure it again
