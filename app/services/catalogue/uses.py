"""Where items are used: by what an item must stay."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.i18n import N_, _
from app.models.base import Base
from app.services.db import database_of
from app.services.queries.portions import portions

_CHUNK: Final = 500
_OWN: Final = frozenset({"item_unit", "item_search", "item_change"})
"""Tables that are part of the item itself; `item_code` is where a member's code is."""
_WORDS: Final = {
    "price": N_("已有价格"),
    "item_code": N_("成员机构已对码"),
    "catalogue_version_change": N_("已随目录版本发布"),
    "attachment": N_("已有附件"),
    "lot": N_("已有批号"),
    "ledger": N_("已有出入库记录"),
    "balance": N_("已有库存"),
    "demand": N_("已有请领或消耗记录"),
    "requisition_line": N_("已有请领单"),
    "group_order_line": N_("已有统采订单"),
    "member_order_line": N_("已有统采订单"),
    "delivery_line": N_("已有送货单"),
    "acceptance_line": N_("已有验收记录"),
    "fixed_pack": N_("已设定数包"),
}
_ON_SERVER: Final = text("SELECT item_id, used_in FROM app.item_uses(CAST(:items AS bigint[]))")


def uses(session: Session, items: Collection[int]) -> dict[int, str]:
    """Items that something holds on to, and what, in words."""
    found: dict[int, list[str]] = {}
    chosen = sorted(items)
    if not chosen:
        return {}
    ask = _here if database_of(session).is_sqlite else _server
    for item, table in ask(session, chosen):
        found.setdefault(item, []).append(_(_WORDS.get(table, N_("已用在单据里"))))
    return {item: "、".join(dict.fromkeys(words)) for item, words in found.items()}


def _here(session: Session, items: list[int]) -> list[tuple[int, str]]:
    """One question to each table; those of an import lie together, so a span finds them."""
    import app.models.every  # noqa: F401 - all tables are asked; few commands need them

    wanted = set(items)
    pairs: list[tuple[int, str]] = []
    for table in Base.metadata.sorted_tables:
        if "item_id" not in table.c or table.name in _OWN:
            continue
        column = table.c.item_id
        few = len(items) <= _CHUNK
        within = column.in_(items) if few else column.between(items[0], items[-1])
        asked = select(column).where(within).distinct()
        if table.name == "item_code":
            asked = asked.where(table.c.org_id != 0)
        pairs += [(int(item), table.name) for item in session.scalars(asked) if item in wanted]
    return pairs


def _server(session: Session, items: list[int]) -> list[tuple[int, str]]:
    """A keeper of the catalogue may not read every member's papers: the server says where."""
    found: list[tuple[int, str]] = []
    for part in portions(items):
        rows = session.execute(_ON_SERVER, {"items": part})
        found += sorted((int(row.item_id), str(row.used_in)) for row in rows)
    return found
