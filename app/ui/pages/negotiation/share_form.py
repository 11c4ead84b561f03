"""The share of a line between suppliers, with a backup: typed, summed up as one types."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.awarding.limits import percent, tenths
from app.domain.bidding.award import BACKUP, MIN_REASON, WHOLE, WINNER
from app.domain.errors import DomainError
from app.domain.pricing import plain
from app.i18n import _
from app.services.negotiation.choosing import LineChoice
from app.ui.pages.negotiation.board import Board, rate_words
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text

Keep = Callable[[LineChoice], None]


class ShareForm(Form):
    """Who gets how much of one line."""

    def __init__(self, board: Board, at: int, keep: Keep, parent: QWidget) -> None:
        info = board.found.lines[at]
        super().__init__(_("拆分份额"), _("保存"), parent, wide=560)
        self._board, self._at, self._keep = board, at, keep
        self.body.addWidget(Text(f"{info.name}　{info.spec}", Role.STRONG, wrap=True))
        words = _("填各家占约定量的百分数，合计 100%；没填的不中选。超限价的不能选。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.places = [
            place for place in range(len(board.found.suppliers)) if board.grid.able[place, at]
        ]
        self.shares: dict[int, CodeEdit] = {}
        table = QGridLayout()
        table.setHorizontalSpacing(14)
        for row, place in enumerate(sorted(self.places, key=self._price)):
            self._put(table, row, place)
        self.body.addLayout(table)
        self.sum = Text("", Role.STRONG)
        self.body.addWidget(self.sum)
        self.backup = Select(
            [(-1, _("不定备选")), *((one, board.found.suppliers[one].name) for one in self.places)]
        )
        self.backup.setAccessibleName(_("备选供应商"))
        self.body.addWidget(Field(_("备选供应商"), self.backup))
        self.reason = QLineEdit(board.reason(at))
        self.reason.setAccessibleName(_("未选最低价的理由"))
        self.why = Field(_("未选最低价的理由"), self.reason, hint=_("至少 {n} 个字", n=MIN_REASON))
        self.body.addWidget(self.why)
        self._fill()
        self._count()

    def _price(self, place: int) -> int:
        return int(self._board.grid.standing[place, self._at])

    def _put(self, table: QGridLayout, row: int, place: int) -> None:
        found, at = self._board.found, self._at
        name = found.suppliers[place].name
        price = found.price(place, at)
        rate = rate_words(int(self._board.reductions[place, at]))
        table.addWidget(Text(name, Role.BODY), row, 0)
        table.addWidget(Text(plain(price) if price is not None else "", Role.BODY), row, 1)
        table.addWidget(
            Text(rate if self._board.grid.base[at] else "", Role.SECOND), row, 2
        )  # fmt: skip
        edit = CodeEdit()
        edit.setAccessibleName(_("{name} 的份额 %", name=name))
        edit.setPlaceholderText("%")
        edit.textChanged.connect(lambda _text: self._count())
        self.shares[place] = edit
        table.addWidget(edit, row, 3)

    def _fill(self) -> None:
        """The draft as it stands."""
        at_of = {one.supplier_id: n for n, one in enumerate(self._board.found.suppliers)}
        line = self._board.found.lines[self._at].line
        for one in self._board.found.draft.get(line, ()):
            place = at_of.get(one.supplier_id, -1)
            if one.rank == BACKUP:
                self.backup.choose(place)
            elif place in self.shares:
                self.shares[place].setText(percent(one.share))

    def parts(self) -> dict[int, int]:
        """Shares in tenths of a percent by place; raises `DomainError` for one that is none."""
        found = {place: edit.text().strip() for place, edit in self.shares.items()}
        return {place: tenths(text) for place, text in found.items() if text}

    def _count(self) -> None:
        try:
            whole = sum(self.parts().values())
        except DomainError as error:
            self._say(error.text, Status.BAD)
            return
        left = WHOLE - whole
        if not left:
            self._say(_("合计 100%"), Status.OK)
        elif left > 0:
            self._say(_("合计 {n}%，还差 {left}%", n=percent(whole), left=percent(left)), None)
        else:
            words = _("合计 {n}%，多了 {over}%", n=percent(whole), over=percent(-left))
            self._say(words, Status.BAD)

    def _say(self, words: str, tone: Status | None) -> None:
        self.sum.setText(words)
        self.sum.set_tone(tone)

    @override
    def submit(self) -> None:
        """Keep the shares once they are the whole and reasons stand where they must."""
        try:
            parts = {place: share for place, share in self.parts().items() if share}
        except DomainError as error:
            self._say(error.text, Status.BAD)
            return
        if sum(parts.values()) != WHOLE:
            self._count()
            self.sum.set_tone(Status.BAD)
            return
        reason = self.reason.text().strip()
        dearer = any(self._board.dearer(self._at, place) for place in parts)
        if dearer and len(reason) < MIN_REASON:
            self.why.say(
                _("有一家不是最低价。请写明理由，至少 {n} 个字，已写 {m} 个字。",
                  n=MIN_REASON, m=len(reason))
            )  # fmt: skip
            self.reason.setFocus()
            return
        self._keep(self._choice(parts, reason))
        self.accept()

    def _choice(self, parts: dict[int, int], reason: str) -> LineChoice:
        board, at = self._board, self._at
        who = board.found.suppliers
        rows = [
            (who[place].supplier_id, WINNER, share, reason if board.dearer(at, place) else "")
            for place, share in sorted(parts.items(), key=lambda one: -one[1])
        ]
        backup = self.backup.value
        if isinstance(backup, int) and backup >= 0 and backup not in parts:
            rows.append((who[backup].supplier_id, BACKUP, 0, ""))
        return LineChoice(board.found.lines[at].line, tuple(rows))
