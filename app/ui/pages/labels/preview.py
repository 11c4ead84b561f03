"""The preview: the page as it will be printed, at any zoom, with the used cells hatched."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QWidget
from typing_extensions import override

from app.domain.labels.sheet import Page
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.ui import theme
from app.ui.pages.labels.view_model import PagePicture
from app.ui.tables import paint

_MARGIN: Final = 14
_STEPS: Final = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_PX_PER_MM: Final = 96 / 25.4
_EDGE: Final = QColor("#AEB7C2")
_HATCH: Final = QColor("#DDE2E8")
_USED: Final = QColor("#67727F")
_PAPER: Final = QColor("#FFFFFF")


class PagePreview(QWidget):
    """One page, scaled; paper stays white in the dark look too.

    Signals:
        cell_clicked: A cell of a sheet was clicked: its 1-based number.
    """

    cell_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._paper: LabelPaper | None = None
        self._pixmap = QPixmap()
        self._scale = 1.0
        self.setAccessibleName(_("打印预览"))

    def show_page(self, page: Page | None, paper: LabelPaper, picture: PagePicture | None) -> None:
        """Show a page; None clears."""
        self._page, self._paper = page, paper
        self._pixmap = QPixmap()
        if picture is not None:
            image = QImage(
                picture.data,
                picture.width,
                picture.height,
                picture.width,
                QImage.Format.Format_Grayscale8,
            )
            self._pixmap = QPixmap.fromImage(image)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if paper.is_sheet else Qt.CursorShape.ArrowCursor
        )
        self.updateGeometry()
        self.update()

    def set_scale(self, scale: float) -> None:
        """Screen pixels per paper pixel at 96 dpi."""
        self._scale = scale
        self.updateGeometry()
        self.adjustSize()
        self.update()

    @property
    def paper_size(self) -> QSize:
        """The paper in pixels at 96 dpi."""
        if self._paper is None:
            return QSize(0, 0)
        return QSize(
            round(self._paper.page_width * _PX_PER_MM), round(self._paper.page_height * _PX_PER_MM)
        )

    @override
    def sizeHint(self) -> QSize:
        size = self.paper_size
        return QSize(
            round(size.width() * self._scale) + 2 * _MARGIN,
            round(size.height() * self._scale) + 2 * _MARGIN,
        )

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _sheet(self) -> QRectF:
        """Where the paper is drawn."""
        size = self.paper_size * self._scale
        left = max(_MARGIN, (self.width() - size.width()) / 2)
        top = max(_MARGIN, (self.height() - size.height()) / 2)
        return QRectF(round(left), round(top), size.width(), size.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("muteBg"))
        if self._paper is None:
            painter.end()
            return
        sheet = self._sheet()
        painter.fillRect(sheet.translated(2, 2), theme.colour("border"))
        painter.fillRect(sheet, _PAPER)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._pixmap.isNull():
            painter.drawPixmap(sheet, self._scaled(sheet), QRectF(self._scaled(sheet).rect()))
        if self._paper.is_sheet:
            self._cells(painter, sheet)
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(sheet)
        painter.end()

    def _scaled(self, sheet: QRectF) -> QPixmap:
        """The page at the size of the screen, smoothed once."""
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(sheet.width() * ratio), round(sheet.height() * ratio))
        if wanted.width() >= self._pixmap.width():
            return self._pixmap
        return self._pixmap.scaled(
            wanted,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    def _cells(self, painter: QPainter, sheet: QRectF) -> None:
        """Cell edges, and the cells that were used before hatched with their number."""
        assert self._paper is not None  # noqa: S101 - called for a sheet only
        used = set(self._page.used) if self._page else set()
        for index in range(self._paper.cells):
            box = self._cell(sheet, index)
            painter.setPen(QPen(_HATCH, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if index in used:
                painter.fillRect(box, QBrush(_HATCH, Qt.BrushStyle.BDiagPattern))
            painter.drawRect(box)
            if index in used:
                words = _("第 {n} 格已用，跳过", n=index + 1)
                ink = paint.Ink(12, colour=_USED, align=Qt.AlignmentFlag.AlignHCenter)
                paint.text(painter, box.toRect(), words, ink)

    def _cell(self, sheet: QRectF, index: int) -> QRectF:
        """A cell on the screen."""
        assert self._paper is not None  # noqa: S101 - called for a sheet only
        box, scale = self._paper.cell(index), _PX_PER_MM * self._scale
        return QRectF(
            sheet.x() + box.x * scale, sheet.y() + box.y * scale, box.width * scale,
            box.height * scale,
        )  # fmt: skip

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._paper is not None and self._paper.is_sheet:
            sheet = self._sheet()
            for index in range(self._paper.cells):
                if self._cell(sheet, index).contains(event.position()):
                    self.cell_clicked.emit(index + 1)
                    return
        super().mousePressEvent(event)


class PreviewArea(QScrollArea):
    """The preview with zoom: the whole page, or a fixed scale.

    Signals:
        zoomed: Another zoom, in words (整页, 150%).
    """

    zoomed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = PagePreview()
        self._zoom: float | None = None
        self.setWidget(self.page)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    @property
    def words(self) -> str:
        """The zoom in words."""
        return _("整页") if self._zoom is None else f"{self._zoom:.0%}"

    def whole(self) -> None:
        """Show the whole page."""
        self._set(None)

    def closer(self) -> None:
        """One step larger."""
        now = self._fit() if self._zoom is None else self._zoom
        self._set(next((step for step in _STEPS if step > now + 0.01), _STEPS[-1]))

    def farther(self) -> None:
        """One step smaller, ending with the whole page."""
        now = self._fit() if self._zoom is None else self._zoom
        smaller = [step for step in _STEPS if step < now - 0.01]
        self._set(smaller[-1] if smaller and smaller[-1] > self._fit() else None)

    def refit(self) -> None:
        """Take the scale that the zoom means now."""
        self.page.set_scale(self._fit() if self._zoom is None else self._zoom)

    def _set(self, zoom: float | None) -> None:
        self._zoom = zoom
        self.refit()
        self.zoomed.emit(self.words)

    def _fit(self) -> float:
        """The scale at which the whole page is in sight; a small label is not blown up."""
        size, room = self.page.paper_size, self.viewport().size()
        if size.isEmpty():
            return 1.0
        wide = (room.width() - 2 * _MARGIN) / size.width()
        high = (room.height() - 2 * _MARGIN) / size.height()
        return max(0.1, min(wide, high, 2.0))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange:
            self.page.update()
        super().changeEvent(event)
