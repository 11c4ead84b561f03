"""The foot of the table: what is picked, what it costs, and the one button."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import formats
from app.ui.actions import ACTIONS, Act
from app.ui.icons import Icon
from app.ui.pages.replenishment.view_model import Suggestions
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.text import Role, Text, line

HELP_KEY: Final = "X"
"""The letter on the rows that asks members for what they can give."""


class Footer(QWidget):
    """Sums of the picked lines and the button that asks for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picked = Text("", Role.STRONG)
        self.suppliers = Text("", Role.SECOND)
        self.looked = Text("", Role.SECOND, tone=Status.NEAR)
        self.first = Button("", Kind.LINK, icon=Icon.SWAP, key=HELP_KEY)
        self.first.hide()
        self.total = Text("", Role.KPI)
        self.make = Button(
            _("生成采购申请"), Kind.PRIMARY, icon=Icon.CHECK, key=ACTIONS[Act.SUGGEST].key
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        row = self._row = QHBoxLayout()
        row.setContentsMargins(14, 7, 10, 7)
        row.setSpacing(10)
        row.addWidget(self.picked)
        row.addWidget(self.suppliers)
        row.addWidget(self.looked)
        row.addWidget(self.first)
        row.addStretch(1)
        row.addWidget(Text(_("合计"), Role.SECOND))
        row.addWidget(self.total)
        row.addWidget(self.make)
        column.addLayout(row)

    def show_sums(self, lines: Suggestions) -> None:
        """Show what is picked now."""
        self.picked.setText(_("已选 {n} 行", n=len(lines.picked)))
        self.suppliers.setText(_("{n} 家供应商", n=lines.suppliers))
        looked = sum(1 for row in lines.picked if lines.look(row.item_id))
        self.looked.setText(_("{n} 行要先看", n=looked) if looked else "")
        self.total.setText(formats.yuan(lines.total))
        offers = lines.offers
        self.first.setVisible(bool(offers))
        self.first.setText(_("{n} 行可先调", n=len(offers)))
        value = sum((one.value for one in offers), Decimal(0))
        self.first.setToolTip(
            _("别家有多余或近效期的，先调过来少买 {amount}。", amount=formats.total(value))
        )
        self.first.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        """Where room is short, what can be read elsewhere goes: suppliers, then what to look at."""
        self.suppliers.show()
        self.looked.setVisible(bool(self.looked.text()))
        for words in (self.suppliers, self.looked):
            if self._row.sizeHint().width() > self.width():
                words.hide()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "make"):
            self._fit()
