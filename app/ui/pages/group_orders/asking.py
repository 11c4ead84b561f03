"""From a button or key to the question, and from the answer to the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from app.domain.documents import State
from app.domain.duties import Duty
from app.domain.orders.signing import turn
from app.i18n import _
from app.services.orders.detail import OrderDetail
from app.services.orders.papers import PaperKind
from app.services.orders.queries import MemberOrderRow
from app.services.orders.settling import Rest, rest_of
from app.ui import formats
from app.ui.actions import Act
from app.ui.page import Page
from app.ui.pages.group_orders import answer_forms, dialogs
from app.ui.pages.group_orders.board_view import BoardView
from app.ui.pages.group_orders.desk import OrderDesk
from app.ui.pages.group_orders.order_view import OrderView
from app.ui.widgets.dialogs import Form, Question, confirm


class Asking:
    """The questions of the page.

    Args:
        page: Where dialogs stand.
        desk: Does what was answered.
        chosen: The orders that a button or key is about now.
        detail: The order that is open in full, if one is.
        shown: All orders of the group order.
    """

    def __init__(
        self,
        page: Page,
        desk: OrderDesk,
        chosen: Callable[[], Sequence[MemberOrderRow]],
        detail: Callable[[], OrderDetail | None],
        shown: Callable[[], Sequence[MemberOrderRow]],
    ) -> None:
        self._page = page
        self._desk = desk
        self._chosen = chosen
        self._detail = detail
        self._shown = shown
        self.form: Form | None = None
        """The dialog asked last."""

    def listen(
        self, board: BoardView, order: OrderView, open_order: Callable[[MemberOrderRow], None]
    ) -> None:
        """Hear the buttons of the signing board and of an open order."""
        header = board.header
        header.urge.clicked.connect(lambda _on=False: self.urge_all())
        header.sign.clicked.connect(lambda _on=False: self.sign())
        header.pdf.clicked.connect(lambda _on=False: self.contracts())
        board.asked.connect(lambda row: self.next_step(row, open_order))
        order.sign_asked.connect(self.sign)
        order.refuse_asked.connect(self.refuse)
        order.answer_asked.connect(self.answer)
        order.settle_asked.connect(self.settle)
        order.amend_asked.connect(self.amend)
        order.cancel_asked.connect(self.cancel)
        order.paper_asked.connect(self.paper)
        self._page.on(Act.LABELS, lambda: self.labels(board.current()))

    def sign(self) -> None:
        """Sign the chosen orders that wait for this person; all of them when none is chosen."""
        mine = [one for one in self._chosen() if one.mine]
        if not mine and self._detail() is None:
            mine = [one for one in self._shown() if one.mine]
        if not mine:
            self._page.context.notices.info(_("这里没有等你签的订单。"))
            return
        form = dialogs.SignForm(mine, self._page)
        form.accepted.connect(lambda: self._desk.sign(mine))
        self._open(form)

    def refuse(self) -> None:
        """Refuse the open order."""
        detail = self._detail()
        if detail is None:
            return
        form = dialogs.refuse_form(detail.row, self._page)
        form.accepted.connect(lambda: self._desk.refuse(detail.row, form.text))
        self._open(form)

    def amend(self) -> None:
        """Amend the open order."""
        detail = self._detail()
        if detail is None:
            return
        form = dialogs.AmendForm(detail, self._page)
        form.accepted.connect(lambda: self._desk.amend(detail, form.changes, form.text))
        self._open(form)

    def answer(self) -> None:
        """Confirm part of the open order."""
        detail = self._detail()
        if detail is None:
            return
        form = answer_forms.AnswerForm(detail, self._page)
        form.accepted.connect(lambda: self._desk.answer(detail.row, form.offers, form.text))
        self._open(form)

    def settle(self) -> None:
        """Read what the open order leaves, then ask what becomes of it."""
        detail = self._detail()
        if detail is None:
            return
        context, row = self._page.context, detail.row

        def ask(rest: Rest) -> None:
            form = answer_forms.SettleForm(rest, self._page)
            form.accepted.connect(lambda: self._desk.settle(rest, form.to_backup, form.text))
            self._open(form)

        self._page.read_for_form(
            lambda: rest_of(context.db, context.actor, row.org_id, row.id),
            ask,
            context.errors.take,
        )

    def cancel(self) -> None:
        """Cancel the open order."""
        detail = self._detail()
        if detail is None:
            return
        row = detail.row
        self._open(
            dialogs.cancel_form(row, self._page, lambda reason: self._desk.cancel(row, reason))
        )

    def urge_all(self) -> None:
        """Remind everybody of the group order whose turn it is."""
        waiting = [one for one in self._shown() if turn(one.state)]
        names = "、".join(dict.fromkeys(one.org for one in waiting))
        question = Question(
            title=_("催签 {n} 张订单", n=len(waiting)),
            effect=_(
                "{names}和供应商的签署人在工作台能看到待签的订单，催签的次数和时间记在订单上。",
                names=names,
            ),
            verb=_("催签"),
            keep=_("再等等"),
        )
        self.form = confirm(self._page, question, lambda: self._desk.urge(waiting))

    def contracts(self) -> None:
        """Write the contracts of the whole group order."""
        orders = [one for one in self._shown() if one.open or one.signed]
        if not orders:
            self._page.not_available()
            return
        self._desk.papers(orders, PaperKind.CONTRACT, orders[0].group_no)

    def paper(self, kind: str, current: MemberOrderRow | None = None) -> None:
        """Write a paper of each chosen order, else of the one under the cursor."""
        orders = self._chosen() or ([current] if current else [])
        if not orders:
            self._page.context.notices.info(_("先选一张成员订单。"))
            return
        self._desk.papers(orders, PaperKind(kind))

    def labels(self, current: MemberOrderRow | None) -> None:
        """Labels of what came of the order in front, new or again."""
        opened = self._detail()
        row = opened.row if opened is not None else current
        if row is None:
            self._page.context.notices.info(_("先选一张成员订单。"))
        else:
            self._page.context.navigate("labels", paper=row.no)

    def next_step(self, row: MemberOrderRow, open_order: Callable[[MemberOrderRow], None]) -> None:
        """What the word at the end of a row does."""
        buyer = self._page.context.actor.can(Duty.BUY, row.org_id)
        if row.mine:
            form = dialogs.SignForm([row], self._page)
            form.accepted.connect(lambda: self._desk.sign([row]))
            self._open(form)
        elif turn(row.state) and buyer:
            self._desk.urge([row])
        elif row.signed and row.shortage is None:
            self._desk.papers([row], PaperKind.ORDER)
        else:
            open_order(row)

    def counts(self) -> str:
        """Words for the status bar about the chosen orders."""
        chosen = self._chosen()
        if not chosen:
            return ""
        amount = formats.yuan(sum((one.amount for one in chosen), Decimal(0)))
        text = _("已选 {n} 张 · {amount}", n=len(chosen), amount=amount)
        refused = [one for one in chosen if one.refusal]
        if len(chosen) == 1 and refused:
            title = _("拒签原因") if refused[0].state is State.REFUSED else _("原因")
            text = f"{text}　{title}：{refused[0].refusal}"
        return text

    def _open(self, form: Form) -> None:
        self.form = form
        form.open()
