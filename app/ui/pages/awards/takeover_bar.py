"""承接: price lists made of earlier results wait for the leave of a second person."""

from __future__ import annotations

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.prices.takeover import GiveLeave, TakeoverRow, give_leave, takeovers
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.dialogs import Form, Question, confirm
from app.ui.widgets.text import Role, Text


class TakeoverBar(Card):
    """The oldest list that waits for leave; hidden while there is none."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("承接价格表"), padding=12)
        self._page = page
        self._waiting: tuple[TakeoverRow, ...] = ()
        self.form: Form | None = None
        """The question asked last."""
        self.words = Text("", Role.BODY, wrap=True)
        self.state = Badge(Status.NEAR, _("待负责人同意"))
        self.agree = Button(_("同意承接"), Kind.PRIMARY)
        self.agree.setVisible(page.context.may(Duty.SIGN))
        self.agree.clicked.connect(lambda _on=False: self._ask())
        self.head.insertWidget(2, self.state)
        self.head.addWidget(self.agree)
        self.add(self.words)
        self.hide()

    def refresh(self) -> None:
        """Ask which lists wait; a supplier sees none of them."""
        if self._page.context.may(Duty.SUPPLY):
            return
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(lambda: takeovers(db, actor), self._show, channel="takeovers")

    def _show(self, rows: tuple[TakeoverRow, ...]) -> None:
        self._waiting = tuple(reversed([one for one in rows if not one.approved_by]))
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        one = self._waiting[0]
        more = len(self._waiting) - 1
        self.note.setText(_("还有 {n} 份", n=more) if more else "")
        self.words.setText(
            _(
                "{code}「{title}」由{name}申请，承接原有议价结果：{reason}",
                code=one.code,
                title=one.title,
                name=one.asked_by,
                reason=one.reason,
            )
        )

    def _ask(self) -> None:
        if not self._waiting:
            return
        one = self._waiting[0]
        question = Question(
            title=_("同意承接 {code}", code=one.code),
            effect=_("同意后采购可以在限期内把原有的价格登记或导入这份价格表，记在审计里。"),
            verb=_("同意承接"),
            keep=_("再看看"),
        )
        self.form = confirm(self._page, question, lambda: self._agree(one))

    def _agree(self, one: TakeoverRow) -> None:
        context = self._page.context
        command = GiveLeave(new_op(), one.list_id)

        def done(_nothing: None) -> None:
            context.notices.done(_("已同意承接 {code}，可以登记或导入价格了。", code=one.code))
            context.changes.announce({Topic.PRICES})
            self.refresh()

        self._page.write(lambda: give_leave(context.db, context.actor, command), done)
