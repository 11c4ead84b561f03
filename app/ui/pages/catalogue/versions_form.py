"""Versions of the catalogue: in force from when, what changed since, publishing the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import _
from app.services.catalogue.versions import ItemStep, VersionRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, Field, Select, StatusEdit
from app.ui.widgets.item_words import changed_words
from app.ui.widgets.text import Role, Text

_MOST: Final = 2000
_STATES: Final = {
    "added": Status.OK,
    "changed": Status.INFO,
    "stopped": Status.BAD,
    "removed": Status.MUTE,
}


class VersionsForm(Form):
    """What changed since a version, item by item.

    Signals:
        asked: Another version or scope is chosen: (number, only what the own member uses).
        publish: The next version is to be published.
        exported: The changes are to be saved as a file.
    """

    asked = Signal(str, bool)
    publish = Signal()
    exported = Signal()

    def __init__(self, parent: QWidget, *, may_edit: bool) -> None:
        super().__init__(_("目录版本"), _("关闭"), parent, wide=940)
        self.cancel.hide()
        self.steps: tuple[ItemStep, ...] = ()
        self.note = Text("", Role.SECOND, wrap=True)
        self.since = Select([("", _("从头算起"))])
        self.since.currentIndexChanged.connect(self._ask)
        self.own = Check(_("只看本机构在用的"))
        self.own.toggled.connect(self._ask)
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(360))
        self.grid.set_empty(_("这个版本以后没有改动。"))
        row = QHBoxLayout()
        row.addWidget(Text(_("从哪个版本起"), Role.SECOND))
        row.addWidget(self.since)
        row.addWidget(self.own)
        row.addStretch(1)
        self.body.addWidget(self.note)
        self.body.addLayout(row)
        self.body.addWidget(self.grid, 1)
        save = Button(_("导出改动"), icon=Icon.DOWNLOAD)
        save.clicked.connect(self.exported)
        self.publish_button = Button(_("发布新版本"))
        self.publish_button.clicked.connect(self.publish)
        self.publish_button.setVisible(may_edit)
        self.buttons.insertWidget(0, save)
        self.buttons.insertWidget(1, self.publish_button)

    def show_versions(self, rows: Sequence[VersionRow], pending: int) -> None:
        """Offer the versions; the newest is chosen."""
        words = [("", _("从头算起"))]
        words += [
            (
                row.no,
                _("{no}（{day} 起，{n} 项）", no=row.no, day=row.effective_from, n=row.changes),
            )
            for row in rows
        ]
        self.since.set_entries(words)
        self.publish_button.setEnabled(bool(pending))
        self.note.setText(
            _("上个版本以后有 {n} 个品规改动，还没发布。", n=formats.number(pending))
            if pending
            else _("所有改动都已发布。")
        )
        if rows:
            self.since.choose(rows[0].no)
        self._ask()

    def show_steps(self, steps: tuple[ItemStep, ...]) -> None:
        """Show what changed."""
        self.steps = steps
        self.model.set_rows([_row(one) for one in steps[:_MOST]])

    def _ask(self) -> None:
        self.asked.emit(str(self.since.value or ""), self.own.isChecked())


class PublishForm(Form):
    """Asks from which day the next version is in force."""

    def __init__(self, parent: QWidget, pending: int, day: date) -> None:
        super().__init__(_("发布目录版本"), _("发布"), parent)
        words = _("把 {n} 个品规的改动发布给全集团。", n=formats.number(pending))
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.day = Field(_("生效日期"), StatusEdit(day.isoformat()), required=True)
        self.title_field = Field(_("名称"), StatusEdit(""))
        for field in (self.day, self.title_field):
            self.body.addWidget(field)
        self.effective_from = day

    @override
    def submit(self) -> None:
        """Check the day, then accept."""
        try:
            self.effective_from = typed_day(self.day.text)
        except DomainError as error:
            self.day.say(error.text)
            return
        self.accept()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="code", title=_("统一编码"), width=110),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=240),
        Column(key="kind", title=_("结果"), kind=Kind.PILL, width=90),
        Column(key="what", title=_("改动"), width=380, stretch=True),
    )


def _row(step: ItemStep) -> Row:
    what = changed_words(step.what) if step.what else "—"
    pill = Pill(_STATES[step.kind], step.words)
    cells = (step.code, Two(step.name or "—", step.spec), pill, what)
    return Row(step.item_id, cells, record=step)
