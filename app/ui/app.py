"""The window program from start to end: look, first run, signing in, main window, closing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app import i18n, settings
from app.bootstrap import is_server, start_logging
from app.i18n import _
from app.ui import opening, theme
from app.ui.changes import Changes
from app.ui.context import PageContext, Scope, Session
from app.ui.errors import ErrorDesk
from app.ui.jobs import Cancelled, JobRunner
from app.ui.notices import Notices
from app.ui.opening import Opened
from app.ui.pages.first_run.dialogs import NewDataForm, ServerForm, words_of
from app.ui.pages.first_run.page import FirstRunPage, Way
from app.ui.pages.login.page import LoginPage
from app.ui.scans import ScanRouter
from app.ui.settings_store import SettingsStore
from app.ui.shell.splash import Splash
from app.ui.shell.window import MainWindow
from app.ui.user_state import UserState
from app.ui.widgets.dialogs import Question, ReportForm, confirm
from app.ui.widgets.scan_filter import ScanFilter


class Door(QStackedWidget):
    """What stands before the main window: first run and signing in."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(1024, 558)
        self.resize(1366, 768)
        self.setWindowTitle(_("医链采供"))

    def put(self, page: QWidget) -> None:
        """Show a page in place of the one before."""
        before = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        if before is not None:
            self.removeWidget(before)
            before.deleteLater()
        self.show()


