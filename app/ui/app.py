"""The window program from start to end: look, first run, signing in, main window, closing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app import i18n, settings
from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.logs import start_logging
from app.ui import loading, theme
from app.ui.entrance import Entrance
from app.ui.errors import ErrorDesk
from app.ui.jobs import JobRunner
from app.ui.notices import Notices
from app.ui.settings_store import SettingsStore
from app.ui.widgets.dialogs import Form, Question, ReportForm, confirm
from app.ui.widgets.scan_filter import ScanFilter
from app.ui.widgets.text import Role, Text

if TYPE_CHECKING:
    from app.ui.context import Session
    from app.ui.shell.window import MainWindow


class Program(QObject):
    """The program: its settings, threads and scanner, the way in, and the main window.

    Attributes:
        entrance: First run and signing in.
        window: The main window once somebody signed in.
    """

    def __init__(self, machine: settings.Settings) -> None:
        super().__init__()
        self.store = SettingsStore(machine)
        self.jobs = JobRunner(self)
        self.scanner = ScanFilter(self, machine.scanner_gap_ms)
        self.entrance = Entrance(self.store, self.jobs, self)
        self.window: MainWindow | None = None
        self._errors = ErrorDesk(Notices(self), self)
        self._errors.bug.connect(lambda report: ReportForm(report, self.entrance.door).open())
        self._session: Session | None = None
        sys.excepthook = self._errors.report
        self.jobs.failed.connect(self._take_error)
        self.store.changed.connect(lambda now: self.scanner.set_gap(now.scanner_gap_ms))
        self.entrance.signed_in.connect(self._begin)
        self.entrance.look_chosen.connect(self.set_look)

    def start(self, address: str, login: str, *, demo: bool) -> None:
        """Open what was asked for, else what was used last, else ask."""
        self.entrance.start(address, login, demo=demo)

    def _begin(self, session: Session) -> None:
        self._session = session
        self.show_window(session)
        gc.collect()
        gc.freeze()  # the start's objects live as long as the program: no need to look again

    def show_window(self, session: Session) -> None:
        """Build the main window for a session."""
        with loading.turn():
            from app.ui import workplace
            from app.ui.ahead import Ahead

        notices = Notices(self)
        self._errors = ErrorDesk(notices, self)
        sys.excepthook = self._errors.report
        window = workplace.set_up(session, self.jobs, self.store, notices, self._errors)
        window.context.open_data = self.open_data
        window.context.clear_demo = self.clear_demo
        window.look_changed.connect(self.set_look)
        window.switch_asked.connect(self.switch_person)
        window.closed.connect(self._closed)
        self.scanner.scanned.connect(window.context.scans.route)
        self.window = window
        self._stand_where_the_door_was(window)
        window.show()
        self.scanner.watch(window.windowHandle())
        window.start()
        Ahead(window.context, window.specs, window)
        session.fresh = False
        self.entrance.leave()

    def _stand_where_the_door_was(self, window: MainWindow) -> None:
        door = self.entrance.door
        if door is not None and door.isVisible():
            window.setGeometry(door.geometry())
            window.setWindowState(door.windowState())

    def _take_error(self, error: Exception) -> None:
        self._errors.take(error)

    def set_look(self, name: str, value: str) -> None:
        """Another density or theme at once; another language by building the window again."""
        if name == "language":
            self._switch_language()
            return
        self.store.change(**{name: value})
        if name == "density":
            theme.apply(density_now=theme.Density(value))
        elif name == "theme":
            theme.apply(dark=value == "dark")

    def _switch_language(self) -> None:
        window, session = self.window, self._session
        if window is None or session is None:
            return

        def switch() -> None:
            language = "en" if i18n.language() == "zh_CN" else "zh_CN"
            self.store.change(language=language)
            i18n.use_language(language)
            self._rebuild(window, session)

        lost = window.stack.unsaved()
        if lost:
            question = Question(_("现在切换语言吗？"), "；".join(lost), _("切换"), _("先保存"))
            confirm(window, question, switch)
        else:
            switch()

    def _rebuild(self, old: MainWindow, session: Session) -> None:
        geometry = old.saveGeometry()
        self.show_window(session)
        if self.window is not None:
            self.window.restoreGeometry(geometry)
        self._end_window(old)

    def _end_window(self, window: MainWindow) -> None:
        """Take a window away without ending the program."""
        window.closed.disconnect(self._closed)
        self.scanner.scanned.disconnect(window.context.scans.route)
        window.leave()
        window.deleteLater()

    def switch_person(self) -> None:
        """Sign out, and let somebody else sign in to the same data."""
        if self._session is not None:
            self.open_data(self._session.address)

    def open_data(self, address: str) -> None:
        """Sign out, then open a file or server; an empty address asks where."""
        if self._sign_out():
            self.entrance.start_again(address)

    def clear_demo(self) -> None:
        """Sign out, take the demonstration's file away, and ask for new data."""
        session = self._session
        if session is not None and session.demo and session.db.is_sqlite and self._sign_out():
            self.entrance.clear_demo(session.address)

    def _sign_out(self) -> bool:
        """End the window and close the database; False when nobody is signed in."""
        window, session = self.window, self._session
        if window is None or session is None:
            return False
        self._end_window(window)
        self.window = None
        self._session = None
        self.jobs.carry = None
        session.db.close()
        self.entrance.opened = None
        return True

    def _closed(self) -> None:
        QTimer.singleShot(0, self, QApplication.quit)

    def close(self) -> None:
        """End every thread and connection."""
        self.scanner.stop()
        self.jobs.close()
        if self._session is not None:
            self._session.db.close()
        else:
            self.entrance.close()
        sys.excepthook = sys.__excepthook__


