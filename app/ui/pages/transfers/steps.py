"""The next step of a transfer under way: what is asked before it, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from app.domain.controlled import LOSS, PSYCHOACTIVE
from app.domain.duties import Duty
from app.domain.transfers.states import TransferState
from app.i18n import _
from app.services.transfers.listing import TransferDetail, TransferRow, transfer
from app.services.transfers.papers import transfer_paper
from app.ui import formats
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.transfers.desk import Desk
from app.ui.pages.transfers.dialogs import AcceptForm
from app.ui.pages.transfers.dispatch import PromiseForm, SendForm
from app.ui.pages.transfers.papers import PaperForm
from app.ui.pages.transfers.rows import turn
from app.ui.paper import offer_paper
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm
from app.ui.widgets.text import Role, Text


class Steps(QObject):
    """Asks what a step needs, then hands it to the desk."""

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__(page)
        self._page = page
        self._desk = desk

    def take(self, row: object) -> None:
        """The step that is the person's turn."""
        if not isinstance(row, TransferRow):
            return
        state = row.stored
        if state is TransferState.DRAFT:
            self._attach(row)
        elif state is TransferState.DONOR:
            self._confirm(row)
        elif state is TransferState.REVIEW:
            self._approve(row)
        elif state is TransferState.APPROVED:
            self._detail(row, self._send)
        elif state is TransferState.IN_TRANSIT:
            self._detail(row, self._accept)
        elif row.differs:
            self._detail(row, self._clear)

    def show(self, row: object) -> None:
        """Everything about a transfer, with the ways out."""
        if isinstance(row, TransferRow):
            self._detail(row, self._show)

    def _detail(self, row: TransferRow, then: Callable[[TransferDetail], None]) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read_for_form(partial(transfer, db, actor, row.org_id, row.id), then)

    def _attach(self, row: TransferRow) -> None:
        """A draft: attach what is missing, or submit."""
        words = _("{donor} → {org}，依据：{basis}。缺批准文件的先填文号、选文件；已附的直接提交。",
                  donor=row.donor, org=row.org, basis=row.basis.label)  # fmt: skip
        form = PaperForm(_("提交 {no}", no=row.no), words, _("提交"), self._page, needed=False)
        form.chosen.connect(lambda file, number: self._desk.submit(row, file, number))
        form.open()

    def _report(self, row: TransferRow) -> None:
        words = _("麻精药品借用后报药监和卫健部门。附上报告，这张单才算办完。")
        form = PaperForm(_("附报告 {no}", no=row.no), words, _("附上"), self._page, needed=True)
        form.chosen.connect(lambda file, number: self._desk.attach(row, file, number))
        form.open()

    def _confirm(self, row: TransferRow) -> None:
        form = PromiseForm(row, self._page)
        form.chosen.connect(lambda promised: self._desk.confirm(row, promised))
        form.refused.connect(lambda: self._refuse(row))
        form.open()

    def _refuse(self, row: TransferRow) -> None:
        own = self._page.context.actor.can(Duty.STORE, row.org_id)
        title = _("取消 {no}", no=row.no) if own else _("不调 {no}", no=row.no)
        words = _("调出方会看到理由。") if own else _("申请方会看到理由。")
        form = ReasonForm(title, words, _("取消这张单") if own else _("不调"), self._page)
        form.accepted.connect(lambda: self._desk.step("cancel", row, form.text))
        form.open()

    def _approve(self, row: TransferRow) -> None:
        question = Question(
            _("审核 {no}", no=row.no),
            _("{donor} → {org}：{what}。依据：{basis}。{effect}", donor=row.donor, org=row.org,
              what=_goods(row), basis=row.basis.label, effect=row.basis.effect),
            _("审核通过"), _("再看看"),
        )  # fmt: skip
        confirm(self._page, question, lambda: self._desk.step("approve", row))

    def _send(self, detail: TransferDetail) -> None:
        form = SendForm(detail, self._desk.look(detail.head), self._page)
        form.chosen.connect(lambda journey: self._desk.send(detail.head, journey))
        form.open()

    def _accept(self, detail: TransferDetail) -> None:
        form = AcceptForm(detail, self._page)
        form.chosen.connect(lambda lots, warm: self._desk.accept(detail.head, lots, warm))
        form.open()

    def _clear(self, detail: TransferDetail) -> None:
        question = Question(
            _("处理差异 {no}", no=detail.head.no),
            _("拒收和短少共 {n}（最小单位）。货回来了就退回货架，找不到就记丢失。",
              n=detail.head.differs),
            _("退回货架"),
        )  # fmt: skip
        form = confirm(self._page, question, lambda: self._desk.clear(detail, lost=False))
        self._also(form, _("记丢失"), lambda: self._lost(detail))

    def _lost(self, detail: TransferDetail) -> None:
        effect = _("{n}（最小单位）按损失记账，不能再退回货架。", n=detail.head.differs)
        if any(lot.open_units and lot.controlled in PSYCHOACTIVE for lot in detail.lots):
            effect += _(LOSS)
        question = Question(_("记为在途丢失"), effect, _("记丢失"), _("返回"), danger=True)
        confirm(self._page, question, lambda: self._desk.clear(detail, lost=True))

    def _show(self, detail: TransferDetail) -> None:
        head = detail.head
        word = turn(head, self._page.context)
        form = Form(f"{head.no} · {head.state.label}", word or _("知道了"), self._page, wide=520)
        form.cancel.setVisible(bool(word))
        form.cancel.setText(_("知道了"))
        if word:
            form.accepted.connect(lambda: self.take(head))
        for words in _words(detail):
            form.body.addWidget(Text(words, Role.BODY, wrap=True))
        open_states = {
            TransferState.DRAFT, TransferState.DONOR, TransferState.REVIEW,
            TransferState.APPROVED,
        }  # fmt: skip
        paper = Button(_("打印调拨单"), icon=Icon.PRINTER)
        paper.clicked.connect(lambda: self.print(head))
        form.buttons.insertWidget(0, paper)
        if detail.lots and head.state is not TransferState.IN_TRANSIT:
            labels = Button(_("打印标签"), icon=Icon.LABEL)
            labels.clicked.connect(lambda: self._labels(form, detail))
            form.buttons.insertWidget(1, labels)
        if head.report:
            self._also(form, _("附报告"), lambda: self._report(head))
        if head.stored in open_states and self._party(head):
            self._also(form, _("取消这张单"), lambda: self._refuse(head))
        form.verb.setFocus()
        form.open()

    def _party(self, row: TransferRow) -> bool:
        """Whether the person acts for one of the two members."""
        actor = self._page.context.actor
        return any(
            actor.can(duty, org)
            for duty in (Duty.STORE, Duty.BUY)
            for org in (row.org_id, row.donor_id)
        )

    @staticmethod
    def _also(form: Form, word: str, act: Callable[[], None]) -> None:
        """A further way out of a dialog; Esc never is one."""
        button = Button(word)

        def pressed() -> None:
            form.reject()
            act()

        button.clicked.connect(pressed)
        form.buttons.insertWidget(0, button)

    def print(self, row: object) -> None:
        """The transfer note as PDF."""
        if not isinstance(row, TransferRow):
            self._page.not_available()
            return
        db, actor = self._page.context.db, self._page.context.actor
        offer_paper(self._page, lambda: transfer_paper(db, actor, row.org_id, row.id), row.no)

    def _labels(self, form: Form, detail: TransferDetail) -> None:
        """Labels of what came in, from the receiver's stock."""
        form.accept()
        paper = f"{detail.head.org}/{detail.head.no}"  # of two members with the same number
        self._page.context.navigate("labels", paper=paper)


