"""From the button 省平台导出 to the files, and from a file to what is wrong in it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid5

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters.local_files import write
from app.adapters.platform_csv import read
from app.domain.duties import Duty
from app.domain.errors import Problem
from app.domain.ids import new_op
from app.domain.reporting.checking import check_file
from app.i18n import _
from app.services.reporting.export import ExportFile, ExportWanted, export, kinds_for
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.pages.group_orders.platform_forms import CheckedForm, Chosen, ExportForm, ResultForm
from app.ui.widgets.dialogs import Form
from app.ui.widgets.files import choose_file

_DUTIES = (Duty.BUY, Duty.STORE, Duty.SETTLE, Duty.SIGN, Duty.SUPPLY)


class PlatformFlow:
    """The questions and jobs; `form` is the dialog that is open, for tests."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.form: Form | None = None

    def ask(self) -> None:
        """Ask what to export."""
        context = self._page.context
        orgs = [
            (one.id, one.name)
            for one in context.session.orgs
            if any(context.actor.can(duty, one.id) for duty in _DUTIES)
        ]
        form = ExportForm(orgs, context.today, self._page)
        form.org.choose(context.org.id)
        form.accepted.connect(lambda: self._export(form.chosen))
        form.check.clicked.connect(lambda _on=False: self.choose_and_check())
        self.form = form
        form.open()

    def _export(self, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        context = self._page.context
        db, actor, folder = context.db, context.actor, paths.output() / _("省平台")
        op = new_op()

        def work(progress: Progress) -> list[ExportFile]:
            codes = [chosen.kind] if chosen.kind else [
                one.code for one in kinds_for(db, actor, chosen.org_id)
            ]  # fmt: skip
            files = []
            for number, code in enumerate(codes, 1):
                wanted = ExportWanted(
                    uuid5(op, code), chosen.org_id, code, chosen.first, chosen.last,
                    chosen.changes_only,
                )  # fmt: skip
                made = export(db, actor, wanted)
                if made is not None:
                    write(folder / made.name, made.data)
                    files.append(made)
                progress.step(number, len(codes), code)
            return files

        def done(files: list[ExportFile]) -> None:
            if not files:
                context.notices.info(_("这段时间没有要导出的记录。"))
                return
            form = ResultForm(files, self._page)
            form.accepted.connect(lambda: _open(folder))
            self.form = form
            form.open()

        self._page.long(_("省平台导出"), work, done)

    def choose_and_check(self) -> None:
        """Choose a file and check it."""
        kinds = _("CSV 文件 (*.csv)")
        folder = str(paths.output() / _("省平台"))
        choose_file(self._page, _("选要检查的文件"), self.check, folder, kinds)

    def check(self, path: Path) -> None:
        """Check a file and show what was found."""

        def work() -> tuple[int, tuple[Problem, ...]]:
            header, rows = read(path)
            return sum(map(bool, rows)), check_file(header, rows)

        def shown(found: tuple[int, tuple[Problem, ...]]) -> None:
            form = CheckedForm(path.name, *found, self._page)
            self.form = form
            form.open()

        self._page.read(work, shown, self._page.context.errors.take, channel="platform check")


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
