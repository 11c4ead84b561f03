"""处方流转: which members could hand out a prescribed item now, and what a ward lacks.

Only sums cross from one member to another: no lot, price, owner or patient.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.formulary.listed import Listed
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Balance, Lot, LotHold, Place
from app.services.access import group_orgs
from app.services.db import Database, database_of, today
from app.services.formulary.items import GROUP, facts_of, standing
from app.services.formulary.named import named_items


@dataclass(frozen=True, slots=True)
class Ready:
    """What one organisation could hand out of one item.

    Attributes:
        same: Whether it is the prescribed item itself, not one of the same generic and form.
        listed: Whether the organisation's list holds it.
        qty: Smallest units that may be used now.
    """

    item_id: int
    code: str
    name: str
    spec: str
    maker: str
    same: bool
    org_id: int
    org: str
    listed: bool
    qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int


@dataclass(frozen=True, slots=True)
class WardRow:
    """An item that a ward keeps: how much it should have, the own stock, and who could help."""

    item_id: int
    code: str
    name: str
    spec: str
    keep_qty: int
    own_qty: int
    others: tuple[tuple[str, int], ...]
    base_unit: str
    pack_unit: str
    pack_factor: int

    @property
    def missing(self) -> int:
        """Smallest units short of what should stand ready."""
        return max(0, self.keep_qty - self.own_qty)


def ready(db: Database, actor: Actor, item_id: int) -> tuple[Ready, ...]:
    """Who has a prescribed item, or one of the same generic name and form, in stock now.

    Organisations without any are told too when their list holds the item: they could order it.
    """
    del actor  # sums are shared within the group; the database keeps suppliers out
    with db.read() as session:
        day = today(session)
        wanted = facts_of(session, [item_id])[item_id]
        alike = _alike(session, wanted)
        stock = ready_stock(session, alike.keys())
        orgs = _names(session, group_orgs(session, day))
        lists = {org: frozenset(session.scalars(standing(org, day))) for org in orgs}
        items = session.scalars(select(Item).where(Item.id.in_(alike))).all()
        found = [
            _ready(alike[item.id], item, (org, name), (qty, item.id == item_id, on_list))
            for item in items
            for org, name in orgs.items()
            for qty, on_list in [(stock.get((org, item.id), 0), item.id in lists[org])]
            if qty or (item.id == item_id and on_list)
        ]
    return tuple(sorted(found, key=lambda one: (not one.same, -one.qty, one.org)))


def ward_readiness(
    db: Database, actor: Actor, org_id: int, list_owner: int, list_id: int
) -> tuple[WardRow, ...]:
    """A ward's list against the stock of its organisation and of the others."""
    rows = named_items(db, actor, list_owner, list_id)
    with db.read() as session:
        orgs = _names(session, group_orgs(session, today(session)))
        stock = ready_stock(session, [row.item_id for row in rows])
    return tuple(
        WardRow(
            row.item_id, row.code, row.name, row.spec, row.keep_qty,
            stock.get((org_id, row.item_id), 0),
            tuple((name, stock[org, row.item_id]) for org, name in orgs.items()
                  if org != org_id and stock.get((org, row.item_id))),
            row.base_unit, row.pack_unit, row.pack_factor,
        )
        for row in rows
    )  # fmt: skip


def ready_stock(session: Session, items: Collection[int]) -> dict[tuple[int, int], int]:
    """(organisation, item) → smallest units that may be used now, over the whole group."""
    if not items:
        return {}
    if not database_of(session).is_sqlite:
        statement = text("SELECT org_id, item_id, qty FROM api.ready_stock(:items)").bindparams(
            bindparam("items", type_=ARRAY(BigInteger))
        )
        found = session.execute(statement, {"items": sorted(items)})
        return {(org, item): int(qty) for org, item, qty in found}
    held = select(LotHold.lot_id).where(
        LotHold.lot_id == Balance.lot_id,
        LotHold.released_at.is_(None),
        or_(LotHold.org_id == GROUP, LotHold.org_id == Balance.org_id),
    )
    rows = session.execute(
        select(Balance.org_id, Balance.item_id, func.sum(Balance.qty))
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.item_id.in_(items),
            Balance.qty > 0,
            Place.holds_stock.is_(True),
            Place.zone.in_(("", "good")),
            or_(Lot.expiry.is_(None), Lot.expiry >= today(session)),
            ~held.exists(),
        )
        .group_by(Balance.org_id, Balance.item_id)
    )
    return {(org, item): int(qty) for org, item, qty in rows}


def _alike(session: Session, wanted: Listed) -> dict[int, Listed]:
    """The item and all others of the same generic name and form that may be bought."""
    if not wanted.is_drug:
        return {wanted.item_id: wanted}
    rows = session.scalars(
        select(Item.id).where(
            Item.item_class == "drug", Item.status == "active", Item.name.contains(wanted.generic)
        )
    ).all()
    candidates = facts_of(session, rows)
    return {wanted.item_id: wanted} | {
        item: fact
        for item, fact in candidates.items()
        if fact.generic == wanted.generic and fact.form == wanted.form
    }


def _names(session: Session, orgs: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.short_name)
        .where(Organisation.id.in_(orgs))
        .order_by(Organisation.code)
    )
    return dict(rows.all())


def _ready(fact: Listed, item: Item, org: tuple[int, str], state: tuple[int, bool, bool]) -> Ready:
    qty, same, on_list = state
    return Ready(
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        maker=fact.maker,
        same=same,
        org_id=org[0],
        org=org[1],
        listed=on_list,
        qty=qty,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
    )
