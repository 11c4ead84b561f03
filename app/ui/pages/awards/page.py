"""定标: awards and their decision, price requests, over-price alerts."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QButtonGroup
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.services.prices.alerts import Alert, alerts
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.awards.award_view import AwardView
from app.ui.pages.awards.pledge_view import PledgeView
from app.ui.pages.awards.requests_view import RequestsView
from app.ui.pages.awards.rows import alert_columns, alert_row
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Chip
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.front_stack import FrontStack

_AWARDS, _PLEDGES, _REQUESTS, _ALERTS = range(4)


class AwardsPage(Page):
    """Four views; a supplier sees its own requests only."""

    name = "awards"
    topics: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.NEGOTIATION, Topic.PRICES, Topic.ORDERS, Topic.DELIVERIES}
    )

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.awards = AwardView(self)
        self.pledges = PledgeView(self)
        self.requests = RequestsView(self)
        self.model = ListModel(alert_columns())
        self.alerts = GridView(self.model)
        self.alerts.set_empty(_("近 90 天没有高于价格表、平台价或集团最低价的单据。"))
        self.stack = FrontStack(self)
        self.chips = QButtonGroup(self)
        views = (
            (self.awards, _("定标")),
            (self.pledges, _("约定量执行")),
            (self.requests, _("调价申请")),
            (self.alerts, _("超价提醒")),
        )
        for place, (view, words) in enumerate(views):
            self.stack.addWidget(view)
            self.chips.addButton(Chip(words), place)
        self.chips.idClicked.connect(self._show_view)
        self.awards.changed.connect(self.chrome_changed)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.buttons(), None, self.awards.optimise))
        column.addWidget(self.stack, 1)
        if context.may(Duty.BUY):
            self.on(Act.NEW, self.awards.ask_limits)
        self.on(Act.EXPORT, self._export)
        supplier = context.actor.has(Duty.SUPPLY)
        for place in (_AWARDS, _PLEDGES, _ALERTS):
            self.chips.button(place).setVisible(not supplier)
        self._choose(_REQUESTS if supplier else _AWARDS)

    def _choose(self, view: int) -> None:
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.set_subtitle("")
        self.awards.optimise.setVisible(view == _AWARDS and self.context.may(Duty.BUY))

    def _show_view(self, view: int) -> None:
        self._choose(view)
        self.refresh()

    @override
    def refresh(self) -> None:
        view = self.stack.currentIndex()
        if view == _AWARDS:
            self.awards.refresh()
        elif view == _PLEDGES:
            self.pledges.refresh()
        elif view == _REQUESTS:
            self.requests.refresh()
        else:
            db, actor = self.context.db, self.context.actor
            self.read(lambda: alerts(db, actor), self._show_alerts, channel="alerts")

    def _show_alerts(self, rows: tuple[Alert, ...]) -> None:
        self.model.set_rows([alert_row(place, one) for place, one in enumerate(rows, 1)])
        self.chrome_changed.emit()

    def _grid(self) -> GridView:
        grids = (self.awards.grid, self.pledges.grid, self.requests.grid, self.alerts)
        return grids[self.stack.currentIndex()]

    def _export(self) -> None:
        words = (_("中选与备选"), _("约定量执行"), _("调价申请"), _("超价提醒"))
        ask_and_export(self, self._grid(), words[self.stack.currentIndex()])

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` is ``awards``, ``pledges``, ``requests`` or ``alerts``."""
        places = {"awards": _AWARDS, "pledges": _PLEDGES, "requests": _REQUESTS, "alerts": _ALERTS}
        if arguments.get("view") in places:
            self._show_view(places[str(arguments["view"])])

    @override
    def counts(self) -> str:
        return self._grid().counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        optimise = (self.hint(Act.NEW, _("优化定标")),) if self.context.may(Duty.BUY) else ()
        return (*optimise, self.hint(Act.EXPORT))
