"""Delivery notes: those that wait first; open one by its bar code or Enter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.documents import State
from app.i18n import _
from app.services.receiving.queries import WAITING, DeliveryRow
from app.ui.icons import Icon
from app.ui.pages.receiving import rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip, Kind
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.scan_edit import ScanBar


class ListView(QWidget):
    """The list of notes.

    Signals:
        opened: A note to accept, or to look at: a `DeliveryRow`.
        view_changed: Other notes are asked for.

    Attributes:
        keeper: Whether the person accepts goods here; others only look.
    """

    opened = Signal(object)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ScanBar(_("扫送货单条码，或输入单号"), _("也可以用 ↑↓ 选中，按回车开始验收"))
        self.waiting = Chip(_("待验收"))
        self.all = Chip(_("全部"))
        for chip in (self.waiting, self.all):
            chip.setCheckable(True)
        self.waiting.setChecked(True)
        self.model = ListModel(rows.delivery_columns())
        self.grid = GridView(self.model)
        self.begin = Button(_("开始验收"), Kind.PRIMARY, icon=Icon.BARCODE_SCAN, key="F2")
        self.new = Button(_("补录送货单"), icon=Icon.PLUS)
        self.take_file = Button(_("导入送货单"), icon=Icon.IMPORT)
        self.paper = Button(_("打印单据"), icon=Icon.PRINTER)
        self.papers = Button(_("随货资料"), icon=Icon.FILE)
        self.reverse = Button(_("冲销验收"), Kind.DANGER)
        column = page_column(self)
        column.addWidget(self.bar)
        column.addLayout(
            toolbar(
                self.waiting, self.all, None,
                self.reverse, self.papers, self.paper, self.take_file, self.new, self.begin,
            )
        )  # fmt: skip
        column.addWidget(self.grid, 1)
        self.keeper = True
        self._connect()
        self._choice_changed()

    def _connect(self) -> None:
        self.bar.field.drive(self.grid)
        self.waiting.clicked.connect(lambda: self._show_view(waiting=True))
        self.all.clicked.connect(lambda: self._show_view(waiting=False))
        self.grid.opened.connect(lambda row: self.opened.emit(row.record))
        self.grid.current_changed.connect(lambda _row: self._choice_changed())

    def _show_view(self, *, waiting: bool) -> None:
        self.waiting.setChecked(waiting)
        self.all.setChecked(not waiting)
        self.view_changed.emit()

    def press(self, button: Button) -> None:
        """What a key does here, for those who accept goods."""
        if self.keeper:
            button.click()

    def _say_nothing(self) -> None:
        if not self.only_waiting:
            self.grid.set_empty(_("还没有送货单。"))
        elif self.keeper:
            words = _("还没有待验收的到货。到货后扫送货单条码即可开始。")
            self.grid.set_empty(words, _("补录送货单"), self.new.click)
        else:
            self.grid.set_empty(_("没有待验收的到货。"))

    @property
    def only_waiting(self) -> bool:
        """Whether only waiting notes are asked for."""
        return self.waiting.isChecked()

    @property
    def current(self) -> DeliveryRow | None:
        """The chosen note."""
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, DeliveryRow) else None

    def show_notes(self, found: Sequence[DeliveryRow], today: date) -> None:
        """Show the notes; the chosen one stays chosen, else the first is."""
        kept = self.current
        self._say_nothing()
        self.model.set_rows([rows.delivery_row(row, today) for row in found])
        if found:
            there = {row.id for row in found}
            self.grid.choose(kept.id if kept and kept.id in there else found[0].id)
        self._choice_changed()

    def _choice_changed(self) -> None:
        row = self.current
        self.begin.setVisible(self.can_begin)
        for button in (self.new, self.take_file):
            button.setVisible(self.keeper)
        self.reverse.setVisible(self.keeper and row is not None and bool(row.acceptance_id))
        self.paper.setVisible(row is not None)
        self.papers.setVisible(row is not None)
        cancelled = row is not None and row.state == State.CANCELLED
        self.paper.setEnabled(not cancelled)

    @property
    def can_begin(self) -> bool:
        """Whether the chosen note waits for acceptance by this person."""
        return self.keeper and self.current is not None and self.current.state in WAITING
