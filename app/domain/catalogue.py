"""What an item (品规) is made of, and what must hold before it may be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain import codes
from app.domain.codes import CodeSystem
from app.domain.errors import DomainError, Problem, Severity
from app.domain.quantity import MAX_QUANTITY
from app.i18n import N_, _


class ItemClass(StrEnum):
    """What kind of goods an item is."""

    DRUG = "drug"
    CONSUMABLE = "consumable"
    REAGENT = "reagent"
    TCM = "tcm"

    @property
    def label(self) -> str:
        """The class in the person's language."""
        return _(_CLASSES[self])

    @property
    def prefix(self) -> str:
        """How the group's codes of this class begin."""
        return _PREFIXES[self]


class ItemStatus(StrEnum):
    """Whether an item may be bought."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        """The status in the person's language."""
        return _(_STATUSES[self])


class Storage(StrEnum):
    """At which temperature goods are kept."""

    NORMAL = "normal"
    COOL = "cool"
    COLD = "cold"
    FROZEN = "frozen"

    @property
    def label(self) -> str:
        """The storage in the person's language."""
        return _(_STORAGES[self])


_CLASSES: Final = {
    ItemClass.DRUG: N_("药品"),
    ItemClass.CONSUMABLE: N_("耗材"),
    ItemClass.REAGENT: N_("试剂"),
    ItemClass.TCM: N_("饮片"),
}
_PREFIXES: Final = {
    ItemClass.DRUG: "YP",
    ItemClass.CONSUMABLE: "HC",
    ItemClass.REAGENT: "SJ",
    ItemClass.TCM: "ZY",
}
_STATUSES: Final = {
    ItemStatus.ACTIVE: N_("在用"),
    ItemStatus.PAUSED: N_("暂停采购"),
    ItemStatus.STOPPED: N_("已停用"),
}
_STORAGES: Final = {
    Storage.NORMAL: N_("常温（10–30 ℃）"),
    Storage.COOL: N_("阴凉（不超过 20 ℃）"),
    Storage.COLD: N_("冷藏（2–8 ℃）"),
    Storage.FROZEN: N_("冷冻（−20 ℃ 以下）"),
}
FLAGS: Final = {
    "essential": N_("基药"),
    "vbp": N_("集采中选"),
    "negotiated": N_("国谈"),
    "high_alert": N_("高警示"),
    "high_value": N_("高值耗材"),
    "critical": N_("急救、短缺"),
}
"""Flags of an item, by their column."""
CONTROLLED: Final = {
    "": N_("普通"),
    "narcotic": N_("麻醉药品"),
    "psychotropic1": N_("第一类精神药品"),
    "psychotropic2": N_("第二类精神药品"),
    "toxic": N_("医疗用毒性药品"),
    "radioactive": N_("放射性药品"),
}
INSURANCE: Final = ("", "甲", "乙", "丙")
_LONGEST_NAME: Final = 120
_NEEDED: Final = (
    ("name", N_("品名")), ("maker", N_("生产企业")), ("strength", N_("规格")),
    ("base_unit", N_("最小单位")), ("pack_unit", N_("包装单位")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A code that an item carries.

    Attributes:
        unit_factor: Smallest units in the pack level that the code names.
        valid_from: First day; open when None.
        valid_to: First day on which it no longer holds; open when None.
    """

    system: CodeSystem
    code: str
    unit_factor: int = 1
    org_id: int = 0
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as a person or a sheet states it.

    Attributes:
        strength: 0.25 g; for consumables the size or model.
        pack_factor: Smallest units in a pack (24 粒 in a 盒).
        case_factor: Smallest units in a case; 0 when unknown.
        flags: Names of `FLAGS` that hold.
    """

    item_class: ItemClass
    name: str
    strength: str
    maker: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    form: str = ""
    trade_name: str = ""
    approval_no: str = ""
    approval_valid_to: date | None = None
    middle_factor: int = 0
    case_factor: int = 0
    storage: Storage = Storage.NORMAL
    storage_text: str = ""
    shelf_life_days: int = 0
    status: ItemStatus = ItemStatus.ACTIVE
    insurance: str = ""
    controlled: str = ""
    antibiotic: str = ""
    category: str = ""
    atc: str = ""
    flags: frozenset[str] = field(default=frozenset())
    codes: tuple[CodeDraft, ...] = ()

    @property
    def spec(self) -> str:
        """The specification as shown: 0.25 g × 24 粒/盒."""
        return spec_text(self.strength, self.pack_factor, self.base_unit, self.pack_unit)


def spec_text(strength: str, factor: int, base: str, pack: str) -> str:
    """Strength and pack in one text; the pack is left out when it is one smallest unit or unknown.

    >>> spec_text("0.25 g", 24, "粒", "盒"), spec_text("5 ml", 1, "支", "支")
    ('0.25 g × 24 粒/盒', '5 ml')
    >>> spec_text("10 mg", 7, "片", "")
    '10 mg × 7 片'
    """
    packed = f"{factor} {base}/{pack}".rstrip("/") if factor > 1 or base != pack else ""
    return " × ".join(part for part in (strength.strip(), packed) if part)


def check(
    draft: ItemDraft, today: date, *, codes_checked: bool = False, strict: bool = False
) -> tuple[Problem, ...]:
    """Everything that is wrong with an item, by field; warnings can be passed.

    Args:
        draft: The item.
        today: The day it is.
        codes_checked: Whether each code has been validated already.
        strict: Whether a code of a doubtful form is refused; else it is a warning.
    """
    return (*_missing(draft), *_units(draft), *_choices(draft),
            *_approval(draft, today, _doubt(strict=strict)),
            *_codes(draft, checked=codes_checked), *_doubtful(draft, _doubt(strict=strict)),
            )  # fmt: skip


def _doubt(*, strict: bool) -> Severity:
    return Severity.ERROR if strict else Severity.WARNING


def _doubtful(draft: ItemDraft, severity: Severity) -> Iterator[Problem]:
    """Codes whose system has no published rule, and that do not look like the usual ones."""
    for place, entry in enumerate(draft.codes, 1):
        if codes.is_doubtful(entry.system, entry.code):
            yield Problem(
                "item.code_doubtful",
                _("{system} {code} 的写法少见。请对照原件核对一遍。", system=entry.system.label,
                  code=entry.code),
                row=place,
                column="codes",
                severity=severity,
            )  # fmt: skip


def steps(draft: ItemDraft) -> tuple[tuple[int, str, str], ...]:
    """The unit chain as (factor, name, level), the smallest first."""
    chain = [(1, draft.base_unit, "base")]
    if draft.pack_factor > 1:
        chain.append((draft.pack_factor, draft.pack_unit, "pack"))
    if draft.middle_factor > draft.pack_factor:
        chain.append((draft.middle_factor, _("中包"), "middle"))
    if draft.case_factor > max(draft.pack_factor, draft.middle_factor):
        chain.append((draft.case_factor, _("件"), "case"))
    return tuple(chain)


def _missing(draft: ItemDraft) -> Iterator[Problem]:
    values = (draft.name, draft.maker, draft.strength, draft.base_unit, draft.pack_unit)
    for (column, title), value in zip(_NEEDED, values, strict=True):
        if not value or value.isspace():
            yield Problem(
                "item.missing",
                _("还没填{title}。请照包装或说明书填写。", title=_(title)),
                column=column,
            )
        elif len(value) > _LONGEST_NAME:
            yield Problem(
                "item.long",
                _("{title}超过 {n} 个字。请只填名称本身。", title=_(title), n=_LONGEST_NAME),
                column=column,
            )


def _units(draft: ItemDraft) -> Iterator[Problem]:
    if not 0 < draft.pack_factor <= MAX_QUANTITY:
        yield Problem(
            "item.pack",
            _("包装数量应大于 0，现在是 {n}。请填一个包装里有多少最小单位。", n=draft.pack_factor),
            column="pack_factor",
        )
        return
    if draft.pack_factor == 1 and draft.base_unit != draft.pack_unit:
        yield Problem(
            "item.pack_one",
            _(
                "1 {pack} 只有 1 {base}，两个单位应写成一样。请改单位，或改包装数量。",
                pack=draft.pack_unit,
                base=draft.base_unit,
            ),
            column="pack_unit",
            severity=Severity.WARNING,
        )
    below = draft.pack_factor
    for column, title, factor in (
        ("middle_factor", N_("中包"), draft.middle_factor),
        ("case_factor", N_("件"), draft.case_factor),
    ):
        if factor and (factor < below or factor % below):
            yield Problem(
                "item.chain",
                _(
                    "一{title} {n} 不是 {below} 的整数倍。请改为整数倍。",
                    title=_(title),
                    n=factor,
                    below=below,
                ),
                column=column,
            )
        below = factor or below


def _choices(draft: ItemDraft) -> Iterator[Problem]:
    if draft.controlled not in CONTROLLED:
        yield _choice("controlled", draft.controlled, "、".join(_(t) for t in CONTROLLED.values()))
    if draft.insurance not in INSURANCE:
        yield _choice("insurance", draft.insurance, "、".join(INSURANCE[1:]))
    unknown = draft.flags - FLAGS.keys() if draft.flags else ()
    if unknown:
        yield _choice("flags", "、".join(sorted(unknown)), "、".join(_(t) for t in FLAGS.values()))


def _choice(column: str, value: str, right: str) -> Problem:
    return Problem(
        "item.choice",
        _("没有「{value}」这一项。可选：{right}。", value=value, right=right),
        column=column,
    )


def _approval(draft: ItemDraft, today: date, doubt: Severity) -> Iterator[Problem]:
    if not draft.approval_no:
        yield Problem(
            "item.no_approval",
            _("还没填批准文号或注册证号。请照包装或证件补上。"),
            column="approval_no",
            severity=Severity.WARNING,
        )
        return
    system = approval_system(draft.item_class)
    try:
        codes.validate(system, draft.approval_no)
    except DomainError as error:
        # Old and foreign numbers have more forms than anybody has listed: doubt, not wrong.
        yield Problem(error.code, error.text, column="approval_no", severity=doubt)
    if draft.approval_valid_to and draft.approval_valid_to < today:
        yield Problem(
            "item.approval_expired",
            _("{number} 已于 {day} 到期。请换新证，或先停用。", number=draft.approval_no,
              day=draft.approval_valid_to),
            column="approval_valid_to",
            severity=Severity.WARNING,
        )  # fmt: skip


def approval_system(item_class: ItemClass) -> CodeSystem:
    """Drugs carry a 批准文号, devices and reagents a 注册证号."""
    device = item_class in {ItemClass.CONSUMABLE, ItemClass.REAGENT}
    return CodeSystem.CERTIFICATE if device else CodeSystem.APPROVAL


def _factors(draft: ItemDraft) -> set[int]:
    return {factor for factor, _name, _level in steps(draft)}


def _codes(draft: ItemDraft, *, checked: bool) -> Iterator[Problem]:
    if not draft.codes:
        return
    usual = (1, draft.pack_factor)
    for place, entry in enumerate(draft.codes, 1):
        try:
            if not checked:
                codes.validate(entry.system, entry.code)
        except DomainError as error:
            yield Problem(error.code, error.text, row=place, column="codes")
        if entry.unit_factor not in usual and entry.unit_factor not in _factors(draft):
            yield Problem(
                "item.code_unit",
                _("{code} 对应的包装 {n} 不在包装换算里。请先补上这一级包装。", code=entry.code,
                  n=entry.unit_factor),
                row=place,
                column="codes",
            )  # fmt: skip
        if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
            yield Problem(
                "item.code_span",
                _("{code} 的截止日期应晚于开始日期。请改日期。", code=entry.code),
                row=place,
                column="codes",
            )
