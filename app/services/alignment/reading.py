"""Reading supply lists that people bring: whatever columns, whatever titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from app.adapters.sheets import Table, read_tables
from app.domain.alignment.entries import Entry
from app.domain.errors import DomainError
from app.i18n import N_, _
from app.services.importing.columns import Field, locate
from app.services.importing.rows import SheetRow, data_rows


def _also(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIELDS: Final = (
    Field("name", N_("通用名"), _also(
        "药品通用名 通用名称 药品通用名称 注册名称 药品名称 品名 名称 产品名称 目录名称 物资名称 "
        "药品 品种名称 DRUG_CHEM_NAME generic generic_name name"
    ), needed=True),
    Field("form", N_("剂型"), _also(
        "注册剂型 药品剂型 剂型名称 DRUG_DOSE form dosage_form"
    )),
    Field("strength", N_("规格"), _also(
        "注册规格 药品规格 规格型号 制剂规格 DRUG_SPEC spec specification strength"
    )),
    Field("pack", N_("包装规格"), _also("包装 转换比 包装数量 最小包装数量 pack")),
    Field("maker", N_("生产企业"), _also(
        "药品企业 药品生产企业 生产厂家 厂家 生产单位 上市许可持有人 生产厂商 产地 "
        "DRUG_MANUFATURER maker manufacturer"
    )),
    Field("national", N_("药品本位码"), _also(
        "本位码 国家本位码 国家药品本位码 bw_code national"
    )),
    Field("approval", N_("批准文号"), _also(
        "注册证号 国药准字 DRUG_LICENSE_NO licence approval"
    )),
    Field("code", N_("编码"), _also(
        "药品编码 药品代码 院内编码 统一编码 DRUG_CODE code local_code uid lid"
    )),
    Field("use", N_("年用量"), _also(
        "用量 使用量 年使用量 消耗量 年消耗量 数量 总用量 用量(盒) 年采购量 采购量 使用数量 销量 "
        "年用量(盒) 年金额 金额 销售金额 DDDs use usage qty quantity amount annual_use"
    )),
)  # fmt: skip
_NOT_A_DRUG: Final = re.compile(
    r"(合计|总计|小计|共计|备注|说明|注)[:：]?|注[:：].*|备注.*|制表.*|填报.*"
)
_NUMBER: Final = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def read_list(path: Path) -> tuple[Entry, ...]:
    """The lines of a supply list; every sheet that has a column of names is read.

    Cells of a merged block are empty below the first: such a line takes its name from above.

    Raises:
        DomainError: The file is not a table, or holds no drug.
    """
    entries = [entry for table in _sheets(path) for entry in _entries(table)]
    if not entries:
        raise DomainError(
            "align.empty", _("{name} 里没有药品。请核对是不是这个文件。", name=path.name)
        )
    return tuple(entries)


def read_use(path: Path) -> tuple[Entry, ...]:
    """As `read_list`, of a file that must say how much is used.

    Raises:
        DomainError: No column of quantities was found.
    """
    entries = read_list(path)
    if not any(entry.use for entry in entries):
        raise DomainError(
            "align.no_use",
            _("{name} 里没有用量。请加一列「年用量」，填数字。", name=path.name),
        )
    return entries


def _sheets(path: Path) -> Iterator[Table]:
    """The sheets with a column of names; the first error when there is none."""
    problem: DomainError | None = None
    found = False
    for table in read_tables(path):
        try:
            locate(table, FIELDS)
        except DomainError as error:
            problem = problem or error
            continue
        found = True
        yield table
    if not found and problem is not None:
        bare = _bare_names(path)
        if bare is None:
            raise problem
        yield bare


def _bare_names(path: Path) -> Table | None:
    """A file of one column without a title: nothing but names."""
    table = read_tables(path)[0]
    if any(len([cell for cell in row if cell]) > 1 for row in table.rows):
        return None
    return Table(table.name, (("通用名",), *table.rows), table.encoding)


def _entries(table: Table) -> Iterator[Entry]:
    located = locate(table, FIELDS)
    name, form = "", ""
    for row in data_rows(table, located):
        said = row.text("name")
        if said:
            name, form = said, row.text("form")
        elif not (row.text("strength") or row.text("maker")):
            continue
        if name and _is_drug(row, name):
            yield _entry(row, name, row.text("form") or form)


def _is_drug(row: SheetRow, name: str) -> bool:
    """Whether a line names a drug: sums and remarks below a list do not."""
    first = next((cell for cell in row.cells if cell), "")
    return not (name.isdigit() or _NOT_A_DRUG.fullmatch(name) or _NOT_A_DRUG.fullmatch(first))


def _entry(row: SheetRow, name: str, form: str) -> Entry:
    strength, pack = row.text("strength"), row.text("pack")
    return Entry(
        name=name,
        form=form,
        spec=f"{strength}*{pack}" if strength and pack and "*" not in strength else strength,
        maker=row.text("maker"),
        national=row.text("national"),
        approval=row.text("approval"),
        code=row.text("code"),
        use=_number(row.text("use")),
    )


def _number(text: str) -> Decimal:
    """A quantity with thousands separators and a unit behind it; 0 where there is none."""
    found = _NUMBER.match(text)
    try:
        return max(Decimal(0), Decimal(found[0].replace(",", ""))) if found else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
