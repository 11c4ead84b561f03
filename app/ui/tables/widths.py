"""How wide the columns of a table are: what the rows need, within the room that there is.

A page gives each column a width that looks well. Names are longer in one hospital than in another,
words are longer in English and in large text: so the first rows are measured, columns with air give
it to those whose words would be cut, and only what is left over is spread as the page asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.cells import Cell, Pill, Row
from app.ui.tables.columns import Column, Filter, Kind

LOOKED_AT: Final = 60
"""Rows that are measured; further ones are cut where they do not fit."""
_PADS: Final = 20
_FRAME: Final = 14
_LEVEL: Final = 14
_PILL_OVERHANG: Final = 16
_LONGEST: Final = 320
_FILTER: Final = 64
_TIGHT: Final = 0.65
_WORDS: Final = {Kind.TEXT, Kind.TWO_LINE}
_DRAWN: Final = {Kind.CHECK, Kind.SPARK, Kind.BAR}


class Want(NamedTuple):
    """Widths of one column in pixels.

    Attributes:
        tight: Names are cut, where else a table would have to be scrolled sideways.
        least: Narrower only so: figures, pills and headings never are cut.
        need: Everything in the rows looked at can be read.
        good: With the air that the page asked for.
    """

    tight: int
    least: int
    need: int
    good: int


def share(wants: Sequence[Want], room: int) -> list[int]:
    """Widths for columns in `room` pixels: first the least, then the needs, then the air.

    Where there is not enough for all, the columns that lack little get it whole first. Where there
    is not even the least, names give way if that is enough, else the table scrolls sideways.
    """
    tight, *levels = (list(level) for level in zip(*wants, strict=True))
    widths = tight if sum(tight) <= room else levels[0]
    for wanted in levels:
        spare = max(0, room - sum(widths))
        gaps = [more - have for have, more in zip(widths, wanted, strict=True)]
        for done, place in enumerate(sorted(range(len(gaps)), key=gaps.__getitem__)):
            part = min(gaps[place], spare // (len(gaps) - done))
            widths[place] += part
            spare -= part
    return widths


class Widths:
    """What the columns of one table want.

    Attributes:
        held: Widths that the person gave, by key, in comfortable pixels: they stay.
        under: The totals painted under the columns, one text per column.
    """

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self.held: dict[str, int] = {}
        self.under: tuple[str, ...] = ()
        self._columns = columns
        self._seen = [0] * len(columns)

    def forget(self) -> None:
        """Nothing is measured yet in the look now in force."""
        self._seen = [0] * len(self._columns)

    def look(self, rows: Iterable[Row]) -> bool:
        """Measure rows; whether a column needs more than before (it never needs less again)."""
        before = list(self._seen)
        for row in rows:
            for place, cell in enumerate(row.cells):
                indent = row.level * _LEVEL if self._columns[place].frozen else 0
                self._seen[place] = max(self._seen[place], _content(cell) + indent)
        return self._seen != before

    def want(self, place: int) -> Want:
        """What a column wants now."""
        column = self._columns[place]
        scale = theme.px(15) / 15
        held = self.held.get(column.key)
        base = round((held or column.width) * scale)
        if held:
            return Want(base, base, base, base)
        if not self._seen[place] or column.kind in _DRAWN:
            base = max(base, _heading(column))  # no rows yet, but the heading is to be read
            tight = max(round(base * _TIGHT), _heading(column)) if column.kind in _WORDS else base
            return Want(tight, base, base, base)
        need = max(self._seen[place] + _PADS, _heading(column), self._total(place))
        need = min(need + (_FRAME if column.editable else 0), max(base, theme.px(_LONGEST)))
        least = max(min(base, need), _heading(column)) if column.kind in _WORDS else need
        tight = round(least * _TIGHT) if column.kind is Kind.TWO_LINE else least
        return Want(max(tight, _heading(column)), least, need, max(base, need))

    def _total(self, place: int) -> int:
        """Width of the sum under a column of figures; a word there may stand under its neighbour.

        Sums are wider than what they add up: beside each other they would be painted together.
        """
        if self._columns[place].kind in _WORDS or place >= len(self.under):
            return 0
        return paint.width_of(self.under[place], theme.px(14), bold=True) + _PADS


def _content(cell: Cell) -> int:
    """Width of what is painted inside the padding; a pill reaches into it."""
    overhang = _PILL_OVERHANG if isinstance(cell, Pill) else 0
    return paint.cell_width(cell) - overhang


def _heading(column: Column) -> int:
    """Width of the heading with its unit, its second line and its filter field."""
    title = paint.width_of(column.title, theme.px(14), bold=True)
    unit = paint.width_of(column.unit, theme.px(13), bold=False) + 4 if column.unit else 0
    second = paint.width_of(column.second, theme.px(13), bold=False)
    field = theme.px(_FILTER) if column.filter is not Filter.NONE else 0
    return max(title + unit + _PADS, second + _PADS, field)
