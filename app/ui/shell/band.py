"""The band that says: these are demonstration data."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.status import Status
from app.ui.tables import paint


class DemoBand(QLabel):
    """Stands under the top bar of every screen while the data are the demonstration's."""

    def __init__(self) -> None:
        super().__init__(_("演示数据：机构、人员和单据都是虚构的，不要用于真实业务"))
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(theme.px(22))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange:
            self._dress()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Status.LOCK.tint)
        ink = paint.Ink(13, colour=Status.LOCK.text)
        paint.text(painter, self.rect().adjusted(20, 0, -20, 0), self.text(), ink)
        painter.end()
