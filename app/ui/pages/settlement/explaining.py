"""A difference between bill and statement as a sentence."""

from __future__ import annotations

from app.domain.settlement.bill import Why
from app.i18n import _
from app.services.settlement.bills import DifferenceRow
from app.ui import formats


def money(row: DifferenceRow) -> str:
    """The amount with its sign."""
    text = formats.amount(row.amount)
    return f"+{text}" if row.amount > 0 else text


def explain(row: DifferenceRow) -> str:
    """What is different, by how much, and what the bill may have overlooked."""
    found, name = row.found, f"{row.name} {row.spec}".strip()
    qty = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, abs(found.qty))
    if found.why is Why.ONLY_BILLED:
        text = _("账单多出 {name} {qty}（{money}）", name=name, qty=qty, money=money(row))
    elif found.why is Why.NOT_BILLED:
        text = _("账单漏了 {name} {qty}（{money}）", name=name, qty=qty, money=money(row))
    elif found.why is Why.QUANTITY:
        words = (
            _("账单多 {qty} {name}（{money}）", qty=qty, name=name, money=money(row))
            if found.qty > 0
            else _("账单少 {qty} {name}（{money}）", qty=qty, name=name, money=money(row))
        )
        text = words
    elif found.why is Why.PRICE:
        text = _(
            "{name} 单价：账单 {theirs}，我方 {ours}（{money}）",
            name=name,
            theirs=formats.price(found.bill_price),
            ours=formats.price(found.our_price),
            money=money(row),
        )
    else:
        text = _("账单合计与明细差 {money}", money=money(row))
    if found.taken_back is None:
        return text
    return text + _("；{day:%m-%d} 退过同样数量，账单可能没有冲减", day=found.taken_back)
