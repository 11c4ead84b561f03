"""Proofs as people read them: names beside the keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.imprints import GROUP
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Lot, Place
from app.services.db import Database
from app.services.platform.proofs import ChainProof, Difference
from app.services.queries.portions import key_portions
from app.services.stock.papers import units_text


@dataclass(frozen=True, slots=True)
class NamedChain:
    """A proved chain, and whose it is."""

    org_id: int
    org: str
    chain: str
    rows: int
    head: str
    broken_at: int
    odd: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NamedDifference:
    """A balance that is not what the ledger says: where, of what, how many of which units."""

    org_id: int
    org: str
    place_id: int
    place: str
    item_id: int
    item: str
    lot_id: int
    lot_no: str
    owner_id: int
    owner: str
    balance: int
    balance_text: str
    ledger: int
    ledger_text: str


def named_chains(db: Database, found: Sequence[ChainProof]) -> tuple[NamedChain, ...]:
    """The chains with the short names of their organisations."""
    with db.read() as session:
        names = organisations(session, {one.org_id for one in found})
    return tuple(NamedChain(org=names.get(one.org_id, ""), **asdict(one)) for one in found)


def named_differences(db: Database, found: Sequence[Difference]) -> tuple[NamedDifference, ...]:
    """The differences with the names of place, goods, lot and owner."""
    with db.read() as session:
        orgs = organisations(session, {x for one in found for x in (one.org_id, one.owner_id)})
        places = _places(session, {one.place_id for one in found})
        items = _items(session, {one.item_id for one in found})
        lots = _lots(session, {one.lot_id for one in found})
        return tuple(_named(one, (orgs, places, lots), items.get(one.item_id)) for one in found)


def difference_words(one: NamedDifference) -> str:
    """A difference in one line."""
    return _(
        "{where} 的库存是 {balance}，按台账应为 {ledger}",
        where=" ".join(filter(None, (one.org, one.place, one.item, one.lot_no, one.owner))),
        balance=one.balance_text,
        ledger=one.ledger_text,
    )


def _named(
    one: Difference,
    names: tuple[dict[int, str], dict[tuple[int, int], str], dict[int, str]],
    item: Item | None,
) -> NamedDifference:
    orgs, places, lots = names
    units = (item.base_unit, item.pack_unit, item.pack_factor) if item else ("", "", 1)
    return NamedDifference(
        org=orgs.get(one.org_id, ""),
        place=places.get((one.org_id, one.place_id), ""),
        item=f"{item.code} {item.name}" if item else "",
        lot_no=lots.get(one.lot_id, ""),
        owner=orgs.get(one.owner_id, ""),
        balance_text=units_text(*units, one.balance),
        ledger_text=units_text(*units, one.ledger),
        **asdict(one),
    )


def organisations(session: Session, keys: Collection[int]) -> dict[int, str]:
    """Short names; the group, which is no organisation, has one, too."""
    found: dict[int, str] = {GROUP: _("集团")}
    for part in key_portions(keys):
        query = select(Organisation.id, Organisation.short_name)
        rows = session.execute(query.where(Organisation.id.in_(part)))
        found |= dict(rows.all())
    return found


def _places(session: Session, keys: Collection[int]) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for part in key_portions(keys):
        rows = session.execute(select(Place.org_id, Place.id, Place.name).where(Place.id.in_(part)))
        found |= {(org, key): name for org, key, name in rows}
    return found


def _items(session: Session, keys: Collection[int]) -> dict[int, Item]:
    found: dict[int, Item] = {}
    for part in key_portions(keys):
        found |= {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(part)))}
    return found


def _lots(session: Session, keys: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in key_portions(keys):
        rows = session.execute(select(Lot.id, Lot.lot_no).where(Lot.id.in_(part)))
        found |= dict(rows.all())
    return found
