"""The kinds of records, each a list of fields. docs/platform-export.md is written from this table.

The numbers follow the platform that the region's hospitals report to (YY101 配送点, YY102 库存,
YY111 采购单 …). Field names and code lists are this program's; a province that wants others is
served by a conversion of these files, whose meaning is fixed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import DomainError
from app.domain.reporting.fields import Field, Shape
from app.i18n import N_, _

STATES: Final[Mapping[str, str]] = {"A": N_("新增"), "U": N_("变更"), "S": N_("未变")}
PURCHASE: Final[Mapping[str, str]] = {
    "1": N_("招标采购"),
    "2": N_("带量采购"),
    "3": N_("挂网采购"),
    "9": N_("其他"),
}
SOURCES: Final[Mapping[str, str]] = {"gpo": "1", "vbp": "2", "listed": "3", "adhoc": "9"}
"""Kind of purchase by the source of the price it was ordered at."""
ANSWERS: Final[Mapping[str, str]] = {
    "1": N_("全部确认"), "2": N_("部分确认"), "3": N_("拒绝"),
}  # fmt: skip
TRIGGERS: Final[Mapping[str, str]] = {
    "1": N_("入库结算"), "2": N_("出库结算"), "3": N_("消耗结算"),
}  # fmt: skip
RESULTS: Final[Mapping[str, str]] = {"1": N_("合格"), "2": N_("部分合格"), "3": N_("拒收")}
RETURNS: Final[Mapping[str, str]] = {"1": N_("到货拒收"), "2": N_("库存退货")}
OWNERS: Final[Mapping[str, str]] = {"1": N_("本院"), "2": N_("供应商（寄售）")}
PLACES: Final[Mapping[str, str]] = {"1": N_("在用"), "0": N_("停用")}
STATEMENTS: Final[Mapping[str, str]] = {
    "1": N_("待确认"), "2": N_("已确认"), "3": N_("有异议"), "4": N_("已付款"),
}  # fmt: skip
INVOICES: Final[Mapping[str, str]] = {"1": N_("有效"), "2": N_("已作废")}
PAYMENTS: Final[Mapping[str, str]] = {"1": N_("已付"), "2": N_("退回")}

HEAD: Final = (
    Field("XXBM", N_("消息代码"), length=5),
    Field("PCH", N_("批次号，本程序每次导出一个"), length=20),
    Field("ZT", N_("和上次导出比：新增、变更、未变"), Shape.CODE, 1, codes=STATES),
    Field("JLBH", N_("记录编号，同一条记录每次导出都一样"), length=64),
)
_HOSPITAL: Final = (
    Field("YYBM", N_("医疗机构编码，统一社会信用代码；没有就用四位机构编码"), length=18),
    Field("YYMC", N_("医疗机构名称")),
)
_SUPPLIER: Final = (
    Field("QYBM", N_("配送企业编码，统一社会信用代码；没有就用四位机构编码"), length=18),
    Field("QYMC", N_("配送企业名称")),
)
_GOODS: Final = (
    Field("SPBM", N_("品规统一编码"), length=30),
    Field("YBBM", N_("国家医保编码"), length=30, required=False),
    Field("SPMC", N_("通用名称")),
    Field("GG", N_("规格"), required=False),
    Field("SCQY", N_("生产企业")),
    Field("PZWH", N_("批准文号或注册证号"), length=60, required=False),
)
_LOT: Final = (
    Field("SCPH", N_("生产批号"), length=40, required=False),
    Field("YXQZ", N_("有效期至"), Shape.DAY, 8, required=False),
)
_QTY: Final = (
    Field("SL", N_("数量，按最小单位"), Shape.COUNT, 15),
    Field("DW", N_("最小单位"), length=10),
)
_MONEY: Final = (
    Field("DJ", N_("最小单位的单价，含税"), Shape.PRICE, 18, note=N_("由包装价折算，四舍五入")),
    Field("JE", N_("金额，含税"), Shape.AMOUNT, 18),
)


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of record.

    Attributes:
        code: YY111 …
        title: What it is (not translated yet).
        meaning: Which records it holds (not translated yet).
        fields: After the head.
        supplier: Whether a supplier can export its own.
    """

    code: str
    title: str
    meaning: str
    fields: tuple[Field, ...]
    supplier: bool = False

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The head and the kind's own fields."""
        return HEAD + self.fields


