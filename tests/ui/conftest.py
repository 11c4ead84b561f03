"""A page under test: a real small database, a real window, scans typed into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from app.settings import Settings
from app.ui import theme
from app.ui.changes import Changes
from app.ui.context import Org, PageContext, Scope, Session
from app.ui.errors import ErrorDesk
from app.ui.jobs import JobRunner
from app.ui.notices import Notices
from app.ui.page import Page
from app.ui.scans import ScanRouter
from app.ui.user_state import UserState
from app.ui.widgets.scan_filter import ScanFilter
from tests.factories import EAST, KANGZE, LEAD, RUIHE, TODAY, WEST, Site
from tests.ui.keys import key, press, window_of

PATIENT_MS = 2_000
"""A gap that no busy machine exceeds between two keys of a test."""
BUSY_MS = 60_000
"""What real work takes at most in a test, on a machine that others keep busy."""
P = TypeVar("P", bound=Page)
ORGS = (
    Org(LEAD, "示例市中心医院", "中心医院", "lead"),
    Org(EAST, "城东社区卫生服务中心", "城东", "member"),
    Org(WEST, "城西社区卫生服务中心", "城西", "member"),
    Org(KANGZE, "康泽医药有限公司", "康泽", "supplier"),
    Org(RUIHE, "瑞和医药有限公司", "瑞和", "supplier"),
)


@pytest.fixture(autouse=True)
def look(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The light comfortable look, an own data folder, and no window left behind by any test."""
    monkeypatch.setenv("YILIAN_HOME", str(tmp_path / "home"))
    theme.apply(dark=False, density_now=theme.Density.COMFORT)
    yield
    for widget in QApplication.topLevelWidgets():
        widget.hide()  # a modal question left open would swallow the keys of the next test
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class PatientBot(QtBot):
    """Waits as long as a busy machine takes; what is there sooner is seen at once."""

    @override
    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = BUSY_MS) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The bot of every window test."""
    return PatientBot(request)


@pytest.fixture
def jobs(qapp: object) -> Iterator[JobRunner]:
    """A job runner whose threads end with the test."""
    runner = JobRunner()
    yield runner
    runner.close()


@pytest.fixture
def settle(qtbot: QtBot, jobs: JobRunner) -> Callable[[], None]:
    """Wait until all jobs are done and their answers are on screen."""

    def wait() -> None:
        quiet = [0]

        def idle() -> bool:
            # Twice in a row: an answer may ask the next question.
            quiet[0] = quiet[0] + 1 if jobs.idle else 0
            return quiet[0] >= 3

        qtbot.waitUntil(idle)

    return wait


@pytest.fixture
def context_for(sqlite_site: Site, jobs: JobRunner, tmp_path: Path) -> Callable[[str], PageContext]:
    """A `PageContext` as the person with a login of `tests.factories.PEOPLE`."""

    def make(login: str) -> PageContext:
        db, actor = sqlite_site.as_(login)
        orgs = tuple(org for org in ORGS if org.id in actor.orgs())
        own = next(org for org in ORGS if org.id == actor.org_id)
        session = Session(db, actor, orgs, TODAY, Settings(sound=False))
        notices = Notices()
        errors = ErrorDesk(notices)
        jobs.failed.connect(errors.take)
        return PageContext(
            session=session,
            jobs=jobs,
            changes=Changes(),
            notices=notices,
            errors=errors,
            scans=ScanRouter(),
            state=UserState(login, tmp_path / "state"),
            scope=Scope((own,), own.name),
        )

    return make


@pytest.fixture
def context(context_for: Callable[[str], PageContext]) -> PageContext:
    """The context of the store person of EAST."""
    return context_for("east_store")


class Show(Protocol):
    """What the fixture `show` gives."""

    def __call__(self, page: P) -> P:
        """Bring the page to the front."""


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Bring a page to the front as the shell does; it learns of changes as in the shell."""

    def bring(page: P) -> P:
        qtbot.addWidget(page)
        page.resize(1186, 641)
        page.context.changes.happened.connect(page.data_changed)
        with qtbot.waitExposed(page):
            page.show()
        page.shown()
        return page

    return bring


@pytest.fixture
def scan(qtbot: QtBot) -> Callable[[Page, str], None]:
    """Type a scan at a scanner's speed into the page's window, through the scan filter."""

    def type_scan(page: Page, code: str) -> None:
        scanner = ScanFilter(page, PATIENT_MS)
        scanner.scanned.connect(page.context.scans.route)
        type_fast(page, code, scanner)

    return type_scan


def type_fast(widget: QWidget, code: str, scanner: ScanFilter) -> None:
    """Send the keys of a scan, ended by Enter, to the window of `widget`."""
    scanner.watch(window_of(widget))
    press(widget, code)
    key(widget, Qt.Key.Key_Return)
    scanner.stop()
    scanner.deleteLater()
