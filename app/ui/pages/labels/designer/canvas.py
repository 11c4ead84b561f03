"""The canvas: the label as it will be printed, with the chosen part to drag, size and move."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.labels.design.editing import Editor, Guide
from app.domain.labels.design.parts import TENTHS, AnyPart
from app.domain.labels.design.words import part_name
from app.domain.labels.spec import LabelSpec
from app.i18n import _
from app.ui import theme
from app.ui.pages.labels.designer.drawing import RULER, draw_guide, draw_rulers
from app.ui.pages.labels.designer.picture import pictured

_MARGIN: Final = 16
_HANDLE: Final = 9
_PAPER: Final = QColor("#FFFFFF")
_EDGE: Final = QColor("#AEB7C2")
_FRAME: Final = QColor("#1A56B4")
_FAULT: Final = QColor("#B3261E")
_QUIET: Final = QColor("#C3CAD3")
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_COARSE: Final = 10
"""Shift moves by a millimetre."""


class DesignCanvas(QWidget):
    """The label, drawn by the painter of the print.

    Signals:
        changed: The design is another one now.
        chose: Another part, or the label, was chosen.
    """

    changed = Signal()
    chose = Signal()

    def __init__(self, editor: Editor, spec: LabelSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.spec = spec
        self.faulty: frozenset[str] = frozenset()
        self.scale = 8.0
        self._pixmap = QPixmap()
        self._guides: tuple[Guide, ...] = ()
        self._grip: tuple[str, int, int] | None = None  # what is dragged, and from where in it
        self._band: tuple[QPointF, QPointF] | None = None  # a rectangle drawn over several parts
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("标签画布"))
        self.redraw()

    # -- drawing --------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Draw the label again after a change of the design or the test data."""
        picture = pictured(self.spec, self.editor.design)
        image = QImage(
            picture.data, picture.width, picture.height, picture.width,
            QImage.Format.Format_Grayscale8,
        )  # fmt: skip
        self._pixmap = QPixmap.fromImage(image)
        self.updateGeometry()
        self.resize(self.sizeHint().expandedTo(self.size()))
        self.update()

    def show_faults(self, names: frozenset[str]) -> None:
        """Frame these parts as not printable."""
        self.faulty = names
        self.update()

    def set_scale(self, pixels_per_mm: float) -> None:
        """Another zoom."""
        self.scale = max(1.0, min(pixels_per_mm, 40.0))
        self.updateGeometry()
        self.update()

    def fitting(self, room: QSize) -> float:
        """The scale at which the whole label is in sight."""
        design = self.editor.design
        wide = (room.width() - RULER - 2 * _MARGIN) / design.width
        high = (room.height() - RULER - 2 * _MARGIN) / design.height
        return max(1.0, min(wide, high, 14.0))

    @override
    def sizeHint(self) -> QSize:
        design = self.editor.design
        frame = RULER + 2 * _MARGIN
        return QSize(
            round(design.width * self.scale) + frame, round(design.height * self.scale) + frame
        )

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _origin(self) -> QPointF:
        """Where the label's corner is drawn: centred beside the rulers."""
        design = self.editor.design
        left = (self.width() - RULER - design.width * self.scale) / 2
        top = (self.height() - RULER - design.height * self.scale) / 2
        return QPointF(RULER + max(left, _MARGIN), RULER + max(top, _MARGIN))

    def _rect(self, part: AnyPart) -> QRectF:
        step, origin = self.scale / TENTHS, self._origin()
        return QRectF(
            origin.x() + part.x * step, origin.y() + part.y * step, part.width * step,
            part.height * step,
        )  # fmt: skip

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("muteBg"))
        design, origin = self.editor.design, self._origin()
        sheet = QRectF(origin, QPointF(origin.x() + design.width * self.scale,
                                       origin.y() + design.height * self.scale))  # fmt: skip
        painter.fillRect(sheet, _PAPER)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(sheet, self._pixmap, QRectF(self._pixmap.rect()))
        painter.setPen(QPen(_EDGE, 1))
        painter.drawRect(sheet)
        for part in design.parts:
            self._outline(painter, part)
        for guide in self._guides:
            draw_guide(painter, sheet, guide, self.scale)
        if self._band is not None:
            painter.setPen(QPen(_FRAME, 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(*self._band).normalized())
        draw_rulers(painter, self.size(), sheet, design, self.scale)
        painter.end()

    def _outline(self, painter: QPainter, part: AnyPart) -> None:
        rect = self._rect(part)
        chosen, bad = part.key in self.editor.keys, part_name(part) in self.faulty
        pen = QPen(_FRAME if chosen else _FAULT if bad else _QUIET, 2 if chosen or bad else 1)
        pen.setStyle(Qt.PenStyle.SolidLine if chosen or bad else Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
        if chosen and len(self.editor.keys) == 1:
            for handle in _handles(rect).values():
                painter.fillRect(handle, _FRAME)

    # -- mouse ----------------------------------------------------------------------------------

    def _tenths(self, at: QPointF) -> tuple[int, int]:
        origin, step = self._origin(), self.scale / TENTHS
        return round((at.x() - origin.x()) / step), round((at.y() - origin.y()) / step)

    def _handle_at(self, at: QPointF) -> str:
        part = self.editor.part
        if part is None or len(self.editor.keys) > 1:
            return ""
        for name, rect in _handles(self._rect(part)).items():
            if rect.adjusted(-3, -3, 3, 3).contains(at):
                return name
        return ""

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        handle = self._handle_at(event.position())
        x, y = self._tenths(event.position())
        if not handle:
            if not self._pick(x, y, event.modifiers()):
                self._band = (event.position(), event.position())
            self.chose.emit()
        part = self.editor.part
        if part is not None and self._band is None:
            self._grip = (handle or "move", x - part.x, y - part.y)
        self.update()

    def _pick(self, x: int, y: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Choose what is under the mouse, with Ctrl or Shift beside what is chosen already."""
        key = self.editor.part_at(x, y)
        if key and modifiers & (Qt.KeyboardModifier.ControlModifier
                                | Qt.KeyboardModifier.ShiftModifier):  # fmt: skip
            self.editor.mark(key)
        else:
            self.editor.choose_at(x, y)
        return bool(key)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band = (self._band[0], event.position())
            self.update()
            return
        if self._grip is None:
            shapes = {"both": Qt.CursorShape.SizeFDiagCursor, "right": Qt.CursorShape.SizeHorCursor,
                      "bottom": Qt.CursorShape.SizeVerCursor}  # fmt: skip
            handle = self._handle_at(event.position())
            self.setCursor(shapes.get(handle, Qt.CursorShape.ArrowCursor))
            return
        what, from_x, from_y = self._grip
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        x, y = self._tenths(event.position())
        if what == "move":
            self._guides = self.editor.move_to(x - from_x, y - from_y, free=free)
        else:
            self.editor.size_to(
                None if what == "bottom" else x, None if what == "right" else y, free=free
            )
        self._announce()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            rect = QRectF(*self._band).normalized()
            corners = self._tenths(rect.topLeft()), self._tenths(rect.bottomRight())
            self.editor.choose_within(*corners[0], *corners[1])
            self._band = None
            self.chose.emit()
        self._grip, self._guides = None, ()
        self.editor.end_gesture()
        self.update()

    # -- keys -----------------------------------------------------------------------------------

    @override
    def event(self, event: QEvent) -> bool:
        # Tab goes from part to part here; Ctrl+Tab leaves the canvas.
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain and event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
                self.editor.next(-1 if event.key() == Qt.Key.Key_Backtab else 1)
                self.chose.emit()
                self.update()
                return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if arrow is not None and self.editor.part is not None:
            self._arrow(arrow, event.modifiers())
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            if self.editor.remove():
                self.chose.emit()
                self._announce()
        elif self.editor.chosen and self._choice_key(event):
            self.chose.emit()
            self.update()
        else:
            super().keyPressEvent(event)

    def _choice_key(self, event: QKeyEvent) -> bool:
        """Esc lets the others go, then the part; Space keeps the part while Tab goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.editor.choose(self.editor.chosen if self.editor.marked else 0)
        elif event.key() == Qt.Key.Key_Space:
            self.editor.toggle_mark()
        else:
            return False
        return True

    def _arrow(self, arrow: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        """0.1 mm, with Shift 1 mm; with Ctrl the size instead of the place."""
        step = _COARSE if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        part = self.editor.part
        assert part is not None  # noqa: S101 - asked by the caller
        across, along = arrow[0] * step, arrow[1] * step
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.editor.size_to(part.right + across, part.bottom + along, free=True)
            self.editor.end_gesture()
        else:
            self.editor.move(across, along)
        self._announce()

    def _announce(self) -> None:
        self.redraw()
        self.changed.emit()


def _handles(rect: QRectF) -> dict[str, QRectF]:
    """The three grips of the chosen part."""
    half = _HANDLE / 2
    places = {
        "both": rect.bottomRight(),
        "right": QPointF(rect.right(), rect.center().y()),
        "bottom": QPointF(rect.center().x(), rect.bottom()),
    }
    return {
        name: QRectF(place.x() - half, place.y() - half, _HANDLE, _HANDLE)
        for name, place in places.items()
    }
