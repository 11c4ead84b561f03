"""工作台: what needs this person, worst first, and what the organisation stands at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import N_, _
from app.services import home
from app.services.platform.checklist import checklist
from app.ui.changes import ALL, Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.home import wording
from app.ui.pages.home.figures_panel import FiguresPanel
from app.ui.pages.home.setup_bar import SetupBar
from app.ui.pages.home.work_list import WorkList
from app.ui.widgets.cards import Card, page_column
from app.ui.widgets.states import StatePanel
from app.ui.widgets.text import Role, Text

_WEEKDAYS = (
    N_("星期一"), N_("星期二"), N_("星期三"), N_("星期四"),
    N_("星期五"), N_("星期六"), N_("星期日"),
)  # fmt: skip


_ARRIVE: Final[Mapping[home.Kind, Mapping[str, object]]] = {
    home.Kind.NEAR_EXPIRY: {"view": "expiring"},
    home.Kind.RETURNED_REQUISITIONS: {"requisitions": True},
    home.Kind.DRAFT_REQUISITIONS: {"requisitions": True},
    home.Kind.TO_APPROVE: {"approve": True},
    home.Kind.SUPPLEMENTS: {"view": "pledges"},
    home.Kind.PLEDGES_BEHIND: {"view": "pledges"},
    home.Kind.TO_CONSOLIDATE: {"new": True},
    home.Kind.STATEMENTS: {"view": "statements"},
    home.Kind.STATEMENTS_SENT: {"view": "statements"},
    home.Kind.PT_REVIEWS: {"view": "requests"},
    home.Kind.PT_TO_CALL: {"view": "meeting"},
    home.Kind.PT_MEETING: {"view": "meeting"},
    home.Kind.PT_BALLOT: {"view": "meeting"},
    home.Kind.PT_EVALUATIONS: {"view": "requests"},
    home.Kind.TEMPORARY_TO_APPROVE: {"view": "temporary"},
    home.Kind.ITEM_REQUESTS: {"requests": True},
    home.Kind.RECALLS: {"view": "recalls"},
    home.Kind.EXPIRY_ACTIONS: {"view": "expiring"},
}
"""What each page is told when its work is chosen here."""


class HomePage(Page):
    """The first screen of the day."""

    name: ClassVar[str] = "home"
    topics: ClassVar[frozenset[Topic]] = ALL

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.items: tuple[home.WorkItem, ...] = ()
        self.work = WorkList()
        self.work.chosen.connect(self._go)
        self.note = Text("", Role.LABEL)
        self.state = StatePanel()
        self.state.hide()
        self.card = Card("", padding=0)
        self._lay_out_work()
        self.figures = FiguresPanel(may_see_stock=self._staff())
        self.figures.stock_asked.connect(lambda: self.context.navigate("stock"))
        self.figures.setVisible(self._staff())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.card, 1)
        row.addWidget(self.figures)
        self.setup = SetupBar()
        self.setup.wanted.connect(lambda: self.context.navigate("start", step=3))
        self.setup.dismissed.connect(self._dismiss_setup)
        column = page_column(self)
        column.addWidget(self.setup)
        column.addLayout(row, 1)

    def _staff(self) -> bool:
        """Suppliers see their work, not the group's stock."""
        return self.context.org.role != "supplier"

    def _lay_out_work(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 14, 16, 10)
        head.addWidget(Text(_("今天要处理"), Role.CARD_TITLE))
        head.addStretch(1)
        head.addWidget(self.note)
        self.card.body.setSpacing(0)
        self.card.body.setContentsMargins(1, 1, 1, 1)
        self.card.add(head)
        self.card.add(self.work, 1)
        self.card.add(self.state, 1)

    @override
    def subtitle(self) -> str:
        today = self.context.today
        return f"{today.isoformat()} {_(_WEEKDAYS[today.weekday()])}"

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return tuple(
            KeyHint(wording.key_of(item), _(wording.WORDS[item.kind].verb))
            for item in self.items
            if wording.key_of(item)
        )

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        self.read(lambda: home.work(db, actor, orgs), self._show_work, self._fail, channel="work")
        if self._staff():
            self.read(
                lambda: home.figures(db, actor, orgs),
                self.figures.show_figures,
                channel="figures",
            )

        if self.context.actor.has(Duty.ADMIN) and not self._setup_dismissed():
            self.read(lambda: checklist(db, actor), self.setup.show_todos, channel="setup")

    def _setup_dismissed(self) -> bool:
        return bool(self.context.state.get("setup").get("dismissed"))

    def _dismiss_setup(self) -> None:
        """The checklist stays reachable under 系统设置."""
        self.context.state.put("setup", {"dismissed": True})
        self.setup.hide()
        self.context.notices.info(_("以后可以在「系统设置 → 数据与备份」里打开「开始使用」。"))

    def _show_work(self, items: tuple[home.WorkItem, ...]) -> None:
        self.items = items
        self.work.setVisible(bool(items))
        self.note.setText(_("{n} 类 · 按紧急程度", n=len(items)) if items else "")
        if items:
            self.state.hide()
            self.work.show_work(items, self.context.today)
            self.figures.come_after(self.work.lines[-1].button)
            if self.hasFocus():  # the keys came before the work was there
                self.work.begin()
        else:
            words = _("今天没有等你处理的事。新的到货、订单和过期提醒会出现在这里。")
            self.state.show_empty(words)
        self.chrome_changed.emit()

    def _fail(self, error: Exception) -> None:
        self.work.hide()
        self.state.show_problem(error, self.refresh)

    def _go(self, item: home.WorkItem) -> None:
        act = wording.WORDS[item.kind].act
        if act is not None:
            self.context.perform(act)
        elif item.urged is not None:
            self.context.navigate(
                item.page, member_order_id=item.urged.order_id, org_id=item.urged.org_id
            )
        elif any(item.order):
            org, order = item.order
            self.context.navigate(item.page, member_order_id=order, org_id=org)
        else:
            self.context.navigate(item.page, **_ARRIVE.get(item.kind, {}))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.figures.fit(self.height())
