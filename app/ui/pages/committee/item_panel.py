"""The item that is being talked about: pre-check, interests, the votes, and what may be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Kind as Wish, Result
from app.i18n import _
from app.services.committee.views import AgendaRow, MeetingView
from app.ui import formats, theme
from app.ui.pages.committee.rows import grade
from app.ui.status import Status
from app.ui.widgets.badge import Badge, Shape, StateCounts
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.charts import SegmentBar
from app.ui.widgets.text import Role, Text


class ItemPanel(Card):
    """The card right of the agenda.

    Signals:
        voted: The person's own vote, a `Choice`.
        deferred: Put the item off.
        interest: Declare an interest.
    """

    voted = Signal(object)
    deferred = Signal()
    interest = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.body.setSpacing(6)
        self.which = Text("", Role.LABEL)
        self.state = Badge(Status.MUTE, "")
        self.name = Text("", Role.DETAIL_TITLE, wrap=True)
        self.who = Text("", Role.LABEL, wrap=True)
        self.reason = Text("", Role.SECOND, wrap=True)
        self.checks = QGridLayout()
        self.checks.setVerticalSpacing(2)
        self.checks.setHorizontalSpacing(12)
        self.out = Text("", Role.SECOND, wrap=True, tone=Status.WARN)
        self.rule = Text("", Role.STRONG)
        self.bar = SegmentBar(14)
        self.counts = StateCounts()
        self.left = Text("", Role.SECOND, wrap=True)
        self.votes = [Button(choice.label) for choice in Choice]
        self.defer = Button(_("暂缓本项"))
        self.declare = Button(_("声明回避"))
        self._lay_out()

    def _lay_out(self) -> None:
        self.setFixedWidth(theme.px(330))  # two checks and three votes side by side
        self.add(toolbar(self.which, None, self.state))
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        for part in (self.name, self.who, self.reason, Text(_("预检"), Role.STRONG)):
            column.addWidget(part)
        column.addLayout(self.checks)
        for below in (self.out, self.rule, self.bar, self.counts, self.left):
            column.addWidget(below)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.viewport().setAutoFillBackground(False)
        self.add(self.area, 1)
        self.mine = toolbar(*self.votes)
        self.add(self.mine)
        self.add(toolbar(self.defer, self.declare))
        for choice, button in zip(Choice, self.votes, strict=True):
            button.clicked.connect(lambda _checked=False, one=choice: self.voted.emit(one))
        self.defer.clicked.connect(self.deferred)
        self.declare.clicked.connect(self.interest)

    def show_item(self, view: MeetingView, item: AgendaRow, *, keeper: bool, votes: bool) -> None:
        """Show an item; `keeper` may put it off, who `votes` has three buttons."""
        request, count = item.request, item.count
        self.which.setText(_("第 {n} 项 · {kind}", n=item.seq, kind=Wish(request.kind).label))
        self.state.show_status(*_state(item))
        self.name.setText(request.name)
        self.who.setText(
            _("{org} {department} {who} 申请 · 估计年用 {qty}", org=request.org,
              department=request.department, who=request.applicant,
              qty=f"{formats.number(request.yearly_qty)} {request.base_unit}")
        )  # fmt: skip
        self.reason.setText(
            request.reason
            + (_("（替换 {item}）", item=request.replaces) if request.replaces else "")
        )
        self._show_checks(item)
        names = "、".join(f"{name}（{why}）" for _member, name, why in item.interests)
        self.out.setText(_("回避：{names}，不计票", names=names))
        self.out.setVisible(bool(names))
        self.rule.setText(
            _("有表决权 {n} 人 · 过线 {needed} 票", n=count.entitled, needed=count.needed)
        )
        self._show_votes(view, item)
        open_now = item.status == "voting"
        for button in self.votes:
            button.setVisible(open_now and votes)
        self.defer.setVisible(keeper and item.status != "done")
        self.declare.setVisible((keeper or votes) and item.status != "done")

    def _show_checks(self, item: AgendaRow) -> None:
        while self.checks.count():
            taken = self.checks.takeAt(0)
            widget = taken.widget() if taken else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for place, check in enumerate(item.request.checks):
            line = QWidget()
            line.setFixedHeight(theme.px(24))
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(Shape(grade(check.grade), 18, check.short))
            row.addWidget(Text(check.title, Role.SECOND))
            row.addStretch(1)
            text = Text(check.short, Role.LABEL)
            line.setToolTip(check.text)
            row.addWidget(text)
            self.checks.addWidget(line, place // 2, place % 2)

    def _show_votes(self, view: MeetingView, item: AgendaRow) -> None:
        count = item.count
        self.bar.show_parts(
            [(Status.OK, count.yes, Choice.YES.label), (Status.BAD, count.no, Choice.NO.label),
             (Status.MUTE, count.abstain, Choice.ABSTAIN.label)],
            count.entitled or 1,
        )  # fmt: skip
        self.counts.show_counts([
            (Status.OK, str(count.yes), _("赞成")), (Status.BAD, str(count.no), _("反对")),
            (Status.MUTE, str(count.abstain), _("弃权")),
        ])  # fmt: skip
        words = [_("不记名") if view.secret else _("记名")]
        if item.status == "voting":
            words.append(_("还差 {n} 票赞成", n=count.missing) if count.missing else _("已过线"))
            if item.waiting:
                words.append(_("没投：{names}", names="、".join(item.waiting[:4])))
        if item.note:
            words.append(item.note)
        self.left.setText("；".join(words))


def _state(item: AgendaRow) -> tuple[Status, str]:
    if item.result:
        kinds = {"introduced": Status.OK, "stopped": Status.MUTE, "deferred": Status.WARN}
        return kinds.get(item.result, Status.BAD), Result(item.result).label
    if item.status == "voting":
        return Status.INFO, _("投票中")
    return Status.MUTE, _("待议")
