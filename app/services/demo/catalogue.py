"""The demo's unified catalogue: makers, 品种, 品规, unit chains, codes and search text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem
from app.domain.ids import new_id
from app.models.item import Item, ItemCode, ItemUnit, Product
from app.models.party import Maker
from app.services.db import now
from app.services.demo.papers import write_rows
from app.services.demo.sources import Goods
from app.services.demo.warehouse import SHELF_LIFE

Row = dict[str, Any]
_CONTROLLED: Final = {"narcotic": "narcotic", "psychotropic1": "psychotropic1"}
_STORAGE_TEXT: Final = {
    "cold": "2–8 ℃ 冷藏",
    "frozen": "−20 ℃ 以下冷冻",
    "cool": "阴凉处（不超过 20 ℃）",
    "normal": "常温（10–30 ℃）",
}


def make_catalogue(session: Session, goods: Sequence[Goods], today: date) -> dict[str, int]:
    """Write the goods; the item's id by its group code."""
    makers = {name: new_id() for name in dict.fromkeys(item.maker for item in goods)}
    write_rows(
        session,
        Maker,
        [
            {
                "id": key,
                "name": name,
                "short_name": short_maker(name),
                "company_code": None,
                "aliases": [],
            }
            for name, key in makers.items()
        ],
    )
    products = _products(session, goods)
    ids = {item.code: new_id() for item in goods}
    stamp = now(session)
    write_rows(
        session,
        Item,
        [
            _item(item, ids[item.code], products[_product_key(item)], makers[item.maker], today)
            | {"updated_at": stamp}
            for item in goods
        ],
    )
    write_rows(session, ItemUnit, [row for item in goods for row in _units(item, ids)])
    write_rows(session, ItemCode, [row for item in goods for row in _codes(item, ids)])
    return ids


def short_maker(name: str) -> str:
    """A maker's name as people say it: without the legal form."""
    bare = name
    for tail in ("有限责任公司", "股份有限公司", "有限公司", "公司"):
        bare = bare.removesuffix(tail)
    return bare or name


def _product_key(item: Goods) -> tuple[str, str, str]:
    return item.item_class, item.name, item.form


def _products(session: Session, goods: Sequence[Goods]) -> dict[tuple[str, str, str], int]:
    first: dict[tuple[str, str, str], Goods] = {}
    for item in goods:
        first.setdefault(_product_key(item), item)
    ids = {key: new_id() for key in first}
    write_rows(
        session,
        Product,
        [
            {
                "id": ids[key],
                "item_class": item.item_class,
                "generic_name": item.name,
                "form": item.form,
                "category": item.category or None,
                "atc": item.atc or None,
            }
            for key, item in first.items()
        ],
    )
    return ids


def _item(item: Goods, key: int, product: int, maker: int, today: date) -> Row:
    flags = item.flags
    level = next((flag[11:] for flag in flags if flag.startswith("antibiotic_")), "")
    controlled = next((_CONTROLLED[flag] for flag in flags if flag in _CONTROLLED), "")
    if "psychotropic2" in flags:
        controlled = "psychotropic2"
    return {
        "id": key,
        "code": item.code,
        "product_id": product,
        "item_class": item.item_class,
        "name": item.name,
        "trade_name": item.trade or None,
        "strength": item.strength,
        "spec": item.spec,
        "maker_id": maker,
        "approval_no": item.approval or None,
        "approval_valid_to": _approval_end(item, today),
        "base_unit": item.base_unit,
        "pack_unit": item.pack_unit,
        "pack_factor": item.pack,
        "storage": item.storage,
        "storage_text": _STORAGE_TEXT[item.storage],
        "shelf_life_days": SHELF_LIFE[item.item_class],
        "status": "active",
        "insurance": None,
        "essential": "essential" in flags,
        "vbp": "vbp" in flags,
        "negotiated": False,
        "controlled": controlled,
        "high_alert": "high_alert" in flags,
        "antibiotic": level,
        "high_value": "high_value" in flags,
        "critical": "critical" in flags,
        "lot_tracked": True,
        "usage_rank": item.monthly,
        "version": 1,
    }


def _approval_end(item: Goods, today: date) -> date | None:
    """Device registrations run out; a few of them soon or lately, for the catalogue's checks."""
    if item.item_class == "drug" or not item.approval:
        return None
    number = int(item.code[2:])
    if number % 97 == 0:
        return today - timedelta(days=12 + number % 30)
    return today + timedelta(days=40 + number * 37 % 1600)


def _units(item: Goods, ids: dict[str, int]) -> list[Row]:
    steps = {1: (item.base_unit, "base"), item.pack: (item.pack_unit, "pack")}
    if item.case > item.pack:
        steps[item.case] = ("件", "case")
    return [
        {"item_id": ids[item.code], "factor": factor, "name": name, "level": level}
        for factor, (name, level) in steps.items()
    ]


def _codes(item: Goods, ids: dict[str, int]) -> list[Row]:
    found = [(CodeSystem.GTIN, item.gtin, item.pack)]
    if item.case > item.pack:
        found.append((CodeSystem.GTIN, item.case_gtin, item.case))
    if item.approval:
        drug = item.item_class == "drug"
        kind = CodeSystem.APPROVAL if drug else CodeSystem.CERTIFICATE
        found.append((kind, item.approval, 1))
    found += [(CodeSystem(system), code, item.pack) for system, code in item.codes]
    return [
        {
            "item_id": ids[item.code],
            "id": new_id(),
            "system": system.value,
            "code": code,
            "org_id": 0,
            "unit_factor": factor,
            "valid_from": None,
            "valid_to": None,
        }
        for system, code, factor in found
    ]
