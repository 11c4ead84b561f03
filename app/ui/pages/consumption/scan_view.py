"""扫码消耗: scan what is opened, see it listed, post it with F10; all without a mouse."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.expiry import band, shown
from app.i18n import _
from app.services.consumption import Consume, Consumed, consume
from app.services.consumption.scan import Scanned, scanned
from app.services.receiving.commands import Second
from app.ui import formats
from app.ui.before_two import asked_for_second
from app.ui.binding import offer_binding
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.consumption.draft import Draft, Entry
from app.ui.pages.consumption.place_choice import PlaceChoice
from app.ui.pages.consumption.recent_uses import RecentUses
from app.ui.pages.consumption.whose import Whose, refuse_other
from app.ui.saving import Saving
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.turns import Turns
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.scan_edit import ScanBar, ScanResult
from app.ui.widgets.text import Role, Text

_BANDS = {"expired": Status.BAD, "near": Status.NEAR, "warn": Status.WARN, "missing": Status.MUTE}


class ConsumeView(QWidget):
    """The list being scanned, and the documents posted before.

    Signals:
        changed: Counts or keys are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.draft = Draft()
        self._whose: Whose | None = None
        self.saving, self.turns = Saving(), Turns(self)
        self.bar = ScanBar(_("请扫标签、69 码或 GS1 码"), _("也可输统一编码 · 先输 3* 再扫 = 3 盒"))
        self.bar.sound = page.context.session.settings.sound
        self.bar.scanned.connect(self.scan)
        self.bar.bind_asked.connect(self._bind)
        self.lines = GridView(ListModel(_columns(), self._edit))
        self.counted = self.lines
        self.lines.set_empty(_("还没有扫到东西。打开一包，扫一下包上的标签。"))
        self.recent = RecentUses(page)
        self.exported = self.recent.grid
        self.place = PlaceChoice(page)
        self.total = Text("", Role.STRONG)
        self.post_button = Button(_("登记消耗"), ButtonKind.PRIMARY, key="F10")
        self.post_button.clicked.connect(self.post)
        self.undo_button = Button(_("撤销上一扫"), key="Ctrl+Z")
        self.undo_button.clicked.connect(self.undo)
        if isinstance(self.lines.model, ListModel):
            self.lines.model.refused.connect(self._refused)
        self._lay_out()

    def _lay_out(self) -> None:
        footer = QWidget()
        foot = QHBoxLayout(footer)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.place)
        foot.addWidget(self.total)
        foot.addStretch(1)
        foot.addWidget(self.undo_button)
        foot.addWidget(self.post_button)
        self.lines.set_footer(footer)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.lines, 7)
        body.addWidget(self.recent, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.bar)
        column.addLayout(body, 1)
        column.addWidget(self.bar.recent)
        self.setFocusProxy(self.bar)

    def refresh(self) -> None:
        """Ask for the documents again; the list being scanned stays."""
        keeper = self._page.context.may(Duty.STORE)
        for button in (self.post_button, self.undo_button):
            button.setVisible(keeper)
        self.recent.refresh()
        self.place.refresh()
        self._show()

    def scan(self, code: str) -> None:
        """A code was scanned or typed; while the list is being saved it waits."""
        self.saving.after(lambda: self._scan(code))

    def _scan(self, code: str) -> None:
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        if not context.may(Duty.STORE):
            self._say(Status.BAD, _("你不能登记这家机构的消耗"), _("请选择自己所在的机构。"))
            return
        whose = Whose(org, self.place.asked())
        work = partial(self._page.read, lambda: scanned(db, actor, org, whose.place(), code))
        self.turns.ask(
            work,
            lambda goods: self.saving.after(lambda: self._take(whose, goods)),
            lambda error: self._not_scanned(code, error),
        )

    def _not_scanned(self, code: str, error: Exception) -> None:
        """An unknown code can be given to an item at once; then it is scanned again."""
        if isinstance(error, DomainError) and error.code == "scan.not_found":
            self.bar.show_refusal(error, bind=code)
        else:
            self._failed(error)

    def _take(self, whose: Whose, goods: Scanned) -> None:
        try:
            first = self._whose if self.draft.entries else None
            refuse_other(self._page.context, first, whose)
            entry = self.draft.add(goods)
        except DomainError as error:
            self._failed(error)
            return
        self._whose = first or whose
        self._show()
        self.lines.choose(entry.key)
        word = _("已扫 {qty}", qty=_packs(entry))
        status = Status.WARN if goods.warning else Status.OK
        detail = f"{goods.name} {goods.spec}"
        if goods.lot_no:
            detail += _(" · 批号 {lot} · 有效期至 {day}", lot=goods.lot_no, day=shown(goods.expiry))
        self._say(status, word, goods.warning or detail)

    def _failed(self, error: Exception) -> None:
        self.turns.refuse()
        self.bar.show_refusal(error)
        if not isinstance(error, DomainError):
            self._page.context.errors.take(error)

    def _bind(self, code: str) -> None:
        offer_binding(self._page.context, code, self, lambda: self.scan(code))

    def _say(self, status: Status, text: str, detail: str = "") -> None:
        self.bar.show_result(ScanResult(status, text, detail))

    def _edit(self, row: Row, _column: str, value: object) -> Row:
        if self.saving.on:
            raise DomainError("draft.saving", _("正在登记，数量没有改。等登记完再改。"))
        text = str(value).strip()
        if not text.isascii() or not text.isdigit():
            raise DomainError("quantity.form", _("数量应是整数。请输入如 12 的数。"))
        entry = self.draft.set_packs(str(row.key), int(text))
        return _row(entry, self._page)

    def _refused(self, _key: object, _column: str, error: DomainError) -> None:
        self._failed(error)

    def undo(self) -> None:
        """Take the last scan or edit back."""
        self.turns.then(self._undo)

    def _undo(self) -> None:
        if not self.saving.on and self.draft.undo():
            self._show()
            self._say(Status.INFO, _("已撤销上一扫"))
        else:
            self._page.not_available()

    def post(self) -> None:
        """Post the list as one document; the list stays until the answer is known."""
        self.turns.then(self._post, self.bar.show_not_sent)

    def _post(self, second: Second | None = None) -> None:
        context = self._page.context
        if not self.draft.entries or self._whose is None:
            self._say(Status.WARN, _("还没有要登记的消耗"), _("请先扫码。"))
            return
        if not self.saving.begin():
            return
        db, actor, whose = context.db, context.actor, self._whose
        lines, op_id = self.draft.lines(), self.draft.op_id
        self.post_button.setEnabled(False)

        def work() -> Consumed:
            use = Consume(op_id, whose.org, whose.place(), lines, source="scan", second=second)
            return consume(db, actor, use)

        self._page.write(work, self._posted, lambda error: self._not_posted(error, second))

    def _posted(self, done: Consumed) -> None:
        self.post_button.setEnabled(True)
        self.draft.posted()
        self._say(
            Status.OK, _("已登记 {no}", no=done.no), _("{n} 行，库存已扣减", n=len(done.lines))
        )
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND})
        self.refresh()
        self.saving.end()

    def _not_posted(self, error: Exception, second: Second | None) -> None:
        self.post_button.setEnabled(True)
        if asked_for_second(self._page, error, second, self._post):
            pass  # the list is read again then: what was scanned meanwhile belongs to it
        elif isinstance(error, DomainError) and any(p.code == "lot.fefo" for p in error.problems):
            self._ask_reason(error)
        else:
            self._failed(error)
        self.saving.end()

    def _ask_reason(self, error: DomainError) -> None:
        problem = next(p for p in error.problems if p.code == "lot.fefo")
        entry = self.draft.entries[problem.row - 1]
        form = ReasonForm(_("为什么先用这一批"), problem.text, _("写明理由并登记"), self)

        def go_on() -> None:
            self.draft.give_reason(entry.key, form.text)
            self.post()

        form.accepted.connect(go_on)
        form.open()

    def _show(self) -> None:
        model = self.lines.model
        if isinstance(model, ListModel):
            model.set_rows([_row(entry, self._page) for entry in self.draft.entries])
        self.total.setText(_("本单 {n} 行", n=len(self.draft.entries)))
        self.place.lock(while_scanned=bool(self.draft.entries))
        self.changed.emit()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=240, stretch=True),
        Column(key="lot", title=_("批号"), width=110),
        Column(key="expiry", title=_("有效期至"), kind=Kind.EXPIRY, width=118),
        Column(key="source", title=_("按"), width=70),
        Column(key="qty", title=_("数量"), kind=Kind.QTY, width=100, editable=True),
    )


def _packs(entry: Entry) -> str:
    return f"{formats.number(entry.qty // entry.goods.pack_factor)} {entry.goods.pack_unit}"


def _row(entry: Entry, page: Page) -> Row:
    goods = entry.goods
    light = band(goods.expiry, page.context.today)
    expiry: Cell = shown(goods.expiry)
    if goods.lot_no and light.value in _BANDS:
        expiry = Pill(_BANDS[light.value], shown(goods.expiry))
    cells: tuple[Cell, ...] = (
        Two(goods.name, goods.spec),
        goods.lot_no or _("近效期先出"),
        expiry if goods.lot_no else "—",
        _("标签") if entry.is_pack else _("散货"),
        Qty(formats.number(entry.qty // goods.pack_factor), goods.pack_unit),
    )
    return Row(entry.key, cells, record=entry)
