"""Questions of this page: a new project, a round's deadline, invitations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.bidding.rules import BidRules
from app.domain.days import ZONE, typed_day, typed_time
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.db import local_time
from app.services.negotiation.invitations import DossierRow, Guest
from app.services.negotiation.project import CreateProject
from app.ui import theme
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, Field, Select, StatusEdit, beside
from app.ui.widgets.numbers import WholeEdit
from app.ui.widgets.text import Role, Text

_CLASSES: Final = ("drug", "consumable", "reagent", "tcm", "")
_OFFICE_ENDS: Final = time(17)
Read = TypeVar("Read")


class ProjectForm(Form):
    """A new project: what for, how long, which goods, which price rules."""

    def __init__(self, today: date, parent: QWidget) -> None:
        super().__init__(_("新建议价项目"), _("建项目"), parent, wide=520)
        start = (today.replace(day=1) + timedelta(days=62)).replace(day=1)
        name = _("{year} 年第 {n} 季度常用药", year=start.year, n=(start.month + 2) // 3)
        self.title = QLineEdit(name)
        self.title_field = Field(_("名称"), self.title, required=True)
        self.start = Field(_("新价格从"), StatusEdit(start.isoformat()))
        self.end = Field(
            _("到（不含）"), StatusEdit(start.replace(year=start.year + 1).isoformat())
        )
        self.growth = WholeEdit(0, -50, 100)
        self.growth_field = Field(_("用量增长 %"), self.growth)
        words = (_("药品"), _("耗材"), _("试剂"), _("中药"), _("先不选"))
        self.goods = Select(tuple(zip(_CLASSES, words, strict=True)))
        self.count = WholeEdit(300, 1, 2000)
        hint = _("按近 12 个月用量从大到小，集采品规除外")
        self.count_field = Field(_("多少个"), self.count, hint=hint)
        self.body.addWidget(self.title_field)
        self.body.addLayout(beside(self.start, self.end, self.growth_field))
        self.body.addLayout(beside(Field(_("品规"), self.goods), self.count_field))
        self._add_rules()
        self.period = (start, start)
        self.title.selectAll()
        self.title.setFocus()

    def _add_rules(self) -> None:
        self.previous = _check(_("每轮不高于自己上一轮"), on=True)
        self.listed = _check(_("第 2 轮起不高于挂网价"), on=True)
        self.lowest = _check(_("第 2 轮起不高于成员现行最低价"), on=True)
        self.ceiling = _check(_("超限价的报价不收（否则收下但不能中选）"), on=False)
        for check in (self.previous, self.listed, self.lowest, self.ceiling):
            self.body.addWidget(check)

    @property
    def command(self) -> CreateProject:
        """What was filled in."""
        return CreateProject(
            op_id=new_op(),
            title=self.title.text(),
            supply_from=self.period[0],
            supply_to=self.period[1],
            growth=self.growth.number() * 10,
            rules=BidRules(
                self.previous.isChecked(),
                self.listed.isChecked(),
                self.lowest.isChecked(),
                self.ceiling.isChecked(),
            ),
        )

    @property
    def pick(self) -> tuple[str, int]:
        """The class of goods and how many; 0 for none."""
        chosen = str(self.goods.value or "")
        return (chosen, self.count.number() if chosen else 0)

    @override
    def submit(self) -> None:
        """Accept once there is a title, a period and figures that can be."""
        untitled = (
            "" if self.title_field.text else _("还没填名称。请填如「2026 年第 4 季度常用药」。")
        )
        self.title_field.say(untitled)
        start, end = _said(self.start, typed_day), _said(self.end, typed_day)
        if start and end and end <= start:
            self.end.say(_("截止日应晚于开始日。请改正日期。"))
            end = None
        figures = [
            _said(self.growth_field, lambda _text: self.growth.number()),
            _said(self.count_field, lambda _text: self.count.number()) if self.goods.value else 0,
        ]
        if untitled or not start or not end or None in figures:
            return
        self.period = (start, end)
        self.accept()


class AskForm(Form):
    """By which day the members answer.

    Attributes:
        due: The day that was taken.
    """

    def __init__(self, today: date, parent: QWidget) -> None:
        super().__init__(_("向成员征集报量"), _("征集报量"), parent, wide=460)
        words = _("按近 12 个月用量和增长率给每家算好建议，请各家核对、确认。征集后品规不能再改。")
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.today, self.due = today, today + timedelta(days=7)
        self.day = Field(_("请各家最晚哪天确认"), StatusEdit(self.due.isoformat()))
        self.body.addWidget(self.day)
        self.day.editor.setFocus()

    @override
    def submit(self) -> None:
        """Accept a day that is still to come."""
        day = _said(self.day, typed_day)
        if day is not None and day < self.today:
            self.day.say(_("报量截止日不能早于今天。请改正日期。"))
        elif day is not None:
            self.due = day
            self.accept()


class DeadlineForm(Form):
    """Until when bids are taken, by the server's clock.

    Attributes:
        deadline: The time that was taken.
    """

    def __init__(self, title: str, verb: str, at: datetime, parent: QWidget) -> None:
        super().__init__(title, verb, parent, wide=460)
        self.note = Text(
            _("到点由服务器时钟截止，之后谁都不能报价；密封轮到点之前谁都看不到价格。"),
            Role.BODY,
            wrap=True,
        )
        self.body.addWidget(self.note)
        local = local_time(at) + timedelta(days=3)
        self.deadline = datetime.combine(local, _OFFICE_ENDS, ZONE)
        hint = _("只写日期就是 17:00")
        self.edit = Field(_("截止时间"), StatusEdit(f"{self.deadline:%Y-%m-%d %H:%M}"), hint=hint)
        self.body.addWidget(self.edit)
        self.leave_out = _check(_("不计还没确认报量的成员"), on=False)
        self.body.addWidget(self.leave_out)
        self.reason = QLineEdit()
        self.reason_field = Field(_("原因"), self.reason)
        self.body.addWidget(self.reason_field)

    @override
    def submit(self) -> None:
        """Accept a time that can be read; whether it is late enough the server's clock says."""
        at = _said(self.edit, typed_time)
        if at is not None:
            self.deadline = at.replace(tzinfo=ZONE)
            self.accept()


