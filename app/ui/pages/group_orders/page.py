"""统采分签: group orders on the left; demand and signing board, one order, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.services.orders.board import Board, Groups, board, groups
from app.services.orders.consolidate import Consolidated
from app.services.orders.detail import OrderDetail, OrderWanted, order_detail
from app.services.orders.queries import GroupRow, GroupsWanted, MemberOrderRow
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.group_orders import words
from app.ui.pages.group_orders.approval_flow import ApprovalFlow
from app.ui.pages.group_orders.approval_view import ApprovalView
from app.ui.pages.group_orders.asking import Asking
from app.ui.pages.group_orders.board_view import BoardView
from app.ui.pages.group_orders.desk import OrderDesk
from app.ui.pages.group_orders.left_panel import LeftPanel
from app.ui.pages.group_orders.new_flow import NewFlow
from app.ui.pages.group_orders.new_view import NewView
from app.ui.pages.group_orders.nothing import explain_nothing
from app.ui.pages.group_orders.order_view import OrderView
from app.ui.pages.group_orders.platform_flow import PlatformFlow
from app.ui.pages.group_orders.sealing import Sealing
from app.ui.pages.group_orders.shortage_flow import ShortageFlow
from app.ui.widgets.states import StatePanel


class GroupOrdersPage(Page):
    """The page; arguments of `arrive`: `group_order_id`, `member_order_id`, `new`, `approve`."""

    name: ClassVar[str] = "group_orders"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.ORDERS, Topic.REQUISITIONS})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._buyer = context.actor.has(Duty.BUY)
        self._now = datetime.now(UTC)
        self._wanted_group = 0
        self._shown_group = 0
        self._open_order = 0
        self.desk = OrderDesk(self)
        self.left = LeftPanel(buyer=self._buyer)
        self.list, self.search = self.left.list, self.left.search
        self.board = BoardView(buyer=self._buyer)
        actor = context.actor
        self.order = OrderView(lambda org: actor.can(Duty.SIGN, org), buyer=self._buyer)
        self.sealing = Sealing(self)
        self.shortages = ShortageFlow(self, self.order, self.desk)
        self.new = NewView()
        self.approval = ApprovalView()
        self.deciding = ApprovalFlow(self, self.approval)
        self.platform = PlatformFlow(self)
        self.nothing = StatePanel()
        self.flow = NewFlow(self, self.new, self.desk, self._consolidated)
        self.asking = Asking(self, self.desk, self._chosen, self._detail, lambda: self.board.shown)
        self.stack = QStackedWidget()
        for view in (self.nothing, self.board, self.order, self.new, self.approval):
            self.stack.addWidget(view)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.list)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 12)
        row.setSpacing(12)
        row.addWidget(self.left)
        row.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.search.searched.connect(lambda _text: self.refresh())
        self.list.chosen.connect(self._group_chosen)
        self.list.entered_orders.connect(self.board.grid.focus_rows)
        self.left.new_button.clicked.connect(lambda _on=False: self.start_new())
        self.left.export_button.clicked.connect(lambda _on=False: self.platform.ask())
        self.on(Act.EXPORT, self.platform.ask)
        self.left.approve_button.clicked.connect(lambda _on=False: self.start_approving())
        self.board.opened.connect(self.open_order)
        self.board.picked.connect(self.chrome_changed)
        self.board.escaped.connect(self.list.setFocus)
        self.asking.listen(self.board, self.order, self.open_order)
        self.order.left.connect(self.close_order)
        self.order.seal_asked.connect(lambda: self.sealing.ask(self._detail()))
        self.order.check_asked.connect(self.sealing.choose_and_check)
        self.new.left.connect(self.close_order)
        self.approval.left.connect(self.close_order)
        self.on(Act.SEARCH, self.search.setFocus)
        self.on(Act.PRINT, self._print)
        self.on(Act.SIGN, self.asking.sign)
        self.on(Act.CHECK_SEAL, self.sealing.choose_and_check)
        if self._buyer:
            self.on(Act.NEW, self.start_new)
            self.on(Act.CONSOLIDATE, self.start_new)
            self.on(Act.SUBMIT, self._submit)

    # Reading

    @override
    def refresh(self) -> None:
        db, actor, wanted = self.context.db, self.context.actor, GroupsWanted(self.search.text())
        self.read(
            lambda: groups(db, actor, wanted), self._show_groups, self._unread, channel="list"
        )
        if self.context.actor.has(Duty.SIGN) and self.context.org.role != "supplier":
            self.deciding.refresh(self.left.show_waiting)
        if self.stack.currentWidget() is self.new:
            self.flow.read_candidates()
        elif self.stack.currentWidget() is self.order:
            self._read_order()

    def _show_groups(self, found: Groups) -> None:
        self._now = found.at
        self.left.note.setText(_("{n} 张", n=len(found.rows)))
        self.list.show_rows(found.rows, found.at, self._wanted_group)
        self._wanted_group = 0
        if not found.rows and self.stack.currentWidget() in {self.board, self.nothing}:
            self._show_nothing()

    def _show_nothing(self) -> None:
        explain_nothing(self.nothing, self.search, self.start_new if self._buyer else None)
        self.stack.setCurrentWidget(self.nothing)

    def _unread(self, error: Exception) -> None:
        self.nothing.show_problem(error, self.refresh)
        self.stack.setCurrentWidget(self.nothing)

    def _group_chosen(self, row: GroupRow | None) -> None:
        if row is None:
            self.set_subtitle("")
            return
        self.board.show_group(row)
        until = words.until(row.sign_by, self._now).text
        if row.progress.open and row.sign_by:
            left = words.time_left(row.sign_by, self._now)
            self.set_subtitle(_("截止 {until} · {left}", until=until, left=left))
        else:
            self.set_subtitle(f"{row.no} {row.title}".strip())
        db, actor, group = self.context.db, self.context.actor, row.id
        self.read(lambda: board(db, actor, group), self._show_board, self._unread, channel="board")
        elsewhere = self._shown_group not in {0, row.id}
        self._shown_group = row.id
        detail = self._detail()
        if elsewhere and (detail is None or detail.row.group_order_id != row.id):
            self._open_order = 0
            self.stack.setCurrentWidget(self.board)
        elif self.stack.currentWidget() is self.nothing and not self._open_order:
            self.stack.setCurrentWidget(self.board)

    def _show_board(self, found: Board) -> None:
        row = self.list.current
        if row is not None and row.id == found.group_order_id:
            self.board.show_board(found, row, self._now)
            self.chrome_changed.emit()

    def open_order(self, order: MemberOrderRow) -> None:
        """Show a member order in full."""
        self._open_order = order.id
        self._read_order()

    def _read_order(self) -> None:
        if not self._open_order:
            return
        db, actor = self.context.db, self.context.actor
        wanted = OrderWanted(order_id=self._open_order)
        self.read(lambda: order_detail(db, actor, wanted), self._show_order, channel="order")

    def _show_order(self, detail: OrderDetail) -> None:
        if self._open_order != detail.row.id:
            return
        self.order.show_detail(detail, self._now)
        if self.stack.currentWidget() is not self.order:
            self.stack.setCurrentWidget(self.order)
            self.order.grid.focus_rows()
        self.list.choose(detail.row.group_order_id)
        self.chrome_changed.emit()

    def close_order(self) -> None:
        """Back to the signing board."""
        self._open_order = 0
        if self.list.current is None:
            self._show_nothing()
        else:
            self.stack.setCurrentWidget(self.board)
            self.board.grid.setFocus()
        self.chrome_changed.emit()

    # A new group order

    def start_new(self) -> None:
        """Pick requisitions for a new group order."""
        self._open_order = 0
        self.stack.setCurrentWidget(self.new)
        self.flow.start()
        self.chrome_changed.emit()

    # Requisitions that wait for an approval

    def start_approving(self) -> None:
        """Show what waits for this person's approval."""
        self._open_order = 0
        self.stack.setCurrentWidget(self.approval)
        self.approval.grid.focus_rows()
        self.chrome_changed.emit()

    def _submit(self) -> None:
        if self.stack.currentWidget() is self.new:
            self.flow.submit()
        else:
            self.not_available()

    def _consolidated(self, result: Consolidated) -> None:
        self._wanted_group = result.group_order_id
        self.stack.setCurrentWidget(self.board)
        self.board.grid.setFocus()  # or the keys would go to a button of the notice
        self.refresh()

    # What the shell asks

    def _chosen(self) -> Sequence[MemberOrderRow]:
        detail = self._detail()
        if detail is not None:
            return [detail.row]
        return self.board.selected() if self.stack.currentWidget() is self.board else ()

    def _print(self) -> None:
        on_board = self.stack.currentWidget() is self.board
        self.asking.paper("order", self.board.current() if on_board else None)

    def _detail(self) -> OrderDetail | None:
        return self.order.detail if self.stack.currentWidget() is self.order else None

    @override
    def counts(self) -> str:
        return self.asking.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentWidget() is self.board:
            paper = self.hint(Act.PRINT, _("打印订单"))
            return (KeyHint("Enter", _("打开订单")), paper, KeyHint("Esc", _("返回")))
        if self.stack.currentWidget() is self.new:
            return (self.hint(Act.SUBMIT, _("汇总并分签")), KeyHint("Esc", _("返回")))
        if self.stack.currentWidget() is self.approval:
            return (KeyHint("Enter", _("同意")), KeyHint("Esc", _("返回")))
        return (self.hint(Act.PRINT, _("打印订单")), KeyHint("Esc", _("返回")))

    @override
    def arrive(self, **arguments: object) -> None:
        group, order = arguments.get("group_order_id"), arguments.get("member_order_id")
        if isinstance(group, int):
            self.close_order()
            if not self.list.choose(group):
                self._wanted_group = group
        if isinstance(order, int):
            self._open_order = order
            self._read_order()
        if arguments.get("new") and self._buyer:
            self.start_new()
        if arguments.get("approve"):
            self.start_approving()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        inside = self.stack.currentWidget() in {self.order, self.new, self.approval}
        if event.key() == Qt.Key.Key_Escape and inside:
            self.close_order()
        else:
            super().keyPressEvent(event)

    @override
    def save_state(self) -> dict[str, object]:
        return {"orders": self.board.grid.save_state()["layout"]}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        if isinstance(state.get("orders"), dict):
            self.board.grid.restore_state({"layout": state["orders"]})
