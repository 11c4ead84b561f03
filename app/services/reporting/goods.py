"""Records of places, stock, deliveries, acceptances and returns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select

from app.domain.documents import State
from app.domain.money import amount
from app.models.counting import Disposal, DisposalLine
from app.models.order import MemberOrder
from app.models.party import Person
from app.models.receiving import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from app.models.stock import Balance, Lot, Place
from app.services.db import local_time, today
from app.services.reporting.asking import Asked, Goods, Parties, Values, money


def places(asked: Asked) -> Iterator[Values]:
    """YY101: stores that goods are delivered to."""
    parties = Parties(asked.session)
    org = parties.of(asked.org_id)
    rows = asked.session.scalars(
        select(Place)
        .where(Place.org_id == asked.org_id, Place.kind == "store", Place.holds_stock.is_(True))
        .order_by(Place.code)
    )
    for place in rows:
        yield {
            "JLBH": f"{org.code}-{place.code}",
            **parties.hospital(org.id),
            "PSDBM": place.code,
            "PSDMC": place.name,
            "PSDDZ": org.address,
            "LXR": org.contact,
            "LXDH": org.phone,
            "SYZT": "1" if place.active else "0",
        }


def stock(asked: Asked) -> Iterator[Values]:
    """YY102: what lies in the stores now, by place, lot and owner."""
    session, parties = asked.session, Parties(asked.session)
    day = today(session)
    rows = session.execute(
        select(
            Place.code, Balance.item_id, Balance.lot_id, Balance.owner_id, Lot.lot_no, Lot.expiry,
            func.sum(Balance.qty).label("qty"),
        )
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(Balance.org_id == asked.org_id, Balance.qty > 0, Place.holds_stock.is_(True))
        .group_by(
            Place.code, Balance.item_id, Balance.lot_id, Balance.owner_id, Lot.lot_no, Lot.expiry
        )
        .order_by(Place.code, Balance.item_id, Balance.lot_id, Balance.owner_id)
    ).all()  # fmt: skip
    goods = Goods(session, (row.item_id for row in rows))
    code = parties.code(asked.org_id)
    for row in rows:
        named = goods.named(row.item_id, int(row.qty))
        owner = "1" if row.owner_id == asked.org_id else "2"
        lot = hashlib.sha256(f"{row.lot_id} {row.owner_id}".encode()).hexdigest()[:12]
        yield {
            "JLBH": f"{code}-{day:%Y%m%d}-{row.code}-{named['SPBM']}-{lot}",
            **parties.hospital(asked.org_id),
            "KCRQ": day,
            "KFBM": row.code,
            **named,
            "SCPH": row.lot_no,
            "YXQZ": row.expiry,
            "HQ": owner,
        }


def deliveries(asked: Asked) -> Iterator[Values]:
    """YY131: lines of the notes shipped on the days."""
    session, parties = asked.session, Parties(asked.session)
    rows = session.execute(
        select(Delivery, DeliveryLine, MemberOrder.no)
        .join(
            DeliveryLine,
            (DeliveryLine.org_id == Delivery.org_id) & (DeliveryLine.delivery_id == Delivery.id),
        )
        .outerjoin(
            MemberOrder,
            (MemberOrder.org_id == DeliveryLine.org_id) & (MemberOrder.id == DeliveryLine.order_id),
        )
        .where(
            asked.mine(Delivery.org_id, Delivery.supplier_id),
            asked.days(Delivery.shipped_on),
            Delivery.status != State.CANCELLED,
        )
        .order_by(Delivery.org_id, Delivery.supplier_id, Delivery.no, DeliveryLine.line)
    ).all()
    goods = Goods(session, (line.item_id for _note, line, _no in rows))
    for note, line, order in rows:
        pair = f"{parties.code(note.org_id)}-{parties.code(note.supplier_id)}"
        yield {
            "JLBH": f"{pair}-{note.no}-{line.line}",
            **parties.pair(note.org_id, note.supplier_id),
            "PSDH": note.no,
            "PSDMX": line.line,
            "CGDBH": order,
            "FHRQ": note.shipped_on,
            **goods.named(line.item_id, line.qty),
            "SCPH": line.lot_no,
            "YXQZ": line.expiry,
        }


def acceptances(asked: Asked) -> Iterator[Values]:
    """YY132: lines accepted or refused on the days."""
    parties = Parties(asked.session)
    for acceptance, line, lot, named, (note, order, person) in _accepted(asked):
        result = "3" if not line.accepted and line.refused else "2" if line.refused else "1"
        yield {
            "JLBH": f"{parties.code(acceptance.org_id)}-{acceptance.no}-{line.line}",
            **parties.pair(acceptance.org_id, acceptance.supplier_id),
            "YSDH": acceptance.no,
            "YSDMX": line.line,
            "PSDH": note,
            "CGDBH": order,
            "YSRQ": acceptance.accepted_on,
            **named(line.accepted),
            "SCPH": lot.lot_no if lot else None,
            "YXQZ": lot.expiry if lot else None,
            "ZPSL": line.gift,
            "JSSL": line.refused,
            "YSJG": result,
            **money(line.unit_price, line.price_factor, line.amount),
            "YSR": person,
        }


def returns(asked: Asked) -> Iterator[Values]:
    """YY133: what was refused at the door and what went back from stock on the days."""
    parties = Parties(asked.session)
    for acceptance, line, lot, named, _facts in _accepted(asked):
        if line.refused:
            price = (line.unit_price, line.price_factor)
            yield {
                "JLBH": f"{parties.code(acceptance.org_id)}-{acceptance.no}-{line.line}",
                **parties.pair(acceptance.org_id, acceptance.supplier_id),
                "THDH": acceptance.no,
                "THDMX": line.line,
                "THLX": "1",
                "THRQ": acceptance.accepted_on,
                **named(line.refused),
                "SCPH": lot.lot_no if lot else None,
                "YXQZ": lot.expiry if lot else None,
                **money(*price, amount(price[0], line.refused, price[1])),
                "THYY": line.reason or line.result,
            }
    yield from _disposals(asked, parties)


def _accepted(asked: Asked) -> list[tuple[Acceptance, AcceptanceLine, Lot | None, _Named, _Facts]]:
    session = asked.session
    rows = session.execute(
        select(Acceptance, AcceptanceLine, Lot, Delivery.no, MemberOrder.no, Person.name)
        .join(
            AcceptanceLine,
            (AcceptanceLine.org_id == Acceptance.org_id)
            & (AcceptanceLine.acceptance_id == Acceptance.id),
        )
        .outerjoin(Lot, Lot.id == AcceptanceLine.lot_id)
        .outerjoin(
            Delivery,
            (Delivery.org_id == Acceptance.org_id) & (Delivery.id == Acceptance.delivery_id),
        )
        .outerjoin(
            MemberOrder,
            (MemberOrder.org_id == AcceptanceLine.org_id)
            & (MemberOrder.id == AcceptanceLine.order_id),
        )
        .outerjoin(Person, Person.id == Acceptance.receiver_id)
        .where(
            Acceptance.org_id == asked.org_id,
            Acceptance.status == State.POSTED,
            asked.days(Acceptance.accepted_on),
        )
        .order_by(Acceptance.no, AcceptanceLine.line)
    ).all()
    goods = Goods(session, (row[1].item_id for row in rows))
    return [
        (one, line, lot, _Named(goods, line.item_id), (note, order, person))
        for one, line, lot, note, order, person in rows
    ]


class _Named:
    """The goods of a line, with a quantity still to be said."""

    __slots__ = ("_goods", "_item")

    def __init__(self, goods: Goods, item: int) -> None:
        self._goods, self._item = goods, item

    def __call__(self, qty: int) -> Values:
        return self._goods.named(self._item, qty)


_Facts = tuple[str | None, str | None, str | None]
"""Note, order and person."""


def _disposals(asked: Asked, parties: Parties) -> Iterator[Values]:
    session = asked.session
    rows = session.execute(
        select(Disposal, DisposalLine, Lot)
        .join(
            DisposalLine,
            (DisposalLine.org_id == Disposal.org_id) & (DisposalLine.disposal_id == Disposal.id),
        )
        .outerjoin(Lot, Lot.id == DisposalLine.lot_id)
        .where(
            Disposal.org_id == asked.org_id,
            Disposal.kind == "return",
            Disposal.supplier_id.is_not(None),
            asked.moments(Disposal.done_at),
        )
        .order_by(Disposal.no, DisposalLine.line)
    ).all()
    goods = Goods(session, (line.item_id for _one, line, _lot in rows))
    for one, line, lot in rows:
        yield {
            "JLBH": f"{parties.code(one.org_id)}-{one.no}-{line.line}",
            **parties.pair(one.org_id, one.supplier_id or 0),
            "THDH": one.no,
            "THDMX": line.line,
            "THLX": "2",
            "THRQ": local_time(one.done_at).date() if one.done_at else None,
            **goods.named(line.item_id, line.qty),
            "SCPH": lot.lot_no if lot else None,
            "YXQZ": lot.expiry if lot else None,
            **money(
                line.unit_price,
                line.price_factor,
                amount(line.unit_price, line.qty, line.price_factor),
            ),
            "THYY": one.reason,
        }
