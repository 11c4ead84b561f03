"""What is chosen for the line in hand, and why not the lowest price."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain import money
from app.domain.awarding.limits import percent
from app.domain.bidding.award import MIN_REASON
from app.domain.pricing import plain
from app.i18n import _
from app.ui import formats, theme
from app.ui.pages.negotiation.board import Board, rate_words
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.text import ElidedText, Role, Text


class ReasonCard(Card):
    """The card right of the history.

    Signals:
        given: The reason for a choice: position of the line, place of the supplier, reason.
        split_asked: The line shall be shared between suppliers: its position.
        left: Esc in the field: the keys go back to the rows.
    """

    given = Signal(int, int, str)
    split_asked = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(" ")
        self._waiting: tuple[int, int] | None = None
        self._typed: tuple[tuple[int, int] | None, str] = (None, "")
        self._due = False
        self._at = -1
        self.state = Badge(Status.MUTE, "")
        self.split = Button(_("拆分…"), Kind.LINK)
        self.split.setToolTip(_("把这一行分给几家，或定备选"))
        self.split.clicked.connect(lambda _on=False: self.split_asked.emit(self._at))
        self.split.setMaximumHeight(theme.px(26))  # no higher than the badge beside it
        self.split.hide()
        self.head.addWidget(self.split)
        self.head.addWidget(self.state)
        self.why = Text("", Role.SECOND, wrap=True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("未选最低价的理由"))
        self.reason.setPlaceholderText(_("未选最低价的理由"))
        self.reason.textChanged.connect(self._count)
        self.reason.returnPressed.connect(self._give)
        self.save = Button(_("保存"))
        self.save.clicked.connect(self._give)
        self.hint = ElidedText("", Role.LABEL)
        self.add(self.why, 1)
        self.entry = QWidget()
        row = QHBoxLayout(self.entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.reason, 1)
        row.addWidget(self.save)
        self.add(self.entry)
        self.add(self.hint)

    @property
    def asks(self) -> bool:
        """Whether a reason is due that is not saved yet, or the choice cannot stand."""
        return self._due

    def clear(self) -> None:
        """Nothing is in hand."""
        self._due = False
        self._waiting = None
        self.set_title(" ")
        self.entry.setVisible(False)
        self.state.setVisible(False)
        self.why.setText("")
        self.hint.setText("")

    def show_line(self, board: Board, at: int) -> None:
        """Say what is chosen, and ask for the reason where one is due."""
        typing = self.reason.hasFocus()
        self._typed = (self._waiting, self.reason.text())
        self.clear()
        self._at = at
        self.state.setVisible(True)
        wanted = board.pending if board.pending and board.pending.at == at else None
        place = wanted.place if wanted else int(board.chosen[at])
        shares = {} if wanted else board.winners(at)
        if len(shares) > 1:
            self._say_split(board, at, shares)
        elif place < 0:
            self.set_title(_("还没选供应商"))
            self.state.show_status(Status.MUTE, _("未选"))
            self.why.setText(_("点一家的报价就选它；按 Enter 选最低价。"))
        elif not board.grid.able[place, at]:
            self._say_over(board, at, place)
        elif board.dearer(at, place):
            self._ask(board, at, place, saved="" if wanted else board.reason(at))
        else:
            self._say_lowest(board, at, place)
        if typing and self._waiting == self._typed[0]:
            self.ask()  # hiding the field took the keys away

    def _say_split(self, board: Board, at: int, shares: dict[int, int]) -> None:
        self.set_title(_("分给 {n} 家", n=len(shares)))
        self.state.show_status(Status.OK, _("已保存"))
        words = "，".join(
            _("{name} {share}%（{price}）", name=board.found.suppliers[place].name,
              share=percent(share), price=plain(board.found.price(place, at) or Decimal(0)))
            for place, share in shares.items()
        )  # fmt: skip
        self.why.setText(f"{words}。")
        self.hint.setText(board.reason(at))

    def _say_over(self, board: Board, at: int, place: int) -> None:
        self._due = True
        self.set_title(_("不能中选"))
        self.state.show_status(Status.BAD, _("超限价"))
        price = board.found.price(place, at)
        limit = money.from_scaled(int(board.grid.limit[at]))
        words = _("报价 {price} 高于限价 {limit}，不能中选。请另选一家。",
                  price=plain(price or Decimal(0)), limit=plain(limit))  # fmt: skip
        self.why.setText(words)

    def _ask(self, board: Board, at: int, place: int, *, saved: str) -> None:
        info = board.found.lines[at]
        more = board.dearer(at, place)
        self.set_title(_("未选最低价，需说明理由"))
        done = Status.OK if saved else Status.WARN
        self.state.show_status(done, _("已保存") if saved else _("待保存"))
        packs = int(board.grid.volume[at]) // info.price_factor
        self.why.setText(
            _(
                "拟选 {name} {price}，比 {lowest} 高 {more} 元 / {unit}，全年多支出 {extra}",
                name=board.found.suppliers[place].name,
                price=plain(board.found.price(place, at) or Decimal(0)),
                lowest=board.found.suppliers[int(board.best[at])].name,
                more=plain(money.from_scaled(more)),
                unit=info.unit,
                extra=formats.yuan(money.cents(money.from_scaled(more) * packs)),
            )
        )
        self._waiting = (at, place)
        self._due = not saved
        self.entry.setVisible(True)
        before, typed = self._typed
        self.reason.setText(saved or (typed if before == (at, place) else ""))
        self._count()

    def _say_lowest(self, board: Board, at: int, place: int) -> None:
        self.set_title(_("选了最低价"))
        self.state.show_status(Status.OK, _("已选"))
        words = _(
            "{name} {price}，比基准价 {rate}。",
            name=board.found.suppliers[place].name,
            price=plain(board.found.price(place, at) or Decimal(0)),
            rate=rate_words(int(board.reductions[place, at])),
        )
        tie = _("另有供应商同价，评审时请说明取舍。") if board.grid.ties()[at] else ""
        self.why.setText(f"{words}{tie}")
        if int(board.grid.bidders()[at]) == 1:
            self.hint.setText(_("只有这一家有效报价，评审时请留意。"))

    def ask(self) -> bool:
        """Put the keyboard on the reason, where one is due."""
        if not (self._due and self._waiting):
            return False
        self.reason.setFocus()
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _count(self) -> None:
        n = len(self.reason.text().strip())
        self.hint.setText(
            _("写入定标记录，评审可见 · 至少 {n} 个字，已写 {m} 个字", n=MIN_REASON, m=n)
        )

    def _give(self) -> None:
        if self._waiting is not None:
            self.given.emit(*self._waiting, self.reason.text().strip())
