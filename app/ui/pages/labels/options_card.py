"""纸张与打印机: outlet, paper, first cell, nudge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.adapters import label_papers
from app.domain.labels.sheet import Nudge
from app.domain.labels.template import LabelPaper
from app.i18n import _
from app.services.labels.output import Options
from app.ui.icons import Icon
from app.ui.label_printing import Outlet, OutletKind
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

_ROLL: Final = "60x40"


class OptionsCard(Card):
    """How to print.

    Signals:
        changed: Paper, start or outlet are other ones.
        templates_asked: The person wants to see or change the label templates.
        nudge_asked: The person wants to shift the print.
        calibrate_asked: The person wants the calibration page.
    """

    changed = Signal()
    templates_asked = Signal()
    nudge_asked = Signal()
    calibrate_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("纸张与打印机"), parent)
        self._outlets: tuple[Outlet, ...] = ()
        self._wanted = ""
        self._tight = False
        self.outlet = Select(icon=Icon.PRINTER)
        self._papers: dict[str, LabelPaper] = {}
        self.paper = Select()
        self.set_papers({})
        self.templates = Button(_("模板…"), Kind.LINK)
        self.start = Select()
        self.skipped = Text("", Role.LABEL)
        self.nudge = Button("", Kind.LINK)
        self.calibrate = Button(_("打印校准页"), Kind.LINK)
        self.set_outlets((Outlet(OutletKind.PDF), Outlet(OutletKind.ZPL)))
        self._lay_out()
        self.outlet.currentIndexChanged.connect(lambda _place: self._picked(paper_wins=False))
        self.paper.currentIndexChanged.connect(lambda _place: self._picked(paper_wins=True))
        self.start.currentIndexChanged.connect(self.changed)
        self.templates.clicked.connect(self.templates_asked)
        self.nudge.clicked.connect(self.nudge_asked)
        self.calibrate.clicked.connect(self.calibrate_asked)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self.start_label = Text(_("从第几格起"), Role.SECOND)
        self.nudge_label = Text(_("微调"), Role.SECOND)
        self.nudge_box = QWidget()
        links = QHBoxLayout(self.nudge_box)
        links.setContentsMargins(0, 0, 0, 0)
        links.addWidget(self.nudge)
        links.addWidget(Text("·", Role.SECOND))
        links.addWidget(self.calibrate)
        links.addStretch(1)
        start_row = self._start_row = QHBoxLayout()
        start_row.addWidget(self.start)
        start_row.addWidget(self.skipped, 1)
        nudge_row = self._nudge_row = QHBoxLayout()
        nudge_row.addWidget(self.nudge_box, 1)
        paper_row = QHBoxLayout()
        paper_row.addWidget(self.paper, 1)
        paper_row.addWidget(self.templates)
        self.paper.setAccessibleName(_("标签纸"))
        rows: tuple[tuple[Text, QWidget | QHBoxLayout], ...] = (
            (Text(_("打印机"), Role.SECOND), self.outlet),
            (Text(_("标签纸"), Role.SECOND), paper_row),
            (self.start_label, start_row),
            (self.nudge_label, nudge_row),
        )
        for place, (label, item) in enumerate(rows):
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
            if isinstance(item, QWidget):
                label.setBuddy(item)
                item.setAccessibleName(label.text())
                grid.addWidget(item, place, 1)
            else:
                grid.addLayout(item, place, 1)
        self.start.setAccessibleName(_("从第几格起"))
        self.add(grid)

    def set_outlets(self, outlets: Sequence[Outlet]) -> None:
        """Offer the outlets of this computer; a remembered one is chosen."""
        known = [one.key for one in outlets]
        self._outlets = tuple(outlets)
        self.outlet.set_entries([(place, one.words) for place, one in enumerate(outlets)])
        self._choose_outlet(known.index(self._wanted) if self._wanted in known else 0)
        self._agree(paper_wins=True)

    def set_papers(self, own: Mapping[str, LabelPaper]) -> None:
        """Offer the standard papers and the organisation's own templates."""
        self._papers = {key: label_papers.paper(key) for key in label_papers.TITLES} | dict(own)
        self.paper.set_entries([(key, _(one.title)) for key, one in self._papers.items()])

    def remember_outlet(self, key: str) -> None:
        """Choose this outlet as soon as it is offered."""
        self._wanted = key

    def _choose_outlet(self, place: int) -> None:
        self.outlet.blockSignals(True)
        self.outlet.setCurrentIndex(place)
        self.outlet.blockSignals(False)

    def _agree(self, *, paper_wins: bool) -> None:
        """A label printer takes rolls only: the choice made last changes the other one."""
        sheet = self._papers[str(self.paper.value)].is_sheet
        if sheet and not self.chosen.takes_sheets:
            if paper_wins:
                fits = (n for n, one in enumerate(self._outlets) if one.takes_sheets)
                self._choose_outlet(next(fits, 0))
            else:
                self.paper.blockSignals(True)
                self.paper.choose(_ROLL)
                self.paper.blockSignals(False)
        self.changed.emit()

    def _picked(self, *, paper_wins: bool) -> None:
        """The person chose an outlet or a paper."""
        self._agree(paper_wins=paper_wins)
        self._wanted = self.chosen.key

    @property
    def chosen(self) -> Outlet:
        """The chosen outlet."""
        return self._outlets[max(0, self.outlet.currentIndex())]

    def show_options(self, options: Options) -> None:
        """Show what is in force, without telling anyone."""
        paper = options.label_paper
        for select in (self.paper, self.start):
            select.blockSignals(True)
        self.paper.choose(options.paper)
        self.start.set_entries(
            [(cell, _("第 {n} 格", n=cell)) for cell in range(1, paper.cells + 1)]
        )
        self.start.choose(options.start)
        for select in (self.paper, self.start):
            select.blockSignals(False)
        used = options.start - 1
        self.skipped.setText(_("前 {n} 格已用，跳过", n=used) if used else "")
        for widget in (self.start_label, self.start):
            widget.setVisible(paper.is_sheet)
        self._place_nudge()
        self.nudge.setText(nudge_words(options.nudge))
        self.nudge.updateGeometry()

    def set_tight(self, *, tight: bool) -> None:
        """Room is short: no heading, and first cell and nudge share a row."""
        self._tight = tight
        self.title.setVisible(not tight)
        self.note.setVisible(not tight)
        self._place_nudge()

    def _place_nudge(self) -> None:
        """The nudge stands in its own row, or beside the first cell of a sheet."""
        sheet = self._papers[str(self.paper.value)].is_sheet
        beside = self._tight and sheet
        row = self._start_row if beside else self._nudge_row
        if row.indexOf(self.nudge_box) < 0:
            row.addWidget(self.nudge_box, 1)
        self.nudge_label.setVisible(not beside)
        self.skipped.setVisible(sheet and not beside)

    def options(self, before: Options) -> Options:
        """`before` with the paper and the first cell that are chosen now."""
        paper, start = self.paper.value, self.start.value
        return replace(
            before,
            paper=paper if isinstance(paper, str) else before.paper,
            start=start if isinstance(start, int) else 1,
        )


def nudge_words(nudge: Nudge) -> str:
    """The nudge in words: 左 0.0 mm · 上 0.5 mm."""
    across = _("右 {n} mm") if nudge.right > 0 else _("左 {n} mm")
    along = _("下 {n} mm") if nudge.down > 0 else _("上 {n} mm")
    return " · ".join(
        (
            across.format(n=f"{abs(nudge.right) / 10:.1f}"),
            along.format(n=f"{abs(nudge.down) / 10:.1f}"),
        )
    )
