"""温湿度: a place, some days, the curve, and what needs a look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError, Problem
from app.domain.receiving.transport import parse_temperature
from app.i18n import _
from app.services.counting.climate_log import PlaceLog
from app.services.platform.places import STORAGES
from app.services.stock.places import PlaceRow
from app.ui.icons import Icon
from app.ui.pages.upkeep import rows
from app.ui.pages.upkeep.climate_chart import ClimateChart
from app.ui.status import Status
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text


class ClimateView(QWidget):
    """The readings of one place.

    Signals:
        changed: Another place or span is wanted.
        typed: A reading is to be typed.
        file_chosen: A logger's file is to be taken in.
        printed: The paper is wanted.
    """

    changed = Signal()
    typed = Signal()
    file_chosen = Signal()
    printed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.place = Select()
        self.place.setAccessibleName(_("库位"))
        self.span = Select([(1, _("今天")), (7, _("近 7 天")), (30, _("近 30 天"))])
        self.span.choose(7)
        self.span.setAccessibleName(_("时间"))
        self.badge = Badge(Status.MUTE, "")
        self.words = Text("", Role.SECOND)
        self.chart = ClimateChart()
        self.grid = GridView(ListModel(rows.reading_columns()), framed=False)
        self.grid.set_empty(_("这几天没有超限，也没有缺记录的时段。"))
        self.read_button = Button(_("登记一次"), Kind.PRIMARY, icon=Icon.PENCIL, key="Ctrl+N")
        self.file_button = Button(_("读入记录仪文件"), icon=Icon.IMPORT)
        self.print_button = Button(_("打印"), icon=Icon.PRINTER)
        above = Card(_("温湿度曲线"), padding=12)
        above.add(toolbar(self.badge, self.words, None))
        above.add(self.chart, 1)
        below = Card(_("超限和缺记录"), padding=12)
        below.add(self.grid, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(
            toolbar(
                self.place, self.span, None, self.print_button, self.file_button, self.read_button
            )
        )
        column.addWidget(above, 3)
        column.addWidget(below, 2)
        self.place.activated.connect(lambda _n: self.changed.emit())
        self.span.activated.connect(lambda _n: self.changed.emit())
        self.read_button.clicked.connect(self.typed)
        self.file_button.clicked.connect(self.file_chosen)
        self.print_button.clicked.connect(self.printed)
        self.setFocusProxy(self.grid)

    def show_places(self, places: Sequence[PlaceRow], wanted: int) -> None:
        """Offer the places; the one with readings lately first."""
        self.place.set_entries(
            [(one.id, f"{one.name} · {_(STORAGES.get(one.storage, one.storage))}")
             for one in places]
        )  # fmt: skip
        self.place.choose(wanted)

    @property
    def place_id(self) -> int:
        """The place in sight, 0 for none."""
        value = self.place.value
        return value if isinstance(value, int) else 0

    def days(self, today: date) -> tuple[date, date]:
        """The span in sight."""
        count = self.span.value
        return today - timedelta(days=(count if isinstance(count, int) else 7) - 1), today

    def show_log(self, log: PlaceLog) -> None:
        """Show a place's readings."""
        self.chart.show_log(log)
        model = self.grid.model
        if isinstance(model, ListModel):
            found = rows.climate_rows(log)
            model.set_rows(found)
            if found:
                self.grid.choose(found[0].key)
        if not log.readings:
            self.badge.show_status(Status.NEAR, _("没有记录"))
        elif log.outside or log.gaps:
            words = _("{a} 次超限，{b} 处缺记录", a=log.outside, b=len(log.gaps))
            self.badge.show_status(Status.NEAR, words)
        else:
            self.badge.show_status(Status.OK, _("都在范围内，没有缺记录"))
        self.words.setText(
            _("应在 {low}–{high} ℃，湿度 35–75% · {n} 次读数", low=log.low, high=log.high,
              n=len(log.readings))
        )  # fmt: skip


class ReadingForm(Form):
    """One reading, typed.

    Signals:
        chosen: (°C, humidity or None, what was done).
    """

    chosen = Signal(object, object, str)

    def __init__(self, place: str, parent: QWidget) -> None:
        super().__init__(_("登记温湿度：{place}", place=place), _("登记"), parent)
        self.warm, self.damp, self.note = CodeEdit(), CodeEdit(), QLineEdit()
        self.warm_field = Field(_("温度 ℃"), self.warm, required=True)
        self.damp_field = Field(_("湿度 %"), self.damp, hint=_("没有湿度计可以不填"))
        self.note_field = Field(_("超限时写采取了什么措施"), self.note)
        for field in (self.warm_field, self.damp_field, self.note_field):
            self.body.addWidget(field)
        self.warm.setFocus()

    @override
    def submit(self) -> None:
        """Read both figures."""
        try:
            celsius: Decimal = parse_temperature(self.warm.folded())
        except DomainError as error:
            self.warm_field.say(error.text)
            self.warm.setFocus()
            return
        text = self.damp.folded()
        if text and not (text.isdecimal() and int(text) <= 100):  # noqa: PLR2004 - percent
            self.damp_field.say(_("湿度填 0 到 100 的整数。"))
            self.damp.setFocus()
            return
        self.chosen.emit(celsius, int(text) if text else None, self.note.text())
        self.accept()

    @override
    def field_of(self, problem: Problem) -> Field | None:
        return self.note_field if problem.code == "temperature.note" else None


class LogForm(Form):
    """Whose file it is, and what was done where it is out of range.

    Signals:
        chosen: (logger, what was done).
    """

    chosen = Signal(str, str)

    def __init__(self, file: Path, place: str, parent: QWidget) -> None:
        super().__init__(_("读入 {file}", file=file.name), _("读入"), parent)
        self.body.addWidget(
            Text(_("记到「{place}」。同一时刻的读数不会重复。", place=place), Role.BODY, wrap=True)
        )
        self.logger, self.note = CodeEdit(), QLineEdit()
        self.note_field = Field(_("有超限时写采取了什么措施"), self.note)
        self.body.addWidget(Field(_("记录仪编号"), self.logger))
        self.body.addWidget(self.note_field)
        self.logger.setFocus()

    @override
    def submit(self) -> None:
        """Hand both over."""
        self.chosen.emit(self.logger.folded(), self.note.text())
        self.accept()

    @override
    def field_of(self, problem: Problem) -> Field | None:
        return self.note_field if problem.code == "temperature.note" else None


def ask_log(parent: QWidget, take: Callable[[Path], None]) -> None:
    """Ask for a logger's file."""
    dialog = FileDialog(parent, _("读入记录仪文件"))
    dialog.setFileMode(FileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(_("记录仪文件 (*.csv *.xlsx *.xls *.txt)"))
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.open()
