"""HIS 发药 against stock: FEFO for what was given, and returns to what they were given from.

The same simulation judges a file before it is imported and carries it out: what the preview
promises is what is booked. Rows are taken by day, gifts before returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.errors import DomainError
from app.domain.quantity import UnitChain
from app.domain.stock.fefo import LotStock, Pick, allocate, locked_words, lots_told
from app.domain.stock.levels import Key, Levels
from app.i18n import _


@dataclass(frozen=True, slots=True)
class DispenseRow:
    """One row of a dispensing file, understood.

    Attributes:
        row: 1-based row of the sheet.
        number: 发药单号.
        line: Line within it; number and line come once.
        qty: Smallest units; negative for a return.
        lot_no: As the file says; empty lets FEFO choose.
        origin: For a return, the 发药单号 that it takes back; empty looks for it.
        name: For messages.
        units: How the item is counted, for messages.
    """

    row: int
    number: str
    line: str
    item_id: int
    qty: int
    day: date
    lot_no: str = ""
    origin: str = ""
    name: str = ""
    units: UnitChain | None = None

    def told(self, qty: int) -> str:
        """A quantity of the item as people say it."""
        return self.units.text(qty) if self.units else f"{qty:,}"


@dataclass(slots=True)
class Given:
    """A ledger row of an earlier dispensing, as far as it was not taken back.

    Attributes:
        key: Ledger sequence number; negative for a row of this very file (its place in `gifts`).
        left: Units that can still come back.
    """

    key: int
    number: str
    item_id: int
    lot_id: int
    lot_no: str
    left: int
    day: date


@dataclass(frozen=True, slots=True)
class Gift:
    """Units taken from one lot for a row."""

    row: DispenseRow
    pick: Pick


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Units of a return row that go back to one ledger row."""

    row: DispenseRow
    key: int
    qty: int


@dataclass(slots=True)
class Counter:
    """The dispensing counter: stock by item, what was given before, and what this file does.

    Attributes:
        levels: The stock of each day, where rows are of earlier days: goods are given out of what
            lay there on that day and ever since. What comes back waits until the file is booked.
    """

    stock: dict[int, list[LotStock]]
    given: list[Given]
    levels: Levels | None = None
    gifts: list[Gift] = field(default_factory=list)
    returns: list[TakenBack] = field(default_factory=list)
    taken: dict[Key, int] = field(default_factory=dict)

    def give(self, row: DispenseRow) -> None:
        """Take the goods of a row; raises `DomainError` and takes nothing when there are none."""
        here = self.stock.get(row.item_id, [])
        wanted = [lot for lot in here if lot.lot_no == row.lot_no] if row.lot_no else here
        _check_lots(row, wanted)
        found = allocate(self._on(row.day, wanted), row.qty, row.day)
        if found.missing:
            there = row.qty - found.missing
            _check_days(row, wanted, there)
            raise DomainError(
                "stock.short.line",
                _(
                    "{name} 可用 {there}，要发 {need}，还差 {missing}。{advice}",
                    name=row.name, there=row.told(there), need=row.told(row.qty),
                    missing=row.told(found.missing),
                    advice=locked_words(wanted, row.day)
                    or _("请核对数量和批号，或先收货、调拨。"),
                ),
            )  # fmt: skip
        self.stock[row.item_id] = less(here, found.picks)
        for pick in found.picks:
            key = (pick.stock.place_id, pick.stock.lot_id)
            self.taken[key] = self.taken.get(key, 0) + pick.qty
            self.gifts.append(Gift(row, pick))
            self.given.append(
                Given(-len(self.gifts), row.number, row.item_id, pick.stock.lot_id,
                      pick.stock.lot_no, pick.qty, row.day)
            )  # fmt: skip

    def _on(self, day: date, lots: Sequence[LotStock]) -> Sequence[LotStock]:
        """Of each lot what lay there at the end of `day` and of every day since.

        Rows are served by day, so what this file took so far is missing on each of these days.
        """
        if self.levels is None:
            return lots
        room: dict[Key, int] = {}
        found = []
        for lot in lots:
            key = (lot.place_id, lot.lot_id)
            if key not in room:
                room[key] = self.levels.least(key, day) - self.taken.get(key, 0)
            part = max(0, min(lot.qty, room[key]))
            room[key] -= part
            found.append(replace(lot, qty=part))
        return found

    def take_back(self, row: DispenseRow) -> None:
        """Return the goods of a row to the lots they were given from."""
        sources = self._sources(row)
        need = -row.qty
        can = sum(one.left for one in sources)
        if can < need:
            raise DomainError(
                "dispense.too_much",
                _("{name} 还能退 {can}，要退 {need}。退的不能多于发的，请核对原发药单。",
                  name=row.name, can=row.told(can), need=row.told(need)),
            )  # fmt: skip
        for one in sources:
            part = min(need, one.left)
            if part:
                one.left -= part
                need -= part
                self.returns.append(TakenBack(row, one.key, part))

    def _sources(self, row: DispenseRow) -> list[Given]:
        """What the row may go back to: its dispensing number, else the lot that it names."""
        mine = [one for one in self.given if one.item_id == row.item_id and one.day <= row.day]
        number = row.origin or row.number
        by_number = [one for one in mine if one.number == number]
        if by_number:
            fitting = [one for one in by_number if row.lot_no in {"", one.lot_no}]
            if not fitting:
                lots = lots_told(one.lot_no for one in by_number)
                raise DomainError(
                    "dispense.other_lot",
                    _("{name} 原发药单 {number} 发的是批号 {lots}，不是 {lot}。请核对退回的包装。",
                      name=row.name, number=number, lots=lots, lot=row.lot_no),
                )  # fmt: skip
            return _newest_first(fitting)
        if row.origin or not row.lot_no:
            raise DomainError(
                "dispense.no_origin",
                _("{name} 没找到原发药单 {number}。请填原发药单号，或填退回包装上的批号。",
                  name=row.name, number=number),
            )  # fmt: skip
        return _newest_first([one for one in mine if one.lot_no == row.lot_no])