class Program(QObject):
    """Leads from one state of the program to the next.

    Attributes:
        window: The main window once somebody signed in.
        door: First run and signing in.
    """

    def __init__(self, machine: settings.Settings) -> None:
        super().__init__()
        self.store = SettingsStore(machine)
        self.jobs = JobRunner(self)
        self.scanner = ScanFilter(self, machine.scanner_gap_ms)
        self.door: Door | None = None
        self.window: MainWindow | None = None
        self.opened: Opened | None = None
        self.splash = Splash(self)
        self._errors = ErrorDesk(Notices(), self)
        self._errors.bug.connect(lambda report: ReportForm(report, self.door).open())
        self._session: Session | None = None
        self._login = ""
        sys.excepthook = self._errors.report
        self.jobs.failed.connect(self._take_error)

    # From nothing to a database

    def start(self, address: str, login: str, *, demo: bool) -> None:
        """Open what was asked for, else what was used last, else ask."""
        self._login = login
        known = address or self.store.now.database
        if demo:
            self._make_demo()
        elif known and (is_server(known) or Path(known).is_file()):
            self.open(known)
        else:
            self.first_run()

    def first_run(self) -> None:
        """Ask where the data shall be."""
        page = FirstRunPage()
        page.chosen.connect(self._choose_way)
        page.quit_asked.connect(QApplication.quit)
        page.density_chosen.connect(lambda density: self.set_look("density", density.value))
        page.language_chosen.connect(self._first_run_language)
        self._door().put(page)
        page.next.setFocus()

    def _first_run_language(self, language: str) -> None:
        self.store.change(language=language)
        i18n.use_language(language)
        self.first_run()

    def _door(self) -> Door:
        self.splash.done()
        if self.door is None:
            self.door = Door()
            self.scanner.watch(self.door.windowHandle())
        return self.door

    def _choose_way(self, way: Way) -> None:
        if way is Way.DEMO:
            self._make_demo()
        elif way is Way.LOCAL:
            form = NewDataForm(self._door())
            form.ready.connect(lambda steps: self._make_local(form, steps))
            form.open()
        else:
            server = ServerForm(opening.test_server, self.jobs, self._door())
            server.ready.connect(self._use_server)
            server.open()

    def _make_demo(self) -> None:
        page = self.door.currentWidget() if self.door else None
        first = page if isinstance(page, FirstRunPage) else None
        if first is None:
            self.splash.say(_("正在准备演示数据…"))
        else:
            first.show_progress(_("正在准备演示数据，大约半分钟…"))

        def told(job: object) -> None:
            words = getattr(job, "text", "")
            if words and first is not None:
                first.show_progress(_("正在准备演示数据：{what}", what=words))
            elif words:
                self.splash.say(_("正在准备演示数据：{what}", what=words))

        self.jobs.changed.connect(told)

        def done(address: str) -> None:
            self.jobs.changed.disconnect(told)
            self.open(address)

        def failed(error: Exception) -> None:
            self.jobs.changed.disconnect(told)
            self._say_at_door(error)

        self.jobs.long(_("准备演示数据"), opening.make_demo, done, failed)

    def _make_local(self, form: NewDataForm, steps: object) -> None:
        def done(address: str) -> None:
            form.accept()
            self.open(address)

        self.jobs.write(
            lambda: opening.make_local(steps),  # type: ignore[arg-type]  # a checked FirstSteps
            done,
            form.show_problem,
        )

    def _use_server(self, address: str, login: str, password: str) -> None:
        self.opened = Opened(None, address, demo=False, people=())
        self._enter(login, password)

    def open(self, address: str) -> None:
        """Open a database, then let somebody sign in."""
        self.splash.say(_("正在打开数据…"))
        self.jobs.write(lambda: opening.open_address(address), self._opened, self._say_at_door)

    def _say_at_door(self, error: Exception) -> None:
        if not isinstance(self._door().currentWidget(), FirstRunPage):
            self.first_run()
        page = self._door().currentWidget()
        if isinstance(page, FirstRunPage) and not isinstance(error, Cancelled):
            page.show_problem(words_of(error))

    # From a database to a person

    def _opened(self, opened: Opened) -> None:
        self.opened = opened
        if self._login and opened.demo:
            login, self._login = self._login, ""
            self._enter(login, "")
            return
        where = _("演示集团（虚构）") if opened.demo else opened.address
        last = self._login or self.store.now.login
        page = LoginPage(where, last, opened.people, demo=opened.demo)
        page.submitted.connect(self._enter)
        page.other_data.connect(self.first_run)
        self._door().put(page)
        page.start()

    def _enter(self, login: str, password: str) -> None:
        opened, machine = self.opened, self.store.now
        if opened is None:
            return
        self.jobs.write(
            lambda: opening.sign_in(opened, login, password, machine),
            self._signed_in,
            self._refused,
        )

    def _refused(self, error: Exception) -> None:
        page = self._door().currentWidget()
        if isinstance(page, LoginPage):
            page.show_problem(words_of(error))
        else:
            self._say_at_door(error)

    def _signed_in(self, session: Session) -> None:
        self._session = session
        self.store.change(database=session.address, login=session.actor.login)
        self.show_window(session)
        gc.collect()
        gc.freeze()  # the start's objects live as long as the program: no need to look again

    # The main window

    def show_window(self, session: Session) -> None:
        """Build the main window for a session."""
        session.settings = self.store.now
        scopes = opening.scopes_of(session)
        state = UserState(session.actor.login)
        last = state.get("scope").get("title")
        scope = next((one for one in scopes if one.title == last), scopes[0])
        context = self._context(session, scope, state)
        window = MainWindow(context, scopes)
        window.look_changed.connect(self.set_look)
        window.switch_asked.connect(self.switch_person)
        window.closed.connect(self._closed)
        self.scanner.scanned.connect(context.scans.route)
        self._forward_errors(context)
        self.window = window
        self.splash.done()
        window.show()
        self.scanner.watch(window.windowHandle())
        window.start()
        if self.door is not None:
            self.door.hide()
            self.door.deleteLater()
            self.door = None

    def _context(self, session: Session, scope: Scope, state: UserState) -> PageContext:
        notices = Notices(self)
        errors = ErrorDesk(notices, self)
        sys.excepthook = errors.report
        return PageContext(
            session=session,
            jobs=self.jobs,
            changes=Changes(self),
            notices=notices,
            errors=errors,
            scans=ScanRouter(self),
            state=state,
            scope=scope,
            store=self.store,
        )

    def _forward_errors(self, context: PageContext) -> None:
        self._errors = context.errors

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
        old.closed.disconnect(self._closed)
        self.show_window(session)
        if self.window is not None:
            self.window.restoreGeometry(geometry)
        old.leave()
        old.deleteLater()

    def switch_person(self) -> None:
        """Sign out, and let somebody else sign in to the same data."""
        window, session = self.window, self._session
        if window is None or session is None:
            return
        address = session.address
        window.closed.disconnect(self._closed)
        self.window = None
        window.leave()
        window.deleteLater()
        session.db.close()
        self.open(address)

    def _closed(self) -> None:
        QTimer.singleShot(0, self, QApplication.quit)

    def close(self) -> None:
        """End every thread and connection."""
        self.jobs.close()
        if self._session is not None:
            self._session.db.close()
        elif self.opened is not None and self.opened.db is not None:
            self.opened.db.close()
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
    """
    start_logging()
    machine = settings.load()
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