def _goods(row: TransferRow) -> str:
    return "、".join(
        f"{x.name} {formats.pack_text(x.base_unit, x.pack_unit, x.pack_factor, x.wanted)}"
        for x in row.lines
    )


def _words(detail: TransferDetail) -> list[str]:
    head = detail.head
    found = [
        _("{kind}：{donor} → {org}，{what}", kind=head.kind.label, donor=head.donor, org=head.org,
          what=_goods(head)),
        _("依据：{basis}。{effect}", basis=head.basis.label, effect=head.basis.effect),
        _("理由：{reason}", reason=head.reason or "—"),
    ]  # fmt: skip
    if head.patient_ref:
        found.append(_("患者 {ref}，送到 {place}", ref=head.patient_ref, place=head.address))
    found += [
        _("{name} 批号 {lot}：发 {qty}，收 {good}，拒 {bad}，少 {gone}", name=x.name, lot=x.lot_no,
          qty=x.qty, good=x.accepted, bad=x.refused, gone=x.missing)
        for x in detail.lots
    ]  # fmt: skip
    found += [
        _("{day} {how}：{name} {qty} {unit}，款 {money}", day=x.day.isoformat(), how=x.how,
          name=x.name, qty=x.qty, unit=x.base_unit,
          money=formats.yuan(x.amount) if x.amount else "—")
        for x in detail.settled
    ]  # fmt: skip
    found += [_("附件：{number} {name}", number=x.number, name=x.name) for x in detail.papers]
    if head.report:
        found.append(_("麻精药品借用要报药监和卫健部门，报告还没附上。"))
    return found
