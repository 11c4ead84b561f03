"""Signed orders, delivery notes and counted work, to start tests of 收货验收 from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.domain.ids import new_op
from app.domain.receiving import editing
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.transport import Mode, Transport
from app.domain.receiving.work import Entry, Session as Counting
from app.models.stock import Balance
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.receiving.commands import (
    DeliverLine,
    MadeDelivery,
    MakeDelivery,
    Opened,
    Receive,
    Received,
)
from app.services.receiving.deliveries import make_delivery
from app.services.receiving.drafts import open_delivery
from app.services.receiving.lookup import look_up
from app.services.receiving.receive import receive
from tests.factories import EAST, GOODS, KANGZE, TODAY, Site
from tests.order_needs import ask, order_of, sign_as

AMOXICILLIN, AMLODIPINE, INSULIN, SYRINGE, PETHIDINE = 101, 102, 103, 104, 105
GTIN = {goods.id: goods.gtin for goods in GOODS}
FACTOR = {goods.id: goods.factor for goods in GOODS}
EXPIRY = date(2028, 2, 29)
AT = datetime(2026, 10, 14, 10, 41, tzinfo=UTC)
COLD = Transport(Mode.BOX, AT - timedelta(hours=2), AT, Decimal("4.5"), "LOG-7")


def gs1(item: int, lot: str, expiry: date = EXPIRY, serial: str = "") -> str:
    """What a scanner sends for a pack: GTIN, expiry, lot and perhaps a serial."""
    tail = f"\x1d21{serial}" if serial else ""
    return f"]d201{GTIN[item]}17{expiry:%y%m%d}10{lot}{tail}"


def signed_order(site: Site, packs: dict[int, int], *, org: int = EAST) -> tuple[int, int]:
    """A member order at 康泽 that both sides signed: (member, order)."""
    consolidate(
        *site.as_("lead_buyer"), Consolidate(new_op(), "常用药第 1 包", (ask(site, org, packs),))
    )
    head = {EAST: "east_head"}.get(org, "west_head")
    sign_as(site, head, order_of(site, org, KANGZE))
    sign_as(site, "kangze_sales", order_of(site, org, KANGZE))
    row = order_of(site, org, KANGZE)
    return row.org_id, row.id


def note(site: Site, packs: dict[int, int], **more: object) -> MadeDelivery:
    """A note of 康泽 to the east, typed by its storekeeper."""
    lines = tuple(DeliverLine(item, count * FACTOR[item]) for item, count in packs.items())
    command = MakeDelivery(new_op(), EAST, KANGZE, lines)
    return make_delivery(*site.as_("east_store"), replace(command, **more))  # type: ignore[arg-type]


def opened(site: Site, made: MadeDelivery, login: str = "east_store") -> Opened:
    """The note opened for acceptance."""
    return open_delivery(*site.as_(login), made.org_id, made.delivery_id)


def counted(site: Site, made: MadeDelivery, *codes: str) -> tuple[Entry, ...]:
    """The entries after these scans, each looked up as the window does it."""
    start = opened(site, made)
    state = Counting(start.work)
    items = tuple(line.goods.item_id for line in start.note.lines)
    for number, code in enumerate(codes):
        reading = read(code, TODAY)
        found = look_up(*site.as_("east_store"), made.org_id, reading, items)
        state, _told = scan(state, reading, found, Moment(AT + timedelta(minutes=number), TODAY))
    return state.work.entries


def command(made: MadeDelivery, entries: tuple[Entry, ...], **more: object) -> Receive:
    """The command to complete it."""
    return replace(
        Receive(new_op(), made.org_id, made.delivery_id, entries),
        **more,  # type: ignore[arg-type]
    )


def received(site: Site, made: MadeDelivery, *codes: str) -> Received:
    """Scan and complete."""
    entries = counted(site, made, *codes)
    return receive(*site.as_("east_store"), command(made, entries, transport=COLD))


def finished(entries: tuple[Entry, ...], made: Opened) -> tuple[Entry, ...]:
    """All lines ended by hand."""
    state = Counting(replace(made.work, entries=entries))
    for entry in entries:
        state = editing.finish_line(state, entry.key)
    return state.work.entries


def stock_of(site: Site, org: int = EAST) -> dict[tuple[int, int], int]:
    """(item, owner) → smallest units in stock of a member."""
    found: dict[tuple[int, int], int] = {}
    with site.owner.read() as session:
        for row in session.execute(
            select(Balance.item_id, Balance.owner_id, Balance.qty).where(Balance.org_id == org)
        ):
            key = (row.item_id, row.owner_id)
            found[key] = found.get(key, 0) + row.qty
    return {key: qty for key, qty in found.items() if qty}
