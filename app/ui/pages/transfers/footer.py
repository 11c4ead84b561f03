"""The line under the proposals: how many are chosen, what they save, the one primary button."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _
from app.ui import formats
from app.ui.icons import Icon
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.text import Role, Text


class Footer(QWidget):
    """Sum and button."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Text("", Role.STRONG)
        self.note = Text("", Role.SECOND)
        self.label = Text(_("预计省"), Role.SECOND)
        self.sum = Text("", Role.DETAIL_TITLE)
        self.start = Button(_("发起调拨"), Kind.PRIMARY, icon=Icon.SWAP)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.words)
        row.addWidget(self.note)
        row.addStretch(1)
        for widget in (self.label, self.sum, self.start):
            row.addWidget(widget)

    def show_sum(self, picked: int, saved: Decimal, papers: int) -> None:
        """Say what is chosen."""
        self.words.setText(_("已选 {n} 条", n=picked))
        self.note.setText(_("{n} 条要附批准文件，先存草稿也行", n=papers) if papers else "")
        self.sum.setText(formats.yuan(saved))
