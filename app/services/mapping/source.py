"""What rows are matched to: the catalogue as entries, what the group has learned, items' states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem
from app.domain.mapping import ItemState, ItemUnits
from app.domain.matching.memory import Memory
from app.domain.matching.row import Entry
from app.models.item import Item, ItemCode, ItemUnit, Product
from app.models.mapping import PairMemory
from app.models.party import Maker

_CODES = (CodeSystem.NHSA.value, CodeSystem.NATIONAL.value, CodeSystem.APPROVAL.value)


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item as it is matched and as people see it."""

    item_id: int
    code: str
    entry: Entry
    state: ItemState


def catalogue_items(
    session: Session, item_ids: Collection[int] | None = None
) -> dict[int, CatalogueItem]:
    """Items by id; all of the catalogue that is in use when `item_ids` is None."""
    chosen = Item.status != "stopped" if item_ids is None else Item.id.in_(item_ids)
    numbers = _numbers(session, item_ids)
    steps = _steps(session, item_ids)
    rows = session.execute(
        select(
            Item.id, Item.code, Item.name, Item.trade_name, Item.spec, Item.approval_no,
            Item.approval_valid_to, Item.status, Item.base_unit, Item.pack_unit, Item.pack_factor,
            Product.form, Maker.name.label("maker"), Maker.aliases,
        )
        .join(Product, Product.id == Item.product_id)
        .join(Maker, Maker.id == Item.maker_id)
        .where(chosen)
    )  # fmt: skip
    found = {}
    for row in rows:
        known = numbers.get(row.id, {})
        units = ItemUnits(row.base_unit, row.pack_unit, row.pack_factor, steps.get(row.id, {}))
        entry = Entry(
            str(row.id),
            row.name,
            row.spec,
            "".join((row.maker, *(f"(原名:{alias})" for alias in row.aliases or ()))),
            row.trade_name or "",
            row.form,
            " ".join(_once(row.approval_no or "", known.get(CodeSystem.APPROVAL.value, ()))),
            next(iter(known.get(CodeSystem.NHSA.value, ())), ""),
            next(iter(known.get(CodeSystem.NATIONAL.value, ())), ""),
        )
        state = ItemState(row.status, row.approval_valid_to, units)
        found[row.id] = CatalogueItem(row.id, row.code, entry, state)
    return found


def memory(session: Session) -> Memory:
    """What members have confirmed; words that were confirmed for two items teach nothing."""
    pairs: dict[str, set[str]] = defaultdict(set)
    makers = set()
    for kind, words, target in session.execute(
        select(PairMemory.kind, PairMemory.words, PairMemory.target).where(PairMemory.times > 0)
    ):
        if kind == "maker":
            makers.add((words, target))
        else:
            pairs[words].add(target)
    sure = {words: next(iter(found)) for words, found in pairs.items() if len(found) == 1}
    return Memory(sure, frozenset(makers))


def _once(current: str, others: Iterable[str]) -> list[str]:
    """The number in force and the former ones, each once."""
    return [number for number in dict.fromkeys((current, *others)) if number]


def _numbers(session: Session, item_ids: Collection[int] | None) -> dict[int, dict[str, list[str]]]:
    statement = select(ItemCode.item_id, ItemCode.system, ItemCode.code).where(
        ItemCode.org_id == 0, ItemCode.system.in_(_CODES)
    )
    if item_ids is not None:
        statement = statement.where(ItemCode.item_id.in_(item_ids))
    found: dict[int, dict[str, list[str]]] = {}
    for item, system, code in session.execute(statement):
        found.setdefault(item, {}).setdefault(system, []).append(code)
    return found


def _steps(session: Session, item_ids: Collection[int] | None) -> dict[int, dict[str, int]]:
    statement = select(ItemUnit.item_id, ItemUnit.name, ItemUnit.factor)
    if item_ids is not None:
        statement = statement.where(ItemUnit.item_id.in_(item_ids))
    found: dict[int, dict[str, int]] = {}
    for item, name, factor in session.execute(statement):
        found.setdefault(item, {})[name] = factor
    return found
