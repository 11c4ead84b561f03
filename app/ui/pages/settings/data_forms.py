"""What 数据与备份 shows and computes beside its own card: the examination, the restored file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app import paths
from app.domain.days import ZONE
from app.i18n import _
from app.services.db import Database
from app.services.platform import doctor
from app.ui import theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.dialogs import Form

Examined = tuple[doctor.Check, ...]


class CheckForm(Form):
    """What the examination found, point by point."""

    def __init__(self, parent: QWidget, found: Examined) -> None:
        super().__init__(_("对账自检"), _("知道了"), parent, wide=640)
        self.cancel.hide()
        bad = sum(not one.ok for one in found)
        if bad:
            badge = Badge(Status.BAD, _("有 {n} 项要处理，照右边说的做。", n=bad))
        else:
            badge = Badge(Status.OK, _("都正常：库存与台账一致，记录没有被改动过。"))
        self.body.addWidget(badge)
        columns = (
            Column(key="name", title=_("项目"), width=130),
            Column(key="ok", title=_("结果"), kind=Kind.PILL, width=110),
            Column(key="text", title=_("说明"), width=360, stretch=True),
        )
        self.model = ListModel(columns)
        self.model.set_rows([_row(number, one) for number, one in enumerate(found)])
        table = GridView(self.model)
        table.setMinimumHeight(theme.px(300))
        self.body.addWidget(table, 1)


def examine(db: Database, report: Callable[[int, int], None]) -> Examined:
    """Look at everything that can be proved."""
    return doctor.examine(db, report)


def restore_into(source: Path) -> Path:
    """A new file for a restored backup, named after it and the time."""
    stamp = datetime.now(ZONE)
    return paths.home() / f"{source.stem}-{_('恢复')}-{stamp:%m%d-%H%M%S}.db"


def _row(number: int, one: doctor.Check) -> Row:
    state = Pill(Status.OK, _("正常")) if one.ok else Pill(Status.BAD, _("要处理"))
    return Row(number, (one.name, state, one.text))
