"""The awards of all projects, the lines of the chosen one, and its panel."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import paths
from app.adapters.local_files import write
from app.domain.awarding.limits import Limits
from app.domain.documents import State
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _, sentences
from app.services.awards import decide, enforce
from app.services.awards.engine import How
from app.services.awards.notice import notice_of
from app.services.awards.propose import Propose, Proposed, propose
from app.services.awards.queries import (
    AwardLineRow,
    AwardRow,
    ObjectionRow,
    award_lines,
    awards,
    objections,
)
from app.services.negotiation.queries import projects
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.jobs import Progress
from app.ui.page import Page
from app.ui.pages.awards.dialogs import (
    AnswerForm,
    EnforceForm,
    LimitsForm,
    ObjectionForm,
    SubmitForm,
)
from app.ui.pages.awards.panel import AwardPanel
from app.ui.pages.awards.rows import award_columns, award_row, line_columns, line_row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card
from app.ui.widgets.dialogs import Question, ReasonForm, confirm

_OPEN = (State.BARGAINING, State.REVIEWING)
Shown = tuple[tuple[AwardLineRow, ...], tuple[ObjectionRow, ...]]


class AwardView(QWidget):
    """Awards above, lines below, the panel right.

    Signals:
        changed: The words of the page are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._open: tuple[tuple[int, str], ...] = ()
        self._wanted = 0
        self.awards = ListModel(award_columns())
        self.list = GridView(self.awards)
        self.setFocusProxy(self.list)
        self.list.set_empty(
            _("还没有定标方案。议价开标以后，可以在这里优化，或在集团议价里手工拟定。")
        )
        self.list.current_changed.connect(lambda _row: self._chosen())
        self.lines = ListModel(line_columns())
        self.grid = GridView(self.lines, framed=False)
        self.grid.set_empty(_("选一个方案，看它的中选和备选。"))
        ColumnFit(self.list, ("lines",))
        ColumnFit(self.grid, ("packs", "amount"))
        self.optimise = Button(_("优化定标"), ButtonKind.PRIMARY, icon=Icon.WAND)
        self.optimise.clicked.connect(self.ask_limits)
        self.optimise.setVisible(page.context.may(Duty.BUY))
        self.card = Card(_("中选与备选"))
        self.card.add(self.grid, 1)
        self.panel = AwardPanel(page)
        self.panel.asked.connect(self._step)
        self.panel.closed.connect(self.panel.hide)
        self.panel.hide()
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.list, 2)
        left.addWidget(self.card, 3)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.panel)

    def refresh(self) -> None:
        """Ask for the awards and the projects that can be optimised."""
        db, actor = self._page.context.db, self._page.context.actor

        def ask() -> tuple[tuple[AwardRow, ...], tuple[tuple[int, str], ...]]:
            found = tuple(
                (one.id, f"{one.no} {one.title}")
                for one in projects(db, actor)
                if one.state in _OPEN
            )
            return awards(db, actor), found

        self._page.read(ask, self._show, channel="awards")

    def _show(self, found: tuple[tuple[AwardRow, ...], tuple[tuple[int, str], ...]]) -> None:
        rows, self._open = found
        kept = self.list.current()
        wanted = self._wanted or (kept.key if kept else 0)
        self._wanted = 0
        self.awards.set_rows([award_row(one) for one in rows])
        keys = [one.award_id for one in rows]
        if rows:
            self.list.choose(wanted if wanted in keys else keys[0])
        self._chosen()
        self.changed.emit()

    def current(self) -> AwardRow | None:
        """The chosen award."""
        row = self.list.current()
        return row.record if row is not None and isinstance(row.record, AwardRow) else None

    def _chosen(self) -> None:
        one = self.current()
        self.panel.setVisible(one is not None)
        if one is None:
            self._page.overtake("award")
            self.lines.set_rows([])
            return
        db, actor, award_id = self._page.context.db, self._page.context.actor, one.award_id
        self._page.read(
            lambda: (award_lines(db, actor, award_id), objections(db, actor, award_id)),
            lambda found: self._show_one(one, found),
            channel="award",
        )

    def _show_one(self, one: AwardRow, found: Shown) -> None:
        self.lines.set_rows([line_row(place, line) for place, line in enumerate(found[0], 1)])
        self.panel.show_award(one, found[1])

    # The optimiser

    def ask_limits(self) -> None:
        """Ask for limits, then look for the cheapest award."""
        if not self._open:
            self._page.context.notices.info(_("现在没有开标后、待定标的项目。"))
            return
        LimitsForm(self._open, self._optimise, self).open()

    def _optimise(self, negotiation_id: int, limits: Limits) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = Propose(new_op(), negotiation_id, limits)

        def work(progress: Progress) -> Proposed:
            def report(done: int, total: int) -> None:
                progress.step(done, total, _("第 {n} 次求解", n=done + 1))

            how = How(stopped=lambda: progress.cancelled, report=report)
            found = propose(db, actor, command, how)
            progress.step(1, 1)
            return found

        self._page.long(_("优化定标"), work, self._optimised, writes=False)

    def _optimised(self, found: Proposed) -> None:
        answer, notices = found.answer, self._page.context.notices
        if answer.conflict:
            text = _(
                "这些限制不能同时满足：{limits}。请放宽其中一个。",
                limits="、".join(answer.conflict),
            )
            if answer.conflict_lines:
                lines = "、".join(answer.conflict_lines[:3])
                text = sentences(text, _("没有人能供的品规：{lines}。", lines=lines))
            notices.warn(text)
            return
        if not found.award_id:
            notices.info(_("没有找到可以中选的报价。"))
            return
        self._wanted = found.award_id
        self._done(_("方案总价 ¥{cost}，下浮 {rate}。", cost=f"{answer.cost:,.2f}",
                     rate=answer.reduction or "—"))  # fmt: skip

    # The decision

    def _step(self, name: str) -> None:
        one = self.current()
        if one is not None:
            steps = {
                "submit": self._submit,
                "approve": self._approve,
                "back": self._return,
                "object": self._object,
                "answer": self._answer,
                "enforce": self._enforce,
                "notice": self._notice,
            }
            steps[name](one)

    def _write(self, work: object, words: str) -> None:
        assert callable(work)  # noqa: S101 - given below
        self._page.write(work, lambda _result: self._done(words))

    def _done(self, words: str) -> None:
        context = self._page.context
        context.notices.done(words)
        context.changes.announce({Topic.NEGOTIATION, Topic.PRICES})
        self.refresh()

    def _submit(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def ask(days: int, fail_rest: bool) -> None:
            command = decide.SubmitAward(new_op(), one.award_id, days, fail_rest)
            self._write(lambda: decide.submit_award(db, actor, command), _("已提交审批。"))

        SubmitForm(ask, self).open()

    def _approve(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = decide.ApproveAward(new_op(), one.award_id)
        question = Question(
            _("审批通过 {title}", title=one.title),
            _(
                "{n} 个品规，总价 {amount}。通过后开始公示。",
                n=one.lines,
                amount=f"¥{one.amount:,.2f}",
            ),
            _("审批通过"),
        )
        confirm(
            self,
            question,
            lambda: self._write(
                lambda: decide.approve_award(db, actor, command), _("已审批，开始公示。")
            ),
        )

    def _return(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        form = ReasonForm(_("退回方案"), _("采购修改后可以再提交。"), _("退回"), self)

        def go() -> None:
            command = decide.ReturnAward(new_op(), one.award_id, form.text)
            self._write(lambda: decide.return_award(db, actor, command), _("已退回。"))

        form.accepted.connect(go)
        form.open()

    def _object(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def ask(who: str, text: str) -> None:
            command = decide.Object(new_op(), one.award_id, text, who=who)
            self._write(lambda: decide.record_objection(db, actor, command), _("已登记质疑。"))

        ObjectionForm(ask, self).open()

    def _answer(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def answered(rows: tuple[ObjectionRow, ...]) -> None:
            left = [row for row in rows if not row.outcome]
            if left:
                AnswerForm(left[0], lambda text, upheld: send(left[0], text, upheld), self).open()

        def send(row: ObjectionRow, text: str, upheld: bool) -> None:
            command = decide.AnswerObjection(new_op(), row.objection_id, text, upheld)
            self._write(lambda: decide.answer_objection(db, actor, command), _("已答复。"))

        self._page.read_for_form(lambda: objections(db, actor, one.award_id), answered)

    def _enforce(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def ask(day: date, cap: int | None) -> None:
            command = enforce.PutInForce(new_op(), one.award_id, day, cap)
            self._write(lambda: enforce.put_in_force(db, actor, command), _("价格表已生成。"))

        EnforceForm(self._page.context.today, ask, self).open()

    def _notice(self, one: AwardRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        target = paths.output() / f"{one.notice_no}.pdf"

        def make() -> Path:
            from app.adapters.pdf.award_pdf import award_pdf

            return write(target, award_pdf(notice_of(db, actor, one.award_id)))

        self._page.read(make, self._saved)

    def _saved(self, target: Path) -> None:
        self._page.context.notices.done(
            _("已存到 {path}。", path=target), action=_("打开文件"), act=lambda: _show_file(target)
        )


def _show_file(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
