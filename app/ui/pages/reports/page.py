"""报表: choose a report, members and days; read it here, or take it as Excel or PDF."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app import paths
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.i18n import _
from app.services.reports import output, registry
from app.services.reports.kinds import Made, Wanted
from app.ui import theme
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.reports import rows
from app.ui.status import Status
from app.ui.tables.exporting import open_file
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip, Kind, NavButton
from app.ui.widgets.cards import Card, KpiTile, page_column, toolbar
from app.ui.widgets.fields import CodeEdit
from app.ui.widgets.files import FileDialog
from app.ui.widgets.states import StatePanel
from app.ui.widgets.text import Role, Text

_DAY_WIDTH = 112


class ReportsPage(Page):
    """A list of reports on the left, the chosen one on the right."""

    name: ClassVar[str] = "reports"
    topics: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.STOCK, Topic.DELIVERIES, Topic.SETTLEMENT, Topic.ORDERS, Topic.LABELS}
    )

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.made: Made | None = None
        self.grid: GridView | None = None
        self.buttons = [NavButton(_(one.title), Icon.CHART_BAR) for one in registry.REPORTS]
        self._group = QButtonGroup(self)
        for button in self.buttons:
            self._group.addButton(button)
            button.clicked.connect(lambda _on=False: self.refresh())
        self.buttons[0].setChecked(True)
        self.setFocusProxy(self.buttons[0])
        self.first, self.last = CodeEdit(), CodeEdit()
        self.excel = Button(_("导出 Excel"), Kind.PRIMARY, icon=Icon.FILE_EXCEL)
        self.pdf = Button(_("存成 PDF"), icon=Icon.FILE_PDF)
        self.definition = Text("", Role.SECOND, wrap=True)
        self.problem = Text("", Role.SECOND, wrap=True, tone=Status.BAD)
        self.problem.hide()
        self._tiles = QHBoxLayout()
        self._tiles.setSpacing(10)
        self._place = QVBoxLayout()
        self.state = StatePanel()
        self.state.hide()
        self.sums = Text("", Role.STRONG)
        self._lay_out()
        self._span(context.today.replace(day=1), context.today)
        self.on(Act.EXPORT, lambda: self._ask_file(".xlsx"))
        self.on(Act.PRINT, lambda: self._ask_file(".pdf"))

    def _lay_out(self) -> None:
        side = Card("", padding=8)
        side.setFixedWidth(theme.px(232))
        side.body.setSpacing(2)
        for button in self.buttons:
            side.add(button)
        side.body.addStretch(1)
        self.excel.clicked.connect(lambda _on=False: self._ask_file(".xlsx"))
        self.pdf.clicked.connect(lambda _on=False: self._ask_file(".pdf"))
        for edit, words in ((self.first, _("开始日期")), (self.last, _("结束日期"))):
            edit.setFixedWidth(theme.px(_DAY_WIDTH))
            edit.setAccessibleName(words)
            edit.editingFinished.connect(self.refresh)
        dash = Text("–", Role.BODY)
        self._dated = [self.first, dash, self.last, *self._chips()]
        bar = QWidget()
        bar.setLayout(toolbar(*self._dated, None, self.pdf, self.excel))
        card = Card("", padding=14)
        card.add(bar)
        card.add(self.definition)
        card.add(self.problem)
        card.add(self._tiles)
        card.add(self._place, 1)
        card.add(self.state, 1)
        card.add(self.sums)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(side)
        row.addWidget(card, 1)
        page_column(self).addLayout(row, 1)

    def _chips(self) -> list[QWidget]:
        """The usual periods."""
        today = self.context.today
        month = today.replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        quarter = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
        spans = (
            (_("本月"), month, today),
            (_("上月"), before, month - timedelta(days=1)),
            (_("本季"), quarter, today),
            (_("今年"), today.replace(month=1, day=1), today),
        )
        made: list[QWidget] = []
        for words, first, last in spans:
            chip = Chip(words)
            chip.setCheckable(False)
            chip.clicked.connect(lambda _on=False, a=first, b=last: self._choose(a, b))
            made.append(chip)
        return made

    def _choose(self, first: date, last: date) -> None:
        self._span(first, last)
        self.refresh()

    def _span(self, first: date, last: date) -> None:
        self.first.setText(first.isoformat())
        self.last.setText(last.isoformat())

    @property
    def report(self) -> str:
        """Name of the chosen report."""
        place = next(n for n, button in enumerate(self.buttons) if button.isChecked())
        return registry.REPORTS[place].name

    def choose(self, name: str) -> None:
        """Choose a report by its name."""
        names = [report.name for report in registry.REPORTS]
        if name in names:
            self.buttons[names.index(name)].setChecked(True)
            if self.isVisible():
                self.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        self.choose(str(arguments.get("report", "")))

    @override
    def refresh(self) -> None:
        report = registry.BY_NAME[self.report]
        for widget in self._dated:
            widget.setVisible(report.dated)
        self.definition.setText(_(report.definition))
        try:
            first, last = typed_day(self.first.folded()), typed_day(self.last.folded())
        except DomainError as error:
            self._refuse(error.text)
            return
        wanted = Wanted(report.name, self.context.scope.ids, first, last)
        db, actor = self.context.db, self.context.actor
        self.read(
            lambda: registry.make(db, actor, wanted), self._show, self._fail, channel="report"
        )

    def _refuse(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _fail(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self._refuse(error.text)
            return
        self._clear()
        self.state.show_problem(error, self.refresh)

    def _clear(self) -> None:
        if self.grid is not None:
            self._place.removeWidget(self.grid)
            self.grid.hide()
            self.grid.deleteLater()
            self.grid = None

    def _show(self, made: Made) -> None:
        self._refuse("")
        self.state.hide()
        self.made = made
        looking = self.grid is not None and self.grid.hasFocus()
        self._clear()
        model = ListModel(rows.columns(made))
        model.set_rows(rows.rows(made))
        self.grid = GridView(model)
        self.grid.set_empty(_("这段时间没有数据。换一个期间或机构再看。"))
        self.grid.counts_changed.connect(self.chrome_changed)
        self._place.addWidget(self.grid)
        self.setFocusProxy(self.grid)
        if looking:
            self.grid.setFocus()
        self._show_ratios(made)
        totals = [
            f"{_(column.title)} {output.words(value, column.format)}"
            for column, value in zip(made.report.columns, made.totals(), strict=True)
            if column.total
        ]
        count = _("合计 {n} 行", n=f"{len(made.content.rows):,}")
        self.sums.setText("　".join([count, *totals]))
        self.set_subtitle(f"{made.head.title} · {made.head.period}")
        self.chrome_changed.emit()

    def _show_ratios(self, made: Made) -> None:
        while self._tiles.count():
            item = self._tiles.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for ratio in made.content.ratios:
            tile = KpiTile(ratio.title)
            tile.show_figure(output.ratio_words(ratio), "", output.parts_words(ratio))
            tile.setToolTip(output.parts_words(ratio))
            self._tiles.addWidget(tile, 1)

    @override
    def counts(self) -> str:
        return self.grid.counts() if self.grid else ""

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (self.hint(Act.EXPORT, _("导出 Excel")), self.hint(Act.PRINT, _("存成 PDF")))

    def _ask_file(self, suffix: str) -> None:
        if self.made is None:
            self.not_available()
            return
        head = self.made.head
        name = f"{head.title}-{self.context.today.isoformat()}{suffix}"
        dialog = FileDialog(self, _("报表存到哪里"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.lstrip("."))
        dialog.selectFile(str(paths.output() / name.replace("/", "-")))
        dialog.fileSelected.connect(lambda file: self.save_to(Path(file)))
        dialog.open()

    def save_to(self, file: Path) -> None:
        """Write the report on screen into a file, in a job of the task tray."""
        made = self.made
        if made is None:
            return

        def done(path: Path) -> None:
            self.context.notices.done(
                _("报表已存到 {file}", file=path.name),
                action=_("打开文件"),
                act=lambda: open_file(path),
            )

        self.long(
            _("存报表 {title}", title=made.head.title),
            lambda _progress: output.save(made, file),
            done,
            writes=False,
        )

    @override
    def save_state(self) -> dict[str, object]:
        return {"report": self.report}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        self.choose(str(state.get("report", "")))
