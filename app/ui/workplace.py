"""What a person works with after signing in: the main window with everything behind it.

Loaded after the first window stands (`app.ui.loading`), because it brings services and tables.
"""

from __future__ import annotations

from app.ui.backups import DailyBackup
from app.ui.changes import Changes
from app.ui.context import PageContext, Session
from app.ui.errors import ErrorDesk
from app.ui.jobs import JobRunner
from app.ui.notices import Notices
from app.ui.opening import scopes_of, usual
from app.ui.scans import ScanRouter
from app.ui.settings_store import SettingsStore
from app.ui.shell.window import MainWindow
from app.ui.user_state import UserState


def set_up(
    session: Session, jobs: JobRunner, store: SettingsStore, notices: Notices, errors: ErrorDesk
) -> MainWindow:
    """The main window of a session, not shown yet; notices and errors live as long as it."""
    session.settings = store.now
    scopes = scopes_of(session)
    state = UserState(session.actor.login)
    last = state.get("scope").get("title")
    context = PageContext(
        session=session,
        jobs=jobs,
        changes=Changes(notices),
        notices=notices,
        errors=errors,
        scans=ScanRouter(notices),
        state=state,
        scope=next((one for one in scopes if one.title == last), usual(session, scopes)),
        store=store,
    )
    context.scans.substitute = store.now.scanner_substitute
    window = MainWindow(context, scopes)
    DailyBackup(context, window)
    return window
