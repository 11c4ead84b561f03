"""The comparison: the member's row and its candidates side by side, what differs marked by sign.

Painted by hand: a row has seven facts in up to four columns, and another row must be on screen
with the next key press, without a widget made or thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.matching.pieces import Piece, pieces
from app.i18n import _
from app.ui import theme
from app.ui.pages.mapping.words import Cell, Column, row_titles
from app.ui.status import Status, draw_shape
from app.ui.tables import paint

_SHOWN: Final = 3
_LABEL: Final = 88
_PAD: Final = 10
_SHAPE: Final = 18
_CALM: Final = frozenset({Status.OK, Status.MUTE, Status.INFO})


class CompareView(QWidget):
    """The member's column and up to three candidates; a click chooses one.

    Signals:
        picked: A candidate was clicked: its place.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.own: Column | None = None
        self.columns: tuple[Column, ...] = ()
        self.chosen = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(280)

    def show_row(self, own: Column | None, columns: Sequence[Column], chosen: int = 0) -> None:
        """Show a row with its candidates."""
        self.own, self.columns, self.chosen = own, tuple(columns), chosen
        self._tell()
        self.update()

    def choose(self, place: int) -> None:
        """Choose a candidate."""
        self.chosen = place
        self._tell()
        self.update()

    def _tell(self) -> None:
        """What a screen reader says: the row and the chosen candidate."""
        parts = [cell.text for cell in self.own.cells] if self.own else []
        if self.chosen < len(self.columns):
            column = self.columns[self.chosen]
            pill = column.pill.text if column.pill else ""
            parts += [column.head, column.large, pill, *(cell.text for cell in column.cells)]
        self.setAccessibleName("，".join(part for part in parts if part))

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 360)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, box in self._boxes():
            if box.contains(event.position().toPoint()):
                self.picked.emit(place)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.own is not None:
            self._lines(painter)
            mine = QRect(_LABEL, 0, self._wide, self.height())
            against = self.columns[self.chosen] if self.chosen < len(self.columns) else None
            self._column(painter, mine, self.own, against)
            for place, box in self._boxes():
                self._candidate(painter, box, place)
        painter.end()

    @property
    def _wide(self) -> int:
        """Width of a column."""
        count = 1 + max(1, min(_SHOWN, len(self.columns)))
        return (self.width() - _LABEL) // count

    @property
    def _head(self) -> int:
        return theme.px(13) + theme.px(20) + theme.px(13) + 30

    @property
    def _row(self) -> int:
        return max(theme.px(14) + 7, (self.height() - self._head) // len(row_titles()))

    def _boxes(self) -> Iterator[tuple[int, QRect]]:
        """Where the candidates in sight stand; the chosen one is always among them."""
        first = max(0, min(self.chosen - _SHOWN + 1, len(self.columns) - _SHOWN))
        first = min(first, self.chosen)
        for number, place in enumerate(range(first, min(first + _SHOWN, len(self.columns)))):
            left = _LABEL + self._wide * (number + 1)
            yield place, QRect(left, 0, self._wide, self.height())

    def _lines(self, painter: QPainter) -> None:
        """Names of the rows and the thin lines between them."""
        edge = theme.colour("border")
        painter.fillRect(QRect(0, 0, self.width(), 1), edge)
        for number, title in enumerate(row_titles()):
            top = self._head + number * self._row
            painter.fillRect(QRect(0, top, self.width(), 1), edge)
            room = QRect(_PAD, top, _LABEL - _PAD, self._row)
            paint.text(painter, room, title, paint.Ink(13, colour=theme.colour("text2")))
        painter.fillRect(QRect(_LABEL, 0, 1, self.height()), edge)

    def _candidate(self, painter: QPainter, box: QRect, place: int) -> None:
        chosen = place == self.chosen
        if chosen:
            painter.fillRect(box, theme.colour("selected"))
        self._column(painter, box, self.columns[place], self.own)
        painter.fillRect(QRect(box.left(), 0, 1, self.height()), theme.colour("border"))
        if chosen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("primary"), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 4, 4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _column(
        self, painter: QPainter, box: QRect, column: Column, against: Column | None
    ) -> None:
        self._heading(painter, box, column)
        for number, cell in enumerate(column.cells):
            top = self._head + number * self._row
            room = QRect(box.left() + _PAD, top + 1, box.width() - 2 * _PAD, self._row - 1)
            other = against.cells[number] if against else None
            self._cell(painter, room, cell, other)

    def _heading(self, painter: QPainter, box: QRect, column: Column) -> None:
        grey = paint.Ink(13, colour=theme.colour("text2"))
        room = QRect(box.left() + _PAD, 8, box.width() - 2 * _PAD, theme.px(13) + 6)
        paint.text(painter, room, column.head, grey)
        room = QRect(room.left(), room.bottom() + 1, room.width(), theme.px(20) + 6)
        paint.text(painter, room, column.large, paint.Ink(16, bold=True))
        if column.pill is not None:
            taken = paint.width_of(column.large, theme.px(16), bold=True) + 18
            paint.pill(painter, room.adjusted(taken, 0, 0, 0), column.pill)
        room = QRect(room.left(), room.bottom() + 1, room.width(), theme.px(13) + 5)
        paint.text(painter, room, column.small, grey)

    def _cell(self, painter: QPainter, room: QRect, cell: Cell, other: Cell | None) -> None:
        if cell.mark is not None:
            side = theme.px(_SHAPE)
            middle = room.center().y() - side / 2
            draw_shape(painter, cell.mark, QRectF(room.right() - side, middle, side, side))
            room = room.adjusted(0, 0, -side - 6, 0)
        if not cell.compared or other is None or not other.compared:
            paint.text(painter, room, cell.text, paint.Ink(14))
            return
        mark = cell.mark or other.mark
        _marked(painter, room, pieces(cell.text, other.text), mark)


def _marked(painter: QPainter, room: QRect, parts: Sequence[Piece], mark: Status | None) -> None:
    """Text in one or two lines; what the other side has not is on a tint and underlined."""
    status = Status.BAD if mark is Status.BAD else Status.WARN
    signs = [(sign, part.same) for part in parts for sign in part.text]
    whole = "".join(sign for sign, _same in signs)
    small = paint.width_of(whole, theme.px(14), bold=False) > room.width()
    size = 13 if small else 14
    pixels = theme.px(size)
    height = pixels + 5
    lines = _wrapped(signs, room.width(), pixels, 2 if small and room.height() >= 2 * height else 1)
    top = room.center().y() - height * len(lines) / 2
    painter.setFont(theme.font(size))
    for number, line in enumerate(lines):
        _line(painter, QPointF(room.left(), top + number * height), line, (pixels, height), status)


def _wrapped(
    signs: Sequence[tuple[str, bool]], width: int, pixels: int, most: int
) -> list[list[tuple[str, bool]]]:
    """Signs cut into at most so many lines; what does not fit ends with an ellipsis."""
    lines: list[list[tuple[str, bool]]] = [[]]
    used = 0
    for number, (sign, same) in enumerate(signs):
        wide = paint.width_of(sign, pixels, bold=False)
        last = len(lines) == most
        if last and used + wide > width - pixels and number < len(signs) - 1:
            rest = sum(paint.width_of(one, pixels, bold=False) for one, _same in signs[number:])
            if used + rest > width:
                lines[-1].append(("…", same))
                break
        if used + wide > width and not last:
            lines.append([])
            used = 0
        lines[-1].append((sign, same))
        used += wide
    return lines


def _line(
    painter: QPainter,
    start: QPointF,
    line: Sequence[tuple[str, bool]],
    size: tuple[int, int],
    status: Status,
) -> None:
    pixels, height = size
    left = start.x()
    middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    for same, run in groupby(line, key=itemgetter(1)):
        words = "".join(sign for sign, _same in run)
        wide = paint.width_of(words, pixels, bold=False)
        box = QRectF(left, start.y(), wide + 1, height)
        ink: QColor = theme.colour("text")
        if not same:
            painter.fillRect(box, status.tint)
            painter.fillRect(QRectF(left, box.bottom() - 2, wide, 2), status.fill)
            ink = status.text
        painter.setPen(ink)
        painter.drawText(box, middle, words)
        left += wide


def empty_words() -> str:
    """What stands where no row is chosen."""
    return _("左边选一行，候选就在这里并排比较。")
