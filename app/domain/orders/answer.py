"""What a supplier answers to a member's order: so much of each line, until then; what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain import money
from app.domain.errors import Problem
from app.domain.orders.content import ContentLine
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Offer:
    """What the supplier can deliver of one line.

    Attributes:
        line: Number on the paper.
        qty: Smallest units; 0 for nothing.
        due_on: Until when; None for the order's day.
    """

    line: int
    qty: int
    due_on: date | None = None


def complete(lines: Sequence[ContentLine], offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """One offer per line; a line that the supplier did not name is delivered whole."""
    named = {offer.line: offer for offer in offers}
    return tuple(named.get(line.line, Offer(line.line, line.qty)) for line in lines)


def check_offers(
    lines: Sequence[ContentLine], offers: Sequence[Offer], due_on: date | None, today: date
) -> tuple[Problem, ...]:
    """What is wrong with an answer; empty when it can be given.

    Args:
        lines: The order as it is signed by the member.
        offers: What the supplier named.
        due_on: The order's day.
        today: A line cannot be due before it.
    """
    known = {line.line: line for line in lines}
    problems = [one for offer in offers if (one := _check(offer, known, today))]
    if problems:
        return tuple(problems)
    whole = complete(lines, offers)
    same = all(
        offer.qty == line.qty and offer.due_on in {None, due_on}
        for line, offer in zip(lines, whole, strict=True)
    )
    if same:
        return (Problem("answer.whole", _("数量和日期都照订单，不是部分确认。请直接签署。")),)
    if not any(offer.qty for offer in whole):
        return (Problem("answer.nothing", _("一行都不能供，请改用「拒绝签署」并写原因。")),)
    return ()


def _check(offer: Offer, known: Mapping[int, ContentLine], today: date) -> Problem | None:
    line = known.get(offer.line)
    if line is None:
        text = _("这张单没有第 {line} 行。请刷新后再填。", line=offer.line)
        return Problem("answer.line", text, row=offer.line)
    if not 0 <= offer.qty <= line.qty:
        text = _(
            "「{name}」订了 {n} {unit}，能供的数量要在 0 到 {n} 之间。",
            name=line.name,
            n=line.packs,
            unit=line.unit,
        )
        return Problem("answer.qty", text, row=offer.line, column="qty")
    if offer.qty % line.pack_factor:
        return Problem("answer.pack", line.packs_only, row=offer.line, column="qty")
    if offer.qty and offer.due_on is not None and offer.due_on < today:
        text = _("「{name}」的到货日期 {day} 已经过了。", name=line.name, day=offer.due_on)
        return Problem("answer.day", text, row=offer.line, column="due_on")
    return None


def kept(lines: Sequence[ContentLine], offers: Sequence[Offer]) -> tuple[ContentLine, ...]:
    """The lines that stay with the supplier, at what it offered."""
    named = {offer.line: offer for offer in offers}
    return tuple(
        line._replace(
            qty=named[line.line].qty,
            due_on=named[line.line].due_on or line.due_on,
            amount=money.amount(line.unit_price, named[line.line].qty, line.price_factor),
        )
        for line in lines
        if named[line.line].qty
    )


def rest(lines: Sequence[ContentLine], offers: Sequence[Offer]) -> dict[int, int]:
    """What is left of each line, smallest units; lines delivered whole are not in it."""
    named = {offer.line: offer.qty for offer in offers}
    return {line.line: line.qty - named[line.line] for line in lines if line.qty > named[line.line]}
