"""The acceptance record of a delivery (验收记录).

Fields: 药品管理法实施条例 (name, form and strength, lot, expiry, maker, supplier, quantity, price,
date) and the approval number, conclusion and signature that provincial rules add.
"""

from __future__ import annotations

from reportlab.platypus import Flowable

from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    maker_text,
    money,
    signing_block,
    title,
    total_line,
)
from app.adapters.pdf.kit import build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import AcceptancePaper
from app.i18n import _


def acceptance_pdf(paper: AcceptancePaper) -> bytes:
    """The record as PDF, landscape."""
    width = frame_width(landscape=True)
    story: list[Flowable] = title(_("药品耗材验收记录"))
    pairs = [
        (_("验收单号"), paper.number),
        (_("验收日期"), paper.accepted_on),
        (_("收货单位"), paper.buyer.name),
        (_("供货单位"), paper.supplier.name),
        (_("随货同行单"), paper.delivery_number),
        (_("采购订单"), paper.order_numbers),
        (_("入库地点"), paper.place),
        (_("运输与温度"), paper.transport),
        *paper.checks,
        (_("保存到"), paper.keep_until),
    ]
    story += facts(pairs, width)
    story.append(_lines(paper, width))
    story += total_line(paper.total)
    story += signing_block(paper.acceptors, width, seals=False)
    return build(story, paper.info, _("验收记录 {number}", number=paper.number), landscape=True)


def _lines(paper: AcceptancePaper, width: float) -> Flowable:
    """One row per lot, with the conclusion and its reason."""
    columns = (
        Column(_("序号"), 5.5, Align.CENTRE),
        Column(_("品名 / 剂型规格"), 22),
        Column(_("生产企业 / 批准文号"), 20),
        Column(_("批号"), 10),
        Column(_("有效期 / 生产"), 9),
        Column(_("应收"), 8, Align.RIGHT),
        Column(_("合格"), 8, Align.RIGHT),
        Column(_("拒收"), 8, Align.RIGHT),
        Column(_("单价 元"), 8, Align.RIGHT),
        Column(_("金额 元"), 9, Align.RIGHT),
        Column(_("验收结论"), 12),
    )
    rows = [
        (
            str(number),
            goods_text(line.goods),
            maker_text(line.goods),
            line.lot,
            line.expiry,
            line.expected,
            line.accepted,
            line.refused,
            money(line.price),
            money(line.amount),
            "\n".join(part for part in (line.result, line.reason) if part),
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    total = ("", _("合计 {n} 行", n=len(rows)), *[""] * 7, money(paper.total), "")
    return grid(columns, rows, width, total)
