"""How a row of a catalogue sheet becomes an item: official NHSA columns and hospital ones."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from app.domain import codes
from app.domain.catalogue import FLAGS, CodeDraft, ItemClass, ItemDraft, ItemStatus, Storage
from app.domain.codes import CodeSystem
from app.domain.codes.normalise import compact
from app.domain.errors import DomainError, Problem, Severity
from app.domain.maker_text import read_maker_text
from app.domain.packing import Packing, read_packing, usual_unit
from app.i18n import N_, _
from app.services.importing.columns import Field
from app.services.importing.plan import Edit
from app.services.importing.rows import SheetRow

FIELDS: Final = (
    Field("code", N_("统一编码"), ("院内统一编码", "集团编码")),
    Field("nhsa", N_("医保药品代码"), (
        "药品代码", "医保编码", "医保药品编码", "医保代码", "国家医保编码", "医保耗材代码",
        "耗材代码",
    )),
    Field("item_class", N_("类别"), ("目录分类", "物资类别")),
    Field("name", N_("品名"), (
        "注册名称", "通用名", "药品名称", "通用名称", "药品通用名", "产品名称", "名称", "物资名称",
    ), needed=True),
    Field("trade_name", N_("商品名"), ("商品名称",)),
    Field("form", N_("剂型"), ("注册剂型", "药品剂型")),
    Field("strength", N_("规格"), ("注册规格", "药品规格", "规格型号", "型号规格"), needed=True),
    Field("pack_factor", N_("包装数量"), (
        "最小包装数量", "包装规格数量", "转换比", "转换系数", "包装系数", "装量",
    )),
    Field("base_unit", N_("最小单位"), ("最小制剂单位", "制剂单位", "基本单位")),
    Field("pack_unit", N_("包装单位"), ("最小包装单位", "单位", "计量单位", "采购单位")),
    Field("case_factor", N_("件装量"), ("大包装数量", "箱装量", "件包装")),
    Field("maker", N_("生产企业"), (
        "药品企业", "药品生产企业", "生产厂家", "厂家", "生产单位", "上市许可持有人", "注册人",
    ), needed=True),
    Field("approval_no", N_("批准文号"), ("注册证号", "备案号", "注册证编号", "注册备案号")),
    Field("approval_valid_to", N_("文号有效期"), ("注册证有效期", "证件有效期")),
    Field("national", N_("药品本位码"), ("本位码", "国家本位码")),
    Field("gtin", N_("69 码"), (
        "商品条码", "条形码", "条码", "GTIN",
    )),
    Field("trace", N_("追溯标识码"), ("药品标识码", "追溯码前7位")),
    Field("udi_di", N_("UDI-DI"), ("最小销售单元产品标识", "UDI码", "医疗器械唯一标识")),
    Field("ypid", N_("药管平台码"), ("YPID", "国家药管平台码", "药管平台编码")),
    Field("shanghai", N_("上海统编代码"), ("统编代码", "阳光平台编码", "阳采统编码")),
    Field("insurance", N_("甲乙类"), ("医保类别", "医保等级", "医保甲乙类")),
    Field("storage", N_("储存条件"), ("贮藏", "贮存条件", "储存")),
    Field("status", N_("状态"), ("使用状态",)),
)  # fmt: skip
_CLASSES: Final = {
    "药品": "drug", "西药": "drug", "中成药": "drug", "化学药": "drug", "生物制品": "drug",
    "耗材": "consumable", "医用耗材": "consumable", "卫生材料": "consumable",
    "试剂": "reagent", "检验试剂": "reagent", "体外诊断试剂": "reagent",
    "饮片": "tcm", "中药饮片": "tcm", "颗粒": "tcm", "配方颗粒": "tcm",
}  # fmt: skip
_STATUSES: Final = {"在用": "active", "启用": "active", "暂停采购": "paused", "暂停": "paused",
                    "已停用": "stopped", "停用": "stopped"}  # fmt: skip
_INSURANCE: Final = {"甲": "甲", "乙": "乙", "丙": "丙", "甲类": "甲", "乙类": "乙", "丙类": "丙",
                     "自费": "丙", "无": ""}  # fmt: skip
_COLD: Final = (("冷冻", Storage.FROZEN), ("冷藏", Storage.COLD), ("2-8", Storage.COLD),
                ("2~8", Storage.COLD), ("阴凉", Storage.COOL))  # fmt: skip
_PACK: Final = "盒"
_CODES: Final = (
    ("nhsa", CodeSystem.NHSA), ("national", CodeSystem.NATIONAL), ("gtin", CodeSystem.GTIN),
    ("trace", CodeSystem.TRACE_PREFIX), ("udi_di", CodeSystem.UDI_DI), ("ypid", CodeSystem.YPID),
    ("shanghai", CodeSystem.SHANGHAI),
)  # fmt: skip
_BY_CODE: Final = {
    "X": ItemClass.DRUG, "Z": ItemClass.DRUG, "T": ItemClass.TCM, "C": ItemClass.CONSUMABLE,
}  # fmt: skip
_BY_PACK: Final = frozenset({CodeSystem.GTIN, CodeSystem.TRACE_PREFIX, CodeSystem.UDI_DI})


def read_draft(row: SheetRow, fallback: ItemClass) -> ItemDraft:
    """What the row says, as a draft; what is wrong is noted in the row.

    Args:
        row: The row.
        fallback: The class where neither a column nor the NHSA code tells it.
    """
    packing = read_packing(row.text("strength"))
    pack, base, pack_unit = _units(row, packing)
    storage_text = row.text("storage")
    return ItemDraft(
        item_class=_item_class(row, fallback),
        name=row.text("name"),
        trade_name=_real(row.text("trade_name")),
        strength=packing.strength if packing.count in {0, pack} else row.text("strength"),
        maker=read_maker_text(row.text("maker")).name,
        form=_real(row.text("form")),
        base_unit=base,
        pack_unit=pack_unit,
        pack_factor=pack,
        case_factor=row.count("case_factor") or packing.cases * pack,
        approval_no=_real(row.text("approval_no")),
        approval_valid_to=row.day("approval_valid_to"),
        storage=storage_of(storage_text),
        storage_text=storage_text,
        insurance=row.choice("insurance", _INSURANCE, ""),
        status=ItemStatus(row.choice("status", _STATUSES, "active")),
        codes=_codes(row, pack),
    )


def other_names(row: SheetRow) -> tuple[str, ...]:
    """Names of the maker besides its own: the former one, and the text as the sheet has it."""
    text = row.text("maker")
    read = read_maker_text(text)
    return tuple(name for name in (read.former, text) if name and name != read.name)


@lru_cache(maxsize=4096)
def storage_of(text: str) -> Storage:
    """The kind of storage that a text on the pack means; normal where it names none."""
    return next((kept for word, kept in _COLD if word in text), Storage.NORMAL)


def merged(known: ItemDraft, row: SheetRow, stated: ItemDraft) -> ItemDraft:
    """The kept item with what the sheet states: a blank cell never wipes a fact.

    Units that stock is counted in stay as they are; a different pack is noted as wrong.
    """
    row.problems = [problem for problem in row.problems if problem.code != "import.pack_unit"]
    if (
        row.text("pack_factor") or stated.pack_factor > 1
    ) and stated.pack_factor != known.pack_factor:
        row.wrong(
            "pack_factor",
            "import.pack",
            _(
                "包装数量 {new} 与目录里的 {old} 不同。包装变了请作为新品规导入（去掉统一编码）。",
                new=stated.pack_factor,
                old=known.pack_factor,
            ),
        )
    texts = ("name", "trade_name", "form", "strength", "maker", "approval_no")
    values = {name: getattr(stated, name) or getattr(known, name) for name in texts}
    for name in ("insurance", "status"):
        if row.text(name):
            values[name] = getattr(stated, name)
    if row.text("storage") and _kept_where(stated) != _kept_where(known):
        values |= {"storage": stated.storage, "storage_text": stated.storage_text}
    return replace(
        known,
        **values,
        approval_valid_to=stated.approval_valid_to or known.approval_valid_to,
        case_factor=stated.case_factor or known.case_factor,
        codes=_joined(known, stated),
    )


def _kept_where(draft: ItemDraft) -> tuple[Storage, str]:
    """Storage with its words; no words mean those of the storage."""
    return draft.storage, compact(draft.storage_text or draft.storage.label)


def edits(old: ItemDraft, new: ItemDraft) -> tuple[Edit, ...]:
    """The facts in which two drafts differ, in words."""
    if old == new:
        return ()
    titles = {field.key: _(field.title) for field in FIELDS}
    found = [
        Edit(titles.get(name, name), words(getattr(old, name)), words(getattr(new, name)))
        for name in ItemDraft.__dataclass_fields__
        if name != "codes" and getattr(old, name) != getattr(new, name)
    ]
    before, after = _code_words(old), _code_words(new)
    if before != after:
        gone, more = sorted(before - after), sorted(after - before)
        found.append(Edit(_("编码"), "、".join(gone), "、".join(more)))
    return tuple(found)


def words(value: object) -> str:
    """A fact in words for people."""
    if isinstance(value, ItemClass | ItemStatus | Storage):
        return value.label
    if isinstance(value, frozenset):
        return "、".join(_(FLAGS[name]) for name in sorted(value))
    return "" if value is None or value == 0 else str(value)


def _code_words(draft: ItemDraft) -> set[str]:
    return {f"{entry.system.label} {entry.code}" for entry in draft.codes}


def _units(row: SheetRow, packing: Packing) -> tuple[int, str, str]:
    """Smallest units in a pack, smallest unit, pack unit: the columns, else the specification."""
    pack = row.count("pack_factor", packing.count or 1)
    pack_unit = row.text("pack_unit") or packing.pack
    base = row.text("base_unit") or packing.base or usual_unit(row.text("form") or row.text("name"))
    if pack == 1:
        base = pack_unit or base
    if not pack_unit:
        pack_unit = _pack_unit(row, base, pack)
    if pack < 1:
        text = _("包装数量应大于 0。请填一个包装里有多少最小单位。")
        row.wrong("pack_factor", "import.count", text)
        pack = 1
    return pack, base, pack_unit


def _pack_unit(row: SheetRow, base: str, pack: int) -> str:
    """What a pack is called where the sheet does not say it: a pack of several is no 片."""
    if pack == 1 or base == _PACK:
        return base
    text = _("没有包装单位，按「{unit}」导入。不是的话，请加一列包装单位。", unit=_PACK)
    title = row.located.titles.get("strength", "")
    found = Problem("import.pack_unit", text, row.number, title, Severity.WARNING)
    row.problems.append(found)
    return _PACK


def _item_class(row: SheetRow, fallback: ItemClass) -> ItemClass:
    stated = row.text("item_class")
    if stated:
        return ItemClass(row.choice("item_class", _CLASSES, fallback.value))
    first = row.text("nhsa")[:1].upper()
    return _BY_CODE.get(first, fallback)


def _codes(row: SheetRow, pack: int) -> tuple[CodeDraft, ...]:
    found: list[CodeDraft] = []
    for key, system in _CODES:
        text = row.text(key)
        if not text or not _real(text):
            continue
        try:
            code = codes.validate(system, text)
        except DomainError as error:
            row.wrong(key, error.code, error.text)
            continue
        found.append(CodeDraft(system, code, pack if system in _BY_PACK else 1))
    return tuple(found)


def _joined(known: ItemDraft, stated: ItemDraft) -> tuple[CodeDraft, ...]:
    """Kept codes and new ones; a sheet adds codes, it takes none away."""
    have = {(entry.system, entry.code) for entry in known.codes}
    return (*known.codes, *(c for c in stated.codes if (c.system, c.code) not in have))


def _real(text: str) -> str:
    """Signs that sheets put where there is nothing count as nothing."""
    return "" if text in {"-", "--", "—", "/", "无", "空", "null", "NULL", "None"} else text
