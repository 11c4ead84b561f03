"""What 数据与备份 shows and computes beside its own card: the examination, the restored file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.db import Database
from app.services.platform import backup, doctor
from app.ui import theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.dialogs import Form

Examined = tuple[doctor.Check, ...]
_MOMENT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup brought back, beside the data that are open.

    Attributes:
        made: The new file.
        now: When the last entry of the open data was written.
    """

    made: backup.Backup
    now: datetime | None

    @property
    def words(self) -> str:
        """How far the backup goes, what it lacks, and what is to be decided."""
        last, now = self.made.last, self.now
        lines = [_("恢复的数据记到 {at}。", at=f"{last:{_MOMENT}}" if last else _("还没有记录"))]
        if last and now and now > last:
            lines[0] += _(
                "现在的数据记到 {at}，这之间的记录不在恢复的那一份里，改用后要照单据补录。",
                at=f"{now:{_MOMENT}}",
            )
        lines.append(_("现在的数据没有动。要改用恢复的这一份吗？要重新登录。"))
        return "\n".join(lines)


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


def proof_of(made: backup.Backup) -> str:
    """How large a proved backup is, and its fingerprint."""
    return _(
        "{size} MB，流水 {n} 行，集团指纹 {seal}",
        size=f"{made.bytes / 1_048_576:,.1f}",
        n=f"{made.ledger_rows:,}",
        seal=made.seal[:12],
    )


def _row(number: int, one: doctor.Check) -> Row:
    state = Pill(Status.OK, _("正常")) if one.ok else Pill(Status.BAD, _("要处理"))
    return Row(number, (one.name, state, one.text))