class InviteForm(Form):
    """Suppliers with their papers; those whose papers are not in order cannot be chosen."""

    def __init__(self, rows: Sequence[DossierRow], known: frozenset[int], parent: QWidget) -> None:
        super().__init__(_("邀请供应商"), _("邀请"), parent, wide=620)
        self.body.addWidget(
            Text(_("营业许可、授权委托书、廉洁协议要齐全、已审核、在有效期内。"), Role.SECOND)
        )
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.checks: dict[int, Check] = {}
        for row in rows:
            check = _check(row.supplier, on=row.fit and row.supplier_id not in known)
            check.setEnabled(row.fit and row.supplier_id not in known)
            self.checks[row.supplier_id] = check
            column.addWidget(check)
            note, tone = _dossier_words(row, already=row.supplier_id in known)
            words = Text(note, Role.LABEL, wrap=True, tone=tone)
            words.setContentsMargins(28, 0, 0, 4)
            column.addWidget(words)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(280))
        self.body.addWidget(area)

    @property
    def guests(self) -> tuple[Guest, ...]:
        """The chosen suppliers."""
        return tuple(
            Guest(key)
            for key, check in self.checks.items()
            if check.isEnabled() and check.isChecked()
        )


def _dossier_words(row: DossierRow, *, already: bool) -> tuple[str, Status | None]:
    if already:
        return _("已邀请"), Status.OK
    blocking = [one.text for one in row.problems if one.blocks]
    if blocking:
        return " ".join(blocking), Status.BAD
    cold = _("有冷链资质") if row.cold_chain else _("无冷链资质")
    soon = " ".join(one.text for one in row.problems)
    words = _("资质齐全，{n} 份 · {cold}", n=len(row.papers), cold=cold)
    return f"{words} {soon}".strip(), Status.WARN if soon else None


def _check(words: str, *, on: bool) -> Check:
    check = Check(words)
    check.setChecked(on)
    return check


def _said(field: Field, read: Callable[[str], Read]) -> Read | None:
    """What stands in a field; None after saying there what is wrong with it."""
    field.say("")
    try:
        return read(field.text)
    except DomainError as wrong:
        field.say(wrong.text)
        return None
