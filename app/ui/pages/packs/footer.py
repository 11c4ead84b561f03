"""The buttons under the list of packs: only steps that all chosen packs can make."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.packs.steps import PackStep
from app.i18n import _
from app.services.packs.listing import PackRow
from app.ui.icons import Icon
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.text import Role, Text

_SHOWN: Final = (
    PackStep.ISSUE,
    PackStep.RECEIVE,
    PackStep.TAKE_BACK,
    PackStep.OPEN,
    PackStep.BREAK,
    PackStep.RETURN,
    PackStep.LOSE,
    PackStep.FIND,
)


class Footer(QWidget):
    """What can be done with the selection.

    Signals:
        asked: A step's value, or ``print``.
    """

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.words = Text(_("选一行，或扫包上的码"), Role.SECOND)
        row.addWidget(self.words)
        row.addStretch(1)
        self.buttons: dict[str, Button] = {}
        for step in _SHOWN:
            kind = Kind.PRIMARY if step in {PackStep.ISSUE, PackStep.RECEIVE} else Kind.SECONDARY
            button = Button(step.label, kind)
            button.clicked.connect(lambda _on=False, step=step: self.asked.emit(step.value))
            button.hide()
            self.buttons[step.value] = button
            row.addWidget(button)
        self.print = Button(_("打印标签"), icon=Icon.PRINTER)
        self.print.clicked.connect(lambda: self.asked.emit("print"))
        self.print.hide()
        row.addWidget(self.print)

    def show_for(self, chosen: tuple[PackRow, ...]) -> None:
        """Offer what all chosen packs can do."""
        common = set(_SHOWN).intersection(*(set(row.steps) for row in chosen))
        for step in _SHOWN:
            self.buttons[step.value].setVisible(bool(chosen) and step in common)
        self.print.setVisible(bool(chosen))
        self.words.setText(_("已选 {n} 包", n=len(chosen)) if chosen else _("选一行，或扫包上的码"))
