"""The catalogue as a file, in columns that the import reads back without a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from app.adapters.sheets_out import Cell, Sheet, write
from app.domain.codes import CodeSystem, gtin
from app.domain.duties import Actor
from app.i18n import _
from app.services.catalogue.drafts import KnownItem, load_drafts
from app.services.catalogue.search import catalogue_count, catalogue_page
from app.services.db import Database
from app.services.queries.keyset import QueryLike

_PAGE = 500
Report = Callable[[int, int], None]


def export_catalogue(
    db: Database, actor: Actor, query: QueryLike, path: Path, report: Report | None = None
) -> int:
    """Write the query's items to an .xlsx or .csv; how many there were."""
    titles = (
        _("统一编码"), _("类别"), _("品名"), _("商品名"), _("剂型"), _("规格"), _("包装数量"),
        _("最小单位"), _("包装单位"), _("件装量"), _("生产企业"), _("批准文号"), _("文号有效期"),
        _("医保药品代码"), _("药品本位码"), _("69 码"), _("追溯标识码"), _("甲乙类"),
        _("储存条件"), _("状态"),
    )  # fmt: skip
    total = catalogue_count(db, actor, query)
    return write(path, Sheet(_("统一目录"), titles, _rows(db, actor, query, total, report)))


def _rows(
    db: Database, actor: Actor, query: QueryLike, total: int, report: Report | None
) -> Iterator[tuple[Cell, ...]]:
    key: object = None
    done = 0
    while True:
        page = catalogue_page(db, actor, query, (key, _PAGE))
        with db.read() as session:
            known = load_drafts(session, [row.id for row in page.rows])
        for row in page.rows:
            yield _row(known[row.id])
        done += len(page.rows)
        if report is not None:
            report(done, total)
        if page.next_key is None:
            return
        key = page.next_key


def _row(item: KnownItem) -> tuple[Cell, ...]:
    draft = item.draft
    barcode = _code(item, CodeSystem.GTIN)
    return (
        item.code, draft.item_class.label, draft.name, draft.trade_name, draft.form,
        draft.strength, draft.pack_factor, draft.base_unit, draft.pack_unit,
        draft.case_factor or None, draft.maker, draft.approval_no, draft.approval_valid_to,
        _code(item, CodeSystem.NHSA), _code(item, CodeSystem.NATIONAL),
        gtin.printed(barcode) if barcode else "", _code(item, CodeSystem.TRACE_PREFIX),
        draft.insurance, draft.storage_text or draft.storage.label, draft.status.label,
    )  # fmt: skip


def _code(item: KnownItem, system: CodeSystem) -> str:
    """The item's code in a system: of several, that of the pack."""
    found = [entry for entry in item.draft.codes if entry.system is system]
    found.sort(key=lambda entry: (entry.unit_factor != item.draft.pack_factor, entry.unit_factor))
    return found[0].code if found else ""
