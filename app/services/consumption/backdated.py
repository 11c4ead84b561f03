"""A use of an earlier day: the goods must have been there on that day and on every day since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.domain.errors import DomainError
from app.domain.ledger import Move
from app.domain.stock.levels import Key, Levels
from app.i18n import _
from app.models.base import Day
from app.models.item import Item
from app.models.stock import Balance, Ledger, Lot
from app.services.db import today
from app.services.queries.portions import key_portions


def refuse_before_goods(session: Session, org_id: int, day: date, moves: Sequence[Move]) -> None:
    """Refuse a use that would have left less than nothing at the end of a day since then.

    Raises:
        DomainError: Says how much there was, and that the day or the lot is to be changed.
    """
    if day >= today(session):
        return
    wanted: dict[Key, int] = defaultdict(int)
    for move in moves:
        wanted[move.from_place, move.lot_id] += move.qty
    levels = levels_since(session, org_id, day, {lot for _place, lot in wanted})
    for (place, lot), qty in wanted.items():
        least = levels.least((place, lot), day)
        if least < qty:
            raise _missing(session, (lot, day), max(0, least), qty)


def levels_since(session: Session, org_id: int, day: date, lots: Collection[int]) -> Levels:
    """The stock of lots at the end of `day` and of each day after it.

    What was reversed counts as never done, so a reversal stands on the day of what it takes back:
    a wrong day may be booked again after its reversal, and nothing appears that never was.
    """
    present: dict[Key, int] = {}
    changes: list[tuple[Key, date, int]] = []
    undone = aliased(Ledger)
    on = func.coalesce(undone.occurred_on, Ledger.occurred_on, type_=Day)
    for part in key_portions(lots):
        for place, lot, qty in session.execute(
            select(Balance.place_id, Balance.lot_id, func.sum(Balance.qty))
            .where(Balance.org_id == org_id, Balance.lot_id.in_(part))
            .group_by(Balance.place_id, Balance.lot_id)
        ):
            present[place, lot] = int(qty)
        for when, lot, source, target, qty in session.execute(
            select(on, Ledger.lot_id, Ledger.from_place, Ledger.to_place, func.sum(Ledger.qty))
            .outerjoin(
                undone, (undone.org_id == Ledger.org_id) & (undone.seq == Ledger.reversal_of)
            )
            .where(Ledger.org_id == org_id, Ledger.lot_id.in_(part), on > day)
            .group_by(on, Ledger.lot_id, Ledger.from_place, Ledger.to_place)
        ):
            changes += [((source, lot), when, -int(qty)), ((target, lot), when, int(qty))]
    return Levels(present, changes)


def _missing(session: Session, what: tuple[int, date], there: int, qty: int) -> DomainError:
    lot_id, day = what
    item, lot_no = session.execute(
        select(Item, Lot.lot_no).join(Lot, Lot.item_id == Item.id).where(Lot.id == lot_id)
    ).one()
    words = _(
        "{name} 批号 {lot}：从 {day} 起算，账上最少时只有 {there} {unit}，不能补记 {qty} {unit}。"
        "请核对日期，或改用那天在库的批号。",
        name=item.name, lot=lot_no, day=day, there=there, qty=qty, unit=item.base_unit,
    )  # fmt: skip
    return DomainError("use.before_goods", words)
