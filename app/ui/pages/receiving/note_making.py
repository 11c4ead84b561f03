"""补录 and 导入: notes that the supplier did not send through the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError, Problem
from app.domain.ids import new_op
from app.i18n import _
from app.services.receiving.commands import DeliverLine, MadeDelivery, MakeDelivery
from app.services.receiving.deliveries import make_delivery
from app.services.receiving.importing import (
    NoteFile,
    Preview,
    SaveNotes,
    preview_notes,
    save_notes,
)
from app.services.receiving.queries import SupplierRow, suppliers
from app.services.receiving.trace_files import (
    LoadedTraces,
    LoadTraces,
    holds_traces,
    load_traces,
)
from app.services.receiving.typing_notes import (
    GoodsHit,
    expected_lines,
    find_goods,
    same_on_way,
)
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row, Two
from app.ui.tables.columns import Column, Kind as Holds
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.files import FileDialog
from app.ui.widgets.item_field import found_item
from app.ui.widgets.item_picker import Found, ItemPicker
from app.ui.widgets.text import Role, Text


class NoteMaking(QObject):
    """Makes notes by hand or from a file, and opens what was made."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page

    # By hand

    def new(self) -> None:
        """补录送货单."""
        db = self._page.context.db
        self._page.read_for_form(lambda: suppliers(db), self._open_form)

    def _open_form(self, found: tuple[SupplierRow, ...]) -> None:
        form = NoteForm(self._page, found)
        form.given.connect(self._make)
        form.open()

    def _make(self, command: MakeDelivery) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def made(_made: MadeDelivery) -> None:
            self._made((_made,))

        self._page.write(lambda: make_delivery(db, actor, command), made)

    def _made(self, made: Sequence[MadeDelivery]) -> None:
        self._page.context.changes.announce({Topic.DELIVERIES})
        numbers = "、".join(one.no for one in made[:3])
        self._page.context.notices.done(_("送货单 {no} 已录入，等待验收。", no=numbers))

    # From a file

    def choose_file(self) -> None:
        """导入送货单: choose the sheet, or a supplier's file of cases and packs."""
        dialog = FileDialog(self._page, _("导入送货单或追溯码文件"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("表格、追溯码文件 (*.xlsx *.xls *.csv *.xml)"))
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Look at a sheet before anything is kept."""
        context = self._page.context
        wanted = NoteFile(context.org.id, path)
        db, actor = context.db, context.actor

        def look() -> Preview | None:
            return None if holds_traces(path) else preview_notes(db, actor, wanted)

        def show(preview: Preview | None) -> None:
            if preview is None:
                self.load_traces(path)
            else:
                self._preview(preview)

        self._page.read_for_form(look, show)

    def load_traces(self, path: Path) -> None:
        """Keep which pack lies in which case; a scanned case then brings its packs."""
        context = self._page.context
        db, actor = context.db, context.actor
        command = LoadTraces(new_op(), context.org.id, path)

        def done(found: LoadedTraces) -> None:
            words = _("{cases} 箱、{packs} 盒的追溯码已读入，验收时扫箱码即可。",
                      cases=found.cases, packs=found.packs)  # fmt: skip
            context.notices.done(words)

        self._page.write(lambda: load_traces(db, actor, command), done)

    def _preview(self, preview: Preview) -> None:
        form = PreviewForm(preview, self._page)
        form.accepted.connect(lambda: self._save(preview))
        form.open()

    def _save(self, preview: Preview) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        command = SaveNotes(new_op(), preview)
        self._page.write(lambda: save_notes(db, actor, command), self._made)


class PreviewForm(Form):
    """What a sheet holds, and everything that is wrong with it by row and column."""

    def __init__(self, preview: Preview, parent: QWidget) -> None:
        lines = sum(len(note.lines) for note in preview.notes)
        super().__init__(_("导入送货单"), _("导入"), parent, wide=640)
        problems = preview.problems
        words = (
            _("{file} 有 {n} 处要改。改好后再导入，现在什么都没有写入。", file=preview.file,
              n=len(problems))
            if problems
            else _("{file}：{notes} 张送货单，{lines} 行，没有问题。", file=preview.file,
                   notes=len(preview.notes), lines=lines)
        )  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.grid = GridView(_problem_model(problems) if problems else _line_model(preview))
        self.grid.setMinimumHeight(280)
        self.body.addWidget(self.grid, 1)
        self.verb.setVisible(not problems)
        if problems:
            self.cancel.setText(_("知道了"))


def _problem_model(problems: Sequence[Problem]) -> ListModel:
    model = ListModel(
        (
            Column(key="row", title=_("行"), kind=Holds.NUMBER, width=60),
            Column(key="column", title=_("列"), width=110),
            Column(key="text", title=_("问题"), width=380, stretch=True),
        )
    )
    rows = [Row(n, (str(one.row or ""), one.column, one.text)) for n, one in enumerate(problems, 1)]
    model.set_rows(rows)
    return model


def _line_model(preview: Preview) -> ListModel:
    model = ListModel(
        (
            Column(key="no", title=_("送货单"), width=130),
            Column(
                key="name", title=_("品名 / 规格"), kind=Holds.TWO_LINE, width=200, stretch=True
            ),
            Column(key="lot", title=_("批号"), width=100),
            Column(key="expiry", title=_("有效期至"), width=100),
            Column(key="order", title=_("订单"), kind=Holds.PILL, width=96),
        )
    )
    model.set_rows([
        Row(
            line.row,
            (
                note.no,
                Two(line.name, line.spec),
                line.lot_no or "—",
                line.expiry.isoformat() if line.expiry else "—",
                Pill(Status.OK, _("有单")) if line.line.order_id else "—",
            ),
        )
        for note in preview.notes
        for line in note.lines
    ])  # fmt: skip
    return model


class NoteForm(Form):
    """补录: supplier, number, lines; what is on order can be taken over at once.

    Signals:
        given: A `MakeDelivery`.
    """

    given = Signal(object)

    def __init__(self, page: Page, found: tuple[SupplierRow, ...]) -> None:
        super().__init__(_("补录送货单"), _("录入"), page, wide=720)
        self._page = page
        self._hits: dict[int, GoodsHit] = {}
        self.supplier = Select([(one.id, one.name) for one in found])
        self.no = CodeEdit(scans=True)
        self.no.setPlaceholderText(_("随货同行单上的号，可不填"))
        self.supplier_field = Field(_("供应商"), self.supplier)
        self.no_field = Field(_("送货单号"), self.no)
        self.ordered = Button(_("带出未到货的订单"))
        self.picker = ItemPicker(self._search, page.context.jobs)
        self.model = ListModel(
            (
                Column(key="name", title=_("品名 / 规格"), kind=Holds.TWO_LINE, stretch=True),
                Column(key="unit", title=_("单位"), width=60),
                Column(key="qty", title=_("数量"), kind=Holds.NUMBER, width=100, editable=True),
            ),
            self._edit,
        )  # fmt: skip
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(240)
        self.grid.set_empty(_("在上面按拼音或编码找品规，或带出未到货的订单。"))
        self.model.set_rows([])  # nothing is read first: it says at once how to begin
        self.doubt = Text("", Role.LABEL, wrap=True, tone=Status.WARN)
        self.doubt.hide()
        self._build()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.supplier_field, 1)
        top.addWidget(self.no_field, 1)
        self.body.addLayout(top)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.picker, 1)
        row.addWidget(self.ordered)
        self.body.addLayout(row)
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.doubt)
        self.picker.picked.connect(self._add)
        self.supplier.currentIndexChanged.connect(lambda _index: self._look_again())
        self.ordered.clicked.connect(self._take_ordered)

    def _search(self, text: str) -> Sequence[Found]:
        """Runs in a reader thread."""
        hits = find_goods(self._page.context.db, self._page.context.actor, text)
        return [found_item(hit, hit.name, hit.spec, hit.code) for hit in hits]

    def _add(self, hit: object) -> None:
        if isinstance(hit, GoodsHit):
            self._put(hit, self._packs(hit) + 1)
            self.picker.clear()

    def _packs(self, hit: GoodsHit) -> int:
        """How many packs of it stand in the list already; scanned again it is one more."""
        row = next((one for one in self.model.rows if one.key == hit.item_id), None)
        return row.record if row is not None and isinstance(row.record, int) else 0

    def _put(self, hit: GoodsHit, packs: int) -> None:
        self._hits[hit.item_id] = hit
        cells = (Two(hit.name, hit.spec), hit.pack_unit, f"{packs:,}")
        self.model.put(Row(hit.item_id, cells, record=packs))
        self._look_again()

    def _look_again(self) -> None:
        """Whether the supplier announced some of it: the same goods must not come in twice."""
        context, supplier, items = self._page.context, self.supplier.value, tuple(self._hits)
        if isinstance(supplier, int) and items:
            db, actor, org = context.db, context.actor, context.org.id
            self._page.read(
                lambda: same_on_way(db, actor, org, supplier, items), self._say_doubt,
                channel="on_way", owner=self,
            )  # fmt: skip

    def _say_doubt(self, words: str) -> None:
        self.doubt.setText(words)
        self.doubt.setVisible(bool(words))

    def _take_ordered(self) -> None:
        context, supplier = self._page.context, self.supplier.value
        if not isinstance(supplier, int):
            return
        db, actor, org = context.db, context.actor, context.org.id

        def take(found: tuple[tuple[GoodsHit, int], ...]) -> None:
            if self.supplier.value != supplier:
                return  # another one was chosen meanwhile
            for hit, packs in found:
                self._put(hit, packs)
            if not found:
                self.say_refusal(_("这家供应商没有未到货的订单。"))

        self._page.read(
            lambda: expected_lines(db, actor, org, supplier), take, channel="on_order", owner=self
        )

    def _edit(self, row: Row, _column: str, value: object) -> Row:
        text = str(value).strip().replace(",", "")
        if not (text.isascii() and text.isdigit()) or int(text) > 10**7:
            raise DomainError("quantity.whole", _("数量应是整数，填 0 去掉这一行。"))
        cells = (*row.cells[:2], f"{int(text):,}")
        return Row(row.key, cells, record=int(text))

    @override
    def submit(self) -> None:
        """Hand over."""
        supplier = self.supplier.value
        lines = tuple(
            DeliverLine(hit.item_id, packs * hit.pack_factor)
            for row in self.model.rows
            if isinstance(row.key, int) and isinstance(row.record, int)
            for hit, packs in ((self._hits[row.key], row.record),)
            if packs
        )
        if not isinstance(supplier, int):
            self.supplier_field.say(_("请选供应商。"))
            return
        org = self._page.context.org.id
        if not lines:
            self.say_refusal(_("送货单还没有内容。请至少录一行。"))
            self.picker.setFocus()
            return
        self.given.emit(MakeDelivery(new_op(), org, supplier, lines, self.no.text().strip()))
        self.accept()
