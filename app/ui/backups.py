"""The daily backup: made in the background while the window is open, proved, told when it fails.

Only of local data: a group's server is backed up on the server (`yilian backup`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app import paths
from app.i18n import _
from app.services.platform import backup, schedule
from app.settings import Settings
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.jobs import Cancelled, Progress

_FIRST_MS: Final = 60_000
"""The person begins to work first; the copy can wait a minute."""
_EVERY_MS: Final = 30 * 60_000


def folder_of(settings: Settings) -> Path:
    """Where backups go on this computer."""
    return Path(settings.backup_folder) if settings.backup_folder else paths.backups()


class DailyBackup(QObject):
    """Looks every half hour whether today's backup is missing, and makes it."""

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._told = False
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)
        if context.session.db.is_sqlite and not context.session.demo:
            self._timer.start()
            QTimer.singleShot(_FIRST_MS, self, self.look)

    def look(self) -> None:
        """Make today's backup unless it is there or switched off."""
        settings = self._context.session.settings
        if not settings.backup_daily:
            return
        db, folder, keep = self._context.db, folder_of(settings), settings.backup_keep

        def work(progress: Progress) -> backup.Backup | None:
            return schedule.daily(db, folder, keep, progress.step)

        self._context.jobs.long(_("每日备份"), work, self._done, self._failed, writes=False)

    def _done(self, made: backup.Backup | None) -> None:
        if made is not None:
            self._context.notices.info(_("今天的备份已完成并核对过。"), made.file)
            self._context.changes.announce({Topic.SETTINGS})

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Cancelled) and not self._told:
            self._told = True  # once a session: the next try comes by itself
            self._context.errors.take(error)
