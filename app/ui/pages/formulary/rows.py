"""Lists, findings, ward lists and readiness as table rows."""

from __future__ import annotations

from typing import Final

from app.domain.formulary.rules import Finding, Grade
from app.i18n import _
from app.services.formulary.listing import FormularyRow
from app.services.formulary.prescription import PrescribedLine, Prescription
from app.services.formulary.readiness import Ready, WardRow
from app.services.formulary.sheets import BASES
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind

GRADES: Final = {Grade.OK: Status.OK, Grade.WARN: Status.WARN, Grade.BAD: Status.BAD}


def list_columns() -> tuple[Column, ...]:
    """Columns of a list."""
    return (
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=250, stretch=True,
               sortable=True),
        Column(key="code", title=_("统一编码"), width=104, sortable=True),
        Column(key="form", title=_("剂型"), width=104, sortable=True),
        Column(key="flags", title=_("标志"), kind=Kind.PILL, width=120),
        Column(key="basis", title=_("来源"), width=92, sortable=True),
        Column(key="from", title=_("生效日期"), kind=Kind.DATE, width=104, sortable=True),
        Column(key="yearly", title=_("年用量"), kind=Kind.QTY, width=112, sortable=True),
        Column(key="to", title=_("停用日期"), kind=Kind.DATE, width=104, hidden=True),
    )  # fmt: skip


def list_row(row: FormularyRow) -> Row:
    """One item of a list."""
    use = formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, row.yearly)
    cells: tuple[Cell, ...] = (
        Two(row.name, f"{row.spec} {row.maker}"),
        row.code,
        row.form or "—",
        _flags(row),
        _(BASES.get(row.basis, row.basis)),
        formats.day(row.valid_from),
        use if row.yearly else "0",
        formats.day(row.valid_to),
    )
    raw = (row.name, row.code, row.form, "", row.basis, row.valid_from, row.yearly, row.valid_to)
    return Row(row.item_id, cells, record=row, raw=raw)


def _flags(row: FormularyRow) -> Cell:
    if row.controlled:
        return Pill(Status.NEAR, _("特殊管理"))
    if row.vbp:
        return Pill(Status.LOCK, _("集采·基药") if row.essential else _("集采中选"))
    if row.essential:
        return Pill(Status.OK, _("基药"))
    return "—"


def finding_columns() -> tuple[Column, ...]:
    """Columns of the rule check."""
    return (
        Column(key="rule", title=_("规则"), width=120),
        Column(key="grade", title=_("结果"), kind=Kind.PILL, width=104),
        Column(key="text", title=_("说明和怎么做"), kind=Kind.TWO_LINE, width=520, stretch=True),
        Column(key="items", title=_("品规数"), kind=Kind.NUMBER, width=88),
    )


def finding_row(place: int, one: Finding) -> Row:
    """One finding of a rule."""
    words = {Grade.OK: _("符合"), Grade.WARN: _("提醒"), Grade.BAD: _("不符合")}
    cells: tuple[Cell, ...] = (
        one.rule.label,
        Pill(GRADES[one.grade], words[one.grade]),
        Two(one.text, one.todo),
        str(len(one.items)) if one.items else "—",
    )
    return Row(place, cells, record=one)


def ward_columns() -> tuple[Column, ...]:
    """Columns of a standing list."""
    return (
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=260, stretch=True),
        Column(key="keep", title=_("常备量"), kind=Kind.QTY, width=120, editable=True),
        Column(key="own", title=_("本院可用"), kind=Kind.QTY, width=130),
        Column(key="missing", title=_("情况"), kind=Kind.PILL, width=150),
        Column(key="others", title=_("别家有"), width=330),
    )


def ward_row(row: WardRow) -> Row:
    """One item that a ward keeps."""

    def packs(qty: int) -> str:
        return formats.pack_text(row.base_unit, row.pack_unit, row.pack_factor, qty)

    pill = Pill(Status.OK, _("够"))
    if row.missing:
        pill = Pill(Status.BAD if not row.own_qty else Status.NEAR,
                    _("缺 {qty}", qty=packs(row.missing)))  # fmt: skip
    others = "　".join(f"{name} {packs(qty)}" for name, qty in row.others)
    cells: tuple[Cell, ...] = (
        Two(row.name, row.spec), packs(row.keep_qty) if row.keep_qty else "—", packs(row.own_qty),
        pill, others or "—",
    )  # fmt: skip
    return Row(row.item_id, cells, record=row)


def ready_columns() -> tuple[Column, ...]:
    """Columns of 谁有药."""
    return (
        Column(key="org", title=_("机构"), width=140),
        Column(key="name", title=_("品规"), kind=Kind.TWO_LINE, width=300, stretch=True),
        Column(key="same", title=_("和处方比"), kind=Kind.PILL, width=150),
        Column(key="listed", title=_("本院目录"), width=100),
        Column(key="qty", title=_("现在可用"), kind=Kind.QTY, width=160),
    )


def ready_row(one: Ready) -> Row:
    """One organisation with one item."""
    same = Pill(Status.OK, _("同一品规")) if one.same else Pill(Status.WARN, _("同名同剂型"))
    qty = formats.pack_text(one.base_unit, one.pack_unit, one.pack_factor, one.qty)
    cells: tuple[Cell, ...] = (
        one.org, Two(one.name, f"{one.spec} {one.maker}"), same,
        _("在目录") if one.listed else _("不在"), qty if one.qty else _("没有，可申请采购"),
    )  # fmt: skip
    return Row((one.org_id, one.item_id), cells, record=one)


def prescribed_columns() -> tuple[Column, ...]:
    """Columns of a prescription."""
    return (
        Column(key="row", title=_("行"), kind=Kind.NUMBER, width=52),
        Column(key="name", title=_("处方药品"), width=280, stretch=True),
        Column(key="asked", title=_("数量"), kind=Kind.QTY, width=110),
        Column(key="state", title=_("能不能发"), kind=Kind.PILL, width=120),
        Column(key="own", title=_("本院可用"), kind=Kind.QTY, width=120),
        Column(key="others", title=_("别家有"), width=360),
    )


def prescription_rows(found: Prescription) -> list[Row]:
    """Its lines, and those that name no drug with the reason."""
    lines = [(line.row, prescribed_row(line)) for line in found.lines]
    lines += [
        (problem.row, Row(("bad", place), (
            str(problem.row), problem.text, "—", Pill(Status.BAD, _("认不出")), "—", "—",
        ), record=problem))
        for place, problem in enumerate(found.problems)
    ]  # fmt: skip
    return [row for _number, row in sorted(lines, key=lambda pair: pair[0])]


def prescribed_row(line: PrescribedLine) -> Row:
    """One prescribed drug."""

    def packs(qty: int) -> str:
        return formats.pack_text(line.base_unit, line.pack_unit, line.pack_factor, qty)

    pill = Pill(Status.BAD, _("都不够"))
    if line.own_enough:
        pill = Pill(Status.OK, _("本院够"))
    elif line.anywhere:
        pill = Pill(Status.WARN, _("别家够"))
    own = sum(one.qty for one in line.offers if one.own)
    by_org: dict[str, int] = {}
    for one in line.offers:
        if not one.own:
            by_org[one.org] = by_org.get(one.org, 0) + one.qty
    others = "　".join(f"{org} {packs(qty)}" for org, qty in by_org.items())
    cells: tuple[Cell, ...] = (
        str(line.row), line.text, packs(line.asked) if line.asked else "—", pill,
        packs(own) if own else "—", others or "—",
    )  # fmt: skip
    return Row(line.row, cells, record=line)
