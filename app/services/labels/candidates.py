"""What can be labelled: the lots of an acceptance, or what is in stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.labels.plan import moved_along, suggested
from app.i18n import _
from app.models import stock as tables
from app.models.item import Item, ItemCode
from app.models.pack import Pack, PackLine
from app.models.party import Maker, Organisation
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Balance, Place
from app.services.access import require
from app.services.db import Database, today
from app.services.labels.commands import AcceptanceRow, Candidate, Lot, Source
from app.services.labels.void import VOIDED
from app.services.queries.portions import key_portions

_RECENT: Final = 50
_MOST_ROWS: Final = 500

Labelled = dict[Lot, int]


def recent_acceptances(db: Database, actor: Actor, org_id: int) -> tuple[AcceptanceRow, ...]:
    """The latest acceptances of a member, newest first."""
    require(actor, Duty.READ, org_id)
    lines = (
        select(func.count())
        .where(
            AcceptanceLine.org_id == org_id,
            AcceptanceLine.acceptance_id == Acceptance.id,
            AcceptanceLine.accepted > 0,
        )
        .correlate(Acceptance)
        .scalar_subquery()
    )
    statement = (
        select(
            Acceptance.id, Acceptance.no, Acceptance.accepted_on, Organisation.short_name,
            Place.name, lines,
        )
        .join(Organisation, Organisation.id == Acceptance.supplier_id)
        .join(Place, (Place.org_id == Acceptance.org_id) & (Place.id == Acceptance.place_id))
        .where(Acceptance.org_id == org_id)
        .order_by(Acceptance.id.desc())
        .limit(_RECENT)
    )  # fmt: skip
    with db.read() as session:
        return tuple(AcceptanceRow(*row) for row in session.execute(statement))


def find_acceptance(db: Database, actor: Actor, org_id: int, number: str) -> int:
    """The id behind an acceptance number; raises `DomainError` that says what to check."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = session.scalar(
            select(Acceptance.id).where(Acceptance.org_id == org_id, Acceptance.no == number)
        )
    if found is None:
        raise DomainError(
            "label.acceptance", _("没有验收单 {number}。请核对单号和机构。", number=number)
        )
    return found


def from_acceptance(
    db: Database, actor: Actor, org_id: int, acceptance_id: int
) -> tuple[Candidate, ...]:
    """The accepted lots of an acceptance, in its order."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return acceptance_candidates(session, org_id, acceptance_id)


def from_stock(
    db: Database, actor: Actor, org_id: int, text: str = "", lots: Collection[int] = ()
) -> tuple[Candidate, ...]:
    """Lots in stock whose item name, item code or lot contains `text`, first to expire first.

    With `lots`, only those.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        statement = _stock(org_id)
        if lots:
            statement = statement.where(Balance.lot_id.in_(lots))
        if text.strip():
            like = f"%{text.strip().replace('%', '').replace('_', '')}%"
            statement = statement.where(
                or_(Item.name.like(like), Item.code.like(like), tables.Lot.lot_no.like(like))
            )
        rows = session.execute(statement.limit(_MOST_ROWS)).all()
        return _candidates(session, org_id, rows, labelled_in_stock(session, org_id))


