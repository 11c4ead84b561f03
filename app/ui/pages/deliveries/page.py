"""送货: a supplier's signed orders that wait for goods, and the notes it sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from typing_extensions import override

from app import paths
from app.adapters.local_files import write
from app.i18n import _
from app.services.receiving.announcing import (
    LineToSend,
    OrderToSend,
    lines_to_send,
    orders_to_send,
)
from app.services.receiving.commands import DeliverOrder, MadeDelivery
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.papers import delivery_paper
from app.services.receiving.queries import (
    DeliveryRow,
    day_of,
    deliveries,
)
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.deliveries.form import DeliverForm
from app.ui.pages.deliveries.notes_card import NotesCard
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card, page_column


class DeliveriesPage(Page):
    """What to send, above; what was sent, below."""

    name = "deliveries"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ORDERS, Topic.DELIVERIES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.orders = GridView(ListModel(_order_columns()))
        self.sent = NotesCard()
        self.notes = self.sent.grid
        self.orders.set_empty(_("没有待送的订单。双方签署后的订单会出现在这里。"))
        self.send = Button(_("生成送货单"), ButtonKind.PRIMARY, icon=Icon.TRUCK, key="Enter")
        upper = Card(_("待送订单"))
        upper.head.addWidget(self.send)
        upper.add(self.orders, 1)
        column = page_column(self)
        column.addWidget(upper, 1)
        column.addWidget(self.sent, 1)
        self.orders.opened.connect(lambda row: self.open_order(row.record))
        self.send.clicked.connect(self.ask)
        self.sent.paper.clicked.connect(self.print)
        self.sent.asked.connect(self._ask_notes)
        self.notes.opened.connect(lambda _row: self.print())
        self.on(Act.NEW, self.ask)
        self.on(Act.PRINT, self.print)
        self.on(Act.SEARCH, self.sent.search.setFocus)

    @override
    def refresh(self) -> None:
        db, actor, wanted = self.context.db, self.context.actor, self.sent.wanted

        def ask() -> tuple[tuple[OrderToSend, ...], tuple[DeliveryRow, ...], date]:
            notes = deliveries(db, actor, wanted)
            return orders_to_send(db, actor), notes, day_of(db)

        self.read(ask, self._show, channel="orders")

    def _show(self, found: tuple[tuple[OrderToSend, ...], tuple[DeliveryRow, ...], date]) -> None:
        orders, notes, today = found
        kept = self.orders.current()
        assert isinstance(self.orders.model, ListModel)  # noqa: S101 - made above
        self.orders.model.set_rows([_order_row(one, today) for one in orders])
        keys = [one.order_id for one in orders]
        if keys:
            self.orders.choose(kept.key if kept and kept.key in keys else keys[0])
        self.send.setVisible(bool(keys))
        self._show_notes(notes)

    def _ask_notes(self) -> None:
        """Other notes; what is to be sent stays as it is."""
        db, actor, wanted = self.context.db, self.context.actor, self.sent.wanted
        self.read(lambda: deliveries(db, actor, wanted), self._show_notes, channel="notes")

    def _show_notes(self, notes: tuple[DeliveryRow, ...]) -> None:
        self.sent.show_notes(notes)
        self.chrome_changed.emit()

    @override
    def counts(self) -> str:
        return _(
            "待送 {orders} 张订单 · 送货单 {notes} 张",
            orders=self.orders.model.rowCount(),
            notes=self.notes.model.rowCount(),
        )

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint("Enter", _("生成送货单")),
            self.hint(Act.SEARCH, _("找送货单")),
            self.hint(Act.PRINT, _("打印送货单")),
        )

    @override
    def shown(self) -> None:
        super().shown()
        self.orders.setFocus()

    def ask(self) -> None:
        """Send goods of the chosen order."""
        row = self.orders.current()
        if row is None:
            self.not_available()
        else:
            self.open_order(row.record)

    def open_order(self, order: object) -> None:
        """Ask for quantities, lots and expiries of an order."""
        if not isinstance(order, OrderToSend):
            return
        db, actor = self.context.db, self.context.actor

        def opened(lines: tuple[LineToSend, ...]) -> None:
            DeliverForm(order, lines, self._send, self).open()

        self.read_for_form(lambda: lines_to_send(db, actor, order.org_id, order.order_id), opened)

    def _send(self, command: DeliverOrder) -> None:
        db, actor = self.context.db, self.context.actor

        def made(note: MadeDelivery) -> None:
            self.context.changes.announce({Topic.DELIVERIES, Topic.ORDERS})
            words = _("送货单 {no} 已生成，{n} 行，收货单位能看到了。", no=note.no, n=note.lines)
            self.context.notices.done(words)

        self.write(lambda: deliver_order(db, actor, command), made)

    def print(self) -> None:
        """The note that travels with the goods, as PDF with its bar code."""
        note = self.sent.current
        if note is None:
            self.not_available()
            return
        db, actor = self.context.db, self.context.actor
        target = paths.output() / f"{note.no}.pdf"

        def make() -> Path:
            from app.adapters.pdf.delivery_pdf import delivery_pdf

            write(target, delivery_pdf(delivery_paper(db, actor, note.org_id, note.id)))
            return target

        self.read(make, self._printed)

    def _printed(self, target: Path) -> None:
        self.context.notices.done(
            _("已存到 {path}。", path=target),
            action=_("打开文件"),
            act=lambda: _open(target),
        )


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))


def _order_columns() -> tuple[Column, ...]:
    return (
        Column(key="no", title=_("订单 / 收货单位"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="due", title=_("要求到货"), kind=Kind.PILL, width=130),
        Column(key="lines", title=_("未齐行数"), kind=Kind.NUMBER, width=90),
        Column(key="way", title=_("在途送货单"), kind=Kind.NUMBER, width=100),
        Column(key="amount", title=_("金额"), unit=_("元"), kind=Kind.MONEY, width=130),
    )


def _order_row(order: OrderToSend, today: date) -> Row:
    due: Cell = formats.day(order.due_on)
    if order.due_on is not None and order.due_on <= today:
        due = Pill(Status.NEAR if order.due_on < today else Status.WARN, formats.day(order.due_on))
    cells: tuple[Cell, ...] = (
        Two(order.no, order.org),
        due,
        str(order.lines),
        str(order.on_way),
        formats.amount(order.amount),
    )
    return Row(order.order_id, cells, record=order)
