"""F1: the keys that work here, read from the action registry and the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.i18n import _
from app.ui.actions import ACTIONS, Act, key_words
from app.ui.page import KeyHint, Page
from app.ui.widgets.buttons import KeyCap
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

_ALWAYS = (
    Act.PALETTE, Act.KEYS, Act.REFRESH, Act.BACK, Act.FORWARD, Act.LARGER, Act.SMALLER,
    Act.NORMAL, Act.DARK, Act.NOTICES, Act.NOTICE_ACT,
)  # fmt: skip


def hints_of(page: Page | None) -> tuple[KeyHint, ...]:
    """The keys of a page: its own hints, then those of its actions that were not among them."""
    if page is None:
        return ()
    own = list(page.keys())
    named = {hint.key for hint in own}
    for act in page.acts():
        action = ACTIONS[act]
        if action.key and key_words(action.key) not in named:
            own.append(KeyHint(key_words(action.key), action.words))
    return tuple(own)


class KeyHelp(Form):
    """Two columns: the keys of this screen, and those that work everywhere."""

    def __init__(self, page: Page | None, screens: Sequence[str], parent: QWidget) -> None:
        super().__init__(_("这里能用的快捷键"), _("知道了"), parent, wide=720)
        self.cancel.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        everywhere = [KeyHint(key_words(ACTIONS[a].key), ACTIONS[a].words) for a in _ALWAYS]
        everywhere.append(
            KeyHint(f"Ctrl+1…{len(screens)}", _("切换页面：{names}", names="、".join(screens[:9])))
        )
        everywhere.append(KeyHint("Space", _("表格里：打勾，或按这一行的蓝字")))
        everywhere.append(KeyHint("Enter", _("表格里：打开这一行")))
        self._fill(grid, 0, _("本页"), hints_of(page))
        self._fill(grid, 1, _("任何地方"), everywhere)
        self.body.addLayout(grid)
        self.body.addStretch(1)

    @staticmethod
    def _fill(grid: QGridLayout, column: int, title: str, hints: Sequence[KeyHint]) -> None:
        grid.addWidget(Text(title, Role.CARD_TITLE), 0, column * 2, 1, 2)
        grid.setColumnStretch(column * 2 + 1, 1)
        for row, hint in enumerate(hints, start=1):
            grid.addWidget(KeyCap(hint.key), row, column * 2, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Text(hint.text, Role.BUTTON, wrap=True), row, column * 2 + 1)
