"""计数记录: what analysers and people counted, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption.reagent_undo import CountRow, UndoCounts, counted, undo_counts
from app.ui import formats, theme
from app.ui.page import Page
from app.ui.tables.cells import Link, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form, ReasonForm


class CountsForm(Form):
    """The imports and typed runs.

    Signals:
        undo: One is to be taken back: its `CountRow`.
    """

    undo = Signal(object)

    def __init__(self, rows: tuple[CountRow, ...], parent: QWidget) -> None:
        super().__init__(_("计数记录"), _("知道了"), parent, wide=760)
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(_("还没有测试计数。"))
        self.model.set_rows([_row(place, row) for place, row in enumerate(rows)])
        self.grid.setMinimumHeight(theme.px(300))
        self.grid.link_clicked.connect(lambda row, _column: self.undo.emit(row.record))
        self.grid.opened.connect(lambda row: self.undo.emit(row.record))
        self.body.addWidget(self.grid, 1)
        self.cancel.hide()
        self.grid.focus_rows()


class Counts(QObject):
    """Opens the list, asks why, and takes a row back.

    Args:
        page: The page.
        done: Called with how many runs were taken back.
        failed: Called with the refusal.
    """

    def __init__(
        self, page: Page, done: Callable[[int], None], failed: Callable[[Exception], None]
    ) -> None:
        super().__init__(page)
        self._page, self._done, self._failed = page, done, failed
        self.form: CountsForm | None = None
        self.reason: ReasonForm | None = None

    def show(self) -> None:
        """Ask for what was counted, and show it."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        self._page.read(lambda: counted(db, actor, orgs), self._show, channel="counts")

    def _show(self, rows: tuple[CountRow, ...]) -> None:
        self.form = CountsForm(rows, self._page)
        self.form.undo.connect(self._ask)
        self.form.open()

    def _ask(self, row: CountRow) -> None:
        if self.form is None:
            return
        effect = _("{n} 个测试退回原来那一盒；按测试结算的，消耗一起冲销。同一个样本号可以再记。",
                   n=formats.number(row.tests))  # fmt: skip
        title = _("撤销计数 {what}", what=row.what)
        self.reason = ReasonForm(title, effect, _("撤销计数"), self.form, least=2)
        reason = self.reason
        reason.accepted.connect(lambda: self._undo(row, reason.text))
        reason.open()

    def _undo(self, row: CountRow, why: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = UndoCounts(new_op(), row.org_id, why, row.batch_id, row.analyser, row.number)
        if self.form is not None:
            self.form.accept()
        self._page.write(lambda: undo_counts(db, actor, command), self._done, self._failed)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="what", title=_("文件或样本"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="days", title=_("检测日期"), width=120),
        Column(key="runs", title=_("样本"), kind=Kind.NUMBER, width=70),
        Column(key="tests", title=_("测试"), kind=Kind.NUMBER, width=70),
        Column(key="act", title="", kind=Kind.BUTTON, width=56),
    )


def _row(place: int, row: CountRow) -> Row:
    days = f"{row.first:%m-%d}"
    if row.last != row.first:
        days += f" – {row.last:%m-%d}"
    cells = (
        Two(row.what or "—", row.items), days, formats.number(row.runs),
        formats.number(row.tests), Link(_("撤销")),
    )  # fmt: skip
    return Row(place, cells, record=row)
