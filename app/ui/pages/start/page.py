"""开始使用: the way from signing in for the first time to the first real work.

Four steps that may be done in any order, skipped, and opened again from 系统设置.
"""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.i18n import N_, _
from app.ui.changes import ALL, Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.start.label_step import LabelStep
from app.ui.pages.start.role_step import RoleStep
from app.ui.pages.start.todo_step import TodoStep
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind, NavButton
from app.ui.widgets.cards import Card, page_column
from app.ui.widgets.scan_trial import ScannerTest, Verdict
from app.ui.widgets.text import Role, Text

STATE: Final = "start"
"""Where the person's progress is remembered."""
_STEPS: Final = (
    (N_("1 角色"), Icon.ACCOUNT),
    (N_("2 扫码枪"), Icon.BARCODE_SCAN),
    (N_("3 标签"), Icon.LABEL),
    (N_("4 设置清单"), Icon.CLIPBOARD_LIST),
)
_SCANNER: Final = 1


class StartPage(Page):
    """Role, scanner, label, checklist."""

    name: ClassVar[str] = "start"
    topics: ClassVar[frozenset[Topic]] = ALL

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._state = context.state.get(STATE)
        now = context.session.settings
        self.role = RoleStep(context, str(self._state.get("role", "")))
        self.role.chosen.connect(lambda duty: self._keep(role=duty))
        self.scanner = ScannerTest(now.scanner_substitute)
        self.scanner.bar.sound = now.sound
        self.scanner.judged.connect(self._judged)
        context.scans.subscribe(self.scanner, self.scanner.bar.take)
        self.label = LabelStep(context)
        self.todo = TodoStep(context)
        self._stack = QStackedWidget()
        for step in (self.role, self._scanner_step(), self.label, self.todo):
            self._stack.addWidget(_scrolling(step))
        self._nav = [NavButton(_(title), icon) for title, icon in _STEPS]
        self.back = Button(_("上一步"))
        self.back.clicked.connect(lambda _on=False: self.go(self.step - 1))
        self.skip = Button(_("先去工作台"))
        self.skip.clicked.connect(lambda _on=False: context.navigate("home"))
        self.next = Button("", Kind.PRIMARY, icon=Icon.ARROW_RIGHT)
        self.next.clicked.connect(lambda _on=False: self._next())
        self._lay_out()
        self._keep(seen=True)
        self.go(0)

    def _lay_out(self) -> None:
        nav = Card("", padding=8)
        nav.setFixedWidth(180)
        nav.body.setSpacing(2)
        group = QButtonGroup(self)
        for number, button in enumerate(self._nav):
            group.addButton(button)
            button.clicked.connect(lambda _on=False, place=number: self.go(place))
            nav.add(button)
        nav.body.addStretch(1)
        card = Card("", padding=20)
        card.add(self._stack, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.skip)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        card.add(foot)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(nav)
        row.addWidget(card, 1)
        page_column(self).addLayout(row, 1)

    def _scanner_step(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Text(_("试一下扫码枪"), Role.DETAIL_TITLE))
        words = _("扫下面的方码。扫码枪要设成：键盘模式（美式）、结尾加回车、GS 转 Ctrl+]。")
        column.addWidget(Text(words, Role.SECOND, wrap=True))
        column.addWidget(self.scanner)
        column.addStretch(1)
        return box

    @property
    def step(self) -> int:
        """The step in front, from 0."""
        return self._stack.currentIndex()

    def go(self, step: int) -> None:
        """Bring a step to the front."""
        place = max(0, min(step, len(_STEPS) - 1))
        self._stack.setCurrentIndex(place)
        self._nav[place].setChecked(True)
        self.setFocusProxy(self.scanner.bar if place == _SCANNER else self.next)
        self.back.setVisible(place > 0)
        last = place == len(_STEPS) - 1
        self.next.setText(_("完成，去工作台") if last else _("下一步"))
        self.next.updateGeometry()
        self.set_subtitle(_("第 {n} 步，共 {of} 步", n=place + 1, of=len(_STEPS)))
        self.refresh()

    def _next(self) -> None:
        if self.step == len(_STEPS) - 1:
            self._keep(finished=True)
            self.context.navigate("home")
        else:
            self.go(self.step + 1)

    @override
    def refresh(self) -> None:
        if self.step == 2:  # noqa: PLR2004 - the label is the third step
            self.label.refresh()
        elif self.step == len(_STEPS) - 1:
            self.todo.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        step = arguments.get("step")
        if isinstance(step, int):
            self.go(step)

    def _judged(self, verdict: Verdict) -> None:
        if verdict.result.status is Status.OK:
            self._keep(scanner=True)

    def _keep(self, **values: object) -> None:
        self._state = {**self._state, **values}
        self.context.state.put(STATE, self._state)


def _scrolling(step: QWidget) -> QScrollArea:
    """A step that scrolls where the window is too low for it."""
    inside = QWidget()
    inside.setObjectName("scrolled")
    column = QVBoxLayout(inside)
    column.setContentsMargins(4, 0, 4, 8)
    column.addWidget(step)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.viewport().setAutoFillBackground(False)
    return area
