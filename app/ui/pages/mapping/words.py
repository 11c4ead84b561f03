"""Rows and candidates as the screen says them: texts and marks, no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.mapping import MapStatus
from app.domain.matching.row import Entry
from app.domain.matching.strength import read_spec
from app.domain.matching.verdict import Fact, Finding, Fit
from app.i18n import N_, _
from app.services.mapping.queries import CandidateView, LocalLine, RowView
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Pill

_COMPARED: Final = (
    (Fact.NAME, N_("名称")),
    (Fact.STRENGTH, N_("规格")),
    (Fact.FORM, N_("剂型")),
    (Fact.MAKER, N_("生产企业")),
    (Fact.LICENCE, N_("批准文号")),
)
_FURTHER: Final = (N_("包装 / 单位"), N_("用量"))
_MARKS: Final = {
    Fit.SAME: Status.OK,
    Fit.WRITTEN: Status.OK,
    Fit.LIKELY: Status.WARN,
    Fit.UNKNOWN: Status.MUTE,
    Fit.DIFFERENT: Status.BAD,
}
_SOFT: Final = frozenset({Fact.BRAND, Fact.LICENCE, Fact.CODE})
_GOOD: Final = 90


@dataclass(frozen=True, slots=True)
class Cell:
    """One compared cell: its text, and the mark of how it fits (None: nothing to compare)."""

    text: str
    mark: Status | None = None
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the comparison: three lines of head, and a cell for each row.

    Attributes:
        pill: What is made of it; None for the member's own column.
    """

    head: str
    large: str
    small: str
    cells: tuple[Cell, ...]
    pill: Pill | None = None


def row_titles() -> tuple[str, ...]:
    """The names of the compared rows."""
    return tuple(_(title) for title in (*(title for _fact, title in _COMPARED), *_FURTHER))


def own_column(view: RowView, member: str) -> Column:
    """The member's own row."""
    line, entry = view.line, view.entry
    used = _("{n} {unit} / 年", n=formats.number(line.used), unit=line.unit or _("件"))
    value = formats.yuan(line.value)
    pack = read_spec(entry.spec).pack
    unit = line.unit or _("件")
    stated = _pack_words(unit, pack, entry.spec) if pack else line.unit
    texts = (_name(entry), entry.spec, entry.form, entry.maker, entry.licence)
    cells = [_cell(text) for text in texts]
    cells.append(Cell(stated or formats.NONE, compared=False))
    cells.append(Cell(used if line.used else value, compared=False))
    return Column(_("本院 · {name}", name=member), _("本院目录"), line.code, tuple(cells))


def candidate_column(found: CandidateView, title: str) -> Column:
    """One candidate."""
    entry, units = found.entry, found.units
    pack = units.pack
    if units.pack_factor > 1:
        pack = _("{pack}，1 {pack} = {n} {base}", pack=units.pack, n=units.pack_factor,
                 base=units.base)  # fmt: skip
    texts = (_name(entry), entry.spec, entry.form, entry.maker, entry.licence)
    cells = [
        _cell(text.strip(), _mark(found, fact))
        for text, (fact, _title) in zip(texts, _COMPARED, strict=True)
    ]
    cells.append(Cell(pack, _mark(found, Fact.PACK), compared=False))
    used = _("集团内 {n} 家在用", n=found.used_by) if found.used_by else _("集团内还没有人用")
    cells.append(Cell(used, Status.INFO if found.used_by else None, compared=False))
    return Column(title, _("{n} 分", n=found.score), found.code, tuple(cells), verdict(found))


def verdict(found: CandidateView) -> Pill:
    """What is made of a candidate, in two words."""
    if found.blocked:
        return Pill(Status.BAD, _("不能直接采纳"))
    if found.issue is not None:
        return Pill(Status.NEAR, found.issue.label)
    if found.safe or (found.learned and found.score >= _GOOD):
        return Pill(Status.OK, _("建议采纳"))
    return Pill(Status.WARN, _("请核对"))


def finding_pill(finding: Finding) -> Pill:
    """A reason as a pill."""
    status = _MARKS[finding.fit]
    if finding.fit is Fit.DIFFERENT and finding.fact in _SOFT:
        status = Status.NEAR
    return Pill(status, finding.text)


def against(candidates: Sequence[CandidateView], chosen: CandidateView) -> list[Pill]:
    """What speaks against each of the other candidates that cannot be taken: one pill for each."""
    found = []
    for one in candidates:
        differs = [finding for finding in one.findings if finding.fit is Fit.DIFFERENT]
        if one is not chosen and one.blocked and differs:
            text = _("候选 {n} 不能采纳：{why}", n=one.rank, why=differs[0].text)
            found.append(Pill(Status.BAD, text))
    return found


def factor_words(unit: str, factor: int, base: str) -> str:
    """How the row's unit is counted in the item's smallest units."""
    if factor == 1 and unit == base:
        return _("本院按{unit}计", unit=unit)
    return _("本院 1 {unit} = {n} {base}", unit=unit, n=factor, base=base)


def state_pill(line: LocalLine) -> Pill:
    """The state of a row in the list."""
    if line.status is MapStatus.CONFLICT:
        return Pill(Status.NEAR, line.issue.label if line.issue else line.status.label)
    if line.status is MapStatus.CONFIRMED:
        return Pill(Status.OK, line.status.label)
    if line.status is MapStatus.CANDIDATE:
        if line.safe:
            return Pill(Status.OK, _("完全一致"))
        return Pill(Status.INFO, _("{n} 个候选", n=line.candidates))
    return Pill(Status.MUTE, line.status.label)


def second_line(line: LocalLine) -> str:
    """Specification and yearly value under a row's name."""
    parts = (line.spec, formats.yuan(line.value) if line.value else "", line.maker)
    return " · ".join(part for part in parts if part)


def _pack_words(unit: str, pack: int, spec: str) -> str:
    """What a row is counted in: its pack, or the piece that the specification counts."""
    if pack > 1 and f"{pack}{unit}" in "".join(spec.split()):
        return _("按{unit}计，一包装 {n} {unit}", unit=unit, n=pack)
    return _("{unit}，1 {unit} = {n}", unit=unit, n=pack)


def _cell(text: str, mark: Status | None = None) -> Cell:
    """A cell that is compared sign by sign, unless it is empty."""
    return Cell(text or formats.NONE, mark, compared=bool(text))


def _name(entry: Entry) -> str:
    return f"{entry.name}（{entry.trade}）" if entry.trade else entry.name


def _mark(found: CandidateView, fact: Fact) -> Status:
    """The mark of a row; a salt that differs marks the name."""
    wanted = {fact, Fact.SALT} if fact is Fact.NAME else {fact}
    fits = [one for one in found.findings if one.fact in wanted]
    if not fits:
        return Status.MUTE
    worst = max(fits, key=lambda one: list(_MARKS).index(one.fit))
    return finding_pill(worst).status
