"""The steps that end a count: submitted, approved, booked, sent back, called off."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.stock.counting import CountState
from app.i18n import _
from app.services.counting.approving import approve, cancel, post_approved, send_back
from app.services.counting.count import submit
from app.services.counting.heads import CountDone, CountStep
from app.services.counting.listing import CountLineRow, CountRow
from app.ui.page import Page
from app.ui.tables.list_model import ListModel
from app.ui.widgets.dialogs import Question, ReasonForm, confirm


class Closing:
    """Asks before a step that cannot be taken back, and takes it.

    Args:
        page: The counting page.
        current: The count that is shown.
        lines: Its lines.
        stepped: Told what the count is after the step.
        failed: Tells an error.
    """

    def __init__(
        self,
        page: Page,
        current: Callable[[], CountRow | None],
        lines: ListModel,
        stepped: Callable[[CountDone], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._page = page
        self._current = current
        self._lines = lines
        self._stepped = stepped
        self._failed = failed

    def finish(self) -> None:
        """Submit a count, approve one that somebody else submitted, or book what was approved."""
        head = self._current()
        if head is None:
            self._page.not_available()
        elif head.state is CountState.TO_APPROVE:
            self._approve(head)
        elif head.state is CountState.APPROVED:
            words = _("盘盈盘亏按差异入账，不能改回。")
            question = Question(_("入账 {no}", no=head.no), words, _("入账"), _("再看看"))
            confirm(self._page, question, lambda: self._step(post_approved))
        else:
            self._submit(head)

    def send_back(self) -> None:
        """Ask why the lines that are off should be counted once more."""
        head = self._current()
        if head is None or head.state is not CountState.TO_APPROVE:
            return
        words = _("有差异的行要再数一遍，数完重新提交。盘点的人看得到原因。")
        form = ReasonForm(_("退回重数 {no}", no=head.no), words, _("退回重数"), self._page)
        form.accepted.connect(lambda: self._step(send_back, note=form.text))
        form.open()

    def cancel(self) -> None:
        """Call the count off."""
        head = self._current()
        if head is None:
            return
        question = Question(
            _("取消 {no}", no=head.no), _("盘到的数不入账。"), _("取消盘点"), _("继续盘"),
            danger=True,
        )  # fmt: skip
        confirm(self._page, question, lambda: self._step(cancel))

    def _approve(self, head: CountRow) -> None:
        keeper = self._page.context.actor.can(Duty.STORE, head.org_id)
        words = _("盘盈盘亏按差异入账，不能改回。要看差异，先看「差异」一列。")
        if not keeper:
            words = _("批准后由库管入账。要看差异，先看「差异」一列。")
        verb = _("审批入账") if keeper else _("批准")
        question = Question(_("审批 {no}", no=head.no), words, verb, _("再看看"))
        confirm(self._page, question, lambda: self._step(approve))

    def _submit(self, head: CountRow) -> None:
        left = sum(
            isinstance(x.record, CountLineRow) and x.record.counted is None
            for x in self._lines.rows
        )
        if not left:
            self._step(submit)
            return
        words = _("还有 {n} 行没盘到，提交就按 0 算。", n=left)
        question = Question(
            _("提交 {no}", no=head.no), words, _("都是 0，提交"), _("继续盘"), danger=True
        )
        confirm(self._page, question, lambda: self._step(submit, zero=True))

    def _step(self, verb: Callable[..., CountDone], *, zero: bool = False, note: str = "") -> None:
        head = self._current()
        if head is None:
            return
        db, actor = self._page.context.db, self._page.context.actor
        command = CountStep(new_op(), head.org_id, head.id, head.version, note, rest_is_zero=zero)
        self._page.write(lambda: verb(db, actor, command), self._stepped, self._failed)
