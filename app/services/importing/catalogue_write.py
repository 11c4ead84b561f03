"""Writing thousands of new items at once, with units, codes, history and search text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain import catalogue
from app.domain.catalogue import ItemDraft
from app.domain.codes import CodeSystem
from app.domain.duties import Actor
from app.domain.errors import Problem, refuse_if
from app.domain.ids import new_id, new_ids
from app.i18n import _
from app.models.base import CanonicalJson
from app.models.item import Item, ItemChange, ItemCode, ItemUnit, Product
from app.models.party import Maker
from app.services.bulk import insert_rows
from app.services.bulk_behind import Behind
from app.services.catalogue.edit import Numbering
from app.services.catalogue.index import IndexBehind, search_row, texts_of
from app.services.catalogue.makers import add_names, company_of, maker_row
from app.services.catalogue.rows import columns_of, with_approval
from app.services.db import now
from app.services.queries.portions import portions

_PART: Final = 1_000
_ITEM: Final = tuple(column.name for column in Item.__table__.columns)
_IN_ORDER: Final = itemgetter(*_ITEM)
_BLOCK: Final = 4_000
_SYSTEMS: Final = {system: system.value for system in CodeSystem}
_PRODUCT: Final = tuple(column.name for column in Product.__table__.columns)
_UNIT: Final = tuple(column.name for column in ItemUnit.__table__.columns)
_CODE: Final = tuple(column.name for column in ItemCode.__table__.columns)
_CHANGE: Final = tuple(column.name for column in ItemChange.__table__.columns)


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What a row would write: a new item (`item_id` 0) or a change of one.

    Attributes:
        maker_names: Other names of the maker that the row states.
    """

    draft: ItemDraft
    code: str
    item_id: int = 0
    version: int = 0
    maker_names: tuple[str, ...] = ()


def write_new(
    session: Session,
    actor: Actor,
    contents: Sequence[ItemContent],
    step: Callable[[int], None],
) -> list[int]:
    """Write new items in bulk; their ids in the order of the rows.

    Args:
        session: The unit of work.
        actor: Who adds them.
        contents: The items; their drafts have been checked.
        step: Told how many are written; may raise to stop.
    """
    if not contents:
        return []
    drafts = [content.draft for content in contents]
    makers = _makers(session, contents)
    products = _products(session, drafts)
    numbers = _numbers(session, contents)
    ids: list[int] = []
    pairs = list(zip(contents, numbers, strict=True))
    with Behind(session) as behind:
        writer = _Writer(session, behind, (makers, products), (actor.person_id, now(session)))
        for part in portions(pairs, _PART):
            ids += writer.write(part)
            step(len(ids))
        behind.finish()
    return ids


@dataclass(frozen=True, slots=True)
class _Names:
    id: int
    short: str


_Made = tuple[Mapping[str, _Names], Mapping[tuple[str, str, str], int]]
"""Makers by name and products by class, name and form; all that the drafts name are there."""


