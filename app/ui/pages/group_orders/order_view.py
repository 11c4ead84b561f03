"""One member order in full: parties, lines, who signed which version, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.documents import State
from app.domain.orders.signing import OPEN, Decision, Party, turn
from app.i18n import _
from app.services.orders.answering import AnswerRow
from app.services.orders.detail import OrderDetail, SealRow
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.group_orders import rows, words
from app.ui.pages.group_orders.sealing import side_to_seal
from app.ui.pages.group_orders.shortage_bar import ShortageBar, can_declare, ended_packs
from app.ui.pages.group_orders.table_card import TableCard
from app.ui.status import Status
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge, Shape
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import Card, Facts
from app.ui.widgets.text import Role, Text

_CANCELLABLE = OPEN | {State.SIGNED}


class OrderView(QWidget):
    """The right side while one member order is open.

    Signals:
        left: Back to the signing board.
        sign_asked, refuse_asked, amend_asked, cancel_asked: Buttons.
        answer_asked, settle_asked: Confirm a part; decide about the rest.
        short_asked: Say what will not come of an order that both signed.
        seal_asked, check_asked: An electronic seal on this order; a check of a file.
        paper_asked: A paper is wanted: ``order``, ``contract`` or ``excel``.
    """

    left = Signal()
    sign_asked = Signal()
    refuse_asked = Signal()
    amend_asked = Signal()
    cancel_asked = Signal()
    answer_asked = Signal()
    settle_asked = Signal()
    short_asked = Signal()
    seal_asked = Signal()
    check_asked = Signal()
    paper_asked = Signal(str)

    def __init__(
        self, signs_for: Callable[[int], bool], *, buyer: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._buyer = buyer
        self._signs_for = signs_for
        self.detail: OrderDetail | None = None
        self.state = Badge(Status.INFO, "")
        self.head = Card("", padding=12)
        self.facts = (Facts(), Facts())
        self.shortage = ShortageBar()
        self.model = ListModel(rows.line_columns())
        self.grid = GridView(self.model, framed=False)
        self.grid.escaped.connect(self.left)
        ColumnFit(self.grid, ("maker", "arrived"))
        self.trail = QVBoxLayout()
        self.trail.setSpacing(4)
        self._make_buttons()
        self._lay_out()

    def _make_buttons(self) -> None:
        self.back = icon_button(Icon.ARROW_LEFT, _("返回（Esc）"))
        self.sign = Button(_("签署"), Kind.PRIMARY, icon=Icon.FILE_SIGN)
        self.refuse = Button(_("拒绝签署"), Kind.DANGER)
        self.part = Button(_("部分确认"))
        self.settle = Button(_("处理余量"), Kind.PRIMARY, icon=Icon.SWAP)
        self.amend = Button(_("修改"))
        self.cancel = Button(_("作废"), Kind.DANGER)
        self.short = Button(_("填报缺货"))
        self.seal = Button(_("盖电子章"), icon=Icon.LOCK_CHECK)
        self.check = Button(_("验签"))
        self.print = Button(_("订单 PDF"), icon=Icon.PRINTER, key="Ctrl+P")
        self.contract = Button(_("合同 PDF"), icon=Icon.FILE_PDF)
        self.excel = Button("Excel", icon=Icon.FILE_EXCEL)
        for button, signal in (
            (self.back, self.left),
            (self.sign, self.sign_asked),
            (self.refuse, self.refuse_asked),
            (self.part, self.answer_asked),
            (self.settle, self.settle_asked),
            (self.short, self.short_asked),
            (self.amend, self.amend_asked),
            (self.cancel, self.cancel_asked),
            (self.seal, self.seal_asked),
            (self.check, self.check_asked),
        ):
            button.clicked.connect(lambda _on=False, signal=signal: signal.emit())
        for button, kind in (
            (self.print, "order"),
            (self.contract, "contract"),
            (self.excel, "excel"),
        ):
            button.clicked.connect(lambda _on=False, kind=kind: self.paper_asked.emit(kind))

    def _lay_out(self) -> None:
        self.head.head.insertWidget(0, self.back)
        self.head.head.insertWidget(3, self.state)
        for button in (
            self.cancel, self.amend, self.short, self.refuse, self.part, self.sign, self.settle,
        ):  # fmt: skip
            self.head.head.addWidget(button)
        pair = QHBoxLayout()
        pair.setSpacing(24)
        for facts in self.facts:
            pair.addWidget(facts, 1)
        self.head.add(pair)
        lines = TableCard(_("明细"))
        for button in (self.excel, self.contract, self.print):
            lines.head.addWidget(button)
        self.lines = lines
        lines.add(self.grid, 1)
        trail = Card(_("签署记录"), padding=12)
        for button in (self.check, self.seal):
            trail.head.addWidget(button)
        trail.add(self.trail)
        self.record = trail
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.head)
        column.addWidget(self.shortage)
        column.addWidget(lines, 1)
        column.addWidget(trail)

    def show_detail(self, detail: OrderDetail, now: datetime) -> None:
        """Show an order."""
        self.detail = detail
        row, content = detail.row, detail.content
        pill = words.order_pill(row)
        self.head.set_title(row.no, f"{row.title} {row.group_no}".strip())
        self.state.show_status(pill.status, pill.text)
        due = words.order_until(row, now)
        self.facts[0].show_facts(
            [
                (_("需方"), content.member.name),
                (_("供方"), content.supplier.name),
                (_("送到"), " ".join(filter(None, (content.member.address, content.place)))),
            ]
        )
        stamp = _("第 {n} 版 · 摘要 {digest}", n=row.version, digest=detail.fingerprint)
        broken = _("内容和留存的版本对不上，先别签，请联系管理员")
        self.facts[1].show_facts(
            [
                (_("金额"), formats.yuan(row.amount)),
                (_("截止"), due.text, due.status),
                (_("版本"), stamp) if detail.intact else (_("版本"), broken, Status.BAD),
            ]
        )
        self.shortage.show_detail(detail, now)
        self._show_lines(detail)
        self._show_trail(detail, now)
        self._show_buttons(detail)

    def _show_lines(self, detail: OrderDetail) -> None:
        arrived = {one.line: one for one in detail.arrived}
        self.lines.note.setText(
            _("{n} 行 · 合同 {no}", n=len(detail.content.lines), no=detail.content.contract_no)
            if detail.content.contract_no
            else _("{n} 行", n=len(detail.content.lines))
        )
        offers = {one.line: one for one in detail.answer.offers} if detail.answer else {}
        ended = ended_packs(detail)
        self.model.set_rows(
            [
                rows.line_row(
                    line, arrived.get(line.line), offers.get(line.line), ended.get(line.line, 0)
                )
                for line in detail.content.lines
            ]
        )

    def _show_buttons(self, detail: OrderDetail) -> None:
        row = detail.row
        self.seal.setVisible(side_to_seal(detail, self._signs_for) is not None)
        self.sign.setVisible(row.mine)
        self.refuse.setVisible(row.mine)
        self.part.setVisible(row.mine and turn(row.state) is Party.SUPPLIER)
        self.settle.setVisible(self._buyer and _has_rest(detail))
        self.short.setVisible(can_declare(detail, self._signs_for))
        self.amend.setVisible(self._buyer and row.open)
        self.cancel.setVisible(self._buyer and row.state in _CANCELLABLE)

    def _show_trail(self, detail: OrderDetail, now: datetime) -> None:
        _clear(self.trail)
        entries = [
            (
                one.at,
                Status.OK if one.decision is Decision.SIGNED else Status.BAD,
                _signature_words(detail, place, now),
            )
            for place, one in enumerate(detail.signatures)
        ]
        entries += [
            (
                one.at,
                Status.INFO,
                _(
                    "{name} {at} 改成第 {n} 版：{reason}",
                    name=one.person,
                    at=words.minute(one.at, now),
                    n=one.version,
                    reason=one.reason,
                ),
            )
            for one in detail.versions
            if one.version > 1
        ]
        entries += [(one.at, Status.OK, _seal_words(one, now)) for one in detail.seals]
        if detail.answer is not None:
            entries.append((detail.answer.at, Status.NEAR, _answer_words(detail.answer, now)))
        row = detail.row
        if row.urged and row.urged_at and row.open:
            urged = _("催签 {n} 次，最近 {at}", n=row.urged, at=words.minute(row.urged_at, now))
            entries.append((row.urged_at, Status.WARN, urged))
        for _at, status, text in sorted(entries, key=lambda entry: entry[0]):
            self._add_entry(status, text)
        if not entries:
            self._add_entry(Status.MUTE, _("还没有人签。"))

    def _add_entry(self, status: Status, text: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Shape(status, 18))
        row.addWidget(Text(text, Role.BUTTON), 1)
        self.trail.addWidget(line)


def _signature_words(detail: OrderDetail, place: int, now: datetime) -> str:
    one = detail.signatures[place]
    who = words.signed_by(one, now)
    party = one.party.label
    if one.decision is Decision.SIGNED:
        return _("{party} {who} 签署第 {n} 版", party=party, who=who, n=one.version)
    return _(
        "{party} {who} 拒签第 {n} 版：{reason}",
        party=party,
        who=who,
        n=one.version,
        reason=one.reason,
    )


def _has_rest(detail: OrderDetail) -> bool:
    """Whether the supplier took a part only, or nothing at all."""
    seller = detail.row.supplier_signature
    refused = seller is not None and seller.decision is Decision.REFUSED
    return detail.row.state is State.ANSWERED or (detail.row.state is State.REFUSED and refused)


def _answer_words(one: AnswerRow, now: datetime) -> str:
    return _(
        "供应商 {name} {at} 部分确认：{reason}",
        name=one.person,
        at=words.minute(one.at, now),
        reason=one.reason,
    )


def _seal_words(seal: SealRow, now: datetime) -> str:
    return _(
        "{party} {at} 在第 {n} 版盖电子章：{holder}",
        party=seal.party.label,
        at=words.minute(seal.at, now),
        n=seal.version,
        holder=seal.holder,
    )


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget:
            widget.hide()
            widget.deleteLater()
