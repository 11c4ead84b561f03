"""One registered case: its articles, a refund by scanning, and who operated, on record."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption import Consumed
from app.services.consumption.case_listing import CaseLineRow, CaseRow, case_lines
from app.services.consumption.cases import RefundCase, case_doctor, refund_case
from app.ui import formats, theme
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.tables.cells import Cell, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.text import Role, Text


class CaseForm(Form):
    """Shows a case; its main button refunds the article whose code was scanned.

    Signals:
        changed: Something was refunded.
    """

    changed = Signal()

    def __init__(self, page: Page, row: CaseRow, parent: QWidget) -> None:
        title = _("病例 {case} · {operation}", case=row.case_no, operation=row.operation)
        super().__init__(title, _("退回这一件"), parent, cancel=_("关闭"), wide=760)
        self._page = page
        self._row = row
        words = f"{row.no} · {row.occurred_on:%Y-%m-%d} · {row.department} · {row.person}"
        self.body.addWidget(Text(words, Role.SECOND))
        self.grid = GridView(ListModel(_columns()))
        self.grid.setMinimumHeight(theme.px(180))
        self.body.addWidget(self.grid, 1)
        self.code = CodeEdit(scans=True)
        self.code_field = Field(_("退回：扫这一件上的码"), self.code, hint=_("回到原批号、原库位"))
        self.reason = QLineEdit(_("术中未用"))
        self.reason_field = Field(_("理由"), self.reason)
        self.body.addWidget(self.code_field)
        self.body.addWidget(self.reason_field)
        self.who = Button(_("看术者（留记录）"))
        self.who.clicked.connect(self._ask_doctor)
        self.buttons.insertWidget(0, self.who)
        self.code.setFocus()
        self._load()

    def _load(self) -> None:
        db, actor, row = self._page.context.db, self._page.context.actor, self._row
        self._page.read(
            lambda: case_lines(db, actor, row.org_id, row.document_id), self._show, channel="lines"
        )

    def _show(self, found: tuple[CaseLineRow, ...]) -> None:
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_line(row) for row in found])

    def _ask_doctor(self) -> None:
        db, actor, row = self._page.context.db, self._page.context.actor, self._row
        self._page.write(
            lambda: case_doctor(db, actor, row.org_id, row.document_id),
            self._show_doctor,
        )

    def _show_doctor(self, name: str) -> None:
        self.who.setText(_("术者：{name}", name=name))

    @override
    def submit(self) -> None:
        """Refund; the dialog stays for the next article."""
        code = self.code.text().strip()
        if not code:
            self.code_field.say(_("还没扫码。请扫退回那一件上的码。"))
            self.code.setFocus()
            return
        db, actor, row = self._page.context.db, self._page.context.actor, self._row
        command = RefundCase(
            new_op(), row.org_id, row.document_id, code, self.reason.text().strip()
        )
        self.verb.setEnabled(False)
        self._page.write(lambda: refund_case(db, actor, command), self._done, self._failed)

    def _done(self, done: Consumed) -> None:
        self.verb.setEnabled(True)
        self.code.clear()
        self.code_field.say("")
        self.code.setFocus()
        self._page.context.notices.done(_("已退回，冲销单 {no}。", no=done.no))
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT})
        self._load()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.verb.setEnabled(True)
        if isinstance(error, DomainError):
            self.code_field.say(error.problems[0].text if error.problems else error.text)
            self.code.selectAll()
        else:
            self._page.context.errors.take(error)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="serial", title=_("序列号"), width=130),
        Column(key="lot", title=_("批号"), width=110),
        Column(key="expiry", title=_("有效期至"), width=100),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=60),
        Column(key="back", title=_("已退"), kind=Kind.NUMBER, width=60),
    )


def _line(row: CaseLineRow) -> Row:
    cells: tuple[Cell, ...] = (
        Two(row.name, row.spec), row.serial or "—", row.lot_no, shown(row.expiry),
        formats.number(row.qty), formats.number(row.returned),
    )  # fmt: skip
    return Row(row.line, cells, record=row)
