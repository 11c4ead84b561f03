"""发药导入: files of the hospital's dispensing, what each booked, and taking one back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.consumption.dispensing import DispenseRow
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption.dispense import ApplyDispense, DispenseImport, apply, preview
from app.services.consumption.dispense_rows import FIELDS, KIND
from app.services.consumption.dispense_undo import DispenseBatch, UndoDispense, batches, undo
from app.services.importing.plan import Imported, ImportPlan, Report
from app.ui import formats
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.importing import Columns, ImportFlow
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Row, Tone
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.text import Role, Text


class DispenseView(QWidget):
    """The imports that were made, newest first.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.grid = GridView(ListModel(_columns()))
        self.counted = self.exported = self.grid
        self.grid.set_empty(
            _("还没有导入过发药。把 HIS 导出的发药、退药记录（Excel 或 CSV）导进来，"
              "按近效期先出扣库存，退药回到原批号。"),
            _("导入发药文件"), self.ask_file,
        )  # fmt: skip
        self.grid.link_clicked.connect(lambda row, _column: self._ask_undo(row))
        self.grid.opened.connect(self._ask_undo)
        self.grid.counts_changed.connect(self.changed)
        self.button = Button(_("导入发药文件"), ButtonKind.PRIMARY, icon=Icon.IMPORT, key="Ctrl+I")
        self.button.clicked.connect(self.ask_file)
        words = Text(_("同一张发药单导几次都只记一次；退药填负数或写“退药”。"), Role.LABEL)
        self.flow: ImportFlow[DispenseRow] = ImportFlow(
            page, _("导入发药"), self._read, self._wanted, Columns(KIND, FIELDS)
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(toolbar(words, None, self.button))
        column.addWidget(self.grid, 1)
        self.setFocusProxy(self.grid)

    def refresh(self) -> None:
        """Ask for the imports again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        self.button.setVisible(context.may(Duty.STORE))
        self._page.read(lambda: batches(db, actor, orgs), self._show, channel="batches")

    def ask_file(self) -> None:
        """Ask for a file and show what importing it would do."""
        if self._page.context.may(Duty.STORE):
            self.flow.ask()
        else:
            self._page.context.notices.warn(_("你不能登记这家机构的消耗。请选择自己所在的机构。"))

    def _read(self, path: Path, report: Report) -> ImportPlan[DispenseRow]:
        context = self._page.context
        return preview(context.db, context.actor, DispenseImport(path, context.org.id), report)

    def _wanted(self, plan: ImportPlan[DispenseRow]) -> None:
        context = self._page.context
        db, actor = context.db, context.actor
        command = ApplyDispense(new_op(), context.org.id, plan)
        self.flow.carry_out(plan, lambda report: apply(db, actor, command, report), self._done)

    def _done(self, done: Imported) -> None:
        self._page.context.notices.done(_("已登记 {n} 行发药。", n=formats.number(done.added)))
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND})
        self.refresh()

    def _show(self, found: tuple[DispenseBatch, ...]) -> None:
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_row(row) for row in found])
        self.changed.emit()

    def _ask_undo(self, row: Row) -> None:
        batch = row.record
        if not isinstance(batch, DispenseBatch) or batch.undone:
            return
        form = ReasonForm(
            _("撤销导入 {file}", file=batch.file_name),
            _("发出的货回到原批号、原库位，退回的货重新发出。撤销以后这个文件可以改好再导。"),
            _("撤销导入"), self, least=2,
        )  # fmt: skip
        db, actor = self._page.context.db, self._page.context.actor
        op_id = new_op()

        def go_on() -> None:
            command = UndoDispense(op_id, batch.org_id, batch.batch_id, form.text)
            self._page.write(lambda: undo(db, actor, command), self._undone)

        form.accepted.connect(go_on)
        form.open()

    def _undone(self, documents: int) -> None:
        self._page.context.notices.done(_("已撤销，写了 {n} 张冲销单。", n=documents))
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT})
        self.refresh()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="at", title=_("导入时间"), width=112, frozen=True),
        Column(key="file", title=_("文件"), width=240, stretch=True),
        Column(key="days", title=_("发药日期"), width=150),
        Column(key="given", title=_("发药行"), kind=Kind.NUMBER, width=76),
        Column(key="returned", title=_("退药行"), kind=Kind.NUMBER, width=76),
        Column(key="refused", title=_("跳过"), kind=Kind.NUMBER, width=64),
        Column(key="org", title=_("机构"), width=100),
        Column(key="person", title=_("经办"), width=76),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=104),
        Column(key="act", title="", kind=Kind.BUTTON, width=56),
    )


def _row(row: DispenseBatch) -> Row:
    days = "—"
    if row.first and row.last:
        days = f"{row.first:%m-%d}" if row.first == row.last else (
            f"{row.first:%m-%d} – {row.last:%m-%d}"
        )  # fmt: skip
    state = Pill(Status.MUTE, _("已撤销")) if row.undone else Pill(Status.OK, _("已登记"))
    cells: tuple[Cell, ...] = (
        f"{row.at:%m-%d %H:%M}", row.file_name, days, formats.number(row.given),
        formats.number(row.returned), formats.number(row.refused), row.org, row.person, state,
        Tone("") if row.undone else Link(_("撤销")),
    )  # fmt: skip
    return Row(row.batch_id, cells, record=row)
