"""The settlement statement of a period for one member and one supplier (消耗对账单)."""

from __future__ import annotations

from decimal import Decimal

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    money,
    paragraph,
    party_facts,
    signing_block,
    title,
    total_line,
)
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import StatementPaper
from app.i18n import _


def statement_pdf(paper: StatementPaper) -> bytes:
    """The statement as PDF, with the amount in capitals."""
    width = frame_width()
    heading = paper.title or _("消耗结算对账单")
    story: list[Flowable] = title(heading, _("结算期间 {period}", period=paper.period))
    pairs = [
        (_("对账单号"), paper.number),
        (_("结算方式"), paper.settled),
        *party_facts(paper.buyer, paper.supplier),
    ]
    story += facts(pairs, width)
    story += [_summary(paper, width), Spacer(0, 4 * MM), _lines(paper, width)]
    story += total_line(paper.payable)
    if paper.note:
        story += [paragraph(_("说明：{note}", note=paper.note)), Spacer(0, 2 * MM)]
    story += signing_block(paper.signings, width, seals=True)
    return build(story, paper.info, _("消耗对账单 {number}", number=paper.number))


def _summary(paper: StatementPaper, width: float) -> Flowable:
    """Supplier-owned stock at cost: opening + received − consumed = closing."""
    columns = tuple(
        Column(text, 1, Align.RIGHT)
        for text in (
            _("期初代管 元"),
            _("本期收货 元"),
            _("本期消耗 元"),
            _("退货及其他 元"),
            _("期末代管 元"),
        )
    )
    other = paper.closing - (paper.opening + paper.received - paper.consumed)
    values = (paper.opening, paper.received, paper.consumed, other, paper.closing)
    return grid(columns, [tuple(money(value) for value in values)], width)


def _lines(paper: StatementPaper, width: float) -> Flowable:
    """What was used, by item and lot."""
    columns = (
        Column(_("序号"), 6, Align.CENTRE),
        Column(_("品名 / 规格"), 26),
        Column(_("生产企业"), 18),
        Column(_("批号"), 11),
        Column(_("消耗数量"), 10, Align.RIGHT),
        Column(_("单价 元"), 10, Align.RIGHT),
        Column(_("金额 元"), 12, Align.RIGHT),
    )
    rows = [
        (
            str(number),
            goods_text(line.goods),
            line.goods.maker,
            line.lot,
            line.quantity,
            f"{money(line.price)}/{line.unit}",
            money(line.amount),
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    summed = sum((line.amount for line in paper.lines), Decimal(0))
    total = ("", _("合计 {n} 行", n=len(rows)), "", "", "", "", money(summed))
    return grid(columns, rows, width, total)
