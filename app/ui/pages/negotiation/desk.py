"""What this page does: each through a service in a job, then told to the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.bidding.award import WHOLE, WINNER
from app.domain.bidding.commitment import BidLine
from app.domain.bidding.scoring import Criterion
from app.domain.ids import new_op
from app.i18n import _
from app.services.negotiation.bid_store import Submitted
from app.services.negotiation.bids import SubmitBid, WithdrawBid, submit_bid, withdraw_bid
from app.services.negotiation.choosing import (
    LineChoice,
    SaveDraft,
    lowest_choices,
    save_draft,
    scored_choices,
)
from app.services.negotiation.comparison import Comparison
from app.services.negotiation.export import export_comparison
from app.services.negotiation.invitations import Guest, Invite, invite
from app.services.negotiation.items import AddItems, add_items, candidates
from app.services.negotiation.needs import (
    AskNeeds,
    ConfirmNeeds,
    EditNeeds,
    Pledge,
    SendBack,
    ask_needs,
    confirm_needs,
    edit_needs,
    send_back,
)
from app.services.negotiation.project import CreateProject, EndProject, create_project, end_project
from app.services.negotiation.rounds import (
    ExtendRound,
    Opened,
    OpenRound,
    StartRound,
    close_bidding,
    extend_round,
    open_round,
    start_round,
)
from app.services.negotiation.scores import (
    GivePoints,
    Scoring,
    SetWeights,
    give_points,
    scoring,
    set_weights,
)
from app.services.negotiation.sheets import SheetIn, import_sheets, write_sheets
from app.ui.jobs import Progress
from app.ui.pages.negotiation.terms_desk import Done, TermsDesk, nothing


class NegotiationDesk(TermsDesk):
    """The writing side of the page."""

    # The project

    def create(
        self, command: CreateProject, pick: tuple[str, int], done: Callable[[int], None]
    ) -> None:
        """Make a project with the most used items of a class."""
        db, actor, op = self._context.db, self._context.actor, new_op()

        def work() -> int:
            made = create_project(db, actor, command)
            if pick[1]:
                wanted = tuple(one.item_id for one in candidates(db, actor, *pick))
                add_items(db, actor, AddItems(op, made.negotiation_id, wanted))
            return made.negotiation_id

        self._write(work, _("已建好议价项目。"), done)

    def add(self, project: int, items: Sequence[int]) -> None:
        """Add items."""
        db, actor = self._context.db, self._context.actor
        command = AddItems(new_op(), project, tuple(items))

        def told(result: Any) -> None:
            for problem in result.problems:
                self._context.notices.problem(problem.text)
            self._changed(_("已添加 {n} 个品规。", n=result.added))

        self._page.write(lambda: add_items(db, actor, command), told)

    def ask_needs(self, project: int, command: AskNeeds) -> None:
        """Ask the members for their needs."""
        del project
        db, actor = self._context.db, self._context.actor
        self._write(lambda: ask_needs(db, actor, command), _("已向成员征集报量。"), nothing)

    def pledge(
        self, where: tuple[int, int], pledges: Sequence[Pledge], done: Done, *, confirm: bool
    ) -> None:
        """Keep the pledges of (project, member), and confirm them if wanted."""
        project, org = where
        db, actor = self._context.db, self._context.actor
        edit = EditNeeds(new_op(), project, org, tuple(pledges))
        sure = ConfirmNeeds(new_op(), project, org)

        def work() -> None:
            if edit.pledges:
                edit_needs(db, actor, edit)
            if confirm:
                confirm_needs(db, actor, sure)

        told = _("已确认报量。") if confirm else _("已保存报量。")
        self._write(work, told, lambda _result: done())

    def send_back(self, project: int, org: int, reason: str) -> None:
        """Give a member's need back."""
        db, actor = self._context.db, self._context.actor
        command = SendBack(new_op(), project, org, reason)
        self._write(lambda: send_back(db, actor, command), _("已退回重填。"), nothing)

    def invite(self, project: int, guests: Sequence[Guest]) -> None:
        """Invite suppliers."""
        db, actor = self._context.db, self._context.actor
        command = Invite(new_op(), project, tuple(guests))
        self._write(lambda: invite(db, actor, command), _("已邀请供应商。"), nothing)

    def end(self, project: int, reason: str, *, failed: bool) -> None:
        """Stop the project or declare it failed."""
        db, actor = self._context.db, self._context.actor
        command = EndProject(new_op(), project, reason, failed)
        self._write(lambda: end_project(db, actor, command), _("项目已结束。"), nothing)

    # Rounds

    def start_round(self, project: int, deadline: datetime, *, leave_out: bool) -> None:
        """Begin the next round."""
        db, actor = self._context.db, self._context.actor
        command = StartRound(new_op(), project, deadline, leave_out=leave_out)
        self._write(lambda: start_round(db, actor, command), _("已开始新一轮报价。"), nothing)

    def extend(self, project: int, deadline: datetime, reason: str) -> None:
        """Put the deadline later."""
        db, actor = self._context.db, self._context.actor
        command = ExtendRound(new_op(), project, deadline, reason)
        self._write(lambda: extend_round(db, actor, command), _("已延后截止时间。"), nothing)

    def open_round(self, project: int) -> None:
        """Open the sealed round, or end an open one."""
        db, actor = self._context.db, self._context.actor
        command = OpenRound(new_op(), project)

        def told(result: Opened) -> None:
            words = _("第 {n} 轮已结束并开标，{m} 家报价。", n=result.round, m=result.bidders)
            self._changed(words)

        self._page.write(lambda: open_round(db, actor, command), told)

    def close(self, project: int) -> None:
        """Go on to the review."""
        db, actor, op = self._context.db, self._context.actor, new_op()
        self._write(lambda: close_bidding(db, actor, op, project), _("已进入评审。"), nothing)

    # Quotes

    def write_sheets(self, project: int, folder: Path) -> None:
        """Write quote sheets into a folder."""
        db, actor = self._context.db, self._context.actor

        def told(made: Any) -> None:
            words = _("已生成 {n} 份报价单：{folder}", n=len(made), folder=folder)
            self._context.notices.done(words)

        self._page.read(lambda: write_sheets(db, actor, project, folder), told)

    def import_sheets(
        self, project: int, paths: Sequence[Path], done: Callable[[tuple[SheetIn, ...]], None]
    ) -> None:
        """Take returned sheets in, with progress."""
        db, actor = self._context.db, self._context.actor
        sheets = [(new_op(), path) for path in paths]

        def work(progress: Progress) -> tuple[SheetIn, ...]:
            return import_sheets(db, actor, project, sheets, progress.step)

        def finished(result: tuple[SheetIn, ...]) -> None:
            self._changed()
            done(result)

        self._page.long(_("导入报价单"), work, finished)

    def submit(self, project: int, supplier: int, lines: Sequence[BidLine]) -> None:
        """Hand in a typed quote."""
        db, actor = self._context.db, self._context.actor
        command = SubmitBid(new_op(), project, supplier, tuple(lines))

        def told(made: Submitted) -> None:
            words = _("已提交 {n} 行报价，指纹 {mark}。", n=made.lines, mark=made.fingerprint)
            self._changed(words)

        self._page.write(lambda: submit_bid(db, actor, command), told)

    def withdraw(self, project: int, supplier: int, reason: str) -> None:
        """Take a quote back."""
        db, actor = self._context.db, self._context.actor
        command = WithdrawBid(new_op(), project, supplier, reason)
        self._write(lambda: withdraw_bid(db, actor, command), _("已撤回报价。"), nothing)

    # Choice, scores, export

    def choose(
        self, project: int, choice: LineChoice, done: Done, failed: Callable[[Exception], None]
    ) -> None:
        """Keep the choice for one line."""
        db, actor = self._context.db, self._context.actor
        command = SaveDraft(new_op(), project, (choice,))
        self._page.write(lambda: save_draft(db, actor, command), lambda _n: done(), failed)

    def choose_all(self, found: Comparison, scored: Scoring | None) -> None:
        """The cheapest for every line, or the best score."""
        db, actor, project = self._context.db, self._context.actor, found.project.id
        op = new_op()

        def work() -> int:
            if scored is None:
                choices = lowest_choices(found)
            else:
                expert = [dict(scored.points.get(one.supplier_id, {})) for one in found.suppliers]
                choices = scored_choices(found, expert, dict(scored.weights))
            return save_draft(db, actor, SaveDraft(op, project, choices))

        self._write(work, _("已逐行拟选。"), nothing)

    def read_scoring(self, project: int, done: Callable[[Scoring], None]) -> None:
        """Weights and points."""
        db, actor = self._context.db, self._context.actor
        self._page.read_for_form(lambda: scoring(db, actor, project), done)

    def keep_scores(
        self,
        project: int,
        weights: Sequence[tuple[Criterion, int]],
        points: Sequence[tuple[int, Criterion, int]],
    ) -> None:
        """Keep weights and this person's points."""
        db, actor = self._context.db, self._context.actor
        first = SetWeights(new_op(), project, tuple(weights))
        second = GivePoints(new_op(), project, tuple(points))

        def work() -> None:
            set_weights(db, actor, first)
            if second.points:
                give_points(db, actor, second)

        self._write(work, _("已保存评分。"), nothing)

    def export(self, project: int, path: Path) -> None:
        """Write the whole comparison to a workbook."""
        db, actor = self._context.db, self._context.actor

        def told(count: int) -> None:
            self._context.notices.done(_("已导出 {n} 行：{path}", n=count, path=path))

        self._page.long(
            _("导出比价表"),
            lambda _progress: export_comparison(db, actor, project, path),
            told,
            writes=False,
        )


def choice_of(line: int, supplier: int, reason: str) -> LineChoice:
    """One supplier for all of a line."""
    return LineChoice(line, ((supplier, WINNER, WHOLE, reason),))
