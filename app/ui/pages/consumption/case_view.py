"""高值登记: a case and its articles by scan; each serial once; refunds by the article's code."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption import Consumed
from app.services.consumption.case_listing import CaseRow, cases
from app.services.consumption.cases import (
    CaseArticle,
    CaseUnit,
    RegisterCase,
    register_case,
    scan_article,
)
from app.services.packs.places import departments
from app.services.stock.places import PlaceRow, store_of
from app.ui import formats, theme
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.consumption.case_forms import CaseForm
from app.ui.pages.consumption.whose import Whose, refuse_other
from app.ui.saving import Saving
from app.ui.status import Status
from app.ui.tables.cells import Cell, Link, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.turns import Turns
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import Card
from app.ui.widgets.fields import Check, CodeEdit, Field, Select
from app.ui.widgets.scan_edit import ScanBar, ScanResult
from app.ui.widgets.text import Role, Text


class CaseView(QWidget):
    """The case being registered, and those registered before.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.found: tuple[CaseArticle, ...] = ()
        self._whose: Whose | None = None
        self.op_id: UUID = new_op()
        self.form: CaseForm | None = None
        self.saving, self.turns = Saving(), Turns(self)
        self.case_no, self.operation, self.doctor = CodeEdit(), QLineEdit(), QLineEdit()
        self.department = Select([(0, _("本库房"))])
        self.implanted = Check(_("植入体内"))
        self.implanted.setChecked(True)
        self.fields = {
            _("病例号"): Field(_("病例号"), self.case_no, required=True, hint=_("不写姓名")),
            _("手术"): Field(_("手术或操作"), self.operation, required=True),
            _("术者"): Field(_("术者工号"), self.doctor, required=True, hint=_("供应商看不到")),
        }
        self.bar = ScanBar(_("请扫包装上的 UDI 或院内码"), _("一件一扫，同一序列号只能用一次"))
        self.bar.sound = page.context.session.settings.sound
        self.bar.scanned.connect(self.scan)
        self.lines = GridView(ListModel(_columns()))
        self.lines.set_empty(_("还没有扫耗材。填好病例号，扫包装上的码。"))
        self.counted = self.lines
        self.documents = GridView(ListModel(_document_columns()), framed=False)
        self.documents.set_empty(_("还没有高值登记。"))
        self.documents.link_clicked.connect(lambda row, _column: self._open(row))
        self.documents.opened.connect(self._open)
        self.exported = self.documents
        self.total = Text("", Role.STRONG)
        self.post_button = Button(_("登记这一例"), ButtonKind.PRIMARY, key="F10")
        self.post_button.clicked.connect(self.post)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        for field, stretch in zip(self.fields.values(), (3, 4, 2), strict=True):
            head.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Field(_("科室"), self.department), 2, Qt.AlignmentFlag.AlignTop)
        ticked = QVBoxLayout()  # stands beside the editors, whose labels are above them
        ticked.addSpacing(theme.px(26))
        ticked.addWidget(self.implanted)
        ticked.addStretch(1)
        head.addLayout(ticked)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.total)
        foot.addStretch(1)
        foot.addWidget(self.post_button)
        footer = QWidget()
        footer.setLayout(foot)
        self.lines.set_footer(footer)
        recent = Card(_("最近的登记"), padding=12)
        recent.add(self.documents, 1)
        recent.setMinimumWidth(320)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.lines, 7)
        body.addWidget(recent, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(body, 1)
        column.addWidget(self.bar.recent)
        self.setFocusProxy(self.case_no)

    def refresh(self) -> None:
        """Ask for departments and registrations again; what is being scanned stays."""
        context = self._page.context
        db, actor, orgs, org = context.db, context.actor, context.scope.ids, context.org.id
        self.post_button.setVisible(context.may(Duty.STORE))
        self._page.read(lambda: cases(db, actor, orgs), self._show_cases, channel="cases")
        self._page.read(lambda: departments(db, actor, org), self._show_places, channel="places")
        self._show()

    def scan(self, code: str) -> None:
        """A code was scanned or typed; while the case is being saved it waits."""
        self.saving.after(lambda: self._scan(code))

    def _scan(self, code: str) -> None:
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        if not context.may(Duty.STORE):
            self._say(Status.BAD, _("你不能登记这家机构的消耗"), _("请选择自己所在的机构。"))
            return
        whose = Whose(org, partial(store_of, db, actor, org))
        work = partial(self._page.read, lambda: scan_article(db, actor, org, whose.place(), code))
        self.turns.ask(
            work, lambda taken: self.saving.after(lambda: self._take(whose, taken)), self._failed
        )

    def _take(self, whose: Whose, taken: CaseArticle) -> None:
        try:
            refuse_other(self._page.context, self._whose if self.found else None, whose)
        except DomainError as error:
            self._failed(error)
            return
        mine, article = taken.goods.line, taken.article
        for one in self.found:
            same = one.article.serial == article.serial and one.article.item_id == article.item_id
            packed = bool(mine.pack_id) and one.goods.line.pack_id == mine.pack_id
            if (article.serial and same) or packed:
                self._say(Status.BAD, _("这一件已经在本单里，没有重复计数"), article.name)
                return
        self.found, self._whose = (*self.found, taken), whose
        self.bar.setFocus()  # so that the key takes this scan back, not the words in a field
        self.op_id = new_op()
        self._show()
        which = article.serial or taken.goods.lot_no
        detail = _("{spec} · 序列号或批号 {no}", spec=taken.goods.spec, no=which)
        doubt = taken.goods.warning
        self._say(Status.WARN if doubt else Status.OK, _("已扫 {name}", name=article.name),
                  doubt or detail)  # fmt: skip

    @property
    def articles(self) -> int:
        """How many articles were scanned."""
        return sum(one.article.qty for one in self.found)

    def undo(self) -> None:
        """Take the last scan back."""
        self.turns.then(self._undo)

    def _undo(self) -> None:
        if self.saving.on or not self.found:
            self._page.not_available()
            return
        self.found = self.found[:-1]
        self.op_id = new_op()
        self._show()
        self._say(Status.INFO, _("已撤销上一扫"))

    def post(self) -> None:
        """Register the case; what was scanned stays until the answer is known."""
        self.turns.then(self._post, self.bar.show_not_sent)

    def _post(self) -> None:
        if not self.saving.begin():
            return
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        whose = self._whose or Whose(org, partial(store_of, db, actor, org))
        units = tuple(CaseUnit(x.goods.line, x.article.serial, x.article.code) for x in self.found)
        place = self.department.value
        department = place if isinstance(place, int) else 0
        words = (self.case_no.folded(), self.operation.text().strip(), self.doctor.text().strip())
        op_id, implanted = self.op_id, self.implanted.isChecked()
        self.post_button.setEnabled(False)

        def work() -> Consumed:
            where = whose.org, whose.place()
            return register_case(
                db, actor,
                RegisterCase(op_id, *where, *words, units, department, implanted=implanted),
            )  # fmt: skip

        self._page.write(work, self._posted, self._not_posted)

    def _posted(self, done: Consumed) -> None:
        self.found, self.op_id = (), new_op()
        for edit in (self.case_no, self.operation, self.doctor):
            edit.clear()
        self.case_no.setFocus()
        self._say(Status.OK, _("已登记 {no}", no=done.no), _("{n} 件", n=len(done.lines)))
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND})
        self.refresh()
        self.saving.end()

    def _not_posted(self, error: Exception) -> None:
        self._failed(error)
        self.saving.end()

    def _failed(self, error: Exception) -> None:
        self.turns.refuse()
        self.post_button.setEnabled(True)
        self.bar.show_refusal(error)
        if not isinstance(error, DomainError):
            self._page.context.errors.take(error)
            return
        for name, field in self.fields.items():
            field.say(next((p.text for p in error.problems if p.column == name), ""))

    def _say(self, status: Status, text: str, detail: str = "") -> None:
        self.bar.show_result(ScanResult(status, text, detail))

    def _show(self) -> None:
        model = self.lines.model
        if isinstance(model, ListModel):
            model.set_rows([_row(n, one) for n, one in enumerate(self.found)])
        self.post_button.setEnabled(True)
        self.total.setText(_("本例 {n} 件", n=self.articles))
        self.changed.emit()

    def _show_cases(self, found: tuple[CaseRow, ...]) -> None:
        model = self.documents.model
        if isinstance(model, ListModel):
            model.set_rows([_document_row(row) for row in found])

    def _show_places(self, found: tuple[PlaceRow, ...]) -> None:
        self.department.set_entries([(0, _("本库房")), *((row.id, row.name) for row in found)])

    def _open(self, row: Row) -> None:
        if isinstance(row.record, CaseRow):
            self.form = CaseForm(self._page, row.record, self)
            self.form.changed.connect(self.refresh)
            self.form.open()


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=150, stretch=True),
        Column(key="serial", title=_("序列号"), width=110),
        Column(key="lot", title=_("批号"), width=96),
        Column(key="expiry", title=_("有效期至"), width=100),
        Column(key="qty", title=_("数量"), kind=Kind.NUMBER, width=60),
    )


