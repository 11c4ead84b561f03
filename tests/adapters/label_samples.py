"""Labels that several tests print."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.codes.label_code import build as label_code
from app.domain.labels.spec import LabelKind, LabelSpec

DAY = date(2026, 10, 14)

PLAIN = LabelSpec(
    kind=LabelKind.LOT,
    code=label_code(1, DAY, 1327),
    name="阿莫西林克拉维酸钾片",
    spec="0.375 g × 12 片/盒",
    maker="北辰药业",
    lot="K260318",
    expiry=date(2028, 2, 29),
    by_month=True,
    quantity="20 盒",
    place="城东社区卫生服务中心 · 药房 A-03-2",
    gtin="06901234567892",
    demo=True,
)

LONG = replace(
    PLAIN,
    name="注射用重组人粒细胞巨噬细胞集落刺激因子（冻干粉针剂）复方甲氧那明",
    spec="0.375 g × 12 片/盒 铝塑板 复合膜",
    maker="北辰生物制药股份有限公司第二分公司",
    lot="ABCDEFGHIJKLMNOPQRST",
    expiry=date(2028, 2, 14),
    by_month=False,
    quantity="12 盒 + 6 粒",
    place="城东社区卫生服务中心 · 药房 A-03-2 二层东侧冷藏柜第三格",
    gtin="",
    item_code="YL00123456",
    serial="SN(1)/234567890123",
)

BIN = LabelSpec(kind=LabelKind.BIN, code="A-03-2", name="药房 A-03-2", spec="阴凉区 ≤ 20 ℃")

PACK = replace(PLAIN, kind=LabelKind.PACK, code="DSB0001260801000001J", quantity="50 支")


def numbered(spec: LabelSpec, count: int) -> list[LabelSpec]:
    """`count` labels that differ only in their own code."""
    return [replace(spec, code=label_code(1, DAY, n)) for n in range(1, count + 1)]
