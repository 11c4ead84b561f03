"""补充约定: asked by the buyer for a pledge at its cap, decided by the head of the group."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from app.domain.ids import new_op
from app.domain.orders.signing import MIN_REASON
from app.domain.pledge import LEGAL_PARTS
from app.i18n import _
from app.services.pledges.execution import PledgeRow
from app.services.pledges.supplement import (
    AskSupplement,
    DecideSupplement,
    Supplemented,
    SupplementRow,
    ask_supplement,
    decide_supplement,
)
from app.ui import formats, theme
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Facts
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class _Reasoned(Form):
    """Facts, a sentence about the law, and a text below them."""

    def __init__(self, title: str, verb: str, parent: QWidget, label: str) -> None:
        super().__init__(title, verb, parent, wide=480)
        self.facts = Facts()
        self.body.addWidget(self.facts)
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(theme.px(70))
        self.reason.setTabChangesFocus(True)
        self.field = Field(label, self.reason, hint=_("至少 {n} 个字", n=MIN_REASON))

    @property
    def text(self) -> str:
        """What was written."""
        return " ".join(self.reason.toPlainText().split())

    def said(self) -> bool:
        """Whether enough was written; the field asks for it otherwise."""
        if len(self.text) >= MIN_REASON:
            return True
        self.field.say(_("还没写清原因。请至少写 {n} 个字。", n=MIN_REASON))
        self.reason.setFocus()
        return False


class AskForm(_Reasoned):
    """The buyer: how much more, and why."""

    def __init__(self, row: PledgeRow, parent: QWidget) -> None:
        super().__init__(_("申请补充约定"), _("送负责人审批"), parent, _("原因"))
        cap = row.cap or 0
        self.facts.show_facts(
            [
                (_("机构"), row.org),
                (_("品规"), f"{row.name} {row.spec}"),
                (_("约定量"), _packs(row, row.progress.pledged)),
                (_("上限"), _packs(row, cap)),
                (_("已订"), _packs(row, row.progress.ordered)),
            ]
        )
        most = row.progress.pledged // LEGAL_PARTS // row.factor
        self.qty = QtyEdit(row.unit)
        words = _("所有补充合计不超过约定量的 10%，即 {n} {unit}（政府采购法第四十九条）。",
                  n=most, unit=row.unit)  # fmt: skip
        self.qty_field = Field(_("补充多少"), self.qty, hint=words)
        self.body.addWidget(self.qty_field)
        self.body.addWidget(self.field)
        self._row = row

    @property
    def wanted(self) -> int:
        """Smallest units."""
        return self.qty.value * self._row.factor

    @override
    def submit(self) -> None:
        """Accept once there is a quantity and a reason."""
        if not self.qty.value:
            self.qty_field.say(_("还没填补充多少。请填整{unit}。", unit=self._row.unit))
        elif self.said():
            self.accept()


class DecideForm(_Reasoned):
    """The head of the group: agree, or refuse with a reason."""

    def __init__(
        self, row: SupplementRow, decide: Callable[[bool, str], None], parent: QWidget
    ) -> None:
        title = _("审批补充约定 {no}", no=row.no)
        super().__init__(title, _("同意"), parent, _("退回原因（同意可不写）"))

        def packs(qty: int) -> str:
            return f"{formats.number(qty // row.factor)} {row.unit}"

        self.facts.show_facts(
            [
                (_("机构"), row.org),
                (_("品规"), f"{row.name} {row.spec}"),
                (_("约定量"), packs(row.pledged)),
                (_("上限"), _("{cap}，同意后 {more}", cap=packs(row.cap),
                              more=packs(row.cap + row.qty))),
                (_("补充"), packs(row.qty)),
                (_("原因"), f"{row.asked_by}：{row.reason}"),
            ]
        )  # fmt: skip
        self.body.addWidget(Text(_("会记下你的姓名和时间。"), Role.HELP))
        self.body.addWidget(self.field)
        self._decide = decide
        self.refuse = Button(_("退回"), Kind.DANGER)
        self.refuse.clicked.connect(lambda: self.hand_over(self._refuse))
        self.buttons.insertWidget(self.buttons.count() - 1, self.refuse)
        self.verb.setFocus()

    def _refuse(self) -> None:
        if self.said():
            self._decide(False, self.text)
            self.accept()

    @override
    def submit(self) -> None:
        """Agree."""
        self._decide(True, "")
        self.accept()


class Supplements:
    """From the buttons to the service; `form` is the dialog asked last."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.form: Form | None = None

    def ask(self, row: PledgeRow | None) -> None:
        """Ask for more of a pledge."""
        if row is None:
            self._page.context.notices.info(_("先选一项约定量。"))
            return
        if row.cap is None:
            words = _("「{name}」的约定量没有上限，直接下单就行，不用补充约定。", name=row.name)
            self._page.context.notices.info(words)
            return
        form = AskForm(row, self._page)
        form.accepted.connect(lambda: self._ask(row, form.wanted, form.text))
        self._open(form)

    def decide(self, row: SupplementRow) -> None:
        """Decide about a supplement."""
        context = self._page.context

        def decided(approve: bool, answer: str) -> None:
            command = DecideSupplement(new_op(), row.org_id, row.id, approve, answer)
            told = _("已同意 {no}，上限已提高。") if approve else _("已退回 {no}。")
            self._page.write(
                lambda: decide_supplement(context.db, context.actor, command),
                lambda done: self._told(told.format(no=done.no)),
                self._failed,
            )

        self._open(DecideForm(row, decided, self._page))

    def _ask(self, row: PledgeRow, qty: int, reason: str) -> None:
        context = self._page.context
        command = AskSupplement(new_op(), row.org_id, row.award_id, row.item_id, qty, reason)

        def done(made: Supplemented) -> None:
            self._told(_("补充约定 {no} 已送集团负责人审批。", no=made.no))

        self._page.write(
            lambda: ask_supplement(context.db, context.actor, command), done, self._failed
        )

    def _told(self, words: str) -> None:
        self._page.context.notices.done(words)
        self._page.context.changes.announce({Topic.ORDERS})

    def _failed(self, error: Exception) -> None:
        self._page.context.errors.take(error)
        self._page.refresh()

    def _open(self, form: Form) -> None:
        self.form = form
        form.open()


def _packs(row: PledgeRow, qty: int) -> str:
    return formats.pack_text(row.base_unit, row.unit, row.factor, qty)
