"""The panel of one award: figures, the award made by hand, what each limit costs, objections."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Signal

from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.i18n import _, sentences
from app.services.awards.queries import AwardRow, ObjectionRow
from app.ui import formats, theme
from app.ui.page import Page
from app.ui.pages.awards.rows import STATES, cost_columns, cost_row
from app.ui.status import Status
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import DetailPanel, Facts
from app.ui.widgets.text import Role, Text

STEPS = ("submit", "approve", "back", "object", "answer", "enforce", "notice")


class AwardPanel(DetailPanel):
    """One award.

    Signals:
        asked: A step was chosen: its name, one of `STEPS`.
    """

    asked = Signal(str)

    def __init__(self, page: Page) -> None:
        super().__init__(330)
        self._page = page
        self.figures = Facts()
        self.beside = Text("", Role.SECOND, wrap=True)
        self.costs_title = Text(_("每个限制多花多少"), Role.CARD_TITLE)
        self.model = ListModel(cost_columns())
        self.costs = GridView(self.model, framed=False)
        self.complaints = Text("", Role.SECOND, wrap=True)
        for widget in (self.figures, self.beside, self.costs_title, self.costs, self.complaints):
            self.content.addWidget(widget)
        self.buttons = {
            "notice": Button(_("公示文件")),
            "back": Button(_("退回")),
            "object": Button(_("登记质疑")),
            "answer": Button(_("答复质疑")),
            "submit": Button(_("提交审批"), ButtonKind.PRIMARY),
            "approve": Button(_("审批通过"), ButtonKind.PRIMARY),
            "enforce": Button(_("生成价格表"), ButtonKind.PRIMARY),
        }
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _on=False, n=name: self.asked.emit(n))
            self.foot.addWidget(button)

    def show_award(self, row: AwardRow, complaints: tuple[ObjectionRow, ...]) -> None:
        """Show another award."""
        self.show_badges([Badge(STATES.get(row.status, Status.MUTE), state_title(row.status))])
        self.name.setText(row.title)
        self.spec.setText(row.project_no)
        answer: dict[str, Any] = (row.settings or {}).get("answer") or {}
        self.figures.show_facts(_facts(row, answer))
        self.beside.setText(_beside(answer))
        self.beside.setVisible(bool(self.beside.text()))
        costs = answer.get("limits") or []
        self.model.set_rows([cost_row(place, one) for place, one in enumerate(costs, 1)])
        self._fit_costs(len(costs))
        self.costs.setVisible(bool(costs))
        self.costs_title.setVisible(bool(costs))
        self.complaints.setText("\n".join(_complaint(one) for one in complaints))
        self.complaints.setVisible(bool(complaints))
        self._show_steps(row)

    def _fit_costs(self, rows: int) -> None:
        """As high as its rows: the panel scrolls, not a table of two rows and a half inside it."""
        head = self.costs.halves.headers[0].sizeHint().height()
        self.costs.setFixedHeight(head + rows * theme.sizes().row + theme.px(4))

    def _show_steps(self, row: AwardRow) -> None:
        may = self._page.context.may
        signs = may(Duty.SIGN) and row.can_approve
        state = State(row.status)
        public = state is State.PUBLICITY
        over = row.public_to is not None and row.public_to < self._page.context.today
        shown = {
            "submit": may(Duty.BUY) and state is State.DRAFT,
            "approve": signs and state is State.SUBMITTED,
            "back": signs and state in {State.SUBMITTED, State.PUBLICITY},
            "object": may(Duty.BUY) and public and not over,
            "answer": signs and public and row.open_objections > 0,
            "enforce": may(Duty.BUY) and public and over and row.open_objections == 0,
            "notice": state in {State.PUBLICITY, State.IN_FORCE},
        }
        for name, button in self.buttons.items():
            button.setVisible(shown[name])


def _facts(row: AwardRow, answer: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [
        (_("总价"), formats.yuan(row.amount)),
        (_("基准金额"), formats.yuan(row.base)),
        (_("比基准省"), formats.yuan(row.saving)),
        (_("加权下浮率"), formats.NONE if row.weighted is None else f"{row.weighted:.1f}%"),
        (_("降价品规"), _("{n} 个，共 {all} 个", n=row.cheaper, all=row.lines)),
    ]
    if answer:
        gap = _("最多还能低 {gap}", gap=formats.yuan(Decimal(answer["gap"])))
        facts.append((_("最优"), _("已证明总价最低") if answer["proved"] else gap))
    if row.submitted_by:
        facts.append((_("提交"), row.submitted_by))
    if row.approved_by:
        facts.append((_("审批"), row.approved_by))
    if row.public_to is not None:
        facts.append((_("公示"), _public_words(row.public_from, row.public_to)))
    if row.returned:
        facts.append((_("退回原因"), row.returned))
    return facts


def _public_words(first: date | None, last: date) -> str:
    """The days of publicity; an award of 0 days ends before it begins."""
    if first is not None and last < first:
        return _("不公示")
    return f"{formats.day(first)} — {formats.day(last)}"


def _beside(answer: dict[str, Any]) -> str:
    """The award made by hand beside the optimiser's."""
    if not answer or answer.get("hand_cost") is None:
        return ""
    less = Decimal(answer["hand_less"])
    hand = formats.yuan(Decimal(answer["hand_cost"]))
    words = (
        _("手工方案同样的品规 {hand}，优化方案低 {less}。", hand=hand, less=formats.yuan(less))
        if less >= 0
        else _(
            "手工方案同样的品规 {hand}，优化方案高 {more}。", hand=hand, more=formats.yuan(-less)
        )
    )
    if answer.get("hand_breaks"):
        broken = _("手工方案没有遵守 {n} 处限制。", n=len(answer["hand_breaks"]))
        words = sentences(words, broken)
    return words


def _complaint(one: ObjectionRow) -> str:
    if not one.outcome:
        return _("● {who} 质疑：{text}（还没有答复）", who=one.who, text=one.text)
    outcome = _("成立") if one.outcome == "upheld" else _("不成立")
    return _(
        "○ {who} 质疑：{text}　{outcome}：{answer}",
        who=one.who,
        text=one.text,
        outcome=outcome,
        answer=one.answer,
    )
