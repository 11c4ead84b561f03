"""数据与备份: where the data are, a backup at a press, and how to change data."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app import paths
from app.i18n import _
from app.services.platform import backup
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.jobs import Progress
from app.ui.pages.settings.section import Section
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Facts, toolbar


class DataSection(Section):
    """What the program works on."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _("数据与备份"))
        self.facts = Facts()
        self.card.add(self.facts)
        self.back_up = Button(_("立即备份"), Kind.PRIMARY)
        self.back_up.clicked.connect(self.start_backup)
        other = Button(_("换一份数据"))
        other.clicked.connect(lambda: context.perform(Act.SWITCH_USER))
        row = QWidget()
        row.setLayout(toolbar(self.back_up, other, None))
        self.card.add(row)
        self._last = ""

    @override
    def refresh(self) -> None:
        """Show where the data are."""
        session = self.context.session
        kind = _("本机 SQLite 文件") if session.db.is_sqlite else _("集团 PostgreSQL 数据库")
        facts = [
            (_("数据"), kind),
            (_("位置"), session.address),
            (_("性质"), _("演示数据（虚构）") if session.demo else _("业务数据")),
            (_("备份放在"), str(paths.backups())),
            (_("日志放在"), str(paths.logs())),
            (_("上次备份"), self._last or _newest_backup()),
        ]
        self.facts.show_facts(facts)

    def start_backup(self) -> None:
        """Copy and prove all data in the background."""
        db, folder = self.context.db, paths.backups()

        def work(progress: Progress) -> backup.Backup:
            return backup.back_up(db, folder, progress.step)

        self.back_up.setEnabled(False)
        self.context.jobs.long(_("备份"), work, self._done, self._failed, writes=False)

    def _done(self, made: backup.Backup) -> None:
        self.back_up.setEnabled(True)
        size = f"{made.bytes / 1_048_576:,.1f}"
        words = _(
            "备份已完成并核对过：{file}（{size} MB，流水 {n} 行）",
            file=made.file,
            size=size,
            n=f"{made.ledger_rows:,}",
        )
        self._last = made.file
        self.refresh()
        self.context.notices.done(words)

    def _failed(self, error: Exception) -> None:
        self.back_up.setEnabled(True)
        self.context.errors.take(error, self.start_backup)


def _newest_backup() -> str:
    files = sorted(paths.backups().glob("yilian-*.*"))
    return files[-1].name if files else _("还没有备份")