def in_order(rows: Iterable[DispenseRow]) -> list[DispenseRow]:
    """By day; of one day what was given before what came back."""
    return sorted(rows, key=lambda row: (row.day, row.qty < 0, row.row))


def less(stock: Sequence[LotStock], picks: Sequence[Pick]) -> list[LotStock]:
    """What is left once the picks are taken."""
    taken: dict[tuple[int, int, int], int] = {}
    for pick in picks:
        key = (pick.stock.place_id, pick.stock.lot_id, pick.stock.owner_id)
        taken[key] = taken.get(key, 0) + pick.qty
    return [replace(s, qty=s.qty - taken.get((s.place_id, s.lot_id, s.owner_id), 0)) for s in stock]


def _check_lots(row: DispenseRow, wanted: Sequence[LotStock]) -> None:
    if not row.lot_no:
        return
    if not wanted:
        raise DomainError(
            "lot.not_here",
            _("{name} 批号 {lot} 这里没有库存。请核对批号，或先收货。",
              name=row.name, lot=row.lot_no),
        )  # fmt: skip
    lot = wanted[0]
    if all(one.held for one in wanted):
        raise DomainError(
            "lot.held",
            _("{name} 批号 {lot} 已冻结，不能发出。请核对批号，或联系药库。",
              name=row.name, lot=row.lot_no),
        )  # fmt: skip
    if lot.expiry is not None and lot.expiry < row.day:
        raise DomainError(
            "lot.expired",
            _("{name} 批号 {lot} 在 {day} 已过期（{expiry}）。请核对批号和日期。",
              name=row.name, lot=row.lot_no, day=row.day, expiry=lot.expiry),
        )  # fmt: skip


def _check_days(row: DispenseRow, wanted: Sequence[LotStock], there: int) -> None:
    """Say so where there are goods now, but were not on the day they are said to be given."""
    if allocate(wanted, row.qty, row.day).missing:
        return
    raise DomainError(
        "dispense.before_receipt",
        _(
            "{name} 从 {day} 起算，账上最少时可用 {there}，要发 {need}；那天以后才入库、"
            "或当时已用掉的不能补发。请核对发药日期和批号，或补登入库。",
            name=row.name, day=row.day, there=row.told(there), need=row.told(row.qty),
        ),
    )  # fmt: skip


def _newest_first(rows: Sequence[Given]) -> list[Given]:
    """The latest gift first; those of this file after all that is booked."""
    return sorted(rows, key=lambda one: (one.day, one.key < 0, abs(one.key)), reverse=True)