class _Writer:
    """Turns drafts into rows of all tables of an item."""

    def __init__(
        self, session: Session, behind: Behind, made: _Made, who: tuple[int, datetime]
    ) -> None:
        self._makers, self._products = made
        self._person, self._stamp = who
        self._behind = behind
        for model, columns, block in (
            (Item, _ITEM, _PART),  # a whole block each time: the others refer to it
            (ItemUnit, _UNIT, _BLOCK), (ItemCode, _CODE, _BLOCK), (ItemChange, _CHANGE, _BLOCK),
        ):  # fmt: skip
            behind.table(model, columns, block)
        self._index = IndexBehind(session, behind)

    def write(self, part: Sequence[tuple[ItemContent, str]]) -> range:
        """Write a part; the ids of its items, ascending as the index wants them."""
        ids, changes = new_ids(len(part)), new_ids(len(part))
        carried = [with_approval(content.draft) for content, _code in part]
        code_ids = iter(new_ids(sum(map(len, carried))))
        coded = [
            [(_SYSTEMS[entry.system], entry.code, entry) for entry in entries]
            for entries in carried
        ]
        add = self._behind.add
        named = [(one, content.draft, code) for one, (content, code) in zip(ids, part, strict=True)]
        add(Item, [self._item(*one) for one in named])
        add(ItemUnit, [
            (one, factor, name, level)
            for one, draft, _code in named
            for factor, name, level in catalogue.steps(draft)
        ])  # fmt: skip
        add(ItemCode, [
            (one, next(code_ids), system, code, 0, entry.unit_factor, entry.valid_from,
             entry.valid_to)
            for one, codes in zip(ids, coded, strict=True)
            for system, code, entry in codes
        ])  # fmt: skip
        add(ItemChange, [
            (one, change, self._stamp, self._person, _added(code))
            for (one, _draft, code), change in zip(named, changes, strict=True)
        ])  # fmt: skip
        self._index.add([
            self._searched(*one, [(system, number) for system, number, _entry in codes])
            for one, codes in zip(named, coded, strict=True)
        ])  # fmt: skip
        self._behind.turn()
        return ids

    def _item(self, item_id: int, draft: ItemDraft, code: str) -> tuple[Any, ...]:
        values = columns_of(draft)
        values.update(
            id=item_id, code=code, version=1, updated_at=self._stamp, usage_rank=0,
            lot_tracked=True, product_id=self._products[_product_key(draft)],
            maker_id=self._makers[draft.maker.strip()].id,
        )  # fmt: skip
        row: tuple[Any, ...] = _IN_ORDER(values)
        return row

    def _searched(
        self, item_id: int, draft: ItemDraft, code: str, codes: list[tuple[str, str]]
    ) -> tuple[Any, ...]:
        short = self._makers[draft.maker.strip()].short
        texts = texts_of(draft.strength, draft.spec, draft.maker, short)
        known = [("", code), ("", draft.approval_no), *codes]
        return search_row(item_id, (draft.name, draft.trade_name), texts, known)


def _added(code: str) -> CanonicalJson:
    """What the history says of a new item, as it is stored."""
    return CanonicalJson(f'{{"":[null,{json.dumps(code, ensure_ascii=False)}]}}')


def _makers(session: Session, contents: Sequence[ItemContent]) -> dict[str, _Names]:
    """Makers by name; those that are new are written, new names of the others are noted."""
    known = {
        row.name: _Names(row.id, row.short_name)
        for row in session.execute(select(Maker.id, Maker.name, Maker.short_name))
    }
    wanted: dict[str, dict[str, None]] = {}
    numbers: dict[str, str] = {}
    for content in contents:
        name = content.draft.maker.strip()
        names = wanted.setdefault(name, {})
        names |= dict.fromkeys(content.maker_names)
        if not numbers.get(name):
            numbers[name] = company_of(content.draft)
    new = []
    for name, others in wanted.items():
        if name in known:
            add_names(session, name, tuple(others))
            if numbers[name]:
                session.execute(
                    update(Maker)
                    .where(Maker.name == name, Maker.company_code.is_(None))
                    .values(company_code=numbers[name])
                )
            continue
        row = maker_row(new_id(), name, numbers[name]) | {"aliases": list(others)}
        known[name] = _Names(row["id"], row["short_name"])
        new.append(row)
    if new:
        session.execute(insert(Maker), new)
    return known


def _product_key(draft: ItemDraft) -> tuple[str, str, str]:
    return draft.item_class.value, draft.name.strip(), draft.form.strip()


def _products(session: Session, drafts: Sequence[ItemDraft]) -> Mapping[tuple[str, str, str], int]:
    rows = session.execute(
        select(Product.id, Product.item_class, Product.generic_name, Product.form)
    )
    known = {(row.item_class, row.generic_name, row.form): row.id for row in rows}
    new = {key: d for d in drafts if (key := _product_key(d)) not in known}
    known |= zip(new, new_ids(len(new)), strict=True)
    if new:
        insert_rows(
            session,
            Product,
            _PRODUCT,
            (
                (known[key], *key, draft.category or None, draft.atc or None)
                for key, draft in new.items()
            ),
        )
    return known


def _numbers(session: Session, contents: Sequence[ItemContent]) -> list[str]:
    """Group codes: those of the sheet, and the next free ones of each class for the rest."""
    taken = set(session.scalars(select(Item.code)))
    given = [content.code for content in contents if content.code]
    refuse_if(
        [
            Problem("item.code_taken", _("统一编码 {code} 已有品规在用。请重新预览。", code=code))
            for code in given
            if code in taken
        ],
        "import.changed",
        _("目录在预览之后变了，没有导入。"),
    )
    next_code = Numbering((*taken, *given))
    return [content.code or next_code(content.draft.item_class.prefix) for content in contents]
