"""缺货: what was declared of a signed order, and what this person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.documents import State, state_title
from app.i18n import _
from app.services.orders.detail import OrderDetail
from app.services.orders.shortage import SHORT_OF
from app.services.orders.shortage_notes import ShortageRow
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.group_orders import words
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.text import Role, Text

_LOOKS = {
    State.SUBMITTED: Status.NEAR,
    State.APPROVED: Status.WARN,
    State.ENDED_SHORT: Status.MUTE,
    State.REFUSED: Status.BAD,
    State.CANCELLED: Status.MUTE,
}
_NAMED = 3


class ShortageBar(Card):
    """The newest note of an order; hidden while there is none.

    Signals:
        agree_asked, refuse_asked, withdraw_asked, settle_asked: What becomes of the note.
        paper_asked: The note as PDF.
    """

    agree_asked = Signal()
    refuse_asked = Signal()
    withdraw_asked = Signal()
    settle_asked = Signal()
    paper_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("缺货"), parent, padding=12)
        self.note_row: ShortageRow | None = None
        self.state = Badge(Status.NEAR, "")
        self.words = Text("", Role.BODY, wrap=True)
        self.agree = Button(_("同意终止"), Kind.PRIMARY)
        self.refuse = Button(_("不同意"))
        self.withdraw = Button(_("撤回"))
        self.settle = Button(_("处理余量"), Kind.PRIMARY, icon=Icon.SWAP)
        self.paper = Button(_("补充说明 PDF"), icon=Icon.FILE_PDF)
        self.head.insertWidget(2, self.state)
        for button, signal in (
            (self.paper, self.paper_asked),
            (self.withdraw, self.withdraw_asked),
            (self.refuse, self.refuse_asked),
            (self.agree, self.agree_asked),
            (self.settle, self.settle_asked),
        ):
            button.clicked.connect(lambda _on=False, signal=signal: signal.emit())
            self.head.addWidget(button)
        self.add(self.words)
        self.hide()

    def show_detail(self, detail: OrderDetail, now: datetime) -> None:
        """Show the newest note of the order."""
        self.note_row = detail.shortages[-1] if detail.shortages else None
        self.setVisible(self.note_row is not None)
        if self.note_row is None:
            return
        note = self.note_row
        self.note.setText(note.no)
        self.state.show_status(_LOOKS[note.state], _state_words(note))
        self.words.setText(_words(note, now))
        self.agree.setVisible(note.answers)
        self.refuse.setVisible(note.answers)
        self.withdraw.setVisible(note.withdraws)
        self.settle.setVisible(note.settles)


def can_declare(detail: OrderDetail, signs_for: Callable[[int], bool]) -> bool:
    """Whether this person can say now that something of the order will not come."""
    row = detail.row
    waiting = detail.shortages and detail.shortages[-1].state in {State.SUBMITTED, State.APPROVED}
    mine = signs_for(row.org_id) or signs_for(row.supplier_id)
    return mine and row.state in SHORT_OF and not waiting


def ended_packs(detail: OrderDetail) -> dict[int, int]:
    """Packs of each line that notes in force ended."""
    found: dict[int, int] = {}
    for note in detail.shortages:
        if note.state is State.ENDED_SHORT and note.version == detail.row.version:
            for line in note.lines:
                found[line.line] = found.get(line.line, 0) + line.packs
    return found


def _state_words(note: ShortageRow) -> str:
    if note.state is State.SUBMITTED:
        return _("待你同意") if note.answers else _("待对方同意")
    if note.state is State.APPROVED:
        return _("双方已同意，待集团采购处理")
    return state_title(note.state)


def _words(note: ShortageRow, now: datetime) -> str:
    shown = [
        _("{name} {n} {unit}", name=one.name, n=formats.number(one.packs), unit=one.unit)
        for one in note.lines[:_NAMED]
    ]
    if len(note.lines) > _NAMED:
        shown.append(_("等 {n} 行", n=len(note.lines)))
    text = _(
        "{party} {name} {at} 填报供不了：{lines}，合计 {amount}。原因：{reason}",
        party=note.party.label,
        name=note.declared.person,
        at=words.minute(note.declared.at, now),
        lines="、".join(shown),
        amount=formats.yuan(note.amount),
        reason=note.reason,
    )
    if note.answered is not None and note.answer:
        return _(
            "{text}。{name}：{answer}", text=text, name=note.answered.person, answer=note.answer
        )
    if note.backups:
        return _("{text}。余量已转备选供应商 {no}。", text=text, no="、".join(note.backups))
    if note.state is State.ENDED_SHORT:
        return _("{text}。余量已退回约定量。", text=text)
    return text