def _kind(
    code: str, title: str, meaning: str, *fields: tuple[Field, ...] | Field, supplier: bool = False
) -> MessageKind:
    flat = [one for part in fields for one in (part if isinstance(part, tuple) else (part,))]
    return MessageKind(code, title, meaning, tuple(flat), supplier)


_ALL: Final = (
    _kind(
        "YY101", N_("配送点"), N_("收货的库房，期内不限"), _HOSPITAL,
        Field("PSDBM", N_("配送点编码"), length=20),
        Field("PSDMC", N_("配送点名称")),
        Field("PSDDZ", N_("地址"), length=200, required=False),
        Field("LXR", N_("联系人"), length=40, required=False),
        Field("LXDH", N_("联系电话"), length=40, required=False),
        Field("SYZT", N_("使用状态"), Shape.CODE, 1, codes=PLACES),
    ),
    _kind(
        "YY102", N_("库存"), N_("导出当时的库存，每个库房、批号、货权一条"), _HOSPITAL,
        Field("KCRQ", N_("库存日期"), Shape.DAY, 8),
        Field("KFBM", N_("库房编码"), length=20),
        _GOODS, _LOT, _QTY,
        Field("HQ", N_("货权"), Shape.CODE, 1, codes=OWNERS),
    ),
    _kind(
        "YY111", N_("采购单"), N_("期内双方签署的成员订单，一行一个品规"), _HOSPITAL, _SUPPLIER,
        Field("CGDBH", N_("采购单号"), length=30),
        Field("CGDMX", N_("采购单行号"), Shape.COUNT, 5),
        Field("CGRQ", N_("签署日期"), Shape.DAY, 8),
        Field("CGLX", N_("采购类型，由价格来源定"), Shape.CODE, 1, codes=PURCHASE),
        Field("HTBH", N_("合同编号"), length=60, required=False),
        Field("PSDBM", N_("配送点编码"), length=20),
        _GOODS, _QTY, _MONEY,
        Field("YQDHRQ", N_("要求到货日期"), Shape.DAY, 8, required=False),
        supplier=True,
    ),
    _kind(
        "YY112", N_("采购单撤销"), N_("期内作废的成员订单"), _HOSPITAL, _SUPPLIER,
        Field("CGDBH", N_("采购单号"), length=30),
        Field("CXRQ", N_("作废日期"), Shape.DAY, 8),
        Field("CXYY", N_("原因"), length=200),
        Field("JE", N_("金额，含税"), Shape.AMOUNT, 18),
        supplier=True,
    ),
    _kind(
        "YY113", N_("采购单确认"), N_("期内供应商的答复，一行一个品规"), _HOSPITAL, _SUPPLIER,
        Field("CGDBH", N_("采购单号"), length=30),
        Field("BB", N_("版本"), Shape.COUNT, 3),
        Field("CGDMX", N_("采购单行号"), Shape.COUNT, 5),
        Field("QRJG", N_("确认结果"), Shape.CODE, 1, codes=ANSWERS),
        Field("QRSL", N_("确认数量，按最小单位"), Shape.COUNT, 15),
        Field("QRDHRQ", N_("确认到货日期"), Shape.DAY, 8, required=False),
        Field("QRSJ", N_("确认时间"), Shape.MOMENT, 14),
        Field("YY", N_("原因"), length=200, required=False),
        supplier=True,
    ),
    _kind(
        "YY114", N_("采购合同"), N_("期内生效的分签合同"), _HOSPITAL, _SUPPLIER,
        Field("HTBH", N_("合同编号"), length=60),
        Field("QSRQ", N_("生效日期"), Shape.DAY, 8),
        Field("ZZRQ", N_("终止日期，不含当天"), Shape.DAY, 8, required=False),
        Field("JSFS", N_("结算方式"), Shape.CODE, 1, codes=TRIGGERS),
        supplier=True,
    ),
    _kind(
        "YY131", N_("配送单"), N_("期内发出的送货单，一行一个批号"), _HOSPITAL, _SUPPLIER,
        Field("PSDH", N_("配送单号"), length=40),
        Field("PSDMX", N_("配送单行号"), Shape.COUNT, 5),
        Field("CGDBH", N_("采购单号"), length=30, required=False),
        Field("FHRQ", N_("发货日期"), Shape.DAY, 8),
        _GOODS, _LOT, _QTY,
        supplier=True,
    ),
    _kind(
        "YY132", N_("验收单"), N_("期内的验收记录，一行一个批号"), _HOSPITAL, _SUPPLIER,
        Field("YSDH", N_("验收单号"), length=30),
        Field("YSDMX", N_("验收单行号"), Shape.COUNT, 5),
        Field("PSDH", N_("配送单号"), length=40),
        Field("CGDBH", N_("采购单号"), length=30, required=False),
        Field("YSRQ", N_("验收日期"), Shape.DAY, 8),
        _GOODS, _LOT, _QTY,
        Field("ZPSL", N_("其中赠品，不计金额"), Shape.COUNT, 15),
        Field("JSSL", N_("拒收数量，按最小单位"), Shape.COUNT, 15),
        Field("YSJG", N_("验收结论"), Shape.CODE, 1, codes=RESULTS),
        _MONEY,
        Field("YSR", N_("验收人"), length=40),
    ),
    _kind(
        "YY133", N_("退货"), N_("期内到货拒收和库存退货，一行一个批号"), _HOSPITAL, _SUPPLIER,
        Field("THDH", N_("单号：拒收为验收单号，退货为退货单号"), length=30),
        Field("THDMX", N_("行号"), Shape.COUNT, 5),
        Field("THLX", N_("类型"), Shape.CODE, 1, codes=RETURNS),
        Field("THRQ", N_("日期"), Shape.DAY, 8),
        _GOODS, _LOT, _QTY, _MONEY,
        Field("THYY", N_("原因"), length=200),
    ),
    _kind(
        "YY151", N_("发票"), N_("期内开具的发票；红字发票金额为负"), _HOSPITAL, _SUPPLIER,
        Field("FPDM", N_("发票代码"), length=20, required=False),
        Field("FPHM", N_("发票号码"), length=30),
        Field("KPRQ", N_("开票日期"), Shape.DAY, 8),
        Field("JE", N_("金额，含税"), Shape.AMOUNT, 18),
        Field("SE", N_("税额"), Shape.AMOUNT, 18, required=False),
        Field("FPZT", N_("发票状态"), Shape.CODE, 1, codes=INVOICES),
        supplier=True,
    ),
    _kind(
        "YY152", N_("发票核对"), N_("期内发票和对账单的对应"), _HOSPITAL, _SUPPLIER,
        Field("FPHM", N_("发票号码"), length=30),
        Field("DZDH", N_("对账单号"), length=30),
        Field("JE", N_("对应金额，含税"), Shape.AMOUNT, 18),
    ),
    _kind(
        "YY153", N_("对账单"), N_("账期末在期内的对账单"), _HOSPITAL, _SUPPLIER,
        Field("DZDH", N_("对账单号"), length=30),
        Field("QSRQ", N_("账期第一天"), Shape.DAY, 8),
        Field("ZZRQ", N_("账期最后一天"), Shape.DAY, 8),
        Field("RKJE", N_("入库金额"), Shape.AMOUNT, 18),
        Field("JE", N_("应付金额，含税"), Shape.AMOUNT, 18),
        Field("DZZT", N_("对账状态"), Shape.CODE, 1, codes=STATEMENTS),
        supplier=True,
    ),
    _kind(
        "YY154", N_("付款"), N_("期内付款的结果，一行一张对账单"), _HOSPITAL, _SUPPLIER,
        Field("FKPC", N_("付款批号"), length=30),
        Field("DZDH", N_("对账单号"), length=30),
        Field("FKRQ", N_("付款日期"), Shape.DAY, 8),
        Field("JE", N_("金额"), Shape.AMOUNT, 18),
        Field("FKZT", N_("结果"), Shape.CODE, 1, codes=PAYMENTS),
    ),
)  # fmt: skip
KINDS: Final[Mapping[str, MessageKind]] = {kind.code: kind for kind in _ALL}


def kind_of(code: str) -> MessageKind:
    """The kind of a code; raises `DomainError` that names those there are."""
    found = KINDS.get(code.strip().upper())
    if found is None:
        known = "、".join(f"{one.code} {_(one.title)}" for one in KINDS.values())
        raise DomainError(
            "platform.kind", _("没有消息 {code}。可用：{known}。", code=code, known=known)
        )
    return found
