"""A member's list with what each row means, as Excel or CSV."""

from __future__ import annotations

from pathlib import Path

from app.adapters.sheets_out import Sheet, write
from app.domain.duties import Actor
from app.i18n import _
from app.services.db import Database
from app.services.mapping.queries import WorkList, work_list


def export_mapping(db: Database, actor: Actor, query: WorkList, path: Path) -> int:
    """Write the rows of a query; how many there were. The file can be loaded again."""
    lines = work_list(db, actor, query)
    titles = (
        _("本院编码"), _("名称"), _("商品名"), _("规格"), _("生产企业"), _("单位"), _("年用量"),
        _("年用量金额"), _("状态"), _("说明"), _("统一编码"), _("分数"),
    )  # fmt: skip
    rows = (
        (
            line.code, line.name, line.trade, line.spec, line.maker, line.unit, line.used,
            line.value, line.status.label, line.issue.label if line.issue else "", line.item_code,
            line.score,
        )
        for line in lines
    )  # fmt: skip
    return write(path, Sheet(_("编码对照"), titles, rows))
