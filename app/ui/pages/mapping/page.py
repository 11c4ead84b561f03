"""对码工作台: a member's own list becomes codes of the unified catalogue, by keyboard alone."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.mapping import OPEN, MapStatus
from app.domain.matching.verdict import Fact, Fit
from app.i18n import _
from app.services.mapping.queries import (
    CandidateView,
    LocalLine,
    MemberProgress,
    WorkList as Query,
    progress,
    work_list,
)
from app.services.mapping.undo import Undone
from app.ui import formats, theme
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.item_requests import ItemRequests
from app.ui.page import KeyHint, Page
from app.ui.pages.mapping.bench import Bench
from app.ui.pages.mapping.desk import Desk
from app.ui.pages.mapping.progress_card import ProgressCard
from app.ui.pages.mapping.view_chips import VIEWS, ViewChips
from app.ui.pages.mapping.whole import WholeList
from app.ui.pages.mapping.work_list import WorkList, wanted_by
from app.ui.widgets.cards import Card
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.fields import SearchEdit
from app.ui.widgets.pick_form import PickForm

_LEFT: Final = 272


class MappingPage(Page):
    """The rows of one member, the comparison, and the decisions."""

    name = "mapping"
    topics = frozenset({Topic.CATALOGUE})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.all: tuple[LocalLine, ...] = ()
        self.view_name = "open"
        self.list = WorkList()
        self.bench = Bench()
        self.card = ProgressCard()
        self.desk = Desk(self, self.list.lines)
        self.search = SearchEdit(_("名称、编码、企业"))
        self.whole = WholeList(self)
        self.requests = ItemRequests(self, self._ask)
        self.views = ViewChips(self, self.show_view)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.list)

    def _lay_out(self) -> None:
        left = self.left = Card("", padding=10)
        self._fit()
        left.add(self.search)
        left.add(self.views)
        left.add(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.card)
        right.addWidget(self.bench, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 12)
        row.setSpacing(12)
        row.addWidget(left)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self.list.chosen.connect(self._chosen)
        self.list.letter.connect(self.decide)
        self.list.turned.connect(self.bench.turn)
        self.bench.asked.connect(self.decide)
        self.bench.merge_asked.connect(self.whole.ask_merge)
        self.bench.split_asked.connect(self.whole.ask_split)
        self.desk.arrived.connect(self._arrived)
        self.desk.picked.connect(self.bench.show_picked)
        self.desk.undone.connect(self._undone)
        self.desk.settled.connect(self._count)
        self.whole.changed.connect(self.refresh)
        self.search.searched.connect(lambda _text: self._filter())
        self.search.returnPressed.connect(self.list.setFocus)
        self.card.load.clicked.connect(self.whole.ask)
        self.card.run.clicked.connect(self.whole.match)
        self.card.safe.clicked.connect(self._ask_safe)
        self.card.members.clicked.connect(self.whole.show_members)
        self.card.requests.clicked.connect(self.requests.open)
        self.card.members.setVisible(len(self.context.session.orgs) > 1)
        self.on(Act.UNDO, lambda: self.desk.undo())  # noqa: PLW0108 - the action gives nothing
        self.on(Act.IMPORT, self.whole.ask)
        self.on(Act.EXPORT, self.whole.export)
        self.on(Act.SEARCH, self.search.setFocus)

    # -- what the shell asks ------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        self.desk.org_id = self.context.org.id
        self.bench.may_merge = self.context.actor.has(Duty.CATALOGUE)
        self.desk.forget()
        self._ask()

    @override
    def arrive(self, **arguments: object) -> None:
        """`requests` shows the requests for new items."""
        if arguments.get("requests"):
            self.requests.open()

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.list.show_rows(())
        self.refresh()

    @override
    def counts(self) -> str:
        return _("{n} 项 · 按年用量排", n=formats.number(len(self.list.lines.rows)))

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint("Y", _("采纳")),
            KeyHint("N", _("驳回")),
            KeyHint("M", _("手选")),
            KeyHint("A", _("申请新增")),
            KeyHint("← →", _("换候选")),
            self.hint(Act.UNDO, _("撤销")),
        )

    @override
    def save_state(self) -> dict[str, object]:
        return {"view": self.view_name}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        view = state.get("view")
        if isinstance(view, str) and view in VIEWS:
            self.view_name = view
            self.views.check(view)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "left"):
            self._fit()

    def _fit(self) -> None:
        self.left.setFixedWidth(theme.px(_LEFT))

    # -- list ---------------------------------------------------------------------------------

    def _ask(self, wanted: int = 0, back: tuple[int, ...] = ()) -> None:
        """Read the rows; those whose decision was taken back stay in place if they are in sight."""
        db, actor, org = self.context.db, self.context.actor, self.context.org.id

        def work() -> tuple[tuple[LocalLine, ...], tuple[MemberProgress, ...]]:
            return work_list(db, actor, Query(org)), progress(db, actor, (org,))

        def show(found: tuple[tuple[LocalLine, ...], tuple[MemberProgress, ...]]) -> None:
            self.all, figures = found
            self.card.show_progress(figures[0].progress if figures else None)
            self.set_subtitle(self.context.org.name)
            rows = {row.id: row for row in self.all if row.id in back}
            if back and self.list.lines.taken_back(rows):
                self.views.show_counts(self.all)
                self.list.again(wanted)
            else:
                self._filter(wanted)

        self.read(work, show, channel="list")

    def show_view(self, view: str) -> None:
        """Show the rows of a chip: ``open``, ``safe``, ``conflict``, ``none`` or ``done``."""
        self.view_name = view
        self.views.check(view)
        self._ask()
        self.list.setFocus()

    def _filter(self, wanted: int = 0) -> None:
        keep = wanted_by(self.view_name, self.search.text())
        self.views.show_counts(self.all)
        self.list.show_rows([row for row in self.all if keep(row)], wanted)
        self.chrome_changed.emit()

    def _chosen(self, line: LocalLine | None) -> None:
        if line is None:
            self._show_empty()
            return
        place = self.list.currentIndex().row()
        position = (place + 1, len(self.list.lines.rows))
        self.bench.show_row(line, self.desk.view(line.id), self.context.org.short, position)
        self.desk.read_ahead(place)

    def _show_empty(self) -> None:
        if self.all:
            self.bench.show_nothing(_("这一类没有要看的行。可点左上别的分类。"))
        else:
            words = _("还没有这家机构的清单。导入本院药品目录（Excel 或 CSV），就能开始对码。")
            self.bench.show_nothing(words, _("导入清单"), self.whole.ask)

    def _arrived(self, local_id: object) -> None:
        line = self.list.current
        if line is not None and line.id == local_id and self.bench.view is None:
            self._chosen(line)

    # -- decisions ----------------------------------------------------------------------------

    def decide(self, letter: str) -> None:
        """Do what a letter says with the row in front: Y, N, M, X or A."""
        line, found = self.list.current, self.bench.candidate
        if line is None or self.bench.view is None:
            return
        by_hand = found is not None and not found.rank
        waits = line.status in OPEN | {MapStatus.NONE} or by_hand
        if letter == "M":
            self._pick(line)
        elif letter in {"Y", "N", "X", "A"} and not waits:
            text = _("这一行已处理。要改请先按 Ctrl+Z 撤销，或按 M 手选。")
            self.context.notices.info(text)
        elif letter == "X":
            self.desk.set_aside(line)
            self._go_on()
        elif letter == "A":
            self.requests.ask(line.id, self.context.org.id)
        elif letter == "Y" and found is not None:
            self._confirm(line, found)
        elif letter == "N" and found is not None:
            self._reject(line, found)

    def _go_on(self) -> None:
        if not self.list.go_on():
            self.context.notices.done(_("这里的行都处理完了。可点左上别的分类。"))

    def _pick(self, line: LocalLine) -> None:
        title = f"{line.name} {line.spec} {line.maker}"
        form = PickForm(self.context, title, lambda item: self.desk.compare(line.id, item), self)
        form.finished.connect(lambda _code: self.list.setFocus())
        form.open()

    def _confirm(self, line: LocalLine, found: CandidateView) -> None:
        differs = [one for one in found.findings if one.fit is Fit.DIFFERENT]
        if not found.blocked and all(one.fact is not Fact.PACK for one in differs):
            self.desk.confirm(line, found)
            self._go_on()
            return
        effect = _("；").join(one.text for one in differs)
        form = ReasonForm(_("写明理由再采纳"), effect, _("采纳"), self)

        def take() -> None:
            self.desk.confirm(line, found, form.text)
            self._go_on()
            self.list.setFocus()

        form.accepted.connect(take)
        form.open()

    def _reject(self, line: LocalLine, found: CandidateView) -> None:
        last = len(self.bench.candidates) <= 1 and line.status is not MapStatus.CONFIRMED
        self.desk.reject(line, found, last=last)
        self.bench.struck()
        if last:
            self._go_on()

    def _ask_safe(self) -> None:
        self.whole.accept_safe(sum(row.safe for row in self.all), self.desk.undo)

    def _undone(self, result: Undone) -> None:
        self.context.notices.done(_("已撤销 {n} 项。", n=len(result.rows)))
        self._ask(result.rows[0] if result.rows else 0, result.rows)
        self.list.setFocus()

    def _count(self) -> None:
        """Ask for the figures again; the list stays as it is under the person's hands."""
        self.all = self.list.lines.as_decided(self.all)
        self.views.show_counts(self.all)
        db, actor, org = self.context.db, self.context.actor, self.context.org.id

        def show(found: tuple[MemberProgress, ...]) -> None:
            self.card.show_progress(found[0].progress if found else None)

        self.read(lambda: progress(db, actor, (org,)), show, channel="progress")
