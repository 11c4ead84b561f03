"""生成送货单: how many of each line, with lot and expiry, for one signed order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.expiry import parse, shown
from app.domain.ids import new_op
from app.domain.receiving.editing import clean_lot
from app.i18n import _
from app.services.receiving.announcing import LineToSend, OrderToSend
from app.services.receiving.commands import DeliverLine, DeliverOrder
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class _Sent:
    """A line as it will stand on the note."""

    line: LineToSend
    packs: int
    lot: str = ""
    expiry: date | None = None


class DeliverForm(Form):
    """What is sent of an order.

    Args:
        order: The signed order.
        lines: What is still to come of it.
        send: Called with the command.
    """

    def __init__(
        self,
        order: OrderToSend,
        lines: Sequence[LineToSend],
        send: Callable[[DeliverOrder], None],
        parent: QWidget,
    ) -> None:
        super().__init__(_("生成送货单 {no}", no=order.no), _("生成送货单"), parent, wide=760)
        self._order, self._send = order, send
        words = _("送到 {org}。可以改数量、填批号和有效期；数量填 0 的行这次不送。", org=order.org)
        self.body.addWidget(Text(words, Role.BODY, wrap=True))
        self.no = CodeEdit(scans=True)
        self.no.setPlaceholderText(_("自己的单号，不填自动编号"))
        self.body.addWidget(Field(_("送货单号"), self.no))
        self.model = ListModel(
            (
                Column(key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, stretch=True),
                Column(key="left", title=_("待送"), kind=Kind.NUMBER, width=80),
                Column(key="packs", title=_("送货"), kind=Kind.NUMBER, width=90, editable=True),
                Column(key="lot", title=_("批号"), width=120, editable=True),
                Column(key="expiry", title=_("有效期至"), width=120, editable=True),
            ),
            self._edit,
        )  # fmt: skip
        self.model.set_rows([_row(_Sent(line, line.packs)) for line in lines])
        self.model.refused.connect(lambda _key, _column, error: self.say_refusal(error.text))
        self.model.rows_changed.connect(lambda: self.say_refusal(""))
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(260)
        self.body.addWidget(self.grid, 1)

    def _edit(self, row: Row, column: str, value: object) -> Row:
        sent = row.record
        assert isinstance(sent, _Sent)  # noqa: S101 - all rows are ours
        text = str(value).strip()
        if column == "packs":
            return _row(_Sent(sent.line, _packs(text, sent.line), sent.lot, sent.expiry))
        if column == "lot":
            return _row(_Sent(sent.line, sent.packs, clean_lot(text), sent.expiry))
        expiry = parse(text) if text and text != "—" else None
        return _row(_Sent(sent.line, sent.packs, sent.lot, expiry))

    @property
    def lines(self) -> tuple[DeliverLine, ...]:
        """The lines that are sent."""
        sent = [row.record for row in self.model.rows]
        return tuple(
            DeliverLine(
                one.line.item_id,
                one.packs * one.line.pack_factor,
                one.lot,
                one.expiry,
                order_id=self._order.order_id,
                order_line=one.line.order_line,
            )
            for one in sent
            if isinstance(one, _Sent) and one.packs
        )

    @override
    def submit(self) -> None:
        """Hand over."""
        if not self.lines:
            self.say_refusal(_("这张单一行都没有要送的。请至少填一行数量。"))
            return
        order = self._order
        number = self.no.folded()
        self._send(DeliverOrder(new_op(), order.org_id, order.order_id, self.lines, number))
        self.accept()


def _packs(text: str, line: LineToSend) -> int:
    clean = text.replace(",", "")
    if not (clean.isascii() and clean.isdigit()) or int(clean) > line.packs:
        raise DomainError(
            "delivery.packs",
            _("{name} 还待送 {n} {unit}，请填 0 到 {n} 的整数。", name=line.name, n=line.packs,
              unit=line.pack_unit),
        )  # fmt: skip
    return int(clean)


def _row(sent: _Sent) -> Row:
    line = sent.line
    return Row(
        line.order_line,
        (
            Two(line.name, line.spec),
            f"{line.packs:,} {line.pack_unit}",
            f"{sent.packs:,}",
            sent.lot or "—",
            shown(sent.expiry),
        ),
        record=sent,
    )
