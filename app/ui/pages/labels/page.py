"""标签打印: goods on the left, the print itself on the right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app import paths
from app.domain.errors import DomainError
from app.domain.labels.sheet import Nudge
from app.i18n import _, sentences
from app.ui import theme
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.label_printing import LabelPrinting, Outlet, OutletKind, Told, outlets
from app.ui.page import KeyHint, Page
from app.ui.pages.labels.dialogs import ask_file
from app.ui.pages.labels.feed import Arranged, PreviewFeed
from app.ui.pages.labels.goods_card import GoodsCard
from app.ui.pages.labels.options_card import OptionsCard
from app.ui.pages.labels.paper_choice import PaperChoice
from app.ui.pages.labels.preview_card import PreviewCard
from app.ui.pages.labels.scanning import Scanned, find_scanned
from app.ui.pages.labels.view_model import LabelsState

_LEFT, _RIGHT = 532, 612
"""Widths of the two halves in the design, as stretch factors."""
_TIGHT_LEFT, _TIGHT_RIGHT = 640, 504
"""The same where room is short: the table needs it more than the preview."""
_NARROW = 1100
"""Below this page width the foot of the preview drops the count and the printed key."""


class LabelsPage(Page):
    """Choose goods, see the print, print."""

    name = "labels"
    topics = frozenset({Topic.LABELS, Topic.DELIVERIES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        settings = context.session.settings
        self.state = LabelsState(context.org.id)
        usual = settings.label_template if settings.printer_host else "a4-24"
        self.state.set_paper(usual, settings.printer_dpi)
        self.goods = GoodsCard(self, self.state)
        self.options = OptionsCard()
        self.preview = PreviewCard()
        self.feed = PreviewFeed(self, self.state)
        self.printing = LabelPrinting(self, self._printed, self._not_printed)
        self.papers = PaperChoice(self, self.state, self.options, self.feed)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.goods, 1)
        left.addWidget(self.options)
        self.halves = QHBoxLayout(self)
        self.halves.setContentsMargins(16, 14, 16, 12)
        self.halves.setSpacing(12)
        self.halves.addLayout(left)
        self.halves.addWidget(self.preview)
        for card in (self.goods, self.options, self.preview):
            card.setMinimumWidth(380)
        self._connect()
        self.setFocusProxy(self.goods.grid)
        self.options.show_options(self.state.options)

    def _connect(self) -> None:
        self.goods.changed.connect(self._changed)
        self.options.changed.connect(self._options_changed)
        self.feed.arranged.connect(self._arranged)
        self.feed.turned.connect(lambda shown: self.preview.show_arranged(shown, self.state.paper))
        self.feed.checked.connect(self.preview.show_checked)
        self.feed.failed.connect(self.preview.show_problem)
        self.preview.turned.connect(self.feed.turn)
        self.preview.print_asked.connect(self.print)
        self.preview.export_asked.connect(self.export)
        self.preview.area.page.cell_clicked.connect(self.start_at)
        self.on(Act.PRINT, self.print)
        self.on(Act.LABELS, self.print)
        self.on(Act.EXPORT, self.export)
        self.on(Act.NEW, self.goods.add_from_stock)
        self.on(Act.UNDO, self._undo)
        self.context.scans.subscribe(self, self.scanned)

    # -- what the shell asks ------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        self.state.org_id = self.context.org.id
        self.goods.load()
        settings = self.context.session.settings
        self.read(lambda: outlets(settings), self.options.set_outlets, channel="outlets")
        self.papers.load()

    @override
    def arrive(self, **arguments: object) -> None:
        """Labels of an acceptance (`acceptance_id`), of any `paper` or lot, or found (`search`)."""
        acceptance, search = arguments.get("acceptance_id"), arguments.get("search")
        paper = arguments.get("paper")
        if isinstance(paper, str):
            self.goods.add_behind(paper)
        if isinstance(acceptance, int):
            self.goods.load(acceptance)
        if isinstance(search, str):
            self.goods.add_from_stock(search)

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.state.acceptance_id, self.state.reprint, self.state.choices = 0, None, ()
        self.refresh()

    @override
    def counts(self) -> str:
        wanted = self.state.wanted
        labels = sum(one.count for one in wanted)
        return _("{lots} 批 · {labels} 枚标签", lots=len(wanted), labels=labels)

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            self.hint(Act.PRINT, _("打印")),
            KeyHint("PgUp/PgDn", _("翻页")),
            KeyHint("Space", _("选择")),
            self.hint(Act.NEW, _("添加")),
        )

    @override
    def save_state(self) -> dict[str, object]:
        nudge = self.state.options.nudge
        return {
            "paper": self.state.options.paper,
            "nudge": [nudge.right, nudge.down],
            "starts": self.state.starts,
            "outlet": self.options.chosen.key,
        }

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        paper, nudge, outlet = state.get("paper"), state.get("nudge"), state.get("outlet")
        paper = self.papers.remember(paper)
        self.options.remember_outlet(outlet if isinstance(outlet, str) else "")
        starts = state.get("starts")
        if isinstance(starts, dict):
            self.state.starts = {str(k): n for k, n in starts.items() if isinstance(n, int)}
        try:
            if isinstance(paper, str):
                self.state.set_paper(paper, self.context.session.settings.printer_dpi)
            if isinstance(nudge, list):
                shift = Nudge(*(int(one) for one in nudge))
                self.state.options = replace(self.state.options, nudge=shift)
        except (DomainError, TypeError, ValueError):
            return  # a remembered paper that is no longer there: the usual one stays
        self.options.show_options(self.state.options)

    @override
    def shown(self) -> None:
        super().shown()
        self.feed.catch_up()
        self.goods.grid.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "halves"):
            self._fit()

    def _fit(self) -> None:
        """Give the halves their share; what is said elsewhere goes where room is short."""
        tight = theme.density() is theme.Density.LARGE or self.width() < _NARROW
        self.halves.setStretch(0, _TIGHT_LEFT if tight else _LEFT)
        self.halves.setStretch(1, _TIGHT_RIGHT if tight else _RIGHT)
        self.preview.set_tight(tight=tight)
        self.options.set_tight(tight=tight)

    # -- preview ------------------------------------------------------------------------------

    def _changed(self) -> None:
        if self.state.reprint is not None:
            self.preview.setFocus()  # the goods rest while labels are printed again
        self.chrome_changed.emit()
        self.feed.ask()

    def _arranged(self, arranged: Arranged) -> None:
        self.preview.show_arranged(arranged, self.state.paper)
        self.preview.show_checking(len(arranged.specs))

    def _options_changed(self) -> None:
        chosen = self.options.options(self.state.options)
        before = self.state.options
        if chosen != before:
            self.state.options = chosen
            if chosen.paper == before.paper:
                self.state.start_at(chosen.start)
            self.state.set_paper(chosen.paper, self.context.session.settings.printer_dpi)
            self.options.show_options(self.state.options)
            self.feed.ask()

    def start_at(self, cell: int) -> None:
        """Begin the first sheet at another cell."""
        self.state.start_at(cell)
        self.options.show_options(self.state.options)
        self.feed.ask()

    def _undo(self) -> None:
        if not self.goods.model.undo():
            self.not_available()

    def scanned(self, code: str) -> None:
        """A label is printed again; a paper's number or a lot brings its goods."""
        db, actor, org = self.context.db, self.context.actor, self.state.org_id

        def show(found: Scanned) -> None:
            if found.reprint:
                self.goods.show_reprint(found.reprint)
            elif found.paper:
                self.goods.add_behind(found.paper)
            else:
                self.goods.load(found.acceptance_id)

        self.read(lambda: find_scanned(db, actor, org, code), show, channel="scan")

    # -- print --------------------------------------------------------------------------------

    def print(self) -> None:
        """Print on the chosen outlet; files ask for a name first."""
        if not self.state.reprint and not self.state.wanted:
            self.context.notices.info(_("还没选要打印的标签。请勾选品规并填张数。"))
            return
        outlet = self.options.chosen
        if outlet.kind in {OutletKind.PDF, OutletKind.ZPL}:
            ask_file(self, outlet, self.put_out)
        else:
            self.put_out(outlet, paths.output())

    def export(self) -> None:
        """Save the labels as PDF."""
        if self.state.reprint or self.state.wanted:
            ask_file(self, Outlet(OutletKind.PDF), self.put_out)
        else:
            self.not_available()

    def put_out(self, outlet: Outlet, path: Path) -> None:
        """Make the labels and bring them to the outlet."""
        self.preview.set_busy(busy=True)
        self.printing.start(self.state.job(outlet.target), outlet, path)

    def _printed(self, told: Told) -> None:
        self.state.printed(len(told.ready.pack_ids))
        self.options.show_options(self.state.options)
        self.preview.set_busy(busy=False)
        self.goods.forget_added()
        count = len(told.ready.pack_ids)
        words = _("{n} 枚标签已送到 {where}。", n=count, where=told.where)
        if self.state.options.start > 1:
            again = _("这张纸下次从第 {n} 格起。", n=self.state.options.start)
            words = sentences(words, again)
        if told.matter:
            self.context.notices.warn(words, _("打印机：{matter}。", matter=told.matter))
        else:
            self.context.notices.done(words)
        self.goods.show_reprint(None)
        self.context.changes.announce({Topic.LABELS})

    def _not_printed(self, error: Exception) -> None:
        """What was wrong stays in sight; printing again takes no new codes."""
        self.preview.set_busy(busy=False)
        self.preview.show_problem(error)
        self.context.errors.take(error)
