"""发票与对账单: who belongs to whom, drawn as boxes and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from typing_extensions import override

from app.i18n import _
from app.services.settlement.matching import MatchRow
from app.ui import formats, theme
from app.ui.tables import paint
from app.ui.widgets.charts import Chart

_BOX: Final = 26
_GAP: Final = 6
_PAD: Final = 6
_MOST: Final = 8
_TAIL: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """One paper in the picture."""

    key: tuple[int, int]
    name: str
    amount: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line between an invoice and a statement; `open` ones do not use both up."""

    left: tuple[int, int]
    right: tuple[int, int]
    open: bool = False


class MatchPicture(Chart):
    """Invoices on the left, statements on the right, a line for each match."""

    def __init__(self) -> None:
        super().__init__(40)
        self.left: tuple[Box, ...] = ()
        self.right: tuple[Box, ...] = ()
        self.lines: tuple[Line, ...] = ()

    def show_matches(self, rows: Sequence[MatchRow], chosen: tuple[int, int]) -> None:
        """Show the matches around one statement."""
        invoices = {(row.invoice_org, row.invoice_id): row for row in rows}
        statements = {(row.org_id, row.statement_id): row for row in rows}
        self.left = tuple(
            Box(key, _("票 {tail}", tail=row.number[-_TAIL:]), formats.amount(row.invoice_amount))
            for key, row in list(invoices.items())[:_MOST]
        )
        self.right = tuple(
            Box(key, row.org, formats.amount(row.statement_amount), key == chosen)
            for key, row in list(statements.items())[:_MOST]
        )
        self.lines = tuple(
            Line((row.invoice_org, row.invoice_id), (row.org_id, row.statement_id)) for row in rows
        )
        words = "；".join(
            _("发票 {number} 配 {org} {no} {amount}", number=row.number, org=row.org,
              no=row.statement_no, amount=formats.amount(row.amount))
            for row in rows
        )  # fmt: skip
        self.say(words)
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        rows = max(len(self.left), len(self.right), 1)
        return QSize(240, theme.px(rows * (_BOX + _GAP) + 2))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = self.width() * 0.47
        ends: dict[tuple[str, tuple[int, int]], QPointF] = {}
        for side, boxes, left in (("l", self.left, 0.0), ("r", self.right, self.width() - wide)):
            for box, frame in zip(boxes, self._frames(boxes, left, wide), strict=True):
                self._box(painter, box, frame)
                at = frame.right() if side == "l" else frame.left()
                ends[side, box.key] = QPointF(at, frame.center().y())
        for line in self.lines:
            start, end = ends.get(("l", line.left)), ends.get(("r", line.right))
            if start is not None and end is not None:
                self._line(painter, start, end, line)
        painter.end()

    def _frames(self, boxes: Sequence[Box], left: float, wide: float) -> list[QRectF]:
        tall, step = theme.px(_BOX), theme.px(_BOX + _GAP)
        top = (self.height() - len(boxes) * step + theme.px(_GAP)) / 2
        return [QRectF(left + 1, top + n * step, wide - 2, tall) for n in range(len(boxes))]

    def _box(self, painter: QPainter, box: Box, frame: QRectF) -> None:
        edge = theme.colour("primary" if box.chosen else "field")
        painter.setPen(QPen(edge, 2 if box.chosen else 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(frame, 4, 4)
        room = frame.toRect().adjusted(_PAD, 0, -_PAD, 0)
        amount = paint.width_of(box.amount, theme.px(13), bold=False)
        paint.text(
            painter, room.adjusted(0, 0, -amount - _PAD, 0), box.name,
            paint.Ink(13, colour=theme.colour("text2")),
        )  # fmt: skip
        paint.text(painter, room, box.amount, paint.Ink(13, align=Qt.AlignmentFlag.AlignRight))

    def _line(self, painter: QPainter, start: QPointF, end: QPointF, line: Line) -> None:
        pen = QPen(theme.colour("nearFill" if line.open else "okFill"), 2)
        if line.open:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = (end.x() - start.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(half, 0), end - QPointF(half, 0), end)
        painter.drawPath(path)
