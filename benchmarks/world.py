"""A group of any size, made with a fixed seed: items with Chinese names, stock and moves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from app.domain.ids import new_id, new_op
from app.domain.search_text import build
from app.models.base import moment
from app.models.item import Item, ItemSearch
from app.services.bulk import insert_all
from app.services.db import Database
from tests.factories import EAST, NOW, Site
from tests.faults.bookings import book

SEED: Final = 20_261_014
FIRST: Final = 1_000
_FACTOR: Final = 24
"""Units in a pack of each item."""
_STEMS: Final = {
    "阿莫西林": "amxl",
    "氨氯地平": "aldp",
    "门冬胰岛素": "mdyds",
    "头孢呋辛": "tfxa",
    "二甲双胍": "ejsg",
    "奥美拉唑": "amlz",
    "氯吡格雷": "lpgl",
    "缬沙坦": "xst",
    "布洛芬": "blf",
    "左氧氟沙星": "zyfsx",
}
_FORMS: Final = ("片", "胶囊", "注射液", "颗粒", "缓释片", "口服溶液", "滴眼液", "乳膏")
_CHUNK: Final = 5_000
_USED: Final = 0.02
"""Share of a catalogue that a group really uses."""


def make_items(db: Database, count: int) -> None:
    """Write `count` items with their search text."""
    dice = random.Random(SEED)  # noqa: S311 - the same group every time
    with db.write() as session:
        for rows in _chunks(_item(number, dice) for number in range(count)):
            insert_all(session, Item, [item for item, _search in rows])
            insert_all(session, ItemSearch, [search for _item_row, search in rows])
        _analyze(session)


def _item(number: int, dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    item_id, stem = FIRST + number, dice.choice(sorted(_STEMS))
    name, code = f"{stem}{dice.choice(_FORMS)}", f"YP-9{number:07d}"
    item = {
        "id": item_id,
        "code": code,
        "product_id": 101,
        "item_class": "drug",
        "name": name,
        "strength": f"{dice.randint(1, 500)} mg",
        "spec": "24 片/盒",
        "maker_id": 1,
        "base_unit": "片",
        "pack_unit": "盒",
        "pack_factor": _FACTOR,
        "updated_at": moment(0),
        "usage_rank": dice.randint(1, 9_000) if dice.random() < _USED else 0,
    }
    text = build((name,), ("24 片/盒", "北辰药业"), (code,))
    search = {
        "item_id": item_id,
        "words": text.words,
        "initials": text.initials,
        "full": text.full,
        "codes": text.codes,
        "sort_key": text.sort_key,
        "grams": text.grams,
    }
    return item, search


def price_of(item: int, supplier: int) -> dict[str, Any]:
    """A supplier's price for everybody, for an item of `make_items` by its number."""
    return {
        "id": new_id(), "list_id": 1, "item_id": FIRST + item, "org_id": 0,
        "supplier_id": supplier, "valid_from": date(2026, 1, 1),
        "unit_price": Decimal(f"{item % 90 + 1}.35"), "price_factor": _FACTOR, "created_at": NOW,
        "created_by": 1,
    }  # fmt: skip


def needs(count: int) -> Iterator[tuple[int, int, int]]:
    """One to nine packs of each of so many items, for `tests.order_needs.write_ask`."""
    return ((FIRST + item, item % 9 + 1, _FACTOR) for item in range(count))


def make_moves(site: Site, count: int) -> None:
    """Book `count` moves at one member: receipts of 1,000 lots each."""
    place = site.world.stores[EAST]
    for begin in range(0, count, 1_000):
        lots = [(lot, -24) for lot in range(begin + 1, min(begin + 1_000, count) + 1)]
        book(*site.as_("east_store"), new_op(), place, lots)


def _chunks(rows: Iterator[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == _CHUNK:
            yield part
            part = []
    if part:
        yield part


def _analyze(session: Session) -> None:
    from sqlalchemy import text

    session.execute(text("ANALYZE"))