def _document_columns() -> tuple[Column, ...]:
    return (
        Column(key="case", title=_("病例 / 手术"), kind=Kind.TWO_LINE, width=96, stretch=True),
        Column(key="no", title=_("单号 / 日期"), kind=Kind.TWO_LINE, width=142),
        Column(key="n", title=_("件数"), kind=Kind.PILL, width=70),
        Column(key="act", title="", kind=Kind.BUTTON, width=52),
    )


def _row(place: int, one: CaseArticle) -> Row:
    goods = one.goods
    cells: tuple[Cell, ...] = (
        Two(goods.name, goods.spec), one.article.serial or "—", goods.lot_no or "—",
        shown(goods.expiry), formats.number(one.article.qty),
    )  # fmt: skip
    return Row(place, cells, record=one)


def _document_row(row: CaseRow) -> Row:
    count = Pill(Status.OK, _("{n} 件", n=row.articles), bare=True)
    if row.returned:
        count = Pill(Status.WARN, _("退 {n}/{m}", n=row.returned, m=row.articles), bare=True)
    cells: tuple[Cell, ...] = (
        Two(row.case_no, row.operation),
        Two(row.no, f"{row.occurred_on:%m-%d} {row.person}"), count, Link(_("查看")),
    )  # fmt: skip
    return Row(row.document_id, cells, record=row)
