"""新增品种申请 in the window: ask from a row, answer as the keeper, take one's own back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.catalogue import ItemDraft
from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.mapping import requests as service
from app.services.mapping.requests import Approve, Asked, AskItem, Close, RequestRow
from app.ui import formats, theme
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.item_form import ItemForm
from app.ui.widgets.pick_form import PickForm
from app.ui.widgets.text import Role, Text

_TONES = {
    State.SUBMITTED: Status.WARN,
    State.APPROVED: Status.OK,
    State.REFUSED: Status.BAD,
    State.CANCELLED: Status.MUTE,
}


class ItemRequests:
    """The requests of the organisations in sight.

    Attributes:
        form: The list that is or was on screen; the others likewise.
    """

    form: RequestsForm
    item_form: ItemForm
    reason_form: ReasonForm

    def __init__(self, page: Page, changed: Callable[[], None]) -> None:
        """Prepare; `changed` is told when a request was made or answered."""
        self._page = page
        self._changed = changed
        self.keeper = page.context.actor.has(Duty.CATALOGUE)

    def ask(self, local_id: int, org_id: int) -> None:
        """Ask for an item like a row, with a reason."""
        context = self._page.context
        self._page.read_for_form(
            lambda: service.suggestion(context.db, context.actor, org_id, local_id),
            lambda draft: self._ask_why(local_id, org_id, draft),
        )

    def _ask_why(self, local_id: int, org_id: int, draft: ItemDraft) -> None:
        effect = _(
            "申请新增：{name} {spec}，{maker}。目录管理员补全并批准后建成品规，这一行自动对好码。",
            name=draft.name,
            spec=draft.spec,
            maker=draft.maker or _("生产企业未写"),
        )
        form = ReasonForm(_("申请新增品种"), effect, _("提交申请"), self._page)
        context = self._page.context

        def send() -> None:
            command = AskItem(new_op(), org_id, local_id, form.text, draft)
            self._page.write(lambda: service.ask(context.db, context.actor, command), self._asked)

        form.accepted.connect(send)
        self.reason_form = form
        form.open()

    def _asked(self, done: Asked) -> None:
        self._page.context.notices.done(
            _("已提交 {no}，等目录管理员答复。", no=done.no), action=_("看申请"), act=self.open
        )
        self._told()

    def open(self) -> None:
        """Show the requests, those that wait first."""
        context = self._page.context
        orgs = tuple(org.id for org in context.session.orgs)
        self._page.read_for_form(
            lambda: service.requests(context.db, context.actor, orgs), self._show
        )

    def _show(self, rows: tuple[RequestRow, ...]) -> None:
        self.form = RequestsForm(self._page, rows, keeper=self.keeper)
        self.form.approved.connect(self._complete)
        self.form.linked.connect(self._pick)
        self.form.closed.connect(self._answer)
        self.form.open()

    def _complete(self, row: RequestRow) -> None:
        """The item as it shall be kept, filled with what the member stated."""

        def save(draft: ItemDraft) -> None:
            self._approve(Approve(new_op(), row.org_id, row.id, row.version, draft))

        self.item_form = ItemForm(self._page, save, row.draft, new=True)
        self.item_form.open()

    def _approve(self, command: Approve) -> None:
        context = self._page.context
        self._page.write(
            lambda: service.approve(context.db, context.actor, command),
            self._approved,
            self._not_approved if not command.item_id else None,
        )

    def _approved(self, done: Asked) -> None:
        if hasattr(self, "item_form"):
            self.item_form.accept()
            del self.item_form
        words = _("{no} 已批准：{code} 已在目录里，对方那一行已对好码。", no=done.no,
                  code=done.item_code)  # fmt: skip
        self._page.context.notices.done(words)
        self._told()
        self.open()

    def _not_approved(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.item_form.show_error(error)
        else:
            self._page.context.errors.take(error)

    def _pick(self, row: RequestRow) -> None:
        title = f"{row.draft.name} {row.draft.spec} {row.draft.maker}"

        def take(item_id: int) -> None:
            command = Approve(new_op(), row.org_id, row.id, row.version, item_id=item_id)
            self._approve(command)

        form = PickForm(self._page.context, title, take, self._page, verb=_("就是这个品规"))
        form.open()

    def _answer(self, row: RequestRow, withdrawn: object) -> None:
        effect = f"{row.no} {row.draft.name} {row.draft.spec}"
        context = self._page.context
        back = bool(withdrawn)
        title, verb = (_("撤回申请"), _("撤回")) if back else (_("不加这个品种"), _("答复"))
        form = ReasonForm(title, effect, verb, self._page)

        def send() -> None:
            command = Close(new_op(), row.org_id, row.id, row.version, form.text, withdrawn=back)
            self._page.write(lambda: service.close(context.db, context.actor, command), done)

        def done(_result: Asked) -> None:
            self._told()
            self.open()

        form.accepted.connect(send)
        self.reason_form = form
        form.open()

    def _told(self) -> None:
        self._page.context.changes.announce({Topic.CATALOGUE, Topic.MAPPING})
        self._changed()


class RequestsForm(Form):
    """A list of requests with what can be done with the chosen one.

    Signals:
        approved: Make an item of it: the `RequestRow`.
        linked: It is an item that is there: the `RequestRow`.
        closed: Refuse it, or take it back: the `RequestRow` and whether it is taken back.
    """

    approved = Signal(object)
    linked = Signal(object)
    closed = Signal(object, object)

    def __init__(self, parent: QWidget, rows: tuple[RequestRow, ...], *, keeper: bool) -> None:
        verb = _("补全并批准") if keeper else _("撤回申请")
        super().__init__(_("新增品种申请"), verb, parent, cancel=_("关闭"), wide=1060)
        self._keeper = keeper
        self.model = ListModel(_columns())
        self.model.set_rows([_row(row) for row in rows])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(340))
        self.grid.set_empty(_("还没有申请。在编码对照里选一行，按 A 申请新增。"))
        self.grid.current_changed.connect(self._chosen)
        self.grid.opened.connect(lambda _row: self.press())
        self.why = Text("", Role.SECOND, wrap=True)
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.why)
        self.other = Button(_("已有这个品规…"))
        self.refuse = Button(_("不加"), ButtonKind.DANGER)
        for place, button in enumerate((self.refuse, self.other)):
            button.setVisible(keeper)
            self.buttons.insertWidget(place + 1, button)
        self.other.clicked.connect(lambda: self._tell(self.linked))
        self.refuse.clicked.connect(self._refuse)
        self._chosen(None)
        self.grid.focus_rows()

    @property
    def current(self) -> RequestRow | None:
        """The chosen request."""
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, RequestRow) else None

    @override
    def submit(self) -> None:
        """Approve as the keeper, take back as the member."""
        row = self.current
        if row is None or not row.open:
            return
        self.accept()
        if self._keeper:
            self.approved.emit(row)
        else:
            self.closed.emit(row, True)

    def _tell(self, signal: object) -> None:
        row = self.current
        if row is not None and row.open:
            self.accept()
            signal.emit(row)  # type: ignore[attr-defined]

    def _refuse(self) -> None:
        row = self.current
        if row is not None and row.open:
            self.accept()
            self.closed.emit(row, False)

    def _chosen(self, _row: Row | None) -> None:
        row = self.current
        for button in (self.verb, self.other, self.refuse):
            button.setEnabled(row is not None and row.open)
        if row is None:
            self.why.setText("")
            return
        words = _("理由：{reason}", reason=row.reason)
        if row.answer:
            words += "　" + _("答复：{answer}", answer=row.answer)
        self.why.setText(words)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="no", title=_("单号"), width=146),
        Column(key="org", title=_("机构"), width=100),
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="maker", title=_("生产企业"), width=150),
        Column(key="asked", title=_("申请人"), width=104),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=104),
        Column(key="code", title=_("统一编码"), width=100),
    )


def _row(row: RequestRow) -> Row:
    cells = (
        row.no,
        row.org,
        Two(row.draft.name, f"{row.draft.spec} · {row.local_code}"),
        row.draft.maker or formats.NONE,
        f"{row.asked_by} {row.asked_at:%m-%d}",
        Pill(_TONES.get(row.status, Status.MUTE), state_title(row.status)),
        row.item_code or formats.NONE,
    )
    return Row(row.id, cells, row)
