"""Papers that several tests print; organisations and people are invented."""

from __future__ import annotations

from decimal import Decimal

from app.domain.orders.signing import Party as Side
from app.domain.papers import (
    AcceptanceLine,
    AcceptancePaper,
    Clause,
    ContractPaper,
    ContractPrice,
    DeliveryLine,
    DeliveryPaper,
    Goods,
    OrderLine,
    OrderPaper,
    Party,
    PrintInfo,
    Signing,
    StatementLine,
    StatementPaper,
)

INFO = PrintInfo("城东社区卫生服务中心", "李敏", "2026-10-14 09:20", "10 月 · 北辰药业", demo=True)
BUYER = Party("城东社区卫生服务中心", "12310114425000014D", "城东路 8 号", "李敏", "021-55550101")
SUPPLIER = Party("康泽医药有限公司", "91310115591693856A", "", "周强", "021-55550202", "工行 6222")
GOODS = Goods(
    "YL000123", "阿莫西林克拉维酸钾片", "0.375 g × 12 片/盒", "北辰药业", "国药准字H20030001"
)
SIGNINGS = (
    Signing(
        "购货单位",
        BUYER.name,
        "张主任",
        "2026-10-14 10:05",
        "ab12cd34ef56ab12cd34",
        side=Side.MEMBER,
    ),
    Signing("供货单位", SUPPLIER.name, side=Side.SUPPLIER),
)


def order(lines: int = 3, *, info: PrintInfo = INFO, goods: Goods = GOODS) -> OrderPaper:
    rows = tuple(
        OrderLine(goods, f"{n:,} 盒", "盒", Decimal("12.345"), Decimal("1234.50"))
        for n in range(1, lines + 1)
    )
    return OrderPaper(
        info=info,
        number="DD20261014-007",
        ordered_on="2026-10-14",
        group_number="TC20261014-001",
        buyer=BUYER,
        supplier=SUPPLIER,
        deliver_to="中心药库 城东路 8 号",
        due_on="2026-10-21",
        lines=rows,
        total=Decimal("1234.50") * lines,
        terms=("验收合格后按实际消耗结算。", "近效期不足 6 个月的不收。"),
        signings=SIGNINGS,
    )


def contract() -> ContractPaper:
    return ContractPaper(
        info=INFO,
        number="HT2026-018",
        agreement="KJ2026-003",
        buyer=BUYER,
        supplier=SUPPLIER,
        valid="2026-10-01 至 2027-09-30",
        clauses=(
            Clause("价格", "按附件价格清单执行；集采价格调整的，自调整之日起同步。" * 4),
            Clause("结算", "验收合格后，最迟于次月底前付款。"),
        ),
        prices=tuple(ContractPrice(GOODS, "盒", Decimal("12.3"), "集采") for _n in range(80)),
        signings=SIGNINGS,
    )


def statement() -> StatementPaper:
    return StatementPaper(
        info=INFO,
        number="DZ202610-002",
        period="2026-10",
        buyer=BUYER,
        supplier=SUPPLIER,
        lines=(
            StatementLine(GOODS, "K260318", "120 盒", "盒", Decimal("12.3"), Decimal("1476.00")),
            StatementLine(GOODS, "K260318", "−5 盒", "盒", Decimal("12.3"), Decimal("-61.50")),
        ),
        opening=Decimal("5000.00"),
        received=Decimal("2000.00"),
        consumed=Decimal("1414.50"),
        closing=Decimal("5585.50"),
        payable=Decimal("1414.50"),
        settled="用后结算",
        signings=SIGNINGS,
    )


def acceptance() -> AcceptancePaper:
    return AcceptancePaper(
        info=INFO,
        number="YS20261014-002",
        accepted_on="2026-10-14",
        delivery_number="SH20261014-002",
        order_numbers="DD20261014-007",
        buyer=BUYER,
        supplier=SUPPLIER,
        place="中心药库",
        transport="冷藏车，08:10 启运，09:05 到货，4.2 ℃",
        checks=(("外包装", "完好"), ("随货单据", "齐全")),
        lines=(
            AcceptanceLine(
                GOODS,
                "K260318",
                "2028-02",
                "100 盒",
                "98 盒",
                "2 盒",
                Decimal("12.3"),
                Decimal("1205.40"),
                "合格",
                "2 盒外包装破损，拒收",
            ),
        ),
        total=Decimal("1205.40"),
        acceptors=(
            Signing("验收人", BUYER.name, "王芳", "2026-10-14 10:42"),
            Signing("第二验收人", BUYER.name),
        ),
    )


def delivery() -> DeliveryPaper:
    return DeliveryPaper(
        info=INFO,
        number="SH20261014-002",
        shipped_on="2026-10-14",
        order_number="DD20261014-007",
        buyer=BUYER,
        supplier=SUPPLIER,
        deliver_to="中心药库",
        transport="冷藏车",
        lines=(DeliveryLine(GOODS, "K260318", "2028-02", "100 盒", "盒", Decimal("12.3")),),
        signings=(Signing("发货人", SUPPLIER.name), Signing("收货人", BUYER.name)),
    )
