"""The three checks of an acceptance: boxes, or one line where room is short."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.receiving.work import Checks
from app.i18n import N_, _
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.fields import Check
from app.ui.widgets.text import Role, Text

_TITLES: Final = (N_("外包装完好、无破损"), N_("与随货同行单一致"), N_("检验报告已附"))
_SHORT: Final = (N_("外包装"), N_("与单一致"), N_("检验报告"))


class ChecksBox(QWidget):
    """What the acceptor looked at.

    Signals:
        changed: Other checks: a `Checks`.
        papers_asked: The files of the papers are to be shown or added.
    """

    changed = Signal(object)
    papers_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes = tuple(Check(_(title)) for title in _TITLES)
        self.badge = Badge(Status.OK, "")
        self.title = Text(_("验收检查"), Role.LABEL)
        self.more = Button("", Kind.LINK)
        self._checks = Checks()
        self._tight = False
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.badge)
        head.addStretch(1)
        head.addWidget(self.more)
        self.papers = Button(_("附资料"), Kind.LINK)
        self.papers.clicked.connect(self.papers_asked)
        head.addWidget(self.papers)
        self._inside = QWidget()
        inner = QVBoxLayout(self._inside)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(2)
        for box in self.boxes:
            inner.addWidget(box)
            box.clicked.connect(self._clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._inside)
        self.more.clicked.connect(self._open)

    def set_tight(self, *, tight: bool) -> None:
        """One line, or three boxes."""
        self._tight = tight
        self.show_checks(self._checks)

    def show_checks(self, checks: Checks) -> None:
        """Show what was looked at."""
        self._checks = checks
        values = (checks.outer, checks.matches, checks.report)
        for box, value in zip(self.boxes, values, strict=True):
            box.setChecked(value)
        missing = [n for n, value in enumerate(values) if not value]
        self._inside.setHidden(self._tight)
        self.badge.setHidden(not self._tight)
        self.more.setHidden(not self._tight or not missing)
        self.title.setVisible(self.more.isHidden())  # what is missing says it, and needs the room
        self.badge.show_status(Status.WARN if missing else Status.OK, f"{checks.count} / 3")
        if missing:
            self.more.setText(_("还差 {what} ▸", what=_(_SHORT[missing[-1]])))

    def _clicked(self) -> None:
        self.changed.emit(Checks(*(box.isChecked() for box in self.boxes)))

    def _open(self) -> None:
        """The line opens into the boxes until the next lot is shown."""
        self._inside.show()
        self.more.hide()
        self.title.show()
        first = next((box for box in self.boxes if not box.isChecked()), self.boxes[0])
        first.setFocus()
