"""改账单: the supplier's own bill, typed line by line or read from its sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QLineEdit
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.money import amount, price
from app.domain.settlement.bill import BillLine
from app.domain.settlement.invoice import cent_amount
from app.i18n import _, sentences
from app.services.settlement.bill_sheets import BillPlan, read_bill
from app.services.settlement.listing import ItemTotal, StatementRow
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.settlement.statement_rows import signed
from app.ui.status import Status
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text

_PRICE: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item on our statement or on the bill, counted in packs as people count."""

    key: object
    item_id: int
    name: str
    spec: str
    unit: str
    base: str
    factor: int
    our_qty: int
    our_amount: Decimal
    qty: int
    unit_price: Decimal
    stated: Decimal

    @property
    def gap(self) -> Decimal:
        """What the bill asks for more."""
        return self.stated - self.our_amount

    @property
    def line(self) -> BillLine:
        """As a line of the bill."""
        label = f"{self.name} {self.spec}".strip()
        return BillLine(
            self.item_id, self.qty * self.factor, self.unit_price, self.factor, self.stated, label
        )


class BillForm(Form):
    """Asks for the bill's lines and total, and why, if it is to be a dispute.

    Attributes:
        lines: What is kept; none where only the total is known.
        total: The bill's total.
    """

    def __init__(
        self, page: Page, row: StatementRow, totals: Sequence[ItemTotal],
        billed: Sequence[BillLine],
    ) -> None:  # fmt: skip
        super().__init__(
            _("{supplier} 的账单 · {no}", supplier=row.supplier, no=row.no), _("保存账单"), page,
            wide=860,
        )  # fmt: skip
        self._page, self.row, self._totals = page, row, totals
        self.total, self.lines = row.payable, tuple[BillLine, ...]()
        self.state = Text("", Role.SECOND, wrap=True)
        self._sheet: BillPlan | None = None
        words = _("按账单改数量和单价（以盒等包装计），或从 Excel 读入。没有明细时只填合计。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.model = ListModel(_columns(), self._edit)
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(250))
        self.model.set_rows([_row(entry) for entry in _entries(totals, billed)])
        self.model.rows_changed.connect(self._sum)
        self.model.refused.connect(lambda _key, _column, error: self.state.setText(error.text))
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.state)
        self.sum_edit, self.note = CodeEdit(), QLineEdit()
        self.sum_field = Field(_("账单合计（元）"), self.sum_edit, required=True)
        self.note_field = Field(_("说明"), self.note, hint=_("来自哪张单，或为什么改"))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.sum_field, 1)
        foot.addWidget(self.note_field, 2)
        self.body.addLayout(foot)
        read = Button(_("读入 Excel"), icon=Icon.FILE_EXCEL)
        read.clicked.connect(self._ask_file)
        self.buttons.insertWidget(0, read)
        self._typed = bool(billed)
        self.sum_edit.setText(f"{row.supplier_amount or row.payable:.2f}")
        if row.difference:
            self._tell_gap(row.difference)
        self.grid.focus_rows()

    def _edit(self, row: Row, column: str, value: object) -> Row:
        entry = row.record
        assert isinstance(entry, _Entry)  # noqa: S101 - rows hold entries
        text = str(value).strip().replace(",", "")
        if column == "qty":
            if not text.lstrip("-").isdecimal():
                raise DomainError("bill.qty", _("数量「{text}」不是整数。", text=text))
            changed = replace(entry, qty=int(text))
        else:
            changed = replace(entry, unit_price=price(text))
        stated = amount(changed.unit_price, changed.qty)
        return _row(replace(changed, stated=stated))

    def _sum(self) -> None:
        """The lines decide the total as soon as one is changed."""
        self._sheet, self._typed = None, True
        total = sum((entry.stated for entry in self._shown()), Decimal("0.00"))
        self.sum_edit.setText(f"{total:.2f}")
        self._tell_gap(total - self.row.payable)

    def _tell_gap(self, gap: Decimal) -> None:
        self.state.set_tone(Status.NEAR if gap else None)
        self.state.setText(_("比应付 {money}", money=signed(gap).text))

    def _shown(self) -> list[_Entry]:
        return [row.record for row in self.model.rows if isinstance(row.record, _Entry)]

    def _ask_file(self) -> None:
        dialog = FileDialog(self, _("供应商账单"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("表格 (*.xlsx *.xls *.csv)")])
        dialog.fileSelected.connect(lambda name: self.read_file(Path(name)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read a sheet; what cannot be read is told, nothing is written."""
        context, row = self._page.context, self.row
        db, actor = context.db, context.actor
        self._page.read(
            lambda: read_bill(db, actor, row.org_id, row.statement_id, path),
            self._show_plan,
            self._refuse_file,
            channel="bill",
        )

    def _refuse_file(self, error: Exception) -> None:
        self.state.set_tone(Status.BAD)
        self.state.setText(error.text if isinstance(error, DomainError) else str(error))

    def _show_plan(self, plan: BillPlan) -> None:
        if plan.problems:
            first = plan.problems[0]
            more = _("另有 {n} 处。", n=len(plan.problems) - 1) if len(plan.problems) > 1 else ""
            self._refuse_file(
                DomainError("bill.rows", f"{first.where}{first.text}{more}{_('没有读入。')}")
            )
            return
        self.model.set_rows([_row(entry) for entry in _entries(self._totals, plan.lines)])
        self._sheet = plan  # as long as no line is changed by hand
        self.sum_edit.setText(f"{plan.total:.2f}")
        gap = plan.total - self.row.payable
        words = _("已读入 {n} 行，合计 {total}，比应付 {gap}。", n=len(plan.lines),
                  total=formats.amount(plan.total), gap=signed(gap).text)  # fmt: skip
        if plan.unknown:
            words = sentences(words, _("其中 {n} 行不在这张对账单里。", n=plan.unknown))
        self.state.set_tone(Status.NEAR if gap else Status.OK)
        self.state.setText(words)

    @override
    def submit(self) -> None:
        """Accept a total that is a number."""
        try:
            self.total = cent_amount(self.sum_edit.folded())
        except DomainError as error:
            self.sum_field.say(error.text)
            self.sum_edit.setFocus()
            return
        if self._sheet is not None:
            self.lines = self._sheet.lines
        elif self._typed:
            self.lines = tuple(entry.line for entry in self._shown() if entry.qty)
        self.accept()


def _entries(totals: Sequence[ItemTotal], billed: Sequence[BillLine]) -> list[_Entry]:
    """Our lines by item beside those of the bill that was entered before; else they are equal.

    Where the two differ comes first: of some hundred lines it is a few that are looked for.
    """
    groups: dict[int, list[ItemTotal]] = {}
    for one in totals:
        groups.setdefault(one.item_id, []).append(one)
    theirs: dict[object, list[BillLine]] = {}
    for line in billed:
        theirs.setdefault(line.item_id or line.label, []).append(line)
    entries = [_ours(rows) for rows in groups.values()]
    if billed:
        entries = [_billed(entry, theirs.pop(entry.item_id, [])) for entry in entries]
        entries += [_foreign(key, lines) for key, lines in theirs.items()]
    return sorted(entries, key=lambda entry: not entry.gap)


def _ours(rows: Sequence[ItemTotal]) -> _Entry:
    first = rows[0]
    qty = sum(row.qty for row in rows)
    worth = sum((row.amount for row in rows), Decimal("0.00"))
    factor = first.pack_factor if qty % first.pack_factor == 0 else 1
    unit = first.pack_unit if factor > 1 or first.pack_factor == 1 else first.base_unit
    unit_price = (first.unit_price * factor / first.price_factor).quantize(_PRICE)
    return _Entry(
        first.item_id, first.item_id, first.name, first.spec, unit, first.base_unit, factor,
        qty // factor, worth, qty // factor, unit_price, worth,
    )  # fmt: skip


def _billed(entry: _Entry, lines: Sequence[BillLine]) -> _Entry:
    """What the bill says of an item: nothing where it leaves it out."""
    qty = sum(line.qty for line in lines)
    stated = sum((line.amount for line in lines), Decimal("0.00"))
    if not lines:
        return replace(entry, qty=0, stated=stated)
    last = lines[-1]
    factor = entry.factor if qty % entry.factor == 0 else 1
    price_of_one = (last.unit_price * factor / last.price_factor).quantize(_PRICE)
    fits = factor == entry.factor
    return replace(
        entry, qty=qty // factor, unit_price=price_of_one, stated=stated, factor=factor,
        our_qty=entry.our_qty if fits else entry.our_qty * entry.factor,
        unit=entry.unit if fits else entry.base,
    )  # fmt: skip


def _foreign(key: object, lines: Sequence[BillLine]) -> _Entry:
    """Goods that are on the bill only."""
    last = lines[-1]
    qty = sum(line.qty for line in lines)
    factor = last.price_factor if qty % last.price_factor == 0 else 1
    unit_price = (last.unit_price * factor / last.price_factor).quantize(_PRICE)
    stated = sum((line.amount for line in lines), Decimal("0.00"))
    return _Entry(
        key, last.item_id, last.label, "", "", "", factor, 0, Decimal("0.00"), qty // factor,
        unit_price, stated,
    )  # fmt: skip


def _columns() -> tuple[Column, ...]:
    yuan = _("元")
    return (
        Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=230, stretch=True),
        Column(key="ours", title=_("我方数量"), kind=Kind.NUMBER, width=96),
        Column(key="qty", title=_("账单数量"), kind=Kind.NUMBER, width=96, editable=True),
        Column(key="price", title=_("账单单价"), kind=Kind.MONEY, unit=yuan, width=104,
               editable=True),
        Column(key="amount", title=_("账单金额"), kind=Kind.MONEY, unit=yuan, width=112),
        Column(key="gap", title=_("差异"), kind=Kind.MONEY, unit=yuan, width=96),
    )  # fmt: skip


def _row(entry: _Entry) -> Row:
    return Row(
        entry.key,
        (
            Two(entry.name, entry.spec),
            f"{formats.number(entry.our_qty)} {entry.unit}".strip(),
            formats.number(entry.qty),
            formats.price(entry.unit_price),
            formats.amount(entry.stated),
            signed(entry.gap),
        ),
        record=entry,
    )
