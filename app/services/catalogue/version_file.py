"""What changed between versions, as a file for the members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.adapters.sheets_out import Cell, Sheet, write
from app.i18n import _
from app.services.catalogue.versions import ItemStep


def write_changes(steps: Sequence[ItemStep], path: Path) -> int:
    """Write one row for each changed fact of each item to an .xlsx or .csv; how many rows."""
    titles = (_("统一编码"), _("品名"), _("规格"), _("结果"), _("项目"), _("旧值"), _("新值"))
    return write(path, Sheet(_("目录改动"), titles, _rows(steps)))


def _rows(steps: Sequence[ItemStep]) -> Iterator[tuple[Cell, ...]]:
    for step in steps:
        head = (step.code, step.name, step.spec, step.words)
        if not step.what:
            yield (*head, "", "", "")
        for field, (old, new) in step.what.items():
            yield (*head, field, _text(old), _text(new))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
