"""限定日剂量: the releases that are loaded, and loading one from a list that the group may use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.doses import (
    DoseList,
    LoadDoses,
    Release,
    load_doses,
    read_doses,
    releases,
)
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text

_SHOWN = 6


class DosesForm(Form):
    """Choose a file, see what it holds, keep it as a release.

    Signals:
        asked: A file and a release to read.
        wanted: Keep what was read: the release and the `DoseList`.
    """

    asked = Signal(object, str)
    wanted = Signal(str, object)

    def __init__(self, parent: QWidget, *, may_edit: bool) -> None:
        super().__init__(_("限定日剂量（DDD）"), _("载入"), parent, cancel=_("关闭"), wide=620)
        words = _(
            "按 ATC 编码和途径查 DDD。清单有著作权，程序不带；"
            "请载入集团有权使用的一份，按版本保存。"
        )
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(150))
        self.grid.set_empty(_("还没有载入过。"))
        self.body.addWidget(self.grid, 1)
        self.release = Field(_("版本"), CodeEdit(), required=True, hint=_("年份，如 2026"))
        self.choose = Button(_("选文件"), icon=Icon.IMPORT)
        self.choose.clicked.connect(self._ask_file)
        self.told = Text("", Role.BODY, wrap=True)
        self.found: DoseList | None = None
        self.verb.setEnabled(False)
        if may_edit:
            self.body.addWidget(self.release)
            self.body.addLayout(toolbar(self.choose, None))
        self.verb.setVisible(may_edit)
        self.body.addWidget(self.told)

    def show_releases(self, rows: Sequence[Release]) -> None:
        """What is loaded."""
        self.model.set_rows(
            [Row(row.release, (row.release, formats.number(row.values)), row) for row in rows]
        )

    def show_found(self, found: DoseList) -> None:
        """What the file holds, and what is wrong in it."""
        self.found = found
        words = _("{file}：{n} 条可载入", file=found.file_name, n=len(found.doses))
        if found.problems:
            words += _("，{bad} 行有问题，载入时跳过：", bad=len(found.problems))
            lines = [
                _("第 {row} 行：{text}", row=one.row, text=one.text)
                for one in found.problems[:_SHOWN]
            ]
            words = "\n".join((words, *lines))
        self.told.set_tone(Status.WARN if found.problems else Status.OK)
        self.told.setText(words)
        self.verb.setEnabled(bool(found.doses))

    def refuse(self, text: str) -> None:
        """Why the file cannot be read."""
        self.found = None
        self.verb.setEnabled(False)
        self.told.set_tone(Status.BAD)
        self.told.setText(text)

    @override
    def submit(self) -> None:
        """Keep what was read."""
        if self.found is not None:
            self.wanted.emit(self.release.text.strip(), self.found)
            self.accept()

    def _ask_file(self) -> None:
        if not self.release.text.strip():
            self.release.say(_("先填版本，如 2026。"))
            self.release.editor.setFocus()
            return
        dialog = FileDialog(self, _("限定日剂量清单"))
        dialog.setNameFilters([_("表格 (*.xlsx *.xls *.csv)")])
        dialog.fileSelected.connect(
            lambda name: self.asked.emit(Path(name), self.release.text.strip())
        )
        dialog.open()


class Doses:
    """The daily doses on one page.

    Attributes:
        form: The form that is or was on screen.
    """

    form: DosesForm

    def __init__(self, page: Page) -> None:
        """Prepare for a page."""
        self._page = page

    def open(self, *, may_edit: bool) -> None:
        """Show the loaded releases; the keeper loads another."""
        db, actor = self._page.context.db, self._page.context.actor
        self.form = form = DosesForm(self._page, may_edit=may_edit)
        form.asked.connect(self.read)
        form.wanted.connect(self._keep)
        self._page.read(lambda: releases(db, actor), form.show_releases, channel="doses")
        form.open()

    def read(self, path: Path, release: str) -> None:
        """Read a list and show what it holds."""
        self._page.read(
            lambda: read_doses(path, release), self.form.show_found, self._refused,
            channel="dose list", owner=self.form,
        )  # fmt: skip

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError | EnvironmentProblem):
            self.form.refuse(error.text)
        else:
            self._page.context.errors.take(error)

    def _keep(self, release: str, found: DoseList) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = LoadDoses(new_op(), release, found)
        self._page.write(lambda: load_doses(db, actor, command), self._kept)

    def _kept(self, count: int) -> None:
        self._page.context.notices.done(_("已载入 {n} 条限定日剂量。", n=count))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="release", title=_("版本"), width=160, stretch=True),
        Column(key="values", title=_("条数"), kind=Kind.NUMBER, width=120),
    )
