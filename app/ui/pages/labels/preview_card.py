"""The right half of the page: the print itself, what the check found, and the two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.ui.icons import Icon
from app.ui.pages.labels.feed import Arranged, first_problem
from app.ui.pages.labels.preview import PreviewArea
from app.ui.pages.labels.view_model import Preview
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.text import Role, Text


class PreviewCard(Card):
    """Preview with zoom and pages, check result, 导出 PDF and 打印.

    Signals:
        turned: Another page is wanted: +1 or −1.
        print_asked: 打印.
        export_asked: 导出 PDF.
    """

    turned = Signal(int)
    print_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=0)
        self.area = PreviewArea()
        self.place = Text("", Role.SECOND)
        self.zoom = Button(_("整页"), Kind.LINK)
        self.badge = Badge(Status.MUTE, "")
        self.badge.setVisible(False)
        self.note = Text("", Role.LABEL, wrap=True)
        self.count = Text("", Role.STRONG)
        self.export = Button(_("导出 PDF"), icon=Icon.FILE_PDF)
        self.print = Button(_("打印"), Kind.PRIMARY, icon=Icon.PRINTER, key="Ctrl+P")
        self._tight = False
        self._labels = 0
        self._page_words = ""
        self._lay_out()
        self.print.clicked.connect(self.print_asked)
        self.export.clicked.connect(self.export_asked)
        self.area.zoomed.connect(self._zoomed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _lay_out(self) -> None:
        before = icon_button(Icon.CHEVRON_LEFT, _("上一页"))
        after = icon_button(Icon.CHEVRON_RIGHT, _("下一页"))
        smaller = icon_button(Icon.MINUS, _("缩小预览"))
        larger = icon_button(Icon.PLUS, _("放大预览"))
        before.clicked.connect(lambda: self.turned.emit(-1))
        after.clicked.connect(lambda: self.turned.emit(1))
        smaller.clicked.connect(self.area.farther)
        larger.clicked.connect(self.area.closer)
        self.zoom.clicked.connect(self.area.whole)
        self.turns = (before, after)
        head = toolbar(self.place, before, after, None, smaller, self.zoom, larger, spacing=4)
        head.setContentsMargins(16, 4, 10, 0)
        foot = toolbar(self.badge, None, self.count, self.export, self.print, spacing=12)
        foot.setContentsMargins(14, 0, 14, 0)
        self.body.setSpacing(6)
        self.body.setContentsMargins(1, 1, 1, 10)
        self.body.removeItem(self.head)
        self.add(head)
        self.add(self.area, 1)
        self.note.setContentsMargins(16, 0, 16, 0)
        self.note.setVisible(False)
        self.body.addWidget(self.note)
        self.add(foot)

    def show_arranged(self, arranged: Arranged, paper: LabelPaper) -> None:
        """Show a page; the check is still under way."""
        total = len(arranged.pages)
        page = arranged.pages[arranged.shown] if total else None
        self.area.page.show_page(page, paper, arranged.picture)
        self.area.refit()
        self._page_words = (
            _("第 {n} / {total} 页", n=arranged.shown + 1, total=total) if total else _("没有标签")
        )
        for button in self.turns:
            button.setVisible(total > 1)
        labels = self._labels = len(arranged.specs)
        self.count.setText(
            _("{labels} 枚 · {pages} 页", labels=labels, pages=total) if labels else ""
        )
        self._say_place()
        self.print.setEnabled(bool(labels))
        self.export.setEnabled(bool(labels))

    def set_tight(self, *, tight: bool) -> None:
        """Room is short: the count moves to the head, and keys are not printed on buttons."""
        self._tight = tight
        self.count.setVisible(not tight)
        self.print.keycap = "" if tight else "Ctrl+P"
        self.print.updateGeometry()
        self._say_place()

    def _say_place(self) -> None:
        words = [self._page_words]
        if self._tight and self._labels:
            words.append(_("{n} 枚", n=self._labels))
        self.place.setText(" · ".join(words))

    def show_checking(self, labels: int) -> None:
        """The codes are being read back."""
        self._say(Status.MUTE, _("正在自检条码…") if labels else "", "")

    def show_checked(self, preview: Preview) -> None:
        """What the check found."""
        if not preview.specs:
            self._say(Status.MUTE, "", "")
            return
        problem = first_problem(preview)
        blocking, warnings = preview.blocking, preview.warnings
        note = _("第 {row} 枚：{text}", row=problem.row, text=problem.text) if problem else ""
        if blocking:
            self._say(Status.BAD, _("{n} 处不能打印", n=len(blocking)), note)
        elif warnings:
            self._say(Status.WARN, _("条码可识读，{n} 处放不下", n=len(warnings)), note)
        else:
            codes = preview.prepared.checked.codes
            long, short = _("{n} 个条码已自检，可识读", n=codes), _("{n} 个条码可识读", n=codes)
            self._say(Status.OK, short if self._tight else long, "")
        self.print.setEnabled(not blocking)
        self.export.setEnabled(not blocking)

    def show_problem(self, error: Exception) -> None:
        """Labels could not be laid out, or not be put out."""
        words = error.text if isinstance(error, DomainError | EnvironmentProblem) else str(error)
        self._say(Status.BAD, _("还没打印"), words)

    def set_busy(self, *, busy: bool) -> None:
        """Printing goes on; the buttons wait."""
        self.print.setEnabled(not busy)
        self.export.setEnabled(not busy)

    def _say(self, status: Status, words: str, note: str) -> None:
        self.badge.show_status(status, words)
        self.badge.setVisible(bool(words))
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _zoomed(self, words: str) -> None:
        self.zoom.setText(words)
        self.zoom.updateGeometry()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
            self.turned.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)
