"""The list of goods scanned for use and not posted yet: pure state, undo by keeping what was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption import ConsumeLine
from app.services.consumption.scan import Scanned


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list.

    Attributes:
        key: Pack, or item and lot; a second scan of the same goods adds to the line.
        times: How often it was scanned.
    """

    key: str
    goods: Scanned
    times: int = 1

    @property
    def qty(self) -> int:
        """Smallest units."""
        return self.goods.line.qty

    @property
    def is_pack(self) -> bool:
        """Whether it is a labelled pack, used whole."""
        return bool(self.goods.line.pack_id)


class Draft:
    """What has been scanned; `op_id` is the intention that posting it carries out."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.op_id: UUID = new_op()
        self._before: list[tuple[Entry, ...]] = []

    def add(self, goods: Scanned) -> Entry:
        """Take a scan in.

        Raises:
            DomainError: The same label twice, or more than there is at the place.
        """
        key = key_of(goods)
        known = next((entry for entry in self.entries if entry.key == key), None)
        if known is not None and known.is_pack:
            raise DomainError("draft.twice", _("这个标签已经在本单里，没有重复计数。"))
        if known is None:
            entry = Entry(key, goods)
        else:
            line = replace(known.goods.line, qty=known.qty + goods.line.qty)
            entry = Entry(key, replace(goods, line=line), known.times + 1)
        _check_available(entry)
        self._keep((*(e for e in self.entries if e.key != key), entry))
        return entry

    def set_packs(self, key: str, packs: int) -> Entry:
        """Type another quantity, in packs; zero takes the line out of the list."""
        entry = next(entry for entry in self.entries if entry.key == key)
        if entry.is_pack:
            raise DomainError(
                "draft.pack", _("标签要整件使用，数量不能改。要少用，请不扫标签、改扫 69 码。")
            )
        if packs < 0:
            raise DomainError("quantity.positive", _("数量应大于 0。请改正数量。"))
        changed = with_qty(entry, packs * entry.goods.pack_factor)
        if packs:
            _check_available(changed)
        kept = (changed if e.key == key else e for e in self.entries)
        self._keep(tuple(e for e in kept if e.qty))
        return changed

    def give_reason(self, key: str, reason: str) -> None:
        """Say why a later lot is used before an earlier one."""
        self._keep(
            tuple(
                replace(e, goods=replace(e.goods, line=replace(e.goods.line, reason=reason)))
                if e.key == key
                else e
                for e in self.entries
            )
        )

    def undo(self) -> bool:
        """Take the last step back; False when there is none."""
        if not self._before:
            return False
        self.entries = self._before.pop()
        return True

    def lines(self) -> tuple[ConsumeLine, ...]:
        """For the command."""
        return tuple(entry.goods.line for entry in self.entries)

    def posted(self) -> None:
        """Begin a new list with a new intention."""
        self.entries = ()
        self._before.clear()
        self.op_id = new_op()

    def _keep(self, entries: tuple[Entry, ...]) -> None:
        self._before.append(self.entries)
        self.entries = entries
        self.op_id = new_op()


def key_of(goods: Scanned) -> str:
    """What makes two scans the same line."""
    line = goods.line
    return f"pack{line.pack_id}" if line.pack_id else f"{line.item_id}.{line.lot_id}"


def with_qty(entry: Entry, qty: int) -> Entry:
    """The entry with another quantity."""
    return replace(entry, goods=replace(entry.goods, line=replace(entry.goods.line, qty=qty)))


def _check_available(entry: Entry) -> None:
    goods = entry.goods
    if entry.is_pack or entry.qty <= goods.available:
        return
    factor = goods.pack_factor
    raise DomainError(
        "draft.short",
        _(
            "{name} 可用 {there} {unit}，要用 {need} {unit}。{advice}",
            name=f"{goods.name} {goods.lot_no}".strip(),
            there=goods.available // factor,
            need=-(-entry.qty // factor),
            unit=goods.pack_unit,
            advice=goods.locked or _("请核对数量，或先收货、调拨。"),
        ),
    )
