"""智能补货: what to order, why, and one key to ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from app.domain.documents import State
from app.domain.orders.approval import SENT
from app.i18n import _
from app.services.replenishment.suggestions import Board, SuggestionQuery, board
from app.services.requisition.queries import (
    RequisitionQuery,
    RequisitionRow,
    requisition,
    requisitions,
)
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.demand_files import DemandFiles
from app.ui.page import KeyHint, Page
from app.ui.pages.replenishment.add_form import AddForm
from app.ui.pages.replenishment.dialogs import RequestForm, SettingsForm
from app.ui.pages.replenishment.helper import Helper
from app.ui.pages.replenishment.item_tools import ItemTools
from app.ui.pages.replenishment.planner import Planner
from app.ui.pages.replenishment.requester import Requester
from app.ui.pages.replenishment.requests import Requests
from app.ui.pages.replenishment.rows import VIEWS
from app.ui.pages.replenishment.suggestion_view import SuggestionView
from app.ui.pages.replenishment.view_model import Suggestions
from app.ui.widgets.cards import page_column

_LATER_MS: Final = 400
_CHANGED: Final = {Topic.REQUISITIONS, Topic.DEMAND}


class ReplenishmentPage(Page):
    """Suggestions of one member's store, and its requisitions."""

    name = "replenishment"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.REQUISITIONS, Topic.PRICES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.lines = Suggestions(context.db, context.actor, self.write, self)
        self.view = SuggestionView(self.lines)
        self.requester = Requester(self, self.lines)
        self.requests = Requests(context.db, context.actor, self.requester.do)
        self.planner = Planner(context, self)
        self.helper = Helper(self, self.lines)
        self.tools = ItemTools(self, self.view)
        self.files = DemandFiles(self, self.refresh)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.requests)
        page_column(self).addWidget(self.stack, 1)
        self.setFocusProxy(self.view.grid)
        self._wanted_item: object = None
        self._ask_again = False
        self._everything = False
        self._request_wanted = False
        self._connect()
        self._register()

    def _connect(self) -> None:
        view, context = self.view, self.context
        view.moved.connect(self.chrome_changed)
        view.all_wanted.connect(self._want_all)
        view.panel.lots.connect(lambda item: self.context.navigate("stock", item_id=item))
        view.panel.helped.connect(self.helper.take)
        view.footer.make.clicked.connect(self.ask_to_request)
        view.footer.first.clicked.connect(self.helper.ask)
        view.again.clicked.connect(lambda: self.planner.plan(None))
        view.adjust.clicked.connect(self._adjust)
        view.add.clicked.connect(self._add)
        view.requests.clicked.connect(self.show_requests)
        view.files.clicked.connect(lambda: self.files.show_menu(view.files))
        self.planner.busy.connect(view.again.setDisabled)
        self.planner.planned.connect(self._planned)
        self.helper.taken.connect(lambda: self.planner.plan(None))
        self.helper.refused.connect(self._refused)
        self.requester.changed.connect(self._asked)
        self.requester.refused.connect(self._not_asked)
        view.tool.connect(self.tools.open)
        self.tools.changed.connect(lambda: self.planner.plan(None))
        self.tools.refused.connect(context.errors.take)
        self.lines.refused.connect(self._refused)
        self.lines.settled.connect(self._settled)
        self.requests.back.connect(self.show_suggestions)
        self.requests.wanted.connect(self._read_lines)
        self.requests.grid.escaped.connect(self.show_suggestions)

    def _register(self) -> None:
        self.on(Act.SUGGEST, self.ask_to_request)
        self.on(Act.UNDO, self._undo)
        self.on(Act.REDO, self._redo)
        self.on(Act.SEARCH, self.view.start_search)
        self.on(Act.NEW, self._add)
        self.on(Act.IMPORT, self.files.flow.ask)

    @override
    def counts(self) -> str:
        if self.stack.currentWidget() is self.requests:
            return self.requests.grid.counts()
        words = self.view.grid.counts()
        if self.lines.edited and not self.lines.pending:
            words += "   " + _("改过 {n} 行，已保存", n=self.lines.edited)
        return words

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentWidget() is self.requests:
            return (KeyHint("↑↓", _("换行")), KeyHint("Esc", _("回到补货建议")))
        return (
            KeyHint("Space", _("选 / 不选")),
            KeyHint("↑↓", _("换行")),
            KeyHint("0–9", _("直接改数量")),
            KeyHint("Enter", _("写原因")),
            self.hint(Act.SUGGEST, _("生成申请")),
        )

    @override
    def refresh(self) -> None:
        if self.lines.pending:
            # The answer would be older than what is on its way; ask once that is written.
            self._ask_again = True
            return
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        everything = self._everything
        self.read(
            lambda: board(db, actor, SuggestionQuery(org, everything=everything)),
            self._show,
            self.view.model.problem.emit,
            channel="board",
        )
        self.read(
            lambda: requisitions(db, actor, RequisitionQuery(org)), self._heads, channel="heads"
        )
        self.helper.read(self.lines.show_offers)

    @override
    def arrive(self, **arguments: object) -> None:
        view, item = arguments.get("view"), arguments.get("item_id")
        self.show_suggestions()
        if isinstance(view, str) and view in VIEWS:
            self.view.show_view(view)
        if arguments.get("requisitions"):
            self.show_requests()
        if item is not None and not self.view.grid.choose(item):
            self._wanted_item = item

    @override
    def save_state(self) -> dict[str, object]:
        return {"grid": self.view.grid.save_state(), "view": self.view.view}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        grid, view = state.get("grid"), state.get("view")
        self.view.grid.restore_state(grid if isinstance(grid, dict) else {})
        self.view.fit_look()
        if isinstance(view, str) and view in VIEWS:
            self.view.show_view(view)

    @override
    def unsaved(self) -> str:
        return _("有 {n} 处改动正在保存。", n=self.lines.pending) if self.lines.pending else ""

    def _want_all(self) -> None:
        if not self._everything:
            self._everything = True
            self.refresh()

    def _show(self, found: Board) -> None:
        if self.view.typing:
            QTimer.singleShot(_LATER_MS, self, self.refresh)
            return
        self.lines.show(found)
        self.set_subtitle(_computed(found))
        _tell(self.view, found, lambda: self.planner.plan(None))
        self.view.reload()
        if self._wanted_item is not None and self.view.grid.choose(self._wanted_item):
            self._wanted_item = None
        if self._request_wanted:
            self._request_wanted = False
            self.ask_to_request()

    def _planned(self, words: str) -> None:
        self.context.notices.done(words)
        self._changed()

    def _adjust(self) -> None:
        if self.lines.board is None:
            return
        form = SettingsForm(self.lines.board.settings, self)
        form.chosen.connect(self.planner.plan)
        form.open()

    def _add(self) -> None:
        """Another item, asked for or not: it is planned and stands in the list."""
        form = AddForm(self.context, self)
        form.chosen.connect(self._add_item)
        form.open()

    def _add_item(self, item_id: int, code: str) -> None:
        self.show_suggestions()
        self._wanted_item = item_id
        self.view.look_up(code)
        if self.lines.line(item_id) is None:
            self.planner.plan(None, also=(item_id,))

    def _refused(self, error: Exception) -> None:
        self.context.errors.take(error)
        self.refresh()

    def _settled(self) -> None:
        if self._ask_again:
            self._ask_again = False
            self.refresh()

    def _undo(self) -> None:
        if not self.lines.undo():
            self.context.notices.info(_("没有可以撤销的改动。"))

    def _redo(self) -> None:
        if not self.lines.redo():
            self.context.notices.info(_("没有可以重做的改动。"))

    def ask_to_request(self) -> None:
        """Spell out what F4 will do, then do it."""
        self.show_suggestions()
        if self.lines.board is None:
            self._request_wanted = True  # F4 on another page: first the lines must be here
            return
        if not self.lines.picked:
            self.context.notices.info(_("还没有选要补的行。用空格键选几行，再生成采购申请。"))
            return
        form = RequestForm(self.lines, self.lines.board.place, self)
        form.decided.connect(self._request)
        form.looking.connect(lambda: self.view.show_view("look"))
        form.open()

    def _request(self, send: bool, note: str, only: frozenset[int]) -> None:
        self.lines.only = only
        self.requester.request(send, note)

    def _asked(self) -> None:
        self.lines.only = None
        self._changed()

    def _not_asked(self, error: Exception) -> None:
        self.lines.only = None
        self._refused(error)

    def _changed(self) -> None:
        self.context.changes.announce(_CHANGED)
        self.refresh()

    def _heads(self, heads: tuple[RequisitionRow, ...]) -> None:
        self.view.requests.setText(_waiting(heads))
        self.view.requests.updateGeometry()
        self.requests.show_heads(heads)

    def _read_lines(self, requisition_id: int) -> None:
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        self.read(
            lambda: requisition(db, actor, org, requisition_id),
            self.requests.show_lines,
            channel="lines",
        )

    def show_requests(self) -> None:
        """Show the member's requisitions."""
        self.stack.setCurrentWidget(self.requests)
        self.setFocusProxy(self.requests.grid)
        self.requests.grid.focus_rows()
        self.chrome_changed.emit()

    def show_suggestions(self) -> None:
        """Show the suggestions."""
        if self.stack.currentWidget() is not self.view:
            self.stack.setCurrentWidget(self.view)
            self.setFocusProxy(self.view.grid)
            self.chrome_changed.emit()
        self.view.focus()


def _waiting(heads: tuple[RequisitionRow, ...]) -> str:
    waiting = sum(1 for head in heads if head.status in SENT | {State.DRAFT})
    return _("采购申请 {n}", n=waiting) if waiting else _("采购申请")


def _computed(found: Board) -> str:
    if found.computed_at is None:
        return _("还没有计算过")
    return _(
        "计算于 {time} · 目标 {days} 天 · 服务水平 {n}%",
        time=formats.minute(found.computed_at, None),
        days=found.settings.target_days,
        n=found.settings.service,
    )


def _tell(view: SuggestionView, found: Board, plan: Callable[[], None]) -> None:
    """Say what an empty table means."""
    if found.computed_at is None:
        empty, action = _("还没有计算过补货。根据用量、库存和在途算出该补什么。"), _("现在计算")
    else:
        empty, action = _("算过 {n} 个品规，现在都不用补。", n=found.planned), _("重新计算")
    view.grid.set_empty(empty, action, plan)
