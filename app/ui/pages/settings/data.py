"""数据与备份: where the data are, backups, restoring, checking the books, changing data."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app import paths
from app.i18n import _
from app.services.platform import backup, schedule
from app.ui.backups import folder_of
from app.ui.context import PageContext
from app.ui.jobs import Progress
from app.ui.opening import restored_file
from app.ui.pages.settings.data_forms import (
    CheckForm,
    Examined,
    Restored,
    examine,
    proof_of,
)
from app.ui.pages.settings.section import Section
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Facts, toolbar
from app.ui.widgets.dialogs import Question, TypeToConfirm, confirm
from app.ui.widgets.fields import Check, Select
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text

_KEEP = (7, 14, 30, 60, 90)


class DataSection(Section):
    """What the program works on, and how it is kept safe."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _("数据与备份"))
        self._local = context.session.db.is_sqlite
        self.facts = Facts()
        self.card.body.insertWidget(2, self.facts)
        self._settings()
        self.back_up = Button(_("立即备份"), Kind.PRIMARY)
        self.back_up.clicked.connect(lambda _on=False: self.start_backup())
        self.check = Button(_("对账自检"))
        self.check.clicked.connect(lambda _on=False: self.start_check())
        self.restore = Button(_("从备份恢复"))
        self.restore.clicked.connect(lambda _on=False: self.ask_restore())
        other = Button(_("换一份数据"))
        other.clicked.connect(lambda _on=False: self.leave())
        start = Button(_("开始使用"), Kind.LINK)
        start.clicked.connect(lambda _on=False: context.navigate("start"))
        self.clear = Button(_("清空演示数据"), Kind.DANGER)
        self.clear.clicked.connect(lambda _on=False: self.ask_clear())
        self.clear.setVisible(context.session.demo and self._local)
        self.back_up.setVisible(self._local)
        self.restore.setVisible(self._local)
        row = QWidget()
        row.setLayout(
            toolbar(self.back_up, self.check, self.restore, other, start, None, self.clear)
        )
        self.card.add(row)
        if not self._local:
            self.card.add(Text(_server_words(), Role.SECOND, wrap=True))
        self.form: CheckForm | TypeToConfirm | None = None

    def _settings(self) -> None:
        now = self.context.session.settings
        self.folder = Text("", Role.BUTTON)
        choose = Button(_("选择…"))
        choose.clicked.connect(lambda _on=False: self.ask_folder())
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.folder)
        line.addWidget(choose)
        self.daily = Check(_("每天自动备份一次"))
        self.daily.setChecked(now.backup_daily)
        self.daily.toggled.connect(lambda on: self.context.keep(backup_daily=on))
        self.keep = Select([(n, _("最近 {n} 份", n=n)) for n in _KEEP])
        self.keep.choose(now.backup_keep)
        self.keep.currentIndexChanged.connect(
            lambda _n: self.context.keep(backup_keep=self.keep.value)
        )
        if self._local:
            self.row(_("备份放在"), box, _("最好放到另一块盘。换文件夹后旧备份不会搬走。"))
            self.row(
                _("自动备份"), self.daily, _("程序开着时进行，备份完当场核对；演示数据不备份。")
            )
            self.row(_("保留"), self.keep, _("另外每月最后一份留一年。"))

    @override
    def refresh(self) -> None:
        """Show where the data are."""
        session = self.context.session
        kind = _("本机 SQLite 文件") if self._local else _("集团 PostgreSQL 数据库")
        folder = folder_of(session.settings)
        self.folder.setText(str(folder))
        facts = [
            (_("数据"), kind),
            (_("位置"), session.address),
            (_("性质"), _("演示数据（虚构）") if session.demo else _("业务数据")),
            (_("日志放在"), str(paths.logs())),
        ]
        if self._local:
            facts.append((_("上次备份"), _newest(folder)))
        self.facts.show_facts(facts)

    # Backup

    def ask_folder(self) -> None:
        """Ask where backups shall go."""
        dialog = FileDialog(self, _("备份放到哪个文件夹"))
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.setDirectory(self.folder.text())
        dialog.fileSelected.connect(self.set_folder)
        dialog.open()

    def set_folder(self, folder: str) -> None:
        """Keep another backup folder."""
        self.context.keep(backup_folder=folder)
        self.refresh()

    def start_backup(self) -> None:
        """Copy and prove all data in the background."""
        if not self._local:
            self.context.notices.info(_server_words())
            return
        db, folder = self.context.db, folder_of(self.context.session.settings)

        def work(progress: Progress) -> backup.Backup:
            return backup.back_up(db, folder, progress.step)

        self.back_up.setEnabled(False)
        self.context.jobs.long(_("备份"), work, self._backed_up, self._not_done, writes=False)

    def _backed_up(self, made: backup.Backup) -> None:
        self.back_up.setEnabled(True)
        self.refresh()
        self.context.notices.done(
            _("备份已完成并核对过：{file}（{proof}）", file=made.file, proof=proof_of(made))
        )

    def _not_done(self, error: Exception) -> None:
        for button in (self.back_up, self.check, self.restore):
            button.setEnabled(True)
        self.context.errors.take(error)

    # Checking the books

    def start_check(self) -> None:
        """Examine the database in the background, then show what was found."""
        db = self.context.db

        def work(progress: Progress) -> Examined:
            return examine(db, progress.step)

        self.check.setEnabled(False)
        self.context.jobs.long(_("对账自检"), work, self._checked, self._not_done, writes=False)

    def _checked(self, found: Examined) -> None:
        self.check.setEnabled(True)
        self.form = CheckForm(self, found)
        self.form.open()

    # Restoring

    def ask_restore(self) -> None:
        """Ask which backup to bring back."""
        dialog = FileDialog(self, _("选一份备份"))
        dialog.setNameFilters([_("备份 (yilian-*.db)"), _("改过名的备份 (*.db)")])
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setDirectory(str(folder_of(self.context.session.settings)))
        dialog.fileSelected.connect(lambda name: self.start_restore(Path(name)))
        dialog.open()

    def start_restore(self, source: Path) -> None:
        """Bring a backup back as a new file, proved; the data at hand stay as they are."""
        target, db = restored_file(source), self.context.db

        def work(progress: Progress) -> Restored:
            progress.step(0, 0, _("复制并核对备份"))
            return Restored(backup.restore(source, target), backup.last_entry(db))

        self.restore.setEnabled(False)
        self.context.jobs.long(_("从备份恢复"), work, self._restored, self._not_done, writes=False)

    def _restored(self, found: Restored) -> None:
        self.restore.setEnabled(True)
        question = Question(
            _("备份已恢复成新文件，账对上了"),
            "\n".join((found.made.file, proof_of(found.made), found.words)),
            _("改用恢复的数据"),
            _("继续用现在的"),
        )
        confirm(self, question, lambda: self.context.open_data(found.made.file))

    # Other data

    def leave(self) -> None:
        """Sign out and choose other data."""
        self.context.open_data("")

    def ask_clear(self) -> None:
        """Ask, by typing, whether the demonstration shall go."""
        effect = _(
            "演示集团的全部数据会删除，不能恢复；你自己的业务数据不受影响。"
            "接着可以新建本机数据，从空白开始。"
        )
        word = _("清空演示")
        self.form = TypeToConfirm(_("清空演示数据"), effect, word, _("清空"), self)
        self.form.accepted.connect(self.context.clear_demo)
        self.form.open()


def _newest(folder: Path) -> str:
    newest = next(iter(schedule.backups(folder)), None)
    return f"{newest[0]:%Y-%m-%d %H:%M} · {newest[1].name}" if newest else _("还没有备份")


def _server_words() -> str:
    return _(
        "集团数据库在服务器上备份和恢复，由服务器管理员运行："
        "yilian --db postgresql://yilian_owner@服务器/库名 backup --to 文件夹；"
        "恢复：yilian restore 备份.dump 新库名 --admin postgresql://postgres@服务器/postgres。"
    )
