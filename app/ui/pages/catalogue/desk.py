"""What is done beside the list, each in its own form: codes, papers, versions, imports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from app import paths
from app.adapters import local_files
from app.domain.catalogue import CodeDraft
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.attachments import (
    Attach,
    AttachmentRow,
    Detach,
    attach,
    attachments,
    content,
    detach,
)
from app.services.catalogue.change import SavedItem
from app.services.catalogue.detail import ItemDetail
from app.services.catalogue.edit import SaveItem, save_item
from app.services.catalogue.version_file import write_changes
from app.services.catalogue.versions import (
    ChangesSince,
    PublishVersion,
    VersionRow,
    changes,
    publish,
    unpublished,
    versions,
)
from app.ui.import_undo import UndoFlow
from app.ui.item_requests import ItemRequests
from app.ui.page import Page
from app.ui.pages.catalogue.codes_form import CodesForm
from app.ui.pages.catalogue.doses_form import Doses
from app.ui.pages.catalogue.versions_form import PublishForm, VersionsForm
from app.ui.paper import open_copy, save_copy
from app.ui.tables.exporting import open_file
from app.ui.widgets.buttons import Button
from app.ui.widgets.files import FileDialog
from app.ui.widgets.papers_form import PapersForm, preview


class CatalogueDesk:
    """The forms beside the list.

    Attributes:
        codes_form: The codes that are or were on screen; the others likewise.
    """

    codes_form: CodesForm
    papers_form: PapersForm
    versions_form: VersionsForm
    publish_form: PublishForm

    def __init__(self, page: Page, changed: Callable[[SavedItem | None], None]) -> None:
        """Prepare the desk; `changed` is told what was saved."""
        self._page = page
        self._papers_of = 0
        self._changed = changed
        self.undo = UndoFlow(page, "catalogue", lambda: changed(None))
        self.requests = ItemRequests(page, lambda: changed(None))
        self.doses = Doses(page)

    def menu(self, button: Button, *, may_edit: bool) -> QMenu:
        """What the button 更多 offers."""
        menu = QMenu(button)
        menu.addAction(_("目录版本和改动")).triggered.connect(
            lambda: self.show_versions(may_edit=may_edit)
        )
        menu.addAction(_("限定日剂量（DDD）")).triggered.connect(
            lambda: self.doses.open(may_edit=may_edit)
        )
        if may_edit:
            menu.addAction(_("新增品种申请")).triggered.connect(self.requests.open)
            menu.addAction(_("导入记录和撤销")).triggered.connect(self.undo.open)
        return menu

    def show_menu(self, button: Button, *, may_edit: bool) -> None:
        """Open the menu under its button."""
        menu = self.menu(button, may_edit=may_edit)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    # Codes

    def edit_codes(self, item: ItemDetail | None) -> None:
        """Show all codes of an item with their validity."""
        context = self._page.context
        if item is None:
            return

        def save(found: tuple[CodeDraft, ...]) -> None:
            draft = replace(item.draft, codes=found)
            command = SaveItem(new_op(), draft, item.id, item.version)
            self._page.write(
                lambda: save_item(context.db, context.actor, command), done, self._refused
            )

        def done(saved: SavedItem) -> None:
            self.codes_form.accept()
            self._changed(saved)

        self.codes_form = CodesForm(self._page, item, save)
        self.codes_form.open()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.codes_form.show_error(error)
        else:
            self._page.context.errors.take(error)

    # Pictures and papers

    def show_papers(self, item: ItemDetail | None, *, may_edit: bool) -> None:
        """Show the pictures and papers of an item."""
        if item is None:
            return
        title = f"{item.code} {item.draft.name} {item.spec}"
        form = PapersForm(self._page, title, may_edit=may_edit)
        form.wanted.connect(lambda key: self._load_picture(key, form.show_picture))
        form.saved.connect(lambda key: self._copy(form, key, save_copy))
        form.opened.connect(lambda key: self._copy(form, key, open_copy))
        form.added.connect(lambda: self._ask_paper(item.id))
        form.removed.connect(lambda key: self._remove(item.id, key))
        self.papers_form, self._papers_of = form, item.id
        self._reload(item.id)
        form.open()

    def add_paper(self, item_id: int, path: Path) -> None:
        """Keep a file as an attachment of the item."""
        context, op = self._page.context, new_op()

        def work() -> int:
            command = Attach(op, item_id, path.name, local_files.read(path))
            return attach(context.db, context.actor, command)

        self._page.write(work, lambda _key: self._papers_changed(item_id))

    def _reload(self, item_id: int) -> None:
        """Read the attachments again, unless those of another item are shown by now."""
        if item_id != self._papers_of:
            return
        context = self._page.context
        self._page.read(
            lambda: attachments(context.db, context.actor, item_id),
            self.papers_form.show_rows,
            channel="papers",
        )

    def _papers_changed(self, item_id: int) -> None:
        self._reload(item_id)
        self._changed(None)

    def _load_picture(self, key: object, show: Callable[[QImage], None]) -> None:
        context = self._page.context
        if isinstance(key, int):
            self._page.read(
                lambda: preview(content(context.db, context.actor, key)), show, channel="picture"
            )

    def _ask_paper(self, item_id: int) -> None:
        dialog = FileDialog(self._page, _("添加附件"))
        dialog.setNameFilter(_("图片和 PDF (*.png *.jpg *.jpeg *.pdf)"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.add_paper(item_id, Path(name)))
        dialog.open()

    def _copy(
        self, form: PapersForm, key: object, give: Callable[[Page, str, Callable[[], bytes]], None]
    ) -> None:
        row, context = form.grid.current(), self._page.context
        if row is not None and isinstance(row.record, AttachmentRow) and isinstance(key, int):
            give(self._page, row.record.name, partial(content, context.db, context.actor, key))

    def _remove(self, item_id: int, key: object) -> None:
        context = self._page.context
        if isinstance(key, int):
            command = Detach(new_op(), key)
            self._page.write(
                lambda: detach(context.db, context.actor, command),
                lambda _done: self._papers_changed(item_id),
            )

    # Versions

    def show_versions(self, *, may_edit: bool) -> None:
        """Show the versions and what changed since the newest."""
        form = VersionsForm(self._page, may_edit=may_edit)
        form.asked.connect(self._ask_changes)
        form.publish.connect(self._ask_publish)
        form.exported.connect(lambda: self._ask_changes_file(form))
        self.versions_form = form
        self._load_versions()
        form.open()

    def _load_versions(self) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def work() -> tuple[tuple[VersionRow, ...], int]:
            return versions(db, actor), unpublished(db, actor)

        form = self.versions_form
        show = partial(_show_versions, form)
        self._page.read(work, show, channel="versions", owner=form)

    def _ask_changes(self, since: str, own: bool) -> None:
        context = self._page.context
        query = ChangesSince(since, org_id=context.org.id if own else 0)
        self._page.read(
            lambda: changes(context.db, context.actor, query),
            self.versions_form.show_steps,
            channel="changes",
        )

    def _ask_publish(self) -> None:
        context = self._page.context

        def show(pending: int) -> None:
            form = PublishForm(self._page, pending, context.today)
            form.accepted.connect(lambda: self._publish(form))
            self.publish_form = form
            form.open()

        self._page.read_for_form(lambda: unpublished(context.db, context.actor), show)

    def _publish(self, form: PublishForm) -> None:
        context = self._page.context
        command = PublishVersion(new_op(), form.effective_from, form.title_field.text)

        def done(made: VersionRow) -> None:
            context.notices.done(_("已发布 {no}，{day} 起生效。", no=made.no,
                                   day=made.effective_from))  # fmt: skip
            self._load_versions()

        self._page.write(lambda: publish(context.db, context.actor, command), done)

    def _ask_changes_file(self, form: VersionsForm) -> None:
        dialog = FileDialog(self._page, _("导出到"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("Excel 工作簿 (*.xlsx)"), _("CSV 文本 (*.csv)")])
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(_("目录改动 {day}.xlsx", day=self._page.context.today))
        dialog.fileSelected.connect(lambda name: self.save_changes(form, Path(name)))
        dialog.open()

    def save_changes(self, form: VersionsForm, path: Path) -> None:
        """Save the changes on screen to a file."""
        steps = form.steps

        def done(count: int) -> None:
            self._page.context.notices.done(
                _("已导出 {n} 行到 {path}", n=count, path=path.name),
                action=_("打开文件"),
                act=lambda: open_file(path),
            )

        self._page.read(lambda: write_changes(steps, path), done)


def _show_versions(form: VersionsForm, found: tuple[tuple[VersionRow, ...], int]) -> None:
    form.show_versions(*found)
