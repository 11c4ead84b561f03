"""A member's own contract with a supplier (分签合同)."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    maker_text,
    money,
    paragraph,
    party_facts,
    signing_block,
    title,
)
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import ContractPaper
from app.domain.sealing import SealPlace
from app.i18n import _


def contract_pdf(paper: ContractPaper, places: list[SealPlace] | None = None) -> bytes:
    """The contract as PDF; the same contract, the same bytes. Seal places go to `places`."""
    width = frame_width()
    story: list[Flowable] = title(_("药品耗材购销合同"), _("统采分签"))
    pairs = [
        (_("合同编号"), paper.number),
        (_("有效期"), paper.valid),
        (_("框架协议"), paper.agreement),
        ("", ""),
        *party_facts(paper.buyer, paper.supplier),
    ]
    story += facts(pairs, width)
    for number, clause in enumerate(paper.clauses, start=1):
        head = _("第 {n} 条　{title}", n=number, title=clause.title)
        story += [paragraph(head, 10, bold=True), Spacer(0, 0.8 * MM)]
        story += [paragraph(clause.text, 10), Spacer(0, 2.2 * MM)]
    story += signing_block(paper.signings, width, seals=True)
    if paper.prices:
        head = _("附件　价格清单（{n} 个品规）", n=len(paper.prices))
        story += [Spacer(0, 5 * MM), paragraph(head, 11, bold=True), Spacer(0, 2 * MM)]
        story.append(_prices(paper, width))
    return build(story, paper.info, _("购销合同 {number}", number=paper.number), places=places)


def _prices(paper: ContractPaper, width: float) -> Flowable:
    """The price list at the end of the contract."""
    columns = (
        Column(_("序号"), 6, Align.CENTRE),
        Column(_("编码"), 11),
        Column(_("品名 / 规格"), 26),
        Column(_("生产企业 / 批准文号"), 24),
        Column(_("单价 元"), 12, Align.RIGHT),
        Column(_("价格来源"), 9),
    )
    rows = [
        (
            str(number),
            line.goods.code,
            goods_text(line.goods),
            maker_text(line.goods),
            f"{money(line.price)}/{line.unit}",
            line.source,
        )
        for number, line in enumerate(paper.prices, start=1)
    ]
    return grid(columns, rows, width)
