"""The main window: rail, bars, pages, palette; it does the window's own actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from shiboken6 import isValid
from typing_extensions import override

from app.i18n import _
from app.ui import icons, theme
from app.ui.actions import ACTIONS, Act
from app.ui.ahead import recent
from app.ui.context import PageContext, Scope
from app.ui.pages.registry import BY_NAME, pages_for
from app.ui.scans import unwanted_words
from app.ui.shell.badges import Badges
from app.ui.shell.band import DemoBand
from app.ui.shell.devices import Devices
from app.ui.shell.entries import Entries
from app.ui.shell.history import History
from app.ui.shell.keeper import Keeper
from app.ui.shell.key_help import KeyHelp
from app.ui.shell.menus import drop_below, person_menu
from app.ui.shell.palette import CommandPalette
from app.ui.shell.rail import Rail
from app.ui.shell.stack import PageStack
from app.ui.shell.status_bar import StatusBar
from app.ui.shell.tab_order import ReadingOrder
from app.ui.shell.toasts import NoticeList, ToastStack
from app.ui.shell.top_bar import TopBar
from app.ui.shell.watch import Watch
from app.ui.widgets.dialogs import Question, ReportForm, confirm

WIDE: Final = 1200
_STEPS: Final = (theme.Density.COMPACT, theme.Density.COMFORT, theme.Density.LARGE)


class MainWindow(ReadingOrder):
    """The frame around the pages.

    Signals:
        look_changed: The person chose another look or language: name of the setting, value.
        switch_asked: Another person wants to sign in.
        closed: The window is gone.
    """

    look_changed = Signal(str, str)
    switch_asked = Signal()
    closed = Signal()

    def __init__(self, context: PageContext, scopes: tuple[Scope, ...]) -> None:
        super().__init__()
        self.context = context
        self._leaving = False
        self.specs = pages_for(context.actor)
        context.navigate = self.navigate
        context.perform = self.perform
        context.set_look = self.look_changed.emit
        self.history = History()
        self.rail = Rail(self.specs, context.state)
        self.top = TopBar(context.actor.name, scopes)
        self.top.scope.choose(context.scope)
        self.status = StatusBar(context.jobs)
        self.stack = PageStack(context, self.refresh_chrome, self)
        self.devices = Devices(context, self)
        self.badges = Badges(context, self)
        self.watch = Watch(context, self)
        self.keeper = Keeper(context, self.watch, self.devices, self)
        self._lay_out()
        self.toasts = ToastStack(context.notices, self)
        self.entries = Entries(context, self.specs, lambda: self.stack.current_page)
        local, remote = self.entries.local, self.entries.remote
        self.palette_box = CommandPalette(local, remote, context.jobs, self)
        self._own: dict[Act, Callable[[], None]] = {
            Act.PALETTE: self.palette_box.open,
            Act.KEYS: self._show_keys,
            Act.BACK: lambda: self._step(-1),
            Act.FORWARD: lambda: self._step(1),
            Act.REFRESH: self._refresh,
            Act.LARGER: lambda: self._resize_text(1),
            Act.SMALLER: lambda: self._resize_text(-1),
            Act.NORMAL: lambda: self.look_changed.emit("density", theme.Density.COMFORT.value),
            Act.DARK: self._toggle_dark,
            Act.LANGUAGE: lambda: self.look_changed.emit("language", ""),
            Act.NOTICES: self._show_notices,
            Act.NOTICE_ACT: self.toasts.act,
            Act.SWITCH_USER: lambda: self._if_saved(self.switch_asked.emit),
            Act.QUIT: self._quit,
        }
        self._connect()
        self._bind_keys()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.top)
        if self.context.session.demo:
            right.addWidget(DemoBand())
        right.addWidget(self.stack, 1)
        right.addWidget(self.status)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self.setMinimumSize(1024, 558)
        self.resize(1366, 768)
        self.setWindowIcon(icons.qicon(icons.Icon.PLUS, theme.colour("infoFill"), 64))

    def _connect(self) -> None:
        context = self.context
        self.rail.chosen.connect(self.navigate)
        self.top.command.clicked.connect(self.palette_box.open)
        self.top.scope_chosen.connect(self.set_scope)
        self.top.bell.clicked.connect(self._show_notices)
        self.top.avatar.clicked.connect(self._show_menu)
        context.notices.posted.connect(lambda _n: self._count_notices())
        context.notices.seen.connect(self._count_notices)
        context.errors.bug.connect(lambda report: ReportForm(report, self).open())
        context.scans.unwanted.connect(self._unwanted_scan)
        self.badges.counted.connect(self.rail.show_badges)
        self.badges.reached.connect(self.devices.set_reached)
        self.watch.reached.connect(self.devices.set_reached)
        self.devices.changed.connect(self.status.show_devices)
        self.devices.refresh()
        self.badges.ask()

    def _bind_keys(self) -> None:
        for action in ACTIONS.values():
            if action.key:
                self._bind(action.key, partial(_by_key, self, action.act))
        for number, spec in enumerate(self.specs[:9], start=1):
            self._bind(f"Ctrl+{number}", partial(self.navigate, spec.name))

    def _bind(self, key: str, act: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)

    # Doing

    def perform(self, act: Act) -> None:
        """Do an action: the window's own, the page's in front, or the action's own page's."""
        if act in self._own:
            self._own[act]()
            return
        page = self.stack.current_page
        if page and page.perform(act):
            return
        action = ACTIONS[act]
        allowed = action.duty is None or self.context.actor.has(action.duty)
        if action.page and allowed and any(spec.name == action.page for spec in self.specs):
            self.navigate(action.page)
            if not action.goes and isValid(self) and self.stack.current_name == action.page:
                self.stack.pages[action.page].perform(act)
        elif page:
            page.not_available()

    def navigate(self, name: str, **arguments: object) -> None:
        """Bring a screen to the front; screens that the person may not use stay away."""
        if not any(spec.name == name for spec in self.specs):
            words = _("你的账号不能使用这个页面。可请管理员在「系统设置」里添加职责。")
            self.context.notices.warn(words)
            return
        self.toasts.clear()
        try:
            if not self.stack.bring(name, arguments):
                return
        except Exception as error:  # noqa: BLE001 - a page that cannot be built must not end all
            self.context.errors.take(error)
            return
        self.history.visit(name)
        self.rail.show_current(name)
        opened = recent(self.context.state.get("window").get("recent"), name)
        self.context.state.put("window", {"page": name, "recent": opened})

    def start(self) -> None:
        """Open the screen that the person left last, else the first; 开始使用 on new data."""
        last = str(self.context.state.get("window").get("page", ""))
        names = [spec.name for spec in self.specs]
        usual = last if last in names and last not in {"settings", "start"} else names[0]
        self.navigate("start" if self.context.session.fresh else usual)

    def _step(self, by: int) -> None:
        if name := self.history.step(by):
            self.stack.bring(name, {})
            self.rail.show_current(name)

    def set_scope(self, scope: Scope) -> None:
        """Show another organisation's data."""
        if scope == self.context.scope:
            return
        self.context.scope = scope
        self.context.state.put("scope", {"title": scope.title})
        self.badges.ask()
        if self.stack.current_page is not None:
            self.stack.current_page.follow_scope()
        self.refresh_chrome()

    def _refresh(self) -> None:
        page = self.stack.current_page
        if page:
            page.refresh()
        self.badges.ask()

    def _resize_text(self, step: int) -> None:
        place = _STEPS.index(theme.density()) + step
        if 0 <= place < len(_STEPS):
            self.look_changed.emit("density", _STEPS[place].value)

    def _toggle_dark(self) -> None:
        self.look_changed.emit("theme", "light" if theme.is_dark() else "dark")

    def _quit(self) -> None:
        self.close()

    def _unwanted_scan(self, code: str) -> None:
        self.context.notices.info(unwanted_words(code[:40]))

    # Showing

    def refresh_chrome(self) -> None:
        """Read title, counts and keys of the page in front again."""
        page = self.stack.current_page
        name = self.stack.current_name
        if page is None or not name:
            return
        title = page.title() or _(BY_NAME[name].title)
        self.top.show_page(title, page.subtitle())
        self.status.show_page(page.counts(), page.keys())
        mark = _("演示数据") if self.context.session.demo else self.context.scope.title
        self.setWindowTitle(f"{title} — {mark} — {_('医链采供')}")

    def _show_keys(self) -> None:
        KeyHelp(self.stack.current_page, [_(spec.title) for spec in self.specs], self).open()

    def _show_notices(self) -> None:
        drop_below(NoticeList(self.context.notices, self), self.top.bell)

    def _count_notices(self) -> None:
        self.top.bell.show_count(self.context.notices.unseen)

    def _show_menu(self) -> None:
        drop_below(person_menu(self.context, self), self.top.avatar)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.set_narrow(narrow=self.width() < WIDE)
        self.top.fit(self.width())

    # Leaving

    def losses(self) -> list[str]:
        """What leaving now would lose or stop, a sentence each."""
        under_way = [_("「{name}」还在进行", name=job.name) for job in self.context.jobs.long_jobs]
        return [*under_way, *self.stack.unsaved()]

    def _if_saved(self, act: Callable[[], None]) -> None:
        """Do `act`, asking once if work is under way or something is not saved."""
        lost = self.losses()
        if not lost:
            act()
            return
        effect = _("{what}。现在离开，这些会丢失或停下。", what="；".join(lost))
        question = Question(_("现在离开吗？"), effect, _("离开"), _("留下"), danger=True)
        confirm(self, question, act)

    def leave(self) -> None:
        """Remember everything and close without asking."""
        self._leaving = True
        self.close()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._leaving and self.losses():
            event.ignore()
            self._if_saved(self.leave)
            return
        self.stack.end()
        super().closeEvent(event)
        self.closed.emit()


def _by_key(window: MainWindow, act: Act) -> None:
    """What a key does: F2 is the scan field of the page in front, before it is the door's."""
    page = window.stack.current_page
    if act is not Act.RECEIVE or page is None or not page.perform(Act.SCAN):
        window.perform(act)
