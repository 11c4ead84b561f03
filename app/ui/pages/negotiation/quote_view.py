"""A supplier's side: its own prices of the round in hand, typed or from its Excel sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain import money
from app.domain.bidding.commitment import BidLine
from app.domain.errors import DomainError
from app.i18n import _
from app.services.negotiation.quotes import OwnQuote, QuoteRow
from app.ui import formats
from app.ui.pages.negotiation.steps import time_left
from app.ui.status import Status
from app.ui.tables.cells import Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.text import Message, Role, Text

GIVEN_UP = "放弃"


class QuoteView(QWidget):
    """The supplier's lines.

    Signals:
        submitted: The typed prices, as a list of `BidLine`.
        sheet_asked: Write the Excel sheet.
        import_asked: Take a filled sheet in.
        withdraw_asked: Take everything back.
        counted: Other rows are filled in than before.
    """

    submitted = Signal(object)
    sheet_asked = Signal()
    import_asked = Signal()
    withdraw_asked = Signal()
    counted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: OwnQuote | None = None
        self.model = ListModel(_columns(), _edit)
        self.grid = GridView(self.model)
        self.grid.set_empty(_("这个项目没有要报价的品规。"))
        self.state = Badge(Status.MUTE, "")
        self.note = Text("", Role.SECOND)
        self.problem = Message("", Role.LABEL, tone=Status.BAD)
        self.sheet = Button(_("下载报价单"))
        self.load = Button(_("导入报价单"))
        self.leave = Button(_("撤回报价"))
        self.send = Button(_("提交报价"), ButtonKind.PRIMARY)
        self.sheet.clicked.connect(self.sheet_asked)
        self.load.clicked.connect(self.import_asked)
        self.leave.clicked.connect(self.withdraw_asked)
        self.send.clicked.connect(self._send)
        self.model.refused.connect(lambda _key, _column, error: self.problem.setText(error.text))
        self.model.rows_changed.connect(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(
            toolbar(self.state, self.note, None, self.leave, self.sheet, self.load, self.send)
        )
        column.addWidget(self.grid, 1)
        column.addWidget(self.problem)
        self.setFocusProxy(self.grid)

    def show_quote(self, quote: OwnQuote) -> None:
        """Show the quote as it is now; prices typed and not handed in stay."""
        other = self.shown is None or self.shown.project.id != quote.project.id
        newer = self.shown is not None and self.shown.version != quote.version
        self.shown = quote
        if other or newer or not self.model.marks:
            self.model.set_rows([_row(one, _Typed.of(one)) for one in quote.rows])
        self._say_state(quote)
        for button in (self.send, self.load, self.sheet):
            button.setEnabled(quote.running)
        self.leave.setVisible(quote.running and quote.version > 0 and quote.kind == "bid")

    def _say_state(self, quote: OwnQuote) -> None:
        last = quote.rounds[-1] if quote.rounds else None
        if last is None:
            self.state.show_status(Status.MUTE, _("还没开始"))
            self.note.setText("")
            return
        left = time_left(last.deadline, quote.at) if quote.running else _("本轮已结束")
        sealed = _("密封") if last.sealed else _("公开")
        self.note.setText(
            _("第 {n} 轮 · {sealed} · {left}", n=last.round, sealed=sealed, left=left)
        )
        if quote.kind == "withdrawal":
            self.state.show_status(Status.MUTE, _("已撤回"))
        elif quote.version:
            at = formats.minute(quote.submitted_at)
            self.state.show_status(Status.OK, _("已提交 {at}", at=at))
        else:
            self.state.show_status(Status.WARN, _("本轮还没报价"))

    def _count(self) -> None:
        self.problem.setText("")
        self.counted.emit()

    def counts(self) -> str:
        """How many of the items are answered, for the status bar."""
        kept = [_kept(row) for row in self.model.rows]
        n = sum(one.price is not None or one.given_up for one in kept)
        return _("已填 {n}/{all} 个品规", n=n, all=len(kept))

    def _send(self) -> None:
        lines = [
            BidLine(kept.row.item.line, kept.price, kept.capacity, kept.note)
            for row in self.model.rows
            for kept in (_kept(row),)
            if kept.price is not None or kept.given_up
        ]
        self.submitted.emit(lines)

    def sent(self) -> None:
        """What was typed is in."""
        self.model.marks.clear()


class _Typed:
    """What stands in one row of the table."""

    __slots__ = ("capacity", "given_up", "note", "price", "row")

    def __init__(
        self, row: QuoteRow, price: Decimal | None, capacity: int | None, note: str
    ) -> None:
        self.row = row
        self.price = price
        self.given_up = False
        self.capacity = capacity
        self.note = note

    @classmethod
    def of(cls, row: QuoteRow) -> _Typed:
        """As it was handed in for this round."""
        made = cls(row, row.price, row.capacity, row.note)
        made.given_up = row.given_up
        return made

    def with_(self, **changes: object) -> _Typed:
        """The same with something else typed."""
        made = _Typed(self.row, self.price, self.capacity, self.note)
        made.given_up = self.given_up
        for name, value in changes.items():
            setattr(made, name, value)
        return made


def _columns() -> Sequence[Column]:
    yuan = _("元")
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=260, frozen=True,
               sortable=True, stretch=True),
        Column(key="volume", title=_("约定量"), kind=Kind.QTY, width=120, sortable=True),
        Column(key="ceiling", title=_("限价"), unit=yuan, kind=Kind.NUMBER, width=96),
        Column(key="previous", title=_("上轮报价"), unit=yuan, kind=Kind.NUMBER, width=112),
        Column(key="most", title=_("最高可报"), unit=yuan, kind=Kind.NUMBER, width=112),
        Column(key="price", title=_("本轮报价"), unit=yuan, kind=Kind.NUMBER, width=120,
               editable=True, sortable=True),
        Column(key="capacity", title=_("最大供应量"), kind=Kind.NUMBER, width=120, editable=True),
        Column(key="note", title=_("备注"), width=150, editable=True),
    )  # fmt: skip


def _row(row: QuoteRow, typed: _Typed) -> Row:
    item = row.item
    packs = item.volume // item.price_factor
    unpriced = GIVEN_UP if typed.given_up else ""
    price = formats.price(typed.price) if typed.price is not None else unpriced
    limits = [limit for limit in (row.most, item.ceiling) if limit is not None]
    over = typed.price is not None and bool(limits) and typed.price > min(limits)
    capacity = typed.capacity // item.price_factor if typed.capacity is not None else None
    return Row(
        item.line,
        (
            Two(item.name, item.spec), Qty(f"{packs:,}", item.unit, bold=False),
            _price(item.ceiling), _price(row.previous), _price(min(limits, default=None)),
            Tone(price, Status.BAD if over else None, bold=True),
            f"{capacity:,}" if capacity is not None else "", typed.note,
        ),
        record=typed,
        raw=(item.name, packs, item.ceiling or "", row.previous or "", row.most or "",
             typed.price if typed.price is not None else "", capacity or "", typed.note),
    )  # fmt: skip


def _price(value: Decimal | None) -> str:
    return formats.price(value)


def _kept(row: Row) -> _Typed:
    record = row.record
    assert isinstance(record, _Typed)  # noqa: S101 - made by _row
    return record


def _edit(row: Row, column: str, value: object) -> Row:
    """The row with another price, capacity or note."""
    typed, text = _kept(row), formats.ungrouped(str(value))
    if column == "note":
        made = typed.with_(note=text[:200])
    elif column == "capacity":
        made = typed.with_(capacity=_capacity(text, typed.row.item.price_factor))
    elif text in {GIVEN_UP, _(GIVEN_UP)}:
        made = typed.with_(price=None, given_up=True)
    else:
        made = typed.with_(price=_typed_price(text), given_up=False)
    return replace(_row(typed.row, made), key=row.key)


def _typed_price(text: str) -> Decimal | None:
    """A price of plain digits; what Python would also take for a number (1e3) is refused."""
    if not text:
        return None
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise DomainError(
            "quote.price",
            _("报价「{text}」不是价格。请填如 12.5 的数，最多 4 位小数。", text=text[:20]),
        )
    return money.price(text)


def _capacity(text: str, factor: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not int(text):
        raise DomainError(
            "quote.capacity",
            _("最大供应量「{text}」不是正整数。请填整数，不限就留空。", text=text[:20]),
        )
    return int(text) * factor
