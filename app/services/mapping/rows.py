"""Members' drug lists as rows to be matched: which of their columns is which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.domain.errors import Problem, refuse_if
from app.domain.matching.row import Entry
from app.i18n import N_, _
from app.services.importing.columns import Field
from app.services.importing.plan import open_sheet
from app.services.importing.rows import data_rows

FIELDS: Final = (
    Field("key", N_("行号"), (
        "lid", "uid", "id", "序号",
    )),
    Field("code", N_("本院编码"), (
        "local_code", "药品编码", "编码", "代码", "药品代码", "院内编码", "物资编码",
        "耗材编码", "商品编码", "货号", "drug_code", "code",
    )),
    Field("name", N_("名称"), (
        "name", "药品名称", "通用名", "通用名称", "品名", "药名", "商品名称及规格",
        "物资名称", "耗材名称", "产品名称", "注册名称", "药品通用名", "项目名称",
    ), needed=True),
    Field("trade", N_("商品名"), (
        "trade", "商品名称", "别名", "商标名",
    )),
    Field("form", N_("剂型"), (
        "form", "注册剂型", "药品剂型",
    )),
    Field("spec", N_("规格"), (
        "spec", "药品规格", "规格型号", "包装规格", "注册规格", "型号规格", "规格/型号",
    ), needed=True),
    Field("maker", N_("生产企业"), (
        "maker", "生产厂家", "厂家", "生产厂商", "厂商", "产地", "药品企业", "生产单位",
        "上市许可持有人", "生产企业名称",
    )),
    Field("licence", N_("批准文号"), (
        "licence", "注册证号", "批准文号/注册证号", "国药准字",
    )),
    Field("nhsa", N_("医保编码"), (
        "nhsa_code", "医保代码", "国家医保编码", "国家医保代码", "医保目录编码",
    )),
    Field("national", N_("本位码"), (
        "bw_code", "药品本位码", "国家药品编码本位码",
    )),
    Field("unit", N_("单位"), (
        "pack_unit", "包装单位", "最小包装单位", "计价单位", "库存单位", "销售单位",
    )),
    Field("factor", N_("包装数量"), (
        "包装数", "转换比", "换算系数", "最小包装数量", "包装系数",
    )),
    Field("used", N_("年用量"), (
        "用量", "使用量", "消耗数量", "年使用量", "年消耗量", "数量",
    )),
    Field("value", N_("年用量金额"), (
        "金额", "年金额", "使用金额", "消耗金额", "年使用金额", "零售金额",
    )),
)  # fmt: skip
"""The columns of a member's list and of a catalogue; sheets name them in many ways."""


def read_entries(path: Path) -> Iterator[Entry]:
    """The rows of a sheet as they are matched; rows without a name are passed over.

    Raises:
        DomainError: The file cannot be read, or lacks the columns 名称 and 规格; or a name is
            not there because its cell came to an error.
    """
    opened = open_sheet(path, FIELDS, None)
    lost: list[Problem] = []
    for row in data_rows(opened.table, opened.located):
        name = row.text("name")
        if name:
            yield Entry(
                row.text("key") or row.text("code") or str(row.number),
                name,
                row.text("spec"),
                row.text("maker"),
                row.text("trade"),
                row.text("form"),
                row.text("licence"),
                row.text("nhsa"),
                row.text("national"),
            )
        else:
            lost += row.problems
    refuse_if(lost, "match.rows", _("没有读入，什么都没有写入。"))
