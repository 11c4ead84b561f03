"""What the committee's page asks: who came, paper votes, a new meeting, a request, 临采."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QGridLayout, QLineEdit, QPlainTextEdit, QScrollArea, QWidget
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.formulary.requests import Kind as Wish
from app.domain.money import price
from app.domain.typed import whole
from app.i18n import _
from app.services.committee.views import Attendee, MeetingView, RequestRow
from app.ui import theme
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select, beside, check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text


class SignInForm(Form):
    """Who is present; being present includes the signed declaration of interests."""

    def __init__(self, view: MeetingView, parent: QWidget) -> None:
        super().__init__(_("签到"), _("保存签到"), parent, wide=520)
        self.body.addWidget(
            Text(_("应到 {seats} 人，法定人数 {quorum} 人。到会的都要签利益声明。",
                   seats=view.seats, quorum=view.quorum), Role.SECOND, wrap=True)
        )  # fmt: skip
        inside = QWidget()
        inside.setObjectName("scrolled")
        places = QGridLayout(inside)
        self.checks: list[tuple[Attendee, Check]] = []
        first = not view.present
        lines = -(-len(view.attendees) // 2)
        for place, one in enumerate(view.attendees):
            check = Check(f"{one.seat.name}（{one.seat.department}）")
            check.setChecked(first or one.present)
            self.checks.append((one, check))
            places.addWidget(check, place % lines, place // lines)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(300))
        self.body.addWidget(area)

    @property
    def present(self) -> tuple[int, ...]:
        """The members who came."""
        return tuple(one.seat.member_id for one, check in self.checks if check.isChecked())


class CountForm(Form):
    """Paper votes of an item, and the reason that 一品两规 may need."""

    def __init__(self, title: str, parent: QWidget, *, crowded: bool) -> None:
        super().__init__(title, _("结束本项"), parent)
        self.paper = (0, 0, 0)
        self.exception = ""
        self.edits = [CodeEdit("0") for _place in range(3)]
        words = (_("纸票赞成"), _("纸票反对"), _("纸票弃权"))
        self.fields = [Field(word, edit) for word, edit in zip(words, self.edits, strict=True)]
        self.body.addWidget(
            Text(_("用账号投的票已经计入。没有纸票就直接结束。"), Role.SECOND, wrap=True)
        )
        for field in self.fields:
            self.body.addWidget(field)
        self.why = QLineEdit()
        self.why_field = Field(_("特殊诊疗需要"), self.why, hint=_("超过一品两规时必填"))
        self.body.addWidget(self.why_field)
        self.why_field.setVisible(crowded)

    @override
    def submit(self) -> None:
        """Accept whole numbers only."""
        texts = [edit.folded() or "0" for edit in self.edits]
        for field, text in zip(self.fields, texts, strict=True):
            if whole(text) is None:
                field.say(_("请填整数，没有就填 0。"))
                return
        yes, no, abstain = (whole(text) or 0 for text in texts)
        self.paper = (yes, no, abstain)
        self.exception = self.why.text()
        self.accept()


class DayForm(Form):
    """A day, and maybe a room: for a new meeting or the effective day."""

    def __init__(self, words: tuple[str, str, str], day: date, parent: QWidget) -> None:
        title, effect, verb = words
        super().__init__(title, verb, parent)
        self.body.addWidget(Text(effect, Role.SECOND, wrap=True))
        self.day = day
        self.edit = CodeEdit(day.isoformat())
        self.field = Field(_("日期"), self.edit)
        self.room = QLineEdit()
        self.body.addWidget(self.field)

    def ask_room(self) -> None:
        """Also ask where."""
        self.body.addWidget(Field(_("地点"), self.room))

    @override
    def submit(self) -> None:
        """Accept a day."""
        try:
            self.day = typed_day(self.edit.text())
        except DomainError as error:
            self.field.say(error.text)
            return
        self.accept()


class RequestForm(Form):
    """A request to take up, replace or stop an item."""

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(_("提出申请"), _("提交并预检"), parent, wide=520)
        self.qty = 0
        self.price: Decimal | None = None
        self.kind = Select([(kind, kind.label) for kind in Wish])
        self.item = ItemField(context, required=True)
        self.replaces = ItemField(context, _("替换掉的品规"))
        self.department, self.evidence = QLineEdit(), QLineEdit()
        self.amount, self.cost = CodeEdit(), CodeEdit()
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(70))
        self.qty_field = Field(_("估计年用量（最小单位）"), self.amount, required=True)
        self.price_field = Field(_("一个包装的价格（元）"), self.cost, hint=_("不填为现价"))
        self.reason_field = Field(_("理由"), self.reason, required=True)
        kind, ward = Field(_("申请"), self.kind), Field(_("科室"), self.department)
        self.body.addLayout(beside(kind, ward))
        self.body.addWidget(self.item)
        self.body.addWidget(self.replaces)
        self.body.addLayout(beside(self.qty_field, self.price_field))
        self.body.addWidget(self.reason_field)
        self.body.addWidget(Field(_("依据：指南、文献"), self.evidence))
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self._kind_changed()

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        value = self.kind.value
        return value if isinstance(value, Wish) else Wish.INTRODUCE

    def _kind_changed(self, _place: int = 0) -> None:
        self.replaces.setVisible(self.wish is Wish.REPLACE)

    @override
    def submit(self) -> None:
        """Accept when an item, a quantity and a reason are there; the service checks the rest."""
        if not check_all([(self.item, self.item.checked)]):
            return
        text = self.amount.folded().replace(",", "") or "0"
        number = whole(text)
        if number is None:
            self.qty_field.say(_("请填整数。"))
            return
        self.qty = number
        cost = self.cost.folded().replace(",", "")
        try:
            self.price = price(cost) if cost else None
        except DomainError as error:
            self.price_field.say(error.text)
            return
        self.accept()


class TemporaryForm(Form):
    """临采 of one item for one patient."""

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(_("登记临采"), _("登记"), parent, wide=480)
        self.qty = 0
        self.item = ItemField(context, required=True)
        self.amount, self.department = CodeEdit(), QLineEdit()
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(80))
        self.qty_field = Field(_("数量（最小单位）"), self.amount, required=True)
        self.body.addWidget(
            Text(_("目录外、一位患者、一次用量。不写患者姓名、证件号和电话。"), Role.SECOND,
                 wrap=True)
        )  # fmt: skip
        self.reason_field = Field(_("病情和用药需要"), self.reason, required=True)
        self.body.addWidget(self.item)
        self.body.addLayout(beside(self.qty_field, Field(_("科室"), self.department)))
        self.body.addWidget(self.reason_field)

    @override
    def submit(self) -> None:
        """Accept when an item and a quantity are there."""
        text = self.amount.folded().replace(",", "")
        if not check_all([(self.item, self.item.checked)]):
            return
        if not (number := whole(text)):
            self.qty_field.say(_("请填大于 0 的整数。"))
        elif not self.reason.toPlainText().strip():
            self.reason_field.say(_("请写明病情和为什么需要这个药。"))
        else:
            self.qty = number
            self.accept()


class InterestForm(Form):
    """Which member has what interest in an item."""

    def __init__(self, seats: Sequence[tuple[object, str]], parent: QWidget) -> None:
        super().__init__(_("声明利益关系"), _("回避本项"), parent)
        self.member = Select(seats)
        self.why = QLineEdit()
        self.why_field = Field(_("什么关系"), self.why, required=True)
        self.body.addWidget(Text(_("声明后本项不能投票，也不计入有表决权人数。"), Role.SECOND,
                                 wrap=True))  # fmt: skip
        self.body.addWidget(Field(_("委员"), self.member))
        self.body.addWidget(self.why_field)

    @override
    def submit(self) -> None:
        """Accept with a reason."""
        if not self.why.text().strip():
            self.why_field.say(_("请写明利益关系，如参与该药临床试验。"))
            return
        self.accept()


class AgendaForm(Form):
    """A new meeting with the requests that go on its agenda."""

    def __init__(self, waiting: Sequence[RequestRow], day: date, parent: QWidget) -> None:
        super().__init__(_("召集药事会"), _("召集会议"), parent, wide=480)
        self.day = day
        self.edit, self.room = CodeEdit(day.isoformat()), QLineEdit()
        self.secret = Check(_("不记名投票"))
        self.secret.setChecked(True)
        self.field = Field(_("会议日期"), self.edit)
        self.checks: list[tuple[RequestRow, Check]] = []
        self.body.addWidget(self.field)
        self.body.addWidget(Field(_("地点"), self.room))
        self.body.addWidget(self.secret)
        self.body.addWidget(Text(_("议程"), Role.STRONG))
        for row in waiting:
            check = Check(f"{Wish(row.kind).label}　{row.name} {row.spec}　{row.org}")
            check.setChecked(True)
            self.checks.append((row, check))
            self.body.addWidget(check)

    @property
    def chosen(self) -> tuple[tuple[int, int], ...]:
        """The requests as (organisation, request)."""
        return tuple(
            (row.org_id, row.request_id) for row, check in self.checks if check.isChecked()
        )

    @override
    def submit(self) -> None:
        """Accept a day."""
        try:
            self.day = typed_day(self.edit.text())
        except DomainError as error:
            self.field.say(error.text)
            return
        self.accept()
