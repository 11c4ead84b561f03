"""Many items as drafts at once: what imports compare a sheet with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.catalogue import FLAGS, CodeDraft, ItemClass, ItemDraft, ItemStatus, Storage
from app.domain.codes import CodeSystem
from app.models.item import Item, ItemCode, ItemUnit, Product
from app.models.party import Maker
from app.services.queries.portions import key_portions


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that is kept, as a draft; with its product and its maker."""

    item_id: int
    code: str
    version: int
    draft: ItemDraft
    product_id: int
    maker_id: int


def load_drafts(session: Session, item_ids: Collection[int]) -> dict[int, KnownItem]:
    """The items with the group's codes, by id."""
    found: dict[int, KnownItem] = {}
    for part in key_portions(item_ids):
        found |= _chunk(session, part)
    return found


def _chunk(session: Session, chunk: Sequence[int]) -> dict[int, KnownItem]:
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    for item, level, factor in session.execute(
        select(ItemUnit.item_id, ItemUnit.level, ItemUnit.factor).where(ItemUnit.item_id.in_(chunk))
    ):
        levels[item][level] = factor
    codes: dict[int, list[CodeDraft]] = defaultdict(list)
    for item, system, code, factor, valid_from, valid_to in session.execute(
        select(
            ItemCode.item_id, ItemCode.system, ItemCode.code, ItemCode.unit_factor,
            ItemCode.valid_from, ItemCode.valid_to,
        )
        .where(ItemCode.item_id.in_(chunk), ItemCode.org_id == 0)
        .order_by(ItemCode.system, ItemCode.unit_factor, ItemCode.code)
    ):  # fmt: skip
        codes[item].append(CodeDraft(CodeSystem(system), code, factor, 0, valid_from, valid_to))
    rows = session.execute(
        select(Item, Product, Maker)
        .join(Product, Product.id == Item.product_id)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(chunk))
    )
    return {
        item.id: KnownItem(
            item.id,
            item.code,
            item.version,
            draft_of(item, product, maker, levels[item.id], tuple(codes[item.id])),
            product.id,
            maker.id,
        )
        for item, product, maker in rows
    }


def draft_of(
    item: Item, product: Product, maker: Maker, levels: dict[str, int], codes: tuple[CodeDraft, ...]
) -> ItemDraft:
    """The kept rows of an item as a draft."""
    return ItemDraft(
        item_class=ItemClass(item.item_class),
        name=item.name,
        strength=item.strength,
        maker=maker.name,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        form=product.form,
        trade_name=item.trade_name or "",
        approval_no=item.approval_no or "",
        approval_valid_to=item.approval_valid_to,
        middle_factor=levels.get("middle", 0),
        case_factor=levels.get("case", 0),
        storage=Storage(item.storage),
        storage_text=item.storage_text or "",
        shelf_life_days=item.shelf_life_days or 0,
        status=ItemStatus(item.status),
        insurance=item.insurance or "",
        controlled=item.controlled,
        antibiotic=item.antibiotic,
        category=product.category or "",
        atc=product.atc or "",
        flags=frozenset(name for name in FLAGS if getattr(item, name)),
        codes=codes,
    )
