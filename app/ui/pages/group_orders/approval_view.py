"""待我审批: members' requisitions above a limit, agreed to or sent back with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.documents import State, state_title
from app.i18n import _
from app.services.requisition.queries import (
    RequisitionDetail,
    RequisitionLineRow,
    RequisitionRow,
)
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.group_orders import words
from app.ui.pages.group_orders.table_card import TableCard
from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Two
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind, icon_button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.text import Role, Text


class ApprovalView(QWidget):
    """The requisitions on the left, the lines of the current one on the right.

    Signals:
        left: Back to the group orders.
        current: Another requisition is current: its `RequisitionRow` or None.
        approved, returned: A button: the `RequisitionRow`.
    """

    left = Signal()
    current = Signal(object)
    approved = Signal(object)
    returned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ListModel(_head_columns())
        self.grid = GridView(self.model, framed=False)
        self.grid.set_empty(_("没有等你审批的采购申请了。"), _("回到统采订单"), self.left.emit)
        self.grid.current_changed.connect(self._current)
        self.grid.opened.connect(lambda _row: self.approved.emit(self.head))
        self.grid.escaped.connect(self.left)
        ColumnFit(self.grid, ("lines", "who"))
        self.lines = ListModel(_line_columns())
        self.table = GridView(self.lines, framed=False)
        self.table.escaped.connect(self.left)
        self.head: RequisitionRow | None = None
        self.title = Text("", Role.DETAIL_TITLE)
        self.facts = Text("", Role.SECOND, wrap=True)
        self.back = icon_button(Icon.ARROW_LEFT, _("返回（Esc）"))
        self.agree = Button(_("同意"), ButtonKind.PRIMARY, icon=Icon.CHECK, key="Enter")
        self.refuse = Button(_("退回"), ButtonKind.DANGER)
        self.back.clicked.connect(lambda _on=False: self.left.emit())
        self.agree.clicked.connect(lambda _on=False: self.approved.emit(self.head))
        self.refuse.clicked.connect(lambda _on=False: self.returned.emit(self.head))
        self._lay_out()

    def _lay_out(self) -> None:
        heads = TableCard(_("待我审批"))
        heads.head.insertWidget(0, self.back)
        heads.note.setText(_("超过额度的采购申请，同意后才能汇总"))
        heads.add(self.grid, 1)
        self.panel = TableCard("")
        inside = QVBoxLayout()
        inside.setContentsMargins(14, 0, 14, 0)
        inside.addWidget(self.title)
        inside.addWidget(self.facts)
        self.panel.add(inside)
        self.panel.add(self.table, 1)
        foot = toolbar(None, self.refuse, self.agree)
        foot.setContentsMargins(14, 0, 12, 8)
        self.panel.add(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(heads, 6)
        row.addWidget(self.panel, 5)

    def show_heads(self, found: Sequence[RequisitionRow]) -> None:
        """Show what waits; the current one stays current, else the oldest."""
        kept = self.head.id if self.head else None
        self.model.set_rows([_head_row(one) for one in found])
        if found and (kept is None or not self.grid.choose(kept)):
            self.grid.choose(found[0].id)
        self.panel.setVisible(bool(found))
        if not found:
            self.head = None

    def _current(self, row: Row | None) -> None:
        record = row.record if row else None
        self.head = record if isinstance(record, RequisitionRow) else None
        self.current.emit(self.head)

    def show_detail(self, detail: RequisitionDetail) -> None:
        """Show the lines, if their requisition is still the current one."""
        head = detail.head
        if self.head is None or head.id != self.head.id:
            return
        self.title.setText(f"{head.org}  {head.no}")
        parts = [
            state_title(head.status),
            _("{who} {time}", who=head.created_by, time=formats.minute(head.created_at)),
            _("{n} 行 · {amount}", n=head.lines, amount=formats.yuan(head.amount)),
        ]
        parts += [
            _("{who} {at} 同意", who=one.person, at=formats.minute(one.at))
            for one in detail.approvals
            if one.approved
        ]
        parts += [head.note] if head.note else []
        self.facts.setText(" · ".join(parts))
        self.lines.set_rows([_line_row(line) for line in detail.lines])


def _head_columns() -> tuple[Column, ...]:
    return (
        Column(key="org", title=_("成员"), width=84, stretch=True),
        Column(key="no", title=_("采购申请"), width=150),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=118),
        Column(key="who", title=_("经办"), width=64),
        Column(key="lines", title=_("行"), kind=Kind.NUMBER, width=44),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=106, total=True),
    )


def _head_row(head: RequisitionRow) -> Row:
    status = Status.WARN if head.status == State.TO_APPROVE else Status.INFO
    return Row(
        key=head.id,
        cells=(
            head.org,
            head.no,
            Pill(status, state_title(head.status)),
            head.created_by,
            formats.number(head.lines),
            formats.amount(head.amount),
        ),
        record=head,
        raw=(head.org, head.no, head.status, head.created_by, head.lines, head.amount),
    )


def _line_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=170, stretch=True),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=92),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=96),
    )


def _line_row(line: RequisitionLineRow) -> Row:
    why = line.reason or line.headline
    return Row(
        key=line.line,
        cells=(
            Two(line.name, " · ".join(part for part in (line.spec, line.supplier, why) if part)),
            Qty(words.packs(line.qty, line.pack_factor), line.pack_unit),
            formats.amount(line.amount),
        ),
        record=line,
        raw=(f"{line.name} {line.spec}", line.qty // line.pack_factor, line.amount),
    )
