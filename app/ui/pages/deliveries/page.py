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
from app.domain.documents import State, state_title
from app.domain.errors import DomainError
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
    DeliveriesWanted,
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
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card, page_column, toolbar

_STATES = {
    State.ANNOUNCED: Status.INFO,
    State.ACCEPTING: Status.WARN,
    State.ACCEPTED: Status.OK,
    State.REFUSED: Status.BAD,
    State.CANCELLED: Status.MUTE,
}


class DeliveriesPage(Page):
    """What to send, above; what was sent, below."""

    name = "deliveries"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ORDERS, Topic.DELIVERIES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.orders = GridView(ListModel(_order_columns()))
        self.notes = GridView(ListModel(_note_columns()))
        self.orders.set_empty(_("没有待送的订单。双方签署后的订单会出现在这里。"))
        self.notes.set_empty(_("还没有送货单。"))
        self.send = Button(_("生成送货单"), ButtonKind.PRIMARY, icon=Icon.TRUCK, key="Enter")
        self.paper = Button(_("打印送货单"), icon=Icon.PRINTER)
        upper, lower = Card(_("待送订单")), Card(_("已送的单"))
        upper.add(self.orders, 1)
        upper.add(toolbar(None, self.send))
        lower.add(self.notes, 1)
        lower.add(toolbar(None, self.paper))
        column = page_column(self)
        column.addWidget(upper, 1)
        column.addWidget(lower, 1)
        self.orders.opened.connect(lambda row: self.open_order(row.record))
        self.send.clicked.connect(self.ask)
        self.paper.clicked.connect(self.print)
        self.on(Act.NEW, self.ask)
        self.on(Act.PRINT, self.print)

    @override
    def refresh(self) -> None:
        db, actor = self.context.db, self.context.actor

        def ask() -> tuple[tuple[OrderToSend, ...], tuple[DeliveryRow, ...], date]:
            notes = deliveries(db, actor, DeliveriesWanted())
            return orders_to_send(db, actor), notes, day_of(db)

        self.read(ask, self._show, channel="orders")

    def _show(self, found: tuple[tuple[OrderToSend, ...], tuple[DeliveryRow, ...], date]) -> None:
        orders, notes, today = found
        for grid, rows in (
            (self.orders, [_order_row(one, today) for one in orders]),
            (self.notes, [_note_row(one) for one in notes]),
        ):
            kept = grid.current()
            assert isinstance(grid.model, ListModel)  # noqa: S101 - made above
            grid.model.set_rows(rows)
            keys = [row.key for row in rows]
            if rows:
                grid.choose(kept.key if kept and kept.key in keys else keys[0])
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
            form = DeliverForm(order, lines, lambda command: self._send(form, command), self)
            form.open()

        self.read(lambda: lines_to_send(db, actor, order.org_id, order.order_id), opened)

    def _send(self, form: DeliverForm, command: DeliverOrder) -> None:
        db, actor = self.context.db, self.context.actor

        def made(note: MadeDelivery) -> None:
            form.accept()
            self.context.changes.announce({Topic.DELIVERIES, Topic.ORDERS})
            words = _("送货单 {no} 已生成，{n} 行，收货单位能看到了。", no=note.no, n=note.lines)
            self.context.notices.done(words)

        def failed(error: Exception) -> None:
            if isinstance(error, DomainError):
                form.say(error)
            else:
                self.context.errors.take(error)

        self.write(lambda: deliver_order(db, actor, command), made, failed)

    def print(self) -> None:
        """The note that travels with the goods, as PDF with its bar code."""
        row = self.notes.current()
        note = row.record if row else None
        if not isinstance(note, DeliveryRow):
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


def _note_columns() -> tuple[Column, ...]:
    return (
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
        Column(key="no", title=_("送货单 / 收货单位"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="order", title=_("订单"), width=150),
        Column(key="lines", title=_("行数"), kind=Kind.NUMBER, width=70),
        Column(key="shipped", title=_("发货日期"), kind=Kind.DATE, width=110),
    )


def _note_row(note: DeliveryRow) -> Row:
    state = State(note.state)
    cells: tuple[Cell, ...] = (
        Pill(_STATES.get(state, Status.MUTE), state_title(state)),
        Two(note.no, note.org),
        note.order_no or formats.NONE,
        str(note.lines),
        formats.day(note.shipped_on),
    )
    return Row(note.id, cells, record=note)
