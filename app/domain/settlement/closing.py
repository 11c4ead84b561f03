"""Closing a month: what is looked at, and what of it holds the close up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.i18n import N_, _


class Check(StrEnum):
    """One thing that is looked at before a month is closed."""

    DISPUTED = "disputed"
    UNCONFIRMED = "unconfirmed"
    UNSETTLED = "unsettled"
    UNPOSTED = "unposted"
    BOOKS = "books"
    STATEMENTS = "statements"
    UNPRICED = "unpriced"
    MISSING_INVOICE = "missing_invoice"


_TITLES: Final = {
    Check.DISPUTED: N_("有异议"),
    Check.UNCONFIRMED: N_("待确认"),
    Check.UNSETTLED: N_("待生成"),
    Check.UNPOSTED: N_("到货没验收"),
    Check.BOOKS: N_("账面不符"),
    Check.STATEMENTS: N_("对账单与台账不符"),
    Check.UNPRICED: N_("没有价格"),
    Check.MISSING_INVOICE: N_("缺发票"),
}
_ADVICE: Final = {
    Check.DISPUTED: N_("与供应商核对差异，改账单或调整后再发送。"),
    Check.UNCONFIRMED: N_("发送给供应商确认；纸面确认的请登记书面确认。"),
    Check.UNSETTLED: N_("按「生成对账单」，把本期消耗都列上。"),
    Check.UNPOSTED: N_("请药房在收货验收里完成或退回。"),
    Check.BOOKS: N_("本期某天的库存是负数，或与台账不符。请药房核对补记的单据。"),
    Check.STATEMENTS: N_("对账单生成以后又有补记。请作废重做，或对补记部分再生成一张。"),
    Check.UNPRICED: N_("这些消耗单价是 0。请采购补价，再冲销重登。"),
    Check.MISSING_INVOICE: N_("登记并匹配发票；月内开不出的可写明理由，按暂估关账。"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """So many things of a kind, the first few by name."""

    check: Check
    count: int
    names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is, in the person's language."""
        return _(_TITLES[self.check])

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _(_ADVICE[self.check])

    @property
    def passable(self) -> bool:
        """Whether the month may be closed over it with a reason (暂估)."""
        return self.check is Check.MISSING_INVOICE


def open_count(findings: Iterable[Finding]) -> int:
    """关账前还有 N 项."""
    return sum(one.count for one in findings)


def holding(findings: Iterable[Finding], *, estimated: bool) -> tuple[Finding, ...]:
    """The findings that hold the close up; missing invoices do not where they are estimated."""
    return tuple(one for one in findings if one.count and not (one.passable and estimated))
