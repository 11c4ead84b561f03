"""The left card: search, what this person may begin, and the group orders."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout

from app.i18n import _
from app.ui import theme
from app.ui.icons import Icon
from app.ui.pages.group_orders.group_list import GroupList
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.fields import SearchEdit

_WIDTH: Final = 196


class LeftPanel(Card):
    """Search, 新建统采 for buyers, 待我审批 for heads, and the list.

    Args:
        buyer: Whether the person may begin a group order.
    """

    def __init__(self, *, buyer: bool) -> None:
        super().__init__(_("统采订单"), padding=0)
        self.setFixedWidth(theme.px(_WIDTH))
        self.head.setContentsMargins(14, 12, 14, 0)
        self.body.setContentsMargins(1, 0, 1, 8)
        self.list = GroupList()
        self.search = SearchEdit(_("名称、单号"))
        self.new_button = Button(_("新建统采"), icon=Icon.PLUS)
        self.approve_button = Button("", icon=Icon.GAVEL)
        find = QVBoxLayout()
        find.setContentsMargins(10, 0, 10, 0)
        find.addWidget(self.search)
        if buyer:
            find.addWidget(self.new_button)
        find.addWidget(self.approve_button)
        self.approve_button.hide()
        self.export_button = Button(_("省平台导出"), Kind.LINK)
        foot = QVBoxLayout()
        foot.setContentsMargins(10, 0, 10, 0)
        foot.addWidget(self.export_button)
        self.add(find)
        self.add(self.list, 1)
        self.add(foot)

    def show_waiting(self, count: int) -> None:
        """How many requisitions wait for this person's approval."""
        self.approve_button.setText(_("待我审批 {n}", n=count))
        self.approve_button.setVisible(count > 0)
        self.approve_button.updateGeometry()
