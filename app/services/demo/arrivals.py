"""Today's deliveries of the demo: announced by the suppliers, one of them accepted already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from app.adapters.pdf.table_pdf import table_pdf
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.papers import PrintInfo, TableColumn, TablePaper
from app.domain.receiving.goods_papers import Sort
from app.domain.receiving.note import Note
from app.domain.receiving.work import Checks, Entry
from app.i18n import _
from app.models.order import MemberOrderLine
from app.services.demo.desk import Desk
from app.services.demo.warehouse import SHELF_LIFE
from app.services.orders.queries import MemberOrderRow
from app.services.receiving.commands import DeliverLine, DeliverOrder, MadeDelivery, Receive
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.goods_papers import AddPaper, add_paper
from app.services.receiving.receive import receive

_NEAR: Final = 45
"""Days to expiry of the one lot that comes too old."""


def deliver(desk: Desk, orders: Sequence[MemberOrderRow], day: date) -> None:
    """Send what the orders ask for; the last delivery without cold goods is accepted at once.

    One note is short of a pack, one carries a lot that runs out soon: what acceptance is for.
    """
    made = []
    for number, order in enumerate(orders):
        lines = list(lines_for(desk, order, day))
        if number == 1:
            lines[0] = _old(lines[0], day)
        if number == 2:  # noqa: PLR2004 - the third note is short
            lines[0] = _short(lines[0])
        seller = desk.seller(order.supplier_id)
        no = f"{seller.login[:2].upper()}{day:%y%m%d}{number + 1:02d}"
        command = DeliverOrder(new_op(), order.org_id, order.id, tuple(lines), no, day)
        made.append(deliver_order(desk.db, seller, command))
    _accept_one(desk, made)


def lines_for(desk: Desk, order: MemberOrderRow, day: date) -> Iterator[DeliverLine]:
    """What a supplier sends for an order: all of it, with lots of the right age."""
    with desk.db.read() as session:
        rows = session.execute(
            select(
                MemberOrderLine.line,
                MemberOrderLine.item_id,
                MemberOrderLine.qty,
                MemberOrderLine.unit_price,
                MemberOrderLine.price_factor,
            )
            .where(MemberOrderLine.org_id == order.org_id, MemberOrderLine.order_id == order.id)
            .order_by(MemberOrderLine.line)
        ).all()
    for row in rows:
        made = day - timedelta(days=80 + 7 * row.line)
        yield DeliverLine(
            item_id=row.item_id,
            qty=row.qty,
            lot_no=f"{made:%y%m%d}{row.line % 9 + 1:02d}",
            expiry=made + timedelta(days=SHELF_LIFE["drug"]),
            produced=made,
            unit_price=row.unit_price,
            price_factor=row.price_factor,
            order_id=order.id,
            order_line=row.line,
        )


def _old(line: DeliverLine, day: date) -> DeliverLine:
    return replace(line, lot_no=f"{line.lot_no}-1", expiry=day + timedelta(days=_NEAR))


def _short(line: DeliverLine) -> DeliverLine:
    packs = line.qty // line.price_factor
    return replace(line, qty=max(1, packs - 1) * line.price_factor)


def _accept_one(desk: Desk, made: Sequence[MadeDelivery]) -> None:
    for delivery in reversed(made):
        keeper = desk.keeper_of(delivery.org_id)
        opened = open_delivery(desk.db, keeper, delivery.org_id, delivery.delivery_id)
        if any(line.goods.cold for line in opened.note.lines):
            continue
        _attach(desk, keeper, opened.note)
        entries = tuple(_entries(opened.note))
        command = Receive(new_op(), delivery.org_id, delivery.delivery_id, entries)
        assert receive(desk.db, keeper, command).state == State.ACCEPTED  # noqa: S101 - all good
        return


def _attach(desk: Desk, keeper: Actor, note: Note) -> None:
    """The maker's report of the first lot, as a file."""
    line = note.lines[0]
    report = TablePaper(
        info=PrintInfo(note.supplier, note.supplier, "", demo=True),
        title=_("检验报告"),
        number=line.lot_no,
        facts=((_("品名"), line.goods.name), (_("规格"), line.goods.spec),
               (_("批号"), line.lot_no), (_("有效期至"), f"{line.expiry}")),
        columns=(TableColumn(_("项目"), 40), TableColumn(_("结果"), 40)),
        rows=((_("性状"), _("合格")), (_("含量"), _("合格")), (_("微生物限度"), _("合格"))),
    )  # fmt: skip
    name = _("检验报告") + f" {line.lot_no}.pdf"
    command = AddPaper(new_op(), note.org_id, note.delivery_id, Sort.REPORT, name,
                       table_pdf(report), line.goods.item_id, line.lot_no)  # fmt: skip
    add_paper(desk.db, keeper, command)


def _entries(note: Note) -> Iterator[Entry]:
    for line in note.lines:
        yield Entry(
            key=line.line,
            note_line=line.line,
            item_id=line.goods.item_id,
            lot_no=line.lot_no,
            expiry=line.expiry,
            produced=line.produced,
            accepted=line.qty,
            checks=Checks(report=True),
            done=True,
        )
