"""The widgets of 集中议价 and where they stand; `page` gives them their meaning."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.services.negotiation.common import READERS
from app.services.negotiation.queries import ProjectRow
from app.services.negotiation.quotes import OwnQuote
from app.ui import theme
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.negotiation.compare_view import CompareView
from app.ui.pages.negotiation.prepare_view import PrepareView
from app.ui.pages.negotiation.quote_view import QuoteView
from app.ui.pages.negotiation.steps import StepsBar
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, page_column
from app.ui.widgets.fields import Select
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.states import StatePanel


class NegotiationFrame(Page):
    """The steps on top, one of four views below."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.supplier = context.actor.has(Duty.SUPPLY)
        self.project: ProjectRow | None = None
        self.quote: OwnQuote | None = None
        self._projects: tuple[ProjectRow, ...] = ()
        self._wanted = 0
        self.steps = StepsBar()
        self.choice = Select(icon=Icon.SCALE)
        self.choice.setAccessibleName(_("议价项目"))
        self.nothing = StatePanel()
        self.primary = Button("", Kind.PRIMARY, icon=Icon.GAVEL)
        self.start = Button("", Kind.PRIMARY, icon=Icon.GAVEL)
        self.compare = CompareView(context.jobs, self._compare_tools())
        self.prepare = PrepareView(self._prepare_tools())
        self.own = QuoteView()
        self.stack = FrontStack(self)
        for view in (self.nothing, self.compare, self.prepare, self.own):
            self.stack.addWidget(view)
        self._lay_out()

    def _compare_tools(self) -> tuple[QWidget, ...]:
        self.weights = Button(_("评分权重"), icon=Icon.TUNE)
        self.export = Button(_("导出比价表"), icon=Icon.DOWNLOAD)
        self.more = Button(_("更多"), icon=Icon.CHEVRON_DOWN)
        return (self.weights, self.export, self.more, self.primary)

    def _prepare_tools(self) -> tuple[QWidget, ...]:
        self.add = Button(_("添加品规"), icon=Icon.PLUS)
        self.guests = Button(_("邀请供应商"), icon=Icon.SEND)
        self.others = Button(_("更多"), icon=Icon.CHEVRON_DOWN)
        return (self.add, self.guests, self.others, self.start)

    def _lay_out(self) -> None:
        head = Card(padding=8)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(18)
        self.choice.setMinimumWidth(theme.px(216))
        self.choice.setMaximumWidth(theme.px(290))
        row.addWidget(self.choice)
        row.addWidget(self.steps, 1)
        self.new = Button(_("新建"), icon=Icon.PLUS)
        self.new.setVisible(self.context.actor.has(Duty.BUY))
        self.papers = Button(_("我的资质"))
        self.papers.setVisible(self.supplier)
        row.addWidget(self.papers)
        row.addWidget(self.new)
        head.add(row)
        self.head = head
        column = page_column(self)
        column.addWidget(head)
        column.addWidget(self.stack, 1)

    @property
    def reader(self) -> bool:
        """Whether the person reads the group's side of the project."""
        org = self.project.org_id if self.project else 0
        return any(self.context.actor.can(duty, org) for duty in READERS)

    @property
    def buyer(self) -> bool:
        """Whether the person moves the project on."""
        org = self.project.org_id if self.project else 0
        return self.context.actor.can(Duty.BUY, org)

    def say_subtitle(self) -> None:
        """Say the project in a line, and let the shell read the counts again."""
        one = self.project
        if one is not None:
            words = _("{no} · {n} 个品规", no=one.no, n=one.lines)
            if one.members:
                words = _("{words} · {m} 家机构", words=words, m=one.members)
            self.set_subtitle(words)
        self.chrome_changed.emit()

    def press(self, *buttons: Button) -> None:
        """What a key does: the first of the buttons that is there to be pressed."""
        ready = (one for one in buttons if one.isVisible() and one.isEnabled())
        if button := next(ready, None):
            button.click()
        else:
            self.not_available()

    @override
    def save_state(self) -> dict[str, object]:
        return {"project": self.project.id if self.project else 0}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        wanted = state.get("project")
        self._wanted = wanted if isinstance(wanted, int) else 0