def make_application(machine: settings.Settings) -> QApplication:
    """The Qt application in the look and language of this computer."""
    i18n.use_language(machine.language)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("yilian")
    app.setApplicationDisplayName("")
    app.setQuitOnLastWindowClosed(False)
    app.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus, on=False)
    density = machine.density if machine.density in set(theme.Density) else "comfort"
    theme.apply(dark=machine.theme == "dark", density_now=theme.Density(density))
    return app


def tell_at_the_door(problem: EnvironmentProblem, leave: Callable[[], None], seconds: int) -> Form:
    """Why the program cannot begin, where a person sees it who started it from no terminal."""
    form = Form(_("程序打不开"), _("退出"), None)
    form.cancel.hide()
    form.body.addWidget(Text(problem.text, Role.BODY, wrap=True))
    form.finished.connect(leave)
    form.open()
    if seconds:
        QTimer.singleShot(seconds * 1000, form, form.reject)
    return form


def run(
    *,
    address: str = "",
    login: str = "",
    demo: bool = False,
    seconds: int = 0,
    ready: Callable[[Program], None] | None = None,
) -> int:
    """Run the window until it is closed.

    Args:
        address: File or server; empty for what was used last.
        login: Who signs in (asked if empty).
        demo: Open the demonstration, making it if it is not there.
        seconds: End by itself after so long (trials); 0 for never.
        ready: Called with the program once the event loop runs (screenshots, trials).

    Raises:
        EnvironmentProblem: The data folder cannot be used; the person was told.
    """
    start_logging()
    try:
        machine = settings.load()
    except EnvironmentProblem as problem:
        app = make_application(settings.Settings())
        tell_at_the_door(problem, app.quit, seconds)
        app.exec()
        raise
    app = make_application(machine)
    program = Program(machine)
    app.lastWindowClosed.connect(lambda: None if program.window else app.quit())
    program.start(address, login, demo=demo)
    if seconds:
        QTimer.singleShot(seconds * 1000, app, app.quit)
    if ready:
        QTimer.singleShot(0, app, lambda: ready(program))
    code = app.exec()
    program.close()
    return code
