"""Writing thousands of new items at once, with units, codes, history and search text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain import catalogue
from app.domain.catalogue import CodeDraft, ItemDraft
from app.domain.duties import Actor
from app.domain.errors import Problem, refuse_if
from app.domain.ids import new_id, new_ids
from app.i18n import _
from app.models.item import Item, ItemChange, ItemCode, ItemSearch, ItemUnit, Product
from app.models.party import Maker
from app.services.bulk import insert_rows
from app.services.catalogue.edit import Numbering
from app.services.catalogue.index import search_row, texts_of, write_rows
from app.services.catalogue.makers import add_names, company_of, maker_row
from app.services.catalogue.rows import columns_of, with_approval
from app.services.db import now
from app.services.queries.portions import portions

_PART: Final = 2_000
_ITEM: Final = tuple(column.name for column in Item.__table__.columns)
_IN_ORDER: Final = itemgetter(*_ITEM)
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
    writer = _Writer(makers, products, actor.person_id, now(session))
    ids: list[int] = []
    pairs = list(zip(contents, numbers, strict=True))
    for part in portions(pairs, _PART):
        ids += writer.write(session, part)
        step(len(ids))
    return ids


@dataclass(frozen=True, slots=True)
class _Names:
    id: int
    short: str


class _Writer:
    """Turns drafts into rows of all tables of an item."""

    def __init__(
        self,
        makers: Mapping[str, _Names],
        products: Mapping[tuple[str, str, str], int],
        person_id: int,
        stamp: datetime,
    ) -> None:
        self._makers = makers
        self._products = products
        self._person = person_id
        self._stamp = stamp

    def write(self, session: Session, part: Sequence[tuple[ItemContent, str]]) -> list[int]:
        """Write a part; the ids of its items, ascending as the index wants them."""
        rows: dict[Any, list[tuple[Any, ...]]] = {
            Item: [], ItemUnit: [], ItemCode: [], ItemChange: [], ItemSearch: [],
        }  # fmt: skip
        ids = list(new_ids(len(part)))
        carried = [with_approval(content.draft) for content, _code in part]
        code_ids = iter(new_ids(sum(map(len, carried))))
        for item_id, change_id, (content, code), entries in zip(
            ids, new_ids(len(part)), part, carried, strict=True
        ):
            self._add(rows, (item_id, change_id), content.draft, code, entries)
            rows[ItemCode] += [
                (item_id, next(code_ids), entry.system.value, entry.code, 0, entry.unit_factor,
                 entry.valid_from, entry.valid_to)
                for entry in entries
            ]  # fmt: skip
        for model, columns in (
            (Item, _ITEM), (ItemUnit, _UNIT), (ItemCode, _CODE), (ItemChange, _CHANGE),
        ):  # fmt: skip
            insert_rows(session, model, columns, rows[model])
        write_rows(session, rows[ItemSearch])
        return ids

    def _add(
        self,
        rows: dict[Any, list[tuple[Any, ...]]],
        ids: tuple[int, int],
        draft: ItemDraft,
        code: str,
        entries: Sequence[CodeDraft],
    ) -> None:
        item_id, change_id = ids
        maker = self._makers[draft.maker.strip()]
        values = columns_of(draft)
        values.update(
            id=item_id, code=code, version=1, updated_at=self._stamp, usage_rank=0,
            lot_tracked=True, product_id=self._products[_product_key(draft)], maker_id=maker.id,
        )  # fmt: skip
        rows[Item].append(_IN_ORDER(values))
        rows[ItemUnit] += [
            (item_id, factor, name, level) for factor, name, level in catalogue.steps(draft)
        ]
        rows[ItemChange].append((item_id, change_id, self._stamp, self._person, {"": [None, code]}))
        known = [("", code), ("", draft.approval_no), *((e.system, e.code) for e in entries)]
        texts = texts_of(draft.strength, values["spec"], draft.maker, maker.short)
        rows[ItemSearch].append(search_row(item_id, (draft.name, draft.trade_name), texts, known))


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
    known |= {key: new_id() for key in new}
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
