"""The search text of items, written in the same transaction as the item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.domain import pinyin
from app.domain.codes import CodeSystem, gtin
from app.models.item import Item, ItemCode, ItemSearch
from app.models.party import Maker

_CHUNK = 500


def reindex(session: Session, item_ids: Collection[int] | None = None) -> int:
    """Write the search rows of the items (all of them when None); how many were written.

    Members' own codes are not among them: they are found through `item_code`, which only the
    member and the lead may read.
    """
    session.flush()
    chosen = sorted(session.scalars(select(Item.id)).all() if item_ids is None else set(item_ids))
    for start in range(0, len(chosen), _CHUNK):
        chunk = chosen[start : start + _CHUNK]
        rows = list(_rows(session, chunk))
        session.execute(delete(ItemSearch).where(ItemSearch.item_id.in_(chunk)))
        session.execute(insert(ItemSearch), rows)
    return len(chosen)


def _rows(session: Session, chunk: list[int]) -> Iterator[dict[str, Any]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for item_id, system, code in session.execute(
        select(ItemCode.item_id, ItemCode.system, ItemCode.code).where(
            ItemCode.item_id.in_(chunk), ItemCode.org_id == 0
        )
    ):
        found.setdefault(item_id, []).append((system, code))
    items = session.execute(
        select(Item, Maker).join(Maker, Maker.id == Item.maker_id).where(Item.id.in_(chunk))
    )
    for item, maker in items:
        yield _row(item, maker, found.get(item.id, []))


def _row(item: Item, maker: Maker, codes: list[tuple[str, str]]) -> dict[str, Any]:
    names = [name for name in (item.name, item.trade_name) if name]
    texts = [*names, item.strength, item.spec, maker.name, maker.short_name]
    spellings = [one for name in names for one in pinyin.initials(name)]
    return {
        "item_id": item.id,
        "words": _lines(texts),
        "initials": _lines(spellings),
        "full": _lines(pinyin.full(name) for name in names),
        "codes": _lines([item.code, item.approval_no or "", *_spelled(codes)]),
        "sort_key": " ".join(pinyin.syllables(item.name)),
    }


def _spelled(codes: list[tuple[str, str]]) -> Iterator[str]:
    """Codes as stored, and GTINs also as they are printed, so that a prefix finds them."""
    for system, code in codes:
        if system == CodeSystem.GTIN:
            yield gtin.printed(code)
        yield code


def _lines(texts: Any) -> str:
    return "\n".join(dict.fromkeys(text.lower() for text in texts if text))
