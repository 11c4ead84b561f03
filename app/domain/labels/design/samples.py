"""Test data for templates: an ordinary label, the longest there are, and what has no number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.domain.labels.design.parts import Design
from app.domain.labels.spec import LabelKind, LabelSpec
from app.i18n import _

_MADE, _EXPIRY = date(2026, 3, 1), date(2028, 2, 29)


@dataclass(frozen=True, slots=True)
class Sample:
    """Test data with the words to choose it by."""

    key: str
    title: str
    spec: LabelSpec


def samples(kind: LabelKind = LabelKind.LOT) -> tuple[Sample, ...]:
    """The test data for a kind of label; the first is shown, all are checked."""
    if kind in {LabelKind.BIN, LabelKind.ASSET}:
        return _things(kind)
    code = "DSB0001260801000001J" if kind is LabelKind.PACK else "000126101401327"
    usual = LabelSpec(
        kind=kind, code=code, name=_("阿莫西林克拉维酸钾片"), spec=_("0.375 g × 12 片/盒"),
        maker=_("北辰药业"), lot="K260318", expiry=_EXPIRY, by_month=True, made=_MADE,
        quantity=_("20 盒"), place=_("社区卫生服务中心 · 药房 A-03-2"), storage=_("阴凉 ≤20 ℃"),
        target=_("内科护士站"), packed="10-14 08:30", gtin="06901234567892",
        item_code="YL000218", demo=True,
    )  # fmt: skip
    longest = replace(
        usual,
        name=_("注射用重组人粒细胞巨噬细胞集落刺激因子（冻干粉针剂）"),
        spec=_("150 μg : 1 ml × 10 支/盒，西林瓶装"), maker=_("北辰生物制药股份有限公司"),
        lot="ABCDEFGHIJKLMNOPQRST", expiry=date(2028, 2, 14), by_month=False,
        quantity=_("12 盒 + 6 支"), place=_("社区卫生服务中心 · 药房冷藏柜二层东侧"),
    )  # fmt: skip
    bare = replace(usual, gtin="", serial="SN26100000000001")
    return (
        Sample("usual", _("常见的一张"), usual),
        Sample("longest", _("最长的批号和品名"), longest),
        Sample("bare", _("没有商品条码，有序列号"), bare),
    )


def _things(kind: LabelKind) -> tuple[Sample, ...]:
    """Places and machines."""
    bin_ = LabelSpec(kind, "A-03-2", _("药房 A-03-2"), spec=_("阴凉区 ≤ 20 ℃"), demo=True)
    if kind is LabelKind.BIN:
        return (Sample("usual", _("常见的一张"), bin_),)
    machine = replace(
        bin_, code="SB-2026-000183", name=_("全自动生化分析仪"), spec="BX-400",
        maker=_("远山医疗器械"), place=_("检验科"), serial="2603A0018",
    )  # fmt: skip
    return (Sample("usual", _("常见的一张"), machine),)


def specs_for(design: Design) -> tuple[LabelSpec, ...]:
    """All test data that a design has to hold."""
    return tuple(one.spec for one in samples(design.kind))
