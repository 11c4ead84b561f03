"""What is asked: a freeze or recall, its end, and what to do with a lot that runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.stock.recalls import LEVELS, Action, level_words
from app.i18n import _
from app.services.recalls.answers import MemberAnswer
from app.services.recalls.expiring import ExpiringRow, Plan
from app.services.recalls.finding import LotHead
from app.services.recalls.recall import start_of
from app.ui.pages.recall import rows
from app.ui.status import Status
from app.ui.tables.filling import put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text


class RecallForm(Form):
    """Freeze or recall a lot in all members.

    Signals:
        chosen: A `Start`.
    """

    chosen = Signal(object)

    def __init__(self, head: LotHead, parent: QWidget) -> None:
        super().__init__(_("冻结或召回"), _("所有成员立即停用"), parent, wide=460)
        self._head = head
        words = f"{head.name} {head.spec} · {head.lot_no}"
        self.body.addWidget(Text(words, Role.STRONG, wrap=True))
        self.level = Select([(level, level_words(level)) for level in LEVELS])
        self.source = QLineEdit()
        self.reason = QLineEdit()
        self.source_field = Field(_("召回通知文号"), self.source)
        self.reason_field = Field(_("原因"), self.reason)
        for widget in (Field(_("级别"), self.level), self.source_field, self.reason_field):
            self.body.addWidget(widget)
        words = _("确认后各成员都不能再发放、打开、消耗这个批号；一级 1 天、二级 3 天内回复。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.reason.setFocus()

    @override
    def submit(self) -> None:
        """Hand the recall over; the service says what is missing."""
        level = self.level.value
        if len(self.reason.text().strip()) < 4:  # noqa: PLR2004 - as the service asks
            self.reason_field.say(_("请写明原因，至少 4 个字。"))
            return
        if level and not self.source.text().strip():
            self.source_field.say(_("召回要写持有人的召回通知文号。"))
            return
        self.chosen.emit(
            start_of(
                new_op(),
                (self._head,),
                level if isinstance(level, int) else 0,
                self.source.text(),
                self.reason.text(),
            )
        )
        self.accept()


class CloseForm(Form):
    """End a recall.

    Signals:
        chosen: (report, release).
    """

    chosen = Signal(str, bool)

    def __init__(self, no: str, found: Sequence[MemberAnswer], parent: QWidget) -> None:
        super().__init__(_("结束 {no}", no=no), _("结束"), parent, wide=680)
        grid = GridView(ListModel(rows.answer_columns()))
        grid.set_empty(_("没有成员进过这一批。"))
        grid.setMinimumHeight(150)
        put_rows(grid, [rows.answer_row(one) for one in found])
        self.body.addWidget(grid, 1)
        late = "、".join(one.org for one in found if one.open)
        words = (
            _("还没有隔离或回复：{names}。", names=late) if late else _("各成员都已隔离并回复。")
        )
        self.body.addWidget(Text(words, Role.BODY, wrap=True, tone=Status.NEAR if late else None))
        self.report = QLineEdit()
        self.field = Field(_("处理结果"), self.report)
        self.release = Check(_("批号解冻，可以继续用"))
        self.body.addWidget(self.field)
        self.body.addWidget(self.release)
        self.report.setFocus()

    @override
    def submit(self) -> None:
        """Hand the report over."""
        if len(self.report.text().strip()) < 4:  # noqa: PLR2004 - as the service asks
            self.field.say(_("请写处理结果，至少 4 个字。"))
            return
        self.chosen.emit(self.report.text(), self.release.isChecked())
        self.accept()


class ActionForm(Form):
    """What is done with a lot, by whom, until when.

    Signals:
        chosen: A `Plan`.
    """

    chosen = Signal(object)

    def __init__(
        self,
        row: ExpiringRow,
        people: Sequence[tuple[int, str]],
        me: int,
        today: date,
        parent: QWidget,
    ) -> None:
        super().__init__(_("定措施：{name}", name=row.name), _("定下来"), parent)
        self._row = row
        words = _("批号 {lot}，{day} 到期。建议：{what}。", lot=row.lot_no, day=row.expiry,
                  what=row.advice.label)  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.action = Select([(one, one.label) for one in Action])
        self.action.choose(row.advice)
        self.person = Select(list(people))
        self.person.choose(me)  # who decides it mostly does it
        self.due = CodeEdit((today + timedelta(days=7)).isoformat())
        self.due_field = Field(_("期限"), self.due)
        for widget in (Field(_("措施"), self.action), Field(_("负责人"), self.person),
                       self.due_field):  # fmt: skip
            self.body.addWidget(widget)

    @override
    def submit(self) -> None:
        """Hand the plan over."""
        try:
            due = typed_day(self.due.text())
        except DomainError as error:
            self.due_field.say(error.text)
            return
        action, person, row = self.action.value, self.person.value, self._row
        assert isinstance(action, Action)  # noqa: S101 - the entries are actions
        self.chosen.emit(
            Plan(
                new_op(), row.org_id, row.item_id, row.lot_id, action, row.qty,
                person if isinstance(person, int) else 0, due,
            )
        )  # fmt: skip
        self.accept()


class LotsForm(Form):
    """Several lots carry the number: which one is meant.

    Signals:
        chosen: The `LotHead`.
    """

    chosen = Signal(object)

    def __init__(self, found: Sequence[LotHead], parent: QWidget) -> None:
        title = _("{n} 个品规有这个批号，看哪一个？", n=len(found))
        super().__init__(title, _("看这一批"), parent, wide=640)
        self.grid = GridView(ListModel(rows.lot_columns()))
        self.grid.setMinimumHeight(240)
        put_rows(self.grid, [rows.lot_row(one) for one in found])
        self.grid.opened.connect(lambda _row: self.press())
        self.body.addWidget(self.grid, 1)
        self.grid.choose(rows.which(found[0]))
        self.grid.setFocus()

    @override
    def submit(self) -> None:
        """Hand the chosen lot over."""
        row = self.grid.current()
        if row is not None:
            self.accept()
            self.chosen.emit(row.record)
