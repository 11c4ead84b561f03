"""What the person is asked before the page does something, and which step comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtWidgets import QMenu, QWidget

from app.domain.documents import State
from app.domain.ids import new_op
from app.i18n import _
from app.services.negotiation import invitations, queries
from app.services.negotiation.invitations import DossierRow
from app.services.negotiation.needs import AskNeeds, Pledge
from app.services.negotiation.queries import MemberRow
from app.services.negotiation.scores import Scoring
from app.ui.pages.negotiation.add_form import AddForm
from app.ui.pages.negotiation.forms import AskForm, DeadlineForm, InviteForm, ProjectForm
from app.ui.pages.negotiation.score_form import ScoreForm
from app.ui.pages.negotiation.terms_asking import TermsAsking
from app.ui.widgets.dialogs import Question, ReasonForm, confirm


class Asking(TermsAsking):
    """Dialogs of the page."""

    def _running(self) -> bool:
        one = self._page.project
        return one is not None and one.round > 0 and one.opened_at is None

    # The next step

    def next_words(self) -> str:
        """The word on the main button; empty when the page has no next step."""
        one = self._page.project
        if one is None:
            return ""
        if one.state is State.BARGAINING:
            start = _("开始第 {n} 轮", n=one.round + 1)
            return _("结束本轮") if self._running() else start
        return {
            State.DRAFT: _("征集报量"),
            State.NEEDING: _("开始第 1 轮"),
            State.QUOTING: _("开标"),
        }.get(one.state, "")

    def next_step(self) -> None:
        """Do what the main button says, after asking."""
        one = self._page.project
        if one is None:
            return
        steps: dict[State, Callable[[], None]] = {
            State.DRAFT: self.ask_needs,
            State.NEEDING: self.start_round,
            State.QUOTING: self.open_round,
            State.BARGAINING: self.open_round if self._running() else self.start_round,
        }
        steps.get(one.state, lambda: None)()

    def ask_needs(self) -> None:
        """Ask all members, by a day; usually their answer is wanted within a week."""
        project = self._id
        form = AskForm(self._page.context.today, self._page)
        form.accepted.connect(
            lambda: self._desk.ask_needs(project, AskNeeds(new_op(), project, form.due))
        )
        form.open()

    def start_round(self) -> None:
        """Ask for the deadline of the next round."""
        one = self._page.project
        if one is None:
            return
        db, first = self._page.context.db, one.round == 0

        def show(at: object) -> None:
            form = DeadlineForm(
                _("开始第 {n} 轮报价", n=one.round + 1), _("开始报价"), _as_time(at), self._page
            )
            form.leave_out.setVisible(first)
            form.reason_field.setVisible(False)
            form.accepted.connect(
                lambda: self._desk.start_round(
                    one.id, form.deadline, leave_out=form.leave_out.isChecked()
                )
            )
            form.open()

        self._page.read_for_form(lambda: queries.server_time(db), show)

    def extend(self) -> None:
        """Ask for a later deadline and why."""
        project, db = self._id, self._page.context.db

        def show(at: object) -> None:
            form = DeadlineForm(_("延后本轮截止"), _("延后"), _as_time(at), self._page)
            form.leave_out.setVisible(False)
            form.accepted.connect(
                lambda: self._desk.extend(project, form.deadline, form.reason.text().strip())
            )
            form.open()

        self._page.read_for_form(lambda: queries.server_time(db), show)

    def open_round(self) -> None:
        """Open the sealed round, or end the one that runs."""
        one = self._page.project
        if one is None:
            return
        sealed = one.state is State.QUOTING
        question = Question(
            _("开标") if sealed else _("结束第 {n} 轮", n=one.round),
            _(
                "开标后所有报价公开给评审人员，供应商不能再改本轮报价。会记下你的姓名、时间和总指纹。"
            )
            if sealed
            else _("结束后供应商不能再改本轮报价。没有新报价的品规，沿用上一轮的价格。"),
            _("开标") if sealed else _("结束本轮"),
            _("再等等"),
        )
        confirm(self._page, question, lambda: self._desk.open_round(one.id))

    # Other steps

    def menu(self, button: QWidget) -> None:
        """The steps that are not on buttons."""
        one = self._page.project
        if one is None:
            return
        menu = QMenu(button)
        entries: list[tuple[str, Callable[[], None], bool]] = [
            (_("生成报价单…"), self.write_sheets, self._running()),
            (_("导入报价单…"), self.import_sheets, one.round > 0),
            (_("延后本轮截止…"), self.extend, self._running()),
            (_("逐行选最低价"), self.choose_lowest, self._comparing()),
            (_("逐行按综合评分"), self.choose_scored, self._comparing()),
            (_("进入评审"), self.close, one.state is State.BARGAINING and not self._running()),
            (_("拆分这一行…"), self.split, self._comparing()),
            *self.term_entries(one),
            (_("整个项目流标…"), lambda: self.end(failed=True), one.round > 0),
            (_("终止项目…"), lambda: self.end(failed=False), True),
        ]
        for words, act, shown in entries:
            if shown and not words:
                menu.addSeparator()
            elif shown and (self._page.buyer or act in {self.trail, self.write_terms}):
                menu.addAction(words).triggered.connect(lambda _on=False, do=act: do())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _comparing(self) -> bool:
        one = self._page.project
        return one is not None and one.state in {State.BARGAINING, State.REVIEWING}

    def new_project(self) -> None:
        """Ask what the new project is about."""
        form = ProjectForm(self._page.context.today, self._page)

        def made(project: int) -> None:
            self._page.arrive(negotiation_id=project)

        form.accepted.connect(lambda: self._desk.create(form.command, form.pick, made))
        form.open()

    def add_items(self) -> None:
        """Gather items of the catalogue."""
        project = self._id
        context = self._page.context
        form = AddForm(context, self._page)
        form.accepted.connect(lambda: self._desk.add(project, form.items))
        form.open()

    def invite(self) -> None:
        """Show all suppliers with their papers."""
        project = self._id
        db, actor = self._page.context.db, self._page.context.actor

        def work() -> tuple[tuple[DossierRow, ...], frozenset[int]]:
            known = queries.guests(db, actor, project)
            taking_part = frozenset(one.supplier_id for one in known if not one.quitted)
            return invitations.dossiers(db, actor), taking_part

        def show(found: tuple[tuple[DossierRow, ...], frozenset[int]]) -> None:
            form = InviteForm(found[0], found[1], self._page)
            form.accepted.connect(lambda: self._desk.invite(project, form.guests))
            form.open()

        self._page.read_for_form(work, show)

    def pledge(self, pledges: Sequence[Pledge], sure: bool) -> None:
        """Keep pledges; before they are confirmed, say what that means."""
        where = (self._id, self._page.context.org.id)
        clear = self._page.prepare.needs.marks.clear
        if not sure:
            self._desk.pledge(where, pledges, clear, confirm=False)
            return
        question = Question(
            _("确认报量"),
            _("确认后约定量就定下来，作为集团谈判的依据，不能再改。要改得请集团采购退回。"),
            _("确认报量"),
            _("再看看"),
        )
        confirm(
            self._page, question, lambda: self._desk.pledge(where, pledges, clear, confirm=True)
        )

    def send_back(self, row: MemberRow) -> None:
        """Ask why a member's need is given back."""
        if row.confirmed_at is None or not self._page.buyer:
            self._page.not_available()
            return
        project = self._id
        form = ReasonForm(
            _("退回 {org} 的报量", org=row.org), _("退回后这家成员可以重填、再确认。"),
            _("退回重填"), self._page,
        )  # fmt: skip
        form.accepted.connect(lambda: self._desk.send_back(project, row.org_id, form.text))
        form.open()

    def close(self) -> None:
        """Go on to the review, unless a choice still waits for its reason."""
        if self._picking.unsaved():
            return
        project = self._id
        question = Question(
            _("进入评审"), _("不再收报价，开始评分和定标。需要时还可以再开一轮。"),
            _("进入评审"), _("再等等"),
        )  # fmt: skip
        confirm(self._page, question, lambda: self._desk.close(project))

    def end(self, *, failed: bool) -> None:
        """Ask why the project ends."""
        project = self._id
        title = _("流标") if failed else _("终止项目")
        form = ReasonForm(title, _("项目就此结束，已有的报价记录保留。"), title, self._page)
        form.accepted.connect(lambda: self._desk.end(project, form.text, failed=failed))
        form.open()

    def scores(self) -> None:
        """Show the score sheet."""
        board = self._page.compare.board
        project = self._id
        if board is None:
            return

        def show(scored: Scoring) -> None:
            form = ScoreForm(board.found, scored, self._page)
            form.accepted.connect(
                lambda: self._desk.keep_scores(project, form.chosen_weights, form.chosen_points)
            )
            form.open()

        self._desk.read_scoring(project, show)


def _as_time(at: object) -> datetime:
    assert isinstance(at, datetime)  # noqa: S101 - from server_time
    return at
