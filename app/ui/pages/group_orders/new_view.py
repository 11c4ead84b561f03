"""新建统采: pick submitted requisitions, see what would come of them, consolidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.documents import State
from app.domain.errors import Problem
from app.i18n import N_, _
from app.services.orders.candidates import (
    CandidateRow,
    CandidatesWanted,
    JoinWanted,
    Preview,
)
from app.services.orders.queries import GroupRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.pages.group_orders import rows
from app.ui.pages.group_orders.table_card import TableCard
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.text import Role, Text

_CLASSES: Final = (
    ("", N_("全部类别")),
    ("drug", N_("药品")),
    ("consumable", N_("耗材")),
    ("reagent", N_("试剂")),
    ("tcm", N_("中药饮片")),
)
_MOST_SHOWN: Final = 30
_JOINABLE: Final = frozenset({State.SIGNING, State.ACTIVE, State.RECEIVED})


class NewView(QWidget):
    """The right side while a new group order is put together.

    Signals:
        left: Not now.
        filter_changed: Other requisitions are wanted.
        pick_changed: Other requisitions are picked.
        submitted: Consolidate what is picked.
        returned: Send the current requisition back: its `CandidateRow`.
    """

    left = Signal()
    filter_changed = Signal()
    pick_changed = Signal()
    submitted = Signal()
    returned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unpicked: set[object] = set()
        self.name = QLineEdit()
        self.name.setPlaceholderText(_("写一个好认的，如「常用药第 2 包」"))
        self.name_field = Field(_("名称"), self.name)
        self.into = Select([(None, _("新建一张"))])
        self.into.setMaximumWidth(theme.px(300))
        self.into_field = Field(_("放进"), self.into)
        self.into.currentIndexChanged.connect(lambda _place: self._into_changed())
        self.days = Select([(n, _("{n} 个工作日内签完", n=n)) for n in (1, 2, 3, 5, 10)])
        self.days.choose(3)
        self.days_field = Field(_("签署截止"), self.days)
        self.classes = Select([(key, _(title)) for key, title in _CLASSES])
        self.members = Select([(0, _("全部成员"))])
        self.suppliers = Select([(0, _("全部供应商"))])
        for select in (self.classes, self.suppliers, self.members):
            select.currentIndexChanged.connect(lambda _place: self.filter_changed.emit())
        self.model = ListModel(rows.candidate_columns(), _pick)
        self.model.edited.connect(self._picked)
        self.grid = GridView(self.model, framed=False)
        self.grid.set_empty(
            _("没有已提交的采购申请。成员在「智能补货」里确认并提交后，这里就能汇总。")
        )
        self.grid.escaped.connect(self.left)
        ColumnFit(self.grid, ("place", "at"))
        self.drafts = ListModel(rows.draft_columns())
        self.draft_grid = GridView(self.drafts, framed=False)
        self.draft_grid.set_empty(_("勾选采购申请，这里显示会拆成哪些成员订单。"))
        self.result = TableCard(_("拆成的成员订单"))
        self.problems = QVBoxLayout()
        self.problems.setSpacing(6)
        self.submit = Button(_("汇总并分签"), Kind.PRIMARY, icon=Icon.FILE_SIGN, key="Ctrl+Enter")
        self.submit.clicked.connect(lambda _on=False: self.submitted.emit())
        self._lay_out()

    def _lay_out(self) -> None:
        back = icon_button(Icon.ARROW_LEFT, _("返回（Esc）"))
        back.clicked.connect(lambda _on=False: self.left.emit())
        head = Card(_("新建统采"), padding=12)
        head.head.insertWidget(0, back)
        head.note.setText(_("把成员已提交的采购申请汇总，按今天的价格表定价，拆给每家成员和供应商"))
        fields = QHBoxLayout()
        fields.setSpacing(12)
        fields.addWidget(self.into_field, 2)
        fields.addWidget(self.name_field, 3)
        fields.addWidget(self.days_field, 1)
        head.add(fields)
        picking = TableCard(_("采购申请"))
        self.send_back = Button(_("退回"), Kind.LINK)
        self.send_back.clicked.connect(lambda _on=False: self.returned.emit(self.current))
        for widget in (self.classes, self.suppliers, self.members):
            picking.head.addWidget(widget)
        picking.head.addWidget(self.send_back)
        picking.add(self.grid, 1)
        self.result.add(self.draft_grid, 1)
        self.result.add(self._problem_area())
        foot = toolbar(None, self.submit)
        foot.setContentsMargins(14, 0, 12, 8)
        self.result.add(foot)
        self.result.setMinimumWidth(theme.px(300))
        split = QHBoxLayout()
        split.setSpacing(10)
        split.addWidget(picking, 5)
        split.addWidget(self.result, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(head)
        column.addLayout(split, 1)

    def _problem_area(self) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(self.problems)
        self.problems.setContentsMargins(14, 4, 10, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(inside)
        self.area.viewport().setAutoFillBackground(False)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.hide()
        return self.area

    def offer_groups(self, groups: Sequence[GroupRow]) -> None:
        """The group orders that requisitions can still join."""
        open_ones = [one for one in groups if one.state in _JOINABLE]
        entries: list[tuple[object, str]] = [(None, _("新建一张"))]
        entries += [
            ((one.lead_id, one.id), _("补进 {no} {title}", no=one.no, title=one.title))
            for one in open_ones
        ]
        self.into.set_entries(entries)

    @property
    def join_into(self) -> JoinWanted | None:
        """The group order that the picked requisitions join; None for a new one."""
        value = self.into.value
        return JoinWanted(*value) if isinstance(value, tuple) else None

    def _into_changed(self) -> None:
        joins = self.join_into is not None
        for field in (self.name_field, self.days_field):  # a late order follows its group order
            field.setEnabled(not joins)
        self.name_field.say("")
        self.submit.setText(_("按原价补进") if joins else _("汇总并分签"))
        self.pick_changed.emit()

    def offer_members(self, members: Sequence[tuple[int, str]]) -> None:
        """The members to filter by."""
        self.members.set_entries([(0, _("全部成员")), *members])

    def offer_suppliers(self, suppliers: Sequence[tuple[int, str]]) -> None:
        """The suppliers to filter by."""
        self.suppliers.set_entries([(0, _("全部供应商")), *suppliers])

    @property
    def wanted(self) -> CandidatesWanted:
        """The filters."""
        return CandidatesWanted(
            item_class=str(self.classes.value or ""),
            supplier_id=_number(self.suppliers),
            org_id=_number(self.members),
        )

    @property
    def picked(self) -> tuple[tuple[int, int], ...]:
        """The checked requisitions as (member, requisition)."""
        return tuple(
            (row.record.org_id, row.record.id)
            for row in self.model.checked("pick")
            if isinstance(row.record, CandidateRow)
        )

    @property
    def current(self) -> CandidateRow | None:
        """The requisition under the cursor."""
        row = self.grid.current()
        return row.record if row and isinstance(row.record, CandidateRow) else None

    @property
    def sign_days(self) -> int:
        """Working days to sign in."""
        value = self.days.value
        return value if isinstance(value, int) else 3

    def show_candidates(self, found: Sequence[CandidateRow]) -> None:
        """Show requisitions; all are picked but those the person took out."""
        self.model.set_rows(
            [
                rows.candidate_row(row, picked=(row.org_id, row.id) not in self._unpicked)
                for row in found
            ]
        )
        if found and self.current is None:
            self.grid.choose((found[0].org_id, found[0].id))
        self.pick_changed.emit()

    def show_preview(self, preview: Preview | None) -> None:
        """Show what would come of the picked requisitions."""
        _clear(self.problems)
        problems: tuple[Problem, ...] = preview.problems if preview else ()
        self.area.setVisible(bool(problems))
        self.area.setFixedHeight(theme.px(52) * min(len(problems), 3) + 8)
        for problem in problems[:_MOST_SHOWN]:
            self._add_problem(problem)
        if len(problems) > _MOST_SHOWN:
            more = _("还有 {n} 处", n=len(problems) - _MOST_SHOWN)
            self.problems.addWidget(Text(more, Role.LABEL))
        self.problems.addStretch(1)
        if preview is None:
            self.drafts.set_rows(())
            self.result.note.setText("")
            return
        self.drafts.set_rows(rows.draft_rows(preview.drafts))
        self.result.note.setText(
            _("{n} 张 · {amount}", n=len(preview.drafts), amount=formats.total(preview.amount))
        )

    def _add_problem(self, problem: Problem) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        status = Status.BAD if problem.blocks else Status.WARN
        row.addWidget(Shape(status, 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Text(problem.text, Role.LABEL, wrap=True, tone=status), 1)
        self.problems.addWidget(line)

    def _picked(self, key: object, _column: str, value: object) -> None:
        if value:
            self._unpicked.discard(key)
        else:
            self._unpicked.add(key)
        self.pick_changed.emit()


def _number(select: Select) -> int:
    return select.value if isinstance(select.value, int) else 0


def _pick(row: Row, _column: str, value: object) -> Row:
    record = row.record
    assert isinstance(record, CandidateRow)  # noqa: S101 - the only rows of this table
    return rows.candidate_row(record, picked=bool(value))


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget:
            widget.hide()
            widget.deleteLater()
