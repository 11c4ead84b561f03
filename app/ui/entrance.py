"""The way in: first run, opening data, signing in; then the main window takes over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app import i18n, paths
from app.i18n import _
from app.paths import is_server
from app.ui import loading, opening
from app.ui.errors import words_of
from app.ui.jobs import Cancelled, Job, JobRunner, Progress
from app.ui.opening import Opened
from app.ui.pages.first_run.page import FirstRunPage, Way
from app.ui.pages.login.page import LoginPage
from app.ui.settings_store import SettingsStore
from app.ui.shell.waiting import WaitingPage
from app.ui.widgets.files import FileDialog

if TYPE_CHECKING:
    from app.services.platform.setup import FirstSteps
    from app.ui.context import Session
    from app.ui.pages.first_run.dialogs import NewDataForm


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


def ask_file(parent: QWidget, chosen: Callable[[Path], None]) -> None:
    """Ask for data that are there already: local ones, or a backup of them."""
    dialog = FileDialog(parent, _("打开已有的数据或备份"))
    dialog.setNameFilter(_("数据和备份 (*.db)"))
    dialog.setFileMode(FileDialog.FileMode.ExistingFile)
    dialog.setDirectory(str(paths.home()))
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()


class Entrance(QObject):
    """Leads from nothing to a signed-in person.

    Attributes:
        door: The window of first run and signing in, while it is there.
        opened: The data that are open.

    Signals:
        signed_in: A `Session`.
        look_chosen: Another density was chosen on the first page: name, value.
    """

    signed_in = Signal(object)
    look_chosen = Signal(str, str)

    def __init__(self, store: SettingsStore, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self.store = store
        self.jobs = jobs
        self.door: Door | None = None
        self.opened: Opened | None = None
        self._login = ""
        self._fresh = False
        self._awaited = ""

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

    def start_again(self, address: str) -> None:
        """After signing out: open other data; an empty address asks where."""
        if address:
            self.open(address)
        else:
            self.first_run()

    def clear_demo(self, address: str) -> None:
        """Take the demonstration's file away, then ask for new data."""
        self._wait(_("正在清空演示数据…"))

        def done(_nothing: object) -> None:
            self.store.change(database="", login="")
            self.first_run(Way.LOCAL)

        self.jobs.write(lambda: opening.remove_demo(address), done, self._say_at_door)

    def first_run(self, way: Way = Way.DEMO) -> None:
        """Ask where the data shall be, with one of the ways chosen."""
        self._awaited = ""
        page = FirstRunPage()
        page.cards[way].setChecked(True)
        page.chosen.connect(self._choose_way)
        page.file_asked.connect(lambda: ask_file(self._door(), self.open_file))
        page.quit_asked.connect(QApplication.quit)
        page.density_chosen.connect(lambda density: self.look_chosen.emit("density", density.value))
        page.language_chosen.connect(self._first_run_language)
        self._door().put(page)
        page.next.setFocus()

    def _first_run_language(self, language: str) -> None:
        self.store.change(language=language)
        i18n.use_language(language)
        self.first_run()

    def _door(self) -> Door:
        if self.door is None:
            self.door = Door()
        return self.door

    def _wait(self, words: str) -> None:
        """Say what is going on where nothing can be typed yet."""
        page = self._door().currentWidget()
        if isinstance(page, WaitingPage):
            page.say(words)
        else:
            self._door().put(WaitingPage(words))

    def _choose_way(self, way: Way) -> None:
        self._fresh = True
        if way is Way.DEMO:
            self._make_demo()
            return
        if way is Way.LOCAL and Path(opening.data_file()).exists():
            self._say_at_door(opening.there_are_data())
            return
        with loading.turn():
            from app.ui.pages.first_run import dialogs
        if way is Way.LOCAL:
            form = dialogs.NewDataForm(self._door())
            form.ready.connect(lambda steps: self._make_local(form, steps))
            form.open()
        else:
            server = dialogs.ServerForm(opening.test_server, self.jobs, self._door())
            server.ready.connect(self._use_server)
            server.open()

    def open_file(self, file: Path) -> None:
        """Open local data that somebody chose; a backup as a new file, proved."""
        machine, page = self.store.now, self._door().currentWidget()
        if isinstance(page, FirstRunPage):
            page.show_progress(_("正在打开数据…"))

        def work(progress: Progress) -> str:
            return opening.bring(file, machine, progress)

        self.jobs.long(_("打开已有的数据"), work, self.open, self._say_at_door, writes=False)

    def _make_demo(self) -> None:
        page = self.door.currentWidget() if self.door else None
        first = page if isinstance(page, FirstRunPage) else None
        if first is None:
            self._wait(_("正在准备演示数据…"))
        else:
            first.show_progress(_("正在准备演示数据，大约半分钟…"))

        def told(job: Job) -> None:
            words = job.text
            if words and first is not None:
                first.show_progress(_("正在准备演示数据：{what}", what=words))
            elif words:
                self._wait(_("正在准备演示数据：{what}", what=words))

        self.jobs.changed.connect(told)

        def done(address: str) -> None:
            self.jobs.changed.disconnect(told)
            self.open(address)

        def failed(error: Exception) -> None:
            self.jobs.changed.disconnect(told)
            self._say_at_door(error)

        self.jobs.long(_("准备演示数据"), opening.make_demo, done, failed)

    def _make_local(self, form: NewDataForm, steps: FirstSteps) -> None:
        def done(address: str) -> None:
            form.accept()
            self.store.change(login=steps.admin_login)
            self.open(address)

        self.jobs.write(lambda: opening.make_local(steps), done, form.show_problem)

    def _use_server(self, address: str, login: str, password: str) -> None:
        self.close()
        self.opened = Opened(None, address, demo=False, people=())
        self._enter(login, password)

    def open(self, address: str) -> None:
        """Open a database; meanwhile account and password can be typed already."""
        self._awaited = address
        if address == str(paths.demo_file()):
            self._wait(_("正在打开数据…"))
        else:
            self._ask_who(LoginPage(address, self._login or self.store.now.login, opening=True))
        self.jobs.write(lambda: opening.open_address(address), self._opened, self._say_at_door)

    def _ask_who(self, page: LoginPage) -> None:
        page.submitted.connect(self._enter)
        page.other_data.connect(self.first_run)
        self._door().put(page)
        page.start()

    def _say_at_door(self, error: Exception) -> None:
        if not isinstance(self._door().currentWidget(), FirstRunPage):
            self.first_run()
        page = self._door().currentWidget()
        if isinstance(page, FirstRunPage) and not isinstance(error, Cancelled):
            page.show_problem(words_of(error))

    # From a database to a person

    def _opened(self, opened: Opened) -> None:
        if opened.address != self._awaited:  # other data were asked for meanwhile
            if opened.db is not None:
                opened.db.close()
            return
        self.close()
        self.opened = opened
        page = self._door().currentWidget()
        if self._login and opened.demo:
            login, self._login = self._login, ""
            self._enter(login, "")
            return
        if isinstance(page, LoginPage) and not opened.demo:
            page.go_on()
        else:
            where = _("演示集团（虚构）") if opened.demo else opened.address
            last = self._login or self.store.now.login
            self._ask_who(LoginPage(where, last, opened.people, demo=opened.demo))
        self.jobs.read(opening.load_services, _nothing)

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
        self.store.change(database=session.address, login=session.actor.login)
        session.fresh, self._fresh = self._fresh, False
        self.signed_in.emit(session)

    def leave(self) -> None:
        """The main window is there: the door goes."""
        if self.door is not None:
            self.door.hide()
            self.door.deleteLater()
            self.door = None

    def close(self) -> None:
        """Give back a database that nobody signed in to."""
        if self.opened is not None and self.opened.db is not None:
            self.opened.db.close()


def _nothing(_done: None) -> None:
    """Nobody waits for it."""
