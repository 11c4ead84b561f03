"""Prices as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from app.adapters.sheets_out import Cell, Sheet, write
from app.domain.duties import Actor
from app.i18n import _
from app.services.db import Database
from app.services.prices.listing import price_count, price_page
from app.services.queries.keyset import QueryLike

_PAGE = 1000


def export_prices(
    db: Database,
    actor: Actor,
    query: QueryLike,
    path: Path,
    report: Callable[[int, int], None] | None = None,
) -> int:
    """Write the query's prices to an .xlsx or .csv; how many there were."""
    titles = (
        _("统一编码"), _("品名"), _("规格"), _("生产企业"), _("供应商"), _("适用机构"),
        _("价格"), _("单位"), _("限价"), _("来源"), _("价格表"), _("顺位"), _("生效日期"),
        _("截止日期"),
    )  # fmt: skip
    total = price_count(db, actor, query)
    return write(path, Sheet(_("价格"), titles, _rows(db, actor, query, total, report)))


def _rows(
    db: Database,
    actor: Actor,
    query: QueryLike,
    total: int,
    report: Callable[[int, int], None] | None,
) -> Iterator[tuple[Cell, ...]]:
    key: object = None
    done = 0
    while True:
        page = price_page(db, actor, query, (key, _PAGE))
        for row in page.rows:
            done += 1
            yield (
                row.code, row.name, row.spec, row.maker, row.supplier, row.org or _("全集团"),
                row.unit_price, row.pack_unit, row.ceiling, row.source.label, row.list_title,
                row.rank, row.valid_from, row.valid_to,
            )  # fmt: skip
        if report is not None:
            report(done, total)
        if page.next_key is None:
            return
        key = page.next_key
