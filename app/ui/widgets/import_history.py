"""The imports that were made, each with what it did; one can be taken back as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import N_, _
from app.services.importing.undo import BatchRow, Undone
from app.ui import formats, theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Kind as ButtonKind
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

_KINDS: Final = {
    "catalogue": N_("统一目录"),
    "prices": N_("价格"),
    "demand": N_("用量"),
    "mapping": N_("编码对照"),
}
_UNDOABLE: Final = frozenset({"catalogue", "prices", "demand"})
_MOST: Final = 500


class HistoryForm(Form):
    """A list of imports.

    Signals:
        undo: The chosen import is to be taken back: its number.
    """

    undo = Signal(object)

    def __init__(self, parent: QWidget, rows: Sequence[BatchRow]) -> None:
        super().__init__(_("导入记录"), _("撤销这次导入"), parent, cancel=_("关闭"), wide=820)
        self.verb.set_kind(ButtonKind.DANGER)
        self.verb.setDefault(False)
        self._known = {row.id: row for row in rows}
        self.model = ListModel(_columns())
        self.model.set_rows([_row(row) for row in rows])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(320))
        self.grid.set_empty(_("还没有导入过。"))
        self.grid.current_changed.connect(self._chosen)
        words = _("撤销时逐行恢复原值；后来用到或改过的行留下，并说明原因。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.body.addWidget(self.grid, 1)
        self._chosen(None)

    @override
    def submit(self) -> None:
        """Ask for the chosen import to be taken back."""
        row = self.grid.current()
        if row is not None:
            self.accept()
            self.undo.emit(row.key)

    def _chosen(self, row: Row | None) -> None:
        known = self._known.get(row.key) if row and isinstance(row.key, int) else None
        self.verb.setEnabled(known is not None and not known.undone and known.kind in _UNDOABLE)


class UndoForm(Form):
    """What an undo would do: how many rows, and which stay and why."""

    def __init__(self, parent: QWidget, looked: Undone) -> None:
        count = looked.removed + looked.restored
        verb = _("撤销 {n} 行", n=formats.number(count)) if count else _("没有可撤销的行")
        super().__init__(_("撤销导入"), verb, parent, cancel=_("保留"), wide=640)
        self.verb.set_kind(ButtonKind.DANGER)
        self.verb.setEnabled(bool(count))
        words = _(
            "移除 {removed} 行，恢复原值 {restored} 行，留下 {stays} 行。",
            removed=formats.number(looked.removed),
            restored=formats.number(looked.restored),
            stays=formats.number(len(looked.stays)),
        )
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        if not looked.stays:
            return
        self.model = ListModel(
            (
                Column(key="title", title=_("留下的行"), width=260),
                Column(key="why", title=_("原因"), width=260, stretch=True),
            )
        )
        self.model.set_rows(
            [Row(n, (one.title, one.reason)) for n, one in enumerate(looked.stays[:_MOST])]
        )
        grid = GridView(self.model)
        grid.setMinimumHeight(theme.px(240))
        self.body.addWidget(grid, 1)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="at", title=_("时间"), width=136),
        Column(key="kind", title=_("类别"), width=86),
        Column(key="file", title=_("文件"), width=200, stretch=True),
        Column(key="person", title=_("操作人"), width=80),
        Column(key="added", title=_("新增"), kind=Kind.NUMBER, width=76),
        Column(key="changed", title=_("修改"), kind=Kind.NUMBER, width=76),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=96),
    )


def _row(row: BatchRow) -> Row:
    state = Pill(Status.MUTE, _("已撤销")) if row.undone else Pill(Status.OK, _("已导入"))
    return Row(
        row.id,
        (
            formats.minute(row.at),
            _(_KINDS.get(row.kind, row.kind)),
            row.file_name,
            row.person,
            formats.number(row.added),
            formats.number(row.changed),
            state,
        ),
    )
