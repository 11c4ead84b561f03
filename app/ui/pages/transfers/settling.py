"""What a loan becomes: goods back in kind, a price, or set off against a loan the other way."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.services.transfers.listing import LoanRow
from app.ui import formats
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


def packs(row: LoanRow, units: int) -> str:
    """Units of a loan as people count them."""
    return formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, units)


def owed_back(row: LoanRow, rows: tuple[LoanRow, ...]) -> int:
    """Units of the lender's own goods that both owe each other: they can be set off."""
    other = sum(
        x.own
        for x in rows
        if (x.org_id, x.donor_id, x.item_id) == (row.donor_id, row.org_id, row.item_id)
    )
    return min(other, row.own)


class _LoanForm(Form):
    """A loan, and a button to set it off where both owe each other the item.

    Signals:
        netted: Set the two loans off.
    """

    netted = Signal()

    def __init__(self, title: str, verb: str, row: LoanRow, back: int, parent: QWidget) -> None:
        super().__init__(title, verb, parent, wide=460)
        if back:
            words = _("{donor} 也欠 {org} 同一品规，可以互抵 {qty}，货不用送。", donor=row.donor,
                      org=row.org, qty=packs(row, back))  # fmt: skip
            self.body.addWidget(Text(words, Role.BODY, wrap=True))
            net = Button(_("互抵 {qty}", qty=packs(row, back)))
            net.clicked.connect(lambda: self.hand_over(self._net))
            self.buttons.insertWidget(0, net)

    def _net(self) -> None:
        self.netted.emit()
        self.accept()


class BackForm(_LoanForm):
    """How much of a loan goes back.

    Signals:
        chosen: Smallest units.
    """

    chosen = Signal(int)

    def __init__(self, row: LoanRow, back: int, parent: QWidget) -> None:
        super().__init__(_("登记归还：{name}", name=row.name), _("开归还单"), row, back, parent)
        words = _("还给 {donor}。同一品规，可以是别的批号；开单后在「进行中」里发出。",
                  donor=row.donor)  # fmt: skip
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        if row.own < row.left:
            words = _("其中 {qty} 是供应商的货，只能还这家供应商的货；用掉的不用还，"
                      "请 {donor} 按价结算，不收款。",
                      qty=packs(row, row.left - row.own), donor=row.donor)  # fmt: skip
            self.body.addWidget(Text(words, Role.BODY, wrap=True))
        whole = row.left % row.pack_factor == 0
        self._factor = row.pack_factor if whole else 1
        unit = row.pack_unit if whole else row.base_unit
        self.count = QtyEdit(unit, most=row.left // self._factor)
        self.count.set_value(row.left // self._factor)
        self.field = Field(_("归还数量"), self.count)
        self.body.addWidget(self.field)
        self.count.setFocus()

    @override
    def submit(self) -> None:
        """Hand the quantity over."""
        if not self.count.value:
            self.field.say(_("还没有填要还的数量。"))
            return
        self.chosen.emit(self.count.value * self._factor)
        self.accept()


class LenderForm(_LoanForm):
    """What the lender may do about a loan: take money for what is still out.

    Signals:
        priced: Settle what is left by price.
    """

    priced = Signal()

    def __init__(self, row: LoanRow, back: int, parent: QWidget) -> None:
        super().__init__(_("借出：{name}", name=row.name), _("按价结算"), row, back, parent)
        due = row.return_by.isoformat() if row.return_by else "—"
        for words in (
            _("{org} 借了 {n}，还了 {back}，还欠 {left}，应在 {day} 前归还。", org=row.org,
              n=packs(row, row.borrowed), back=packs(row, row.returned),
              left=packs(row, row.left), day=due),
            *_price_words(row),
        ):  # fmt: skip
            self.body.addWidget(Text(words, Role.BODY, wrap=True))

    @override
    def submit(self) -> None:
        """Say that it is settled by price."""
        self.priced.emit()
        self.accept()


def _price_words(row: LoanRow) -> list[str]:
    """What the lender would take, and what is not the lender's to take money for."""
    words = []
    if row.own:
        words.append(
            _("按价结算：还欠的 {qty} 按借出时的价格收款 {money}，以后不用还货。"
              "不同法人之间的药品，这张单上要有批准文件。",
              qty=packs(row, row.own), money=formats.yuan(row.price))
        )  # fmt: skip
    if row.own < row.left:
        words.append(
            _("其中 {qty} 是供应商的货：由用掉的一方和供应商结算，你不收款；结算后不用还货。",
              qty=packs(row, row.left - row.own))
        )  # fmt: skip
    return words
