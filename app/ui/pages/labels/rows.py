"""Goods that can be labelled as rows of the page's table, and what may be typed into them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.domain.errors import DomainError
from app.domain.labels.plan import quantities
from app.i18n import _
from app.services.labels.commands import Candidate, LabelLine, Source
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.widgets.numbers import expiry_text

CHECKED: Final = "checked"
PER: Final = "per"
COUNT: Final = "count"


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the page: goods, packs per label, number of labels, whether to print.

    Attributes:
        candidate: The goods.
        source: Where they were chosen from.
        source_id: The acceptance, 0 for stock.
        packs: Packs per label.
        count: Labels.
        on: Whether they are printed.
    """

    candidate: Candidate
    source: Source
    source_id: int
    packs: int
    count: int
    on: bool

    @property
    def line(self) -> LabelLine:
        """What the service is asked for."""
        return LabelLine(self.candidate.lot, self.packs * self.candidate.pack_factor, self.count)

    @property
    def wanted(self) -> bool:
        """Whether this line gives labels."""
        return self.on and self.count > 0

    @property
    def key(self) -> object:
        """Identity of the row."""
        return (self.source.value, self.source_id, self.candidate.lot)

    def with_packs(self, packs: int) -> Choice:
        """Other packs per label; the number of labels follows."""
        if packs < 1:
            raise DomainError("label.per", _("每张标签至少 1 个包装。请改正。"))
        per_label = packs * self.candidate.pack_factor
        count = -(-self.candidate.free // per_label)
        return replace(self, packs=packs, count=count, on=count > 0)

    def with_count(self, count: int) -> Choice:
        """Another number of labels; refused where there are not so many goods."""
        quantities(self.candidate.free, self.packs * self.candidate.pack_factor, count)
        return replace(self, count=count, on=count > 0)


def choice(candidate: Candidate, source: Source, source_id: int) -> Choice:
    """The proposal for goods: all that is free, in round numbers."""
    packs = candidate.per_label // candidate.pack_factor
    return Choice(candidate, source, source_id, packs, candidate.labels, candidate.free > 0)


def columns() -> tuple[Column, ...]:
    """The columns of the page's table."""
    return (
        Column(key=CHECKED, title="", kind=Kind.CHECK, width=36, editable=True),
        Column(key="goods", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=90, stretch=True),
        Column(key="lot", title=_("批号 / 有效期"), kind=Kind.TWO_LINE, width=112),
        Column(key="qty", title=_("可贴"), kind=Kind.QTY, width=76),
        Column(key=PER, title=_("每张"), kind=Kind.NUMBER, width=56, editable=True),
        Column(key=COUNT, title=_("张数"), kind=Kind.NUMBER, width=56, editable=True),
    )


def row(one: Choice) -> Row:
    """One line of the table."""
    goods = one.candidate
    packs, rest = divmod(goods.free, goods.pack_factor)
    left: Cell = Qty(f"{packs:,}", goods.pack_unit)
    if rest:
        left = Qty(f"{goods.free:,}", goods.base_unit)
    if not goods.free:
        left = Pill(Status.OK, _("已贴"), bare=True)
    lot = Two(goods.lot_no or "—", expiry_text(goods.expiry) if goods.expiry else "—")
    return Row(
        key=one.key,
        cells=(
            one.on,
            Two(goods.name, _spec(goods)),
            lot,
            left,
            str(one.packs),
            str(one.count) if one.count else "—",
        ),
        record=one,
        raw=(one.on, goods.name, goods.lot_no, goods.free, one.packs, one.count),
    )


def _spec(goods: Candidate) -> str:
    """The specification, with the storage where it is not the usual one."""
    words = {"cool": _("阴凉"), "cold": _("冷链"), "frozen": _("冷冻")}
    storage = words.get(goods.storage, "")
    return " · ".join(part for part in (goods.spec, storage) if part)


def edited(before: Row, column: str, value: object) -> Row:
    """The row after a cell was edited; raises `DomainError` with what may be typed."""
    one = before.record
    assert isinstance(one, Choice)  # noqa: S101 - rows of this table are made here
    if column == CHECKED:
        on = bool(value)
        if on and not one.candidate.free:
            raise DomainError("label.done", _("这批货已经全部贴过标签。要再印一份，请用「补打」。"))
        count = one.count or one.candidate.labels
        return row(replace(one, on=on, count=count if on else one.count))
    number = _whole(value)
    return row(one.with_packs(number) if column == PER else one.with_count(number))


def _whole(value: object) -> int:
    """A whole number from what was typed."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 7:  # noqa: PLR2004 - no such label run
        raise DomainError("label.number", _("「{text}」不是整数。请填如 5 的数。", text=text))
    return int(text)