def acceptance_candidates(
    session: Session, org_id: int, acceptance_id: int
) -> tuple[Candidate, ...]:
    """`from_acceptance` inside a unit of work."""
    line = AcceptanceLine
    statement = (
        _goods(line.item_id, line.lot_id, line.owner_id, line.place_id, line.accepted)
        .select_from(line)
        .join(Item, Item.id == line.item_id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(Place, (Place.org_id == line.org_id) & (Place.id == line.place_id))
        .outerjoin(tables.Lot, tables.Lot.id == line.lot_id)
        .where(line.org_id == org_id, line.acceptance_id == acceptance_id, line.accepted > 0)
        .order_by(line.line)
    )
    labelled = _labelled(
        session, org_id, (Pack.source_kind == Source.ACCEPTANCE, Pack.source_id == acceptance_id)
    )
    found = _candidates(session, org_id, session.execute(statement).all(), labelled)
    return tuple(_still_there(session, org_id, found))


def _still_there(
    session: Session, org_id: int, found: Collection[Candidate]
) -> Iterator[Candidate]:
    """Only what lies where it came in and has no label yet: from stock it may be labelled too."""
    there = {one.lot: one.free for one in stock_candidates(session, org_id, [x.lot for x in found])}
    for one in found:
        gone = one.free - there.get(one.lot, 0)
        if one.lot in there or one.labelled:
            yield replace(one, qty=one.qty - gone) if gone > 0 else one


def stock_candidates(session: Session, org_id: int, lots: Collection[Lot]) -> tuple[Candidate, ...]:
    """The given lots as they are in stock now."""
    items = sorted({lot.item_id for lot in lots})
    rows = session.execute(_stock(org_id).where(Balance.item_id.in_(items))).all()
    found = _candidates(session, org_id, rows, labelled_in_stock(session, org_id))
    return tuple(one for one in found if one.lot in lots)


def labelled_in_stock(session: Session, org_id: int) -> Labelled:
    """Smallest units that stand under labels not used yet, by lot and where they lie now."""
    printed = _labelled(session, org_id, (Pack.status == State.IN_STOCK.value,))
    by_goods: dict[tuple[int, int, int], Labelled] = defaultdict(dict)
    for lot, units in printed.items():
        by_goods[lot.item_id, lot.lot_id, lot.owner_id][lot] = units
    there = _there(session, org_id, by_goods.keys())
    return {
        lot: units
        for goods, labels in by_goods.items()
        for lot, units in moved_along(there.get(goods, {}), labels).items()
    }


def _there(
    session: Session, org_id: int, goods: Collection[tuple[int, int, int]]
) -> dict[tuple[int, int, int], Labelled]:
    """Units in the house of these goods (item, lot, owner), by place."""
    found: dict[tuple[int, int, int], Labelled] = defaultdict(dict)
    for part in key_portions({item for item, _lot, _owner in goods}):
        rows = session.execute(
            select(Balance.item_id, Balance.lot_id, Balance.owner_id, Balance.place_id, Balance.qty)
            .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
            .where(
                Balance.org_id == org_id, Balance.item_id.in_(part), Balance.qty > 0,
                Place.holds_stock.is_(True),
            )
            .order_by(Balance.place_id)
        )  # fmt: skip
        for row in rows:
            lot = Lot(row.item_id, row.lot_id, row.owner_id, row.place_id)
            found[row.item_id, row.lot_id, row.owner_id][lot] = int(row.qty)
    return found


def _labelled(session: Session, org_id: int, conditions: Iterable[Any]) -> Labelled:
    """Labelled units by lot, under further conditions."""
    rows = session.execute(
        select(Pack.item_id, PackLine.lot_id, Pack.owner_id, Pack.place_id, func.sum(PackLine.qty))
        .join(PackLine, (PackLine.org_id == Pack.org_id) & (PackLine.pack_id == Pack.id))
        .where(Pack.org_id == org_id, Pack.status != VOIDED, *conditions)
        .group_by(Pack.item_id, PackLine.lot_id, Pack.owner_id, Pack.place_id)
    )
    return {Lot(*row[:4]): int(row[4]) for row in rows}


def _stock(org_id: int) -> Select[Any]:
    """All balances of a member as candidates."""
    balance = Balance
    return (
        _goods(balance.item_id, balance.lot_id, balance.owner_id, balance.place_id, balance.qty)
        .select_from(balance)
        .join(Item, Item.id == balance.item_id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(Place, (Place.org_id == balance.org_id) & (Place.id == balance.place_id))
        .outerjoin(tables.Lot, tables.Lot.id == balance.lot_id)
        .where(balance.org_id == org_id, balance.qty > 0, Place.holds_stock.is_(True))
        .order_by(Item.name, tables.Lot.expiry, balance.lot_id, balance.place_id, balance.owner_id)
    )


def _goods(*columns: Any) -> Select[Any]:
    """The columns of a candidate: who, how many, and the words for it."""
    item_id, lot_id, owner_id, place_id, qty = columns
    return select(
        item_id.label("item_id"),
        lot_id.label("lot_id"),
        owner_id.label("owner_id"),
        place_id.label("place_id"),
        qty.label("qty"),
        Item.code,
        Item.name,
        Item.spec,
        Item.base_unit,
        Item.pack_unit,
        Item.pack_factor,
        Item.storage,
        Maker.short_name.label("maker"),
        Place.name.label("place"),
        tables.Lot.lot_no,
        tables.Lot.serial,
        tables.Lot.expiry,
    )


def _candidates(
    session: Session, org_id: int, rows: Iterable[Any], labelled: Labelled
) -> tuple[Candidate, ...]:
    """Rows of `_goods` as candidates; a lot that stands on two lines is one row."""
    merged: dict[Lot, Any] = {}
    total: dict[Lot, int] = defaultdict(int)
    for row in rows:
        lot = Lot(row.item_id, row.lot_id, row.owner_id, row.place_id)
        merged.setdefault(lot, row)
        total[lot] += int(row.qty)
    gtins = trade_numbers(session, org_id, {lot.item_id for lot in merged}, today(session))
    return tuple(
        _candidate(lot, row, total[lot], labelled.get(lot, 0), gtins.get(lot.item_id, ""))
        for lot, row in merged.items()
    )


def _candidate(lot: Lot, row: Any, qty: int, labelled: int, gtin: str) -> Candidate:
    """One candidate."""
    factor = int(row.pack_factor)
    packs = max(1, -(-max(0, qty - labelled) // factor))
    return Candidate(
        lot=lot,
        code=row.code,
        name=row.name,
        spec=row.spec,
        maker=row.maker,
        lot_no=row.lot_no or "",
        serial=row.serial or "",
        expiry=row.expiry,
        qty=qty,
        labelled=labelled,
        base_unit=row.base_unit,
        pack_unit=row.pack_unit,
        pack_factor=factor,
        per_label=suggested(packs) * factor,
        place=row.place,
        storage=row.storage,
        gtin=gtin,
    )


def trade_numbers(
    session: Session, org_id: int, items: Collection[int], day: date
) -> dict[int, str]:
    """The trade number in force of each item: that of the pack, else of a smaller unit.

    Never that of a case: whoever scans the label would read a case where one pack lies.
    """
    rows = session.execute(
        select(ItemCode.item_id, ItemCode.code)
        .join(Item, Item.id == ItemCode.item_id)
        .where(
            ItemCode.item_id.in_(sorted(items)),
            ItemCode.system == "gtin",
            ItemCode.org_id.in_((0, org_id)),
            ItemCode.unit_factor <= Item.pack_factor,
            (ItemCode.valid_from.is_(None)) | (ItemCode.valid_from <= day),
            (ItemCode.valid_to.is_(None)) | (ItemCode.valid_to > day),
        )
        .order_by(ItemCode.item_id, ItemCode.unit_factor.desc(), ItemCode.id)
    )
    found: dict[int, str] = {}
    for item_id, code in rows:
        found.setdefault(item_id, code)
    return found
