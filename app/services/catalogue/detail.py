"""One item with everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.catalogue import ItemDraft
from app.domain.codes import CodeSystem
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.quantity import UnitChain, chain_of
from app.i18n import _
from app.models.catalogue import Attachment
from app.models.item import Item, ItemChange, ItemCode, ItemUnit, Product
from app.models.party import Maker, Organisation, Person
from app.models.price import Price, PriceList
from app.services.catalogue.doses import Dose, doses_of
from app.services.catalogue.drafts import load_drafts
from app.services.db import Database, local_time
from app.services.prices.visible import visible


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code of the item; `org` is empty for the group's codes."""

    id: int
    system: CodeSystem
    code: str
    org: str
    unit_factor: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """A price of the item, in force or past."""

    id: int
    supplier: str
    org: str
    source: str
    unit_price: Decimal
    price_factor: int
    rank: int
    ceiling: Decimal | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of the item: field → (old, new)."""

    at: datetime
    person: str
    what: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A picture or paper of the item."""

    id: int
    name: str
    media: str
    size: int


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item as the detail panel shows it, and as a draft to edit.

    Attributes:
        version: To be given back when saving, so that no other person's change is lost.
        case_text: 1 件 = 200 盒; empty when there is no larger unit.
        doses: Defined daily doses of its ATC code, from the newest list that is loaded.
        papers: Pictures and papers, without their content.
        company_codes: Five digits inside its 本位码 and 医保编码: who makes it.
    """

    id: int
    code: str
    version: int
    draft: ItemDraft
    spec: str
    maker_short: str
    units: UnitChain
    case_text: str
    codes: tuple[CodeRow, ...]
    prices: tuple[ItemPrice, ...]
    changes: tuple[ChangeRow, ...]
    doses: tuple[Dose, ...] = ()
    papers: tuple[PaperRow, ...] = ()
    company_codes: tuple[str, ...] = ()

    def codes_of(self, system: CodeSystem) -> tuple[str, ...]:
        """The item's codes in one system."""
        return tuple(row.code for row in self.codes if row.system is system)


def item_detail(db: Database, actor: Actor, item_id: int) -> ItemDetail:
    """Everything about one item that the actor may see; `DomainError` if there is none."""
    with db.read() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))
        maker = session.get_one(Maker, item.maker_id)
        chain = session.scalars(
            select(ItemUnit).where(ItemUnit.item_id == item_id).order_by(ItemUnit.factor)
        ).all()
        units = chain_of([(u.name, u.factor) for u in chain] or [(item.base_unit, 1)],
                         item.pack_unit)  # fmt: skip
        rows = _codes(session, actor, item_id)
        return ItemDetail(
            id=item.id,
            code=item.code,
            version=item.version,
            draft=load_drafts(session, (item_id,))[item_id].draft,
            spec=item.spec,
            maker_short=maker.short_name,
            units=units,
            case_text=_case_text(units),
            codes=rows,
            prices=_prices(session, actor, item_id),
            changes=_changes(session, item_id),
            doses=_doses(session, item),
            papers=_papers(session, item_id),
            company_codes=codes.company_codes([(row.system, row.code) for row in rows]),
        )


def item_id_of(db: Database, actor: Actor, code: str) -> int:
    """The item with a group code; `DomainError` when there is none."""
    del actor  # the catalogue is everybody's to read
    with db.read() as session:
        found = session.scalar(select(Item.id).where(func.upper(Item.code) == code.strip().upper()))
    if found is None:
        raise DomainError(
            "item.unknown",
            _("没有统一编码 {code}。可用 yilian search 按名称或拼音查找。", code=code[:40]),
        )
    return found


def _case_text(units: UnitChain) -> str:
    """The larger packs in one line: 1 件 = 10 中包 = 200 盒."""
    larger = [unit for unit in units.units if unit.factor >= units.pack_unit.factor]
    if len(larger) < len("件盒"):
        return ""
    top = larger[-1]
    parts = [f"{top.factor // unit.factor} {unit.name}" for unit in reversed(larger)]
    return " = ".join(parts)


def _doses(session: Session, item: Item) -> tuple[Dose, ...]:
    atc = session.scalar(select(Product.atc).where(Product.id == item.product_id))
    return doses_of(session, atc) if atc else ()


def _papers(session: Session, item_id: int) -> tuple[PaperRow, ...]:
    rows = session.execute(
        select(Attachment.id, Attachment.name, Attachment.media, Attachment.size)
        .where(Attachment.item_id == item_id)
        .order_by(Attachment.id)
    )
    return tuple(PaperRow(*row) for row in rows)


def _codes(session: Session, actor: Actor, item_id: int) -> tuple[CodeRow, ...]:
    rows = session.execute(
        select(ItemCode, Organisation.short_name)
        .outerjoin(Organisation, Organisation.id == ItemCode.org_id)
        .where(ItemCode.item_id == item_id, ItemCode.org_id.in_((0, *sorted(actor.orgs()))))
        .order_by(ItemCode.org_id, ItemCode.system, ItemCode.unit_factor, ItemCode.code)
    )
    return tuple(
        CodeRow(
            code.id,
            CodeSystem(code.system),
            code.code,
            org or "",
            code.unit_factor,
            code.valid_from,
            code.valid_to,
        )
        for code, org in rows
    )


def _prices(session: Session, actor: Actor, item_id: int) -> tuple[ItemPrice, ...]:
    rows = session.execute(
        select(Price, PriceList.source, Organisation.short_name)
        .join(PriceList, PriceList.id == Price.list_id)
        .join(Organisation, Organisation.id == Price.supplier_id)
        .where(Price.item_id == item_id, visible(session, actor))
        .order_by(Price.valid_from, Price.rank, Price.id)
    ).all()
    named = select(Organisation.id, Organisation.short_name).where(
        Organisation.id.in_([price.org_id for price, _source, _name in rows])
    )
    orgs = {row.id: row.short_name for row in session.execute(named)}
    return tuple(
        ItemPrice(
            id=price.id,
            supplier=supplier,
            org=orgs.get(price.org_id, ""),
            source=source,
            unit_price=price.unit_price,
            price_factor=price.price_factor,
            rank=price.rank,
            ceiling=price.ceiling,
            valid_from=price.valid_from,
            valid_to=price.valid_to,
        )
        for price, source, supplier in rows
    )


def _changes(session: Session, item_id: int) -> tuple[ChangeRow, ...]:
    rows = session.execute(
        select(ItemChange, Person.name)
        .outerjoin(Person, Person.id == ItemChange.person_id)
        .where(ItemChange.item_id == item_id)
        .order_by(ItemChange.at.desc(), ItemChange.id.desc())
    )
    return tuple(
        ChangeRow(
            local_time(change.at),
            name or "",
            {key: (old, new) for key, (old, new) in change.what.items()},
        )
        for change, name in rows
    )
