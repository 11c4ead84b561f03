"""The product and the maker of an item: found by name, made where they are new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.catalogue import ItemDraft
from app.domain.ids import new_id
from app.models.item import Product
from app.models.party import Maker

_COMPANY: Final = re.compile(r"(有限责任公司|股份有限公司|有限公司|公司)$")


def product_of(session: Session, draft: ItemDraft) -> int:
    """The product (品种) of a draft; its category and ATC code follow the draft."""
    key = (draft.item_class.value, draft.name.strip(), draft.form.strip())
    found = session.scalar(
        select(Product).where(
            Product.item_class == key[0], Product.generic_name == key[1], Product.form == key[2]
        )
    )
    if found is None:
        found = Product(id=new_id(), item_class=key[0], generic_name=key[1], form=key[2])
        session.add(found)
    found.category = draft.category.strip() or found.category
    found.atc = draft.atc.strip() or found.atc
    session.flush()
    return found.id


def maker_of(session: Session, draft: ItemDraft) -> int:
    """The maker of a draft; it learns its company code from the item's codes."""
    name = draft.maker.strip()
    number = company_of(draft)
    found = session.execute(
        select(Maker.id, Maker.company_code).where(Maker.name == name)
    ).one_or_none()
    if found is None:
        key = new_id()
        session.execute(insert(Maker), [maker_row(key, name, number)])
        return key
    if number and not found.company_code:
        session.execute(update(Maker).where(Maker.id == found.id).values(company_code=number))
    return int(found.id)


def company_of(draft: ItemDraft) -> str:
    """The maker's number in the item's 本位码 and 医保编码; empty where they name none or two."""
    known = codes.company_codes((entry.system, entry.code) for entry in draft.codes)
    return known[0] if len(known) == 1 else ""


def maker_row(key: int, name: str, number: str = "") -> dict[str, Any]:
    """A new maker; its short name is the name without the legal form."""
    short = _COMPANY.sub("", name) or name
    return {
        "id": key, "name": name, "short_name": short, "company_code": number or None, "aliases": [],
    }  # fmt: skip


def add_names(session: Session, maker: str, names: Sequence[str]) -> None:
    """Remember other names of a maker, so that a sheet that uses them means the same one."""
    if not names:
        return
    row = session.scalar(select(Maker).where(Maker.name == maker.strip()))
    new = [name for name in names if row is not None and name not in (row.aliases or ())]
    if row is not None and new:
        row.aliases = [*(row.aliases or ()), *new]
