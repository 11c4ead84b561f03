"""谁有药: which members could hand out a prescribed item now, or a whole prescription."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.i18n import _
from app.services.formulary.prescription import PrescribedLine, Prescription, read_prescription
from app.services.formulary.readiness import Ready, ready
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.formulary import rows
from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.files import FileDialog
from app.ui.widgets.item_field import item_picker
from app.ui.widgets.text import Role, Text


class ReadyView(QWidget):
    """Ask for a prescribed item; the members that have it now, and same-named ones."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.picker = item_picker(page.context, _("处方上的药：拼音、名称或编码"))
        self.picker.setMinimumWidth(320)
        self.setFocusProxy(self.picker)
        self.note = Text(_("只看各家能发的总数，看不到批号、价格和患者。"), Role.LABEL)
        model = ListModel(rows.ready_columns())
        self.grid = GridView(model)
        self.grid.set_empty(_("先选处方上的药，或读一个处方文件。"))
        model.set_rows(())  # so that the sentence is there before anything was asked
        self.lines = GridView(ListModel(rows.prescribed_columns()))
        self.lines.set_empty(_("处方里没有认得出的药。"))
        self.load = Button(_("读处方文件"), icon=Icon.IMPORT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(toolbar(self.picker, self.note, None, self.load))
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.lines)
        column.addWidget(place, 1)
        self.picker.picked.connect(self.ask)
        self.load.clicked.connect(self._ask_file)
        self.lines.opened.connect(self._look_at)

    def ask(self, item: object) -> None:
        """Look where an item is."""
        if isinstance(item, int):
            db, actor = self.page.context.db, self.page.context.actor
            self.page.read(lambda: ready(db, actor, item), self._show, channel="ready")

    def _show(self, found: tuple[Ready, ...]) -> None:
        self._stack.setCurrentWidget(self.grid)
        self.grid.set_empty(_("各家现在都没有。可申请采购，或登记临采。"))
        if isinstance(self.grid.model, ListModel):
            self.grid.model.set_rows([rows.ready_row(one) for one in found])

    # A whole prescription

    def _ask_file(self) -> None:
        dialog = FileDialog(self, _("读处方文件"))
        dialog.setNameFilters([_("表格 (*.xlsx *.xls *.csv)")])
        dialog.fileSelected.connect(lambda name: self.read_file(Path(name)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read a prescription and show who has what it names."""
        context = self.page.context
        db, actor, org = context.db, context.actor, context.org.id
        self.page.read(
            lambda: read_prescription(db, actor, path, org), self._show_lines, channel="ready"
        )

    def _show_lines(self, found: Prescription) -> None:
        self._stack.setCurrentWidget(self.lines)
        model = self.lines.model
        if isinstance(model, ListModel):
            model.set_rows(rows.prescription_rows(found))
        good = sum(line.own_enough for line in found.lines)
        self.note.setText(
            _("{file}：{n} 种药，本院够 {good} 种，{bad} 行认不出", file=found.file_name,
              n=len(found.lines), good=good, bad=len(found.problems))
        )  # fmt: skip
        self.lines.focus_rows()

    def _look_at(self, row: Row) -> None:
        """All organisations that have the drug of a line."""
        if isinstance(row.record, PrescribedLine) and row.record.offers:
            self.ask(row.record.offers[0].item_id)
