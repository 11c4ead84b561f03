"""What is done with a member's whole list: load, match, accept what agrees, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import paths
from app.domain.ids import new_op
from app.i18n import _
from app.services.importing.plan import Imported, Report
from app.services.mapping import decide, load as loading, run as running
from app.services.mapping.export import export_mapping
from app.services.mapping.queries import (
    CandidateView,
    MemberProgress,
    WorkList as Query,
    progress as progress_of,
)
from app.services.mapping.repoint import (
    LinkedRow,
    MergeItems,
    Moved,
    SplitItem,
    linked_rows,
    merge,
    split,
)
from app.services.mapping.rows import FIELDS
from app.ui.changes import Topic
from app.ui.importing import Columns, ImportFlow
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.pages.mapping.split_form import Split, SplitForm
from app.ui.tables.exporting import open_file
from app.ui.widgets.cards import Facts
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text


class WholeList(QObject):
    """The buttons above the comparison.

    Signals:
        changed: The list is another one: ask for it again.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        columns = Columns(loading.KIND, FIELDS)
        self.flow = ImportFlow(page, _("导入本院清单"), self._read_file, self.load, columns)

    def ask(self) -> None:
        """Ask for a list to load."""
        self.flow.ask()

    def match(self) -> None:
        """Match the open rows again."""
        db, actor = self._page.context.db, self._page.context.actor
        command = running.RunMatch(new_op(), self._page.context.org.id)
        title = _("对照 {org}", org=self._page.context.org.short)

        def work(progress: Progress) -> running.RunDone:
            def step(done: int, total: int) -> None:
                progress.step(done, total, title)

            return running.run(db, actor, command, step)

        self._page.long(title, work, self._matched)

    def _matched(self, done: running.RunDone) -> None:
        words = _(
            "对照完：{safe} 项完全一致，{n} 项有候选，{conflict} 项冲突，{none} 项没有相近的。",
            safe=done.safe,
            n=done.candidates,
            conflict=done.conflicts,
            none=done.none,
        )
        self._page.context.notices.done(words)
        self.changed.emit()

    def accept_safe(self, count: int, take_back: Callable[[int], None]) -> None:
        """Ask, then confirm every safe row; the notice can take the whole batch back."""
        effect = _(
            "{n} 项的名称、盐基、规格、剂型、企业和包装全部一致，将一起采纳。"
            "规格或剂型相近但不同的不在其中。30 天内可整批撤销。",
            n=count,
        )
        question = Question(_("一起采纳 {n} 项？", n=count), effect, _("一起采纳"))
        confirm(self._page, question, lambda: self._accept(take_back))

    def _accept(self, take_back: Callable[[int], None]) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = decide.AcceptSafe(new_op(), self._page.context.org.id)
        title = _("一起采纳")

        def work(progress: Progress) -> decide.Accepted:
            def step(done: int, total: int) -> None:
                progress.step(done, total, title)

            return decide.accept_safe(db, actor, command, step)

        def done(result: decide.Accepted) -> None:
            self._page.context.changes.announce({Topic.MAPPING})
            self._page.context.notices.done(
                _("已采纳 {n} 项。", n=result.accepted),
                action=_("整批撤销"),
                act=lambda: take_back(result.batch_id),
            )
            self.changed.emit()

        self._page.long(title, work, done)

    def load(self, plan: loading.LocalPlan) -> None:
        """Write a list that was previewed, then match it."""
        db, actor = self._page.context.db, self._page.context.actor
        command = loading.ApplyList(new_op(), self._page.context.org.id, plan)
        self.flow.carry_out(
            plan, lambda report: loading.apply(db, actor, command, report), self._loaded
        )

    def _loaded(self, done: Imported) -> None:
        words = _(
            "已导入：新增 {added}，修改 {changed}，跳过 {refused}。",
            added=done.added,
            changed=done.changed,
            refused=done.refused,
        )
        self._page.context.notices.done(words)
        self.match()

    def _read_file(self, path: Path, report: Report) -> loading.LocalPlan:
        context = self._page.context
        return loading.preview(
            context.db, context.actor, loading.LoadList(path, context.org.id), report
        )

    def show_members(self) -> None:
        """How far every member in sight is."""
        context = self._page.context
        db, actor = context.db, context.actor
        orgs = tuple(org.id for org in context.session.orgs)
        self._page.read(lambda: progress_of(db, actor, orgs), self._members, channel="members")

    def _members(self, found: tuple[MemberProgress, ...]) -> None:
        form = Form(_("各家对码完成率"), _("知道了"), self._page, wide=640)
        form.cancel.hide()
        facts = Facts()
        facts.show_facts([(one.name, _line(one)) for one in found])
        form.body.addWidget(facts)
        if not found:
            form.body.addWidget(Text(_("还没有成员导入清单。"), Role.BODY, wrap=True))
        form.open()

    def ask_merge(self, kept: CandidateView, given_up: CandidateView) -> None:
        """Ask why, then give one item up for another everywhere in the group."""
        effect = _(
            "{old} 停用，各院对到它的行改对 {new}（{name} {spec}）。库存和单据仍记在原品规上。",
            old=given_up.code,
            new=kept.code,
            name=kept.entry.name,
            spec=kept.entry.spec,
        )
        form = ReasonForm(_("合并品规"), effect, _("合并"), self._page)
        form.accepted.connect(lambda: self._merge(kept, given_up, form.text))
        form.open()

    def _merge(self, kept: CandidateView, given_up: CandidateView, reason: str) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = MergeItems(new_op(), given_up.item_id, kept.item_id, reason)

        def done(result: Moved) -> None:
            words = _("已合并到 {code}，改对 {n} 行。", code=kept.code, n=result.moved)
            self._page.context.notices.done(words)
            self._page.context.changes.announce({Topic.CATALOGUE, Topic.MAPPING})
            self.match()

        self._page.write(lambda: merge(db, actor, command), done)

    def ask_split(self, item: CandidateView) -> None:
        """Ask which members' rows of an item mean another one, and which."""
        db, actor = self._page.context.db, self._page.context.actor

        def show(rows: tuple[LinkedRow, ...]) -> None:
            form = SplitForm(self._page.context, self._page, item, rows)
            form.accepted.connect(lambda: self._split(item, form.split))
            form.open()

        self._page.read_for_form(lambda: linked_rows(db, actor, item.item_id), show)

    def _split(self, item: CandidateView, chosen: Split) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = SplitItem(new_op(), item.item_id, chosen.item_id, chosen.rows, chosen.reason)

        def done(result: Moved) -> None:
            words = _("已从 {code} 拆出 {n} 行。", code=item.code, n=result.moved)
            self._page.context.notices.done(words)
            self._page.context.changes.announce({Topic.CATALOGUE, Topic.MAPPING})
            self.changed.emit()

        self._page.write(lambda: split(db, actor, command), done)

    def export(self) -> None:
        """Ask for a file, then write the member's rows and what they mean."""
        title = _("编码对照 {org}", org=self._page.context.org.short)
        dialog = FileDialog(self._page, _("导出到"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("Excel 工作簿 (*.xlsx)"), _("CSV 文本 (*.csv)")])
        dialog.setDefaultSuffix("xlsx")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(f"{title}.xlsx")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the member's rows to a file."""
        db, actor, org = self._page.context.db, self._page.context.actor, self._page.context.org

        def done(count: int) -> None:
            self._page.context.notices.done(
                _("已导出 {n} 行到 {path}", n=count, path=path.name),
                action=_("打开文件"),
                act=lambda: open_file(path),
            )

        self._page.read(lambda: export_mapping(db, actor, Query(org.id), path), done)


def _line(one: MemberProgress) -> str:
    """A member's figures in words."""
    found = one.progress
    return _(
        "{rate}%（{done} / {all} 项） · 按年用量 {value}% · 冲突 {conflict} · 无对应 {none}",
        rate=found.rate,
        done=found.confirmed,
        all=found.total,
        value=found.value_rate,
        conflict=found.conflict,
        none=found.none,
    )
