"""What has been counted of a delivery so far: immutable, so that undo is exact.

A `Work` holds one entry per lot. Every change makes a new `Work`; `Session` keeps the earlier ones.
Quantities are smallest units and never negative. All totals of a note line are sums over its
entries, so the order in which packs are scanned does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final

from app.domain import money
from app.domain.receiving.note import Goods, Note, NoteLine
from app.domain.receiving.transport import Transport
from app.i18n import N_, _

_MOST_UNDO: Final = 500


class Refusal(StrEnum):
    """Why goods go back."""

    EXPIRED = "expired"
    RECALLED = "recalled"
    NEAR = "near"
    DAMAGED = "damaged"
    COLD_CHAIN = "cold_chain"
    WRONG_LOT = "wrong_lot"
    WRONG_GOODS = "wrong_goods"
    PAPERS = "papers"
    SURPLUS = "surplus"
    TRACE = "trace"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The reason in the person's language."""
        return _(_REFUSALS[self])


_REFUSALS: Final = {
    Refusal.EXPIRED: N_("已过期"),
    Refusal.RECALLED: N_("批号已冻结或召回"),
    Refusal.NEAR: N_("效期太近"),
    Refusal.DAMAGED: N_("破损、污染"),
    Refusal.COLD_CHAIN: N_("冷链超温或没有记录"),
    Refusal.WRONG_LOT: N_("批号与送货单不符"),
    Refusal.WRONG_GOODS: N_("品种、规格或厂家不符"),
    Refusal.PAPERS: N_("缺检验报告等资料"),
    Refusal.SURPLUS: N_("多送"),
    Refusal.TRACE: N_("追溯码重复，可能是回流药"),
    Refusal.OTHER: N_("其他"),
}


class Result(StrEnum):
    """How an entry stands."""

    WAITING = "waiting"
    SCANNING = "scanning"
    OK = "ok"
    SHORT = "short"
    OVER = "over"
    REFUSED = "refused"
    LOT = "lot"
    GIFT = "gift"

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected."""
        return self not in {Result.WAITING, Result.SCANNING, Result.OVER}

    @property
    def differs(self) -> bool:
        """Whether the goods differ from the note."""
        return self in {Result.SHORT, Result.OVER, Result.REFUSED, Result.LOT, Result.GIFT}


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace code or serial that was read, when, and for how many units it stands."""

    code: str
    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Checks:
    """What the acceptor looked at."""

    outer: bool = True
    matches: bool = True
    report: bool = False

    @property
    def count(self) -> int:
        """How many of the three are ticked."""
        return self.outer + self.matches + self.report


@dataclass(frozen=True, slots=True)
class Entry:
    """One lot of one item.

    Attributes:
        key: Number within the work, from 1; never used twice.
        note_line: Line of the note, 0 for goods that are not on it.
        item_id: 品规.
        lot_no: Lot on the pack, empty while unknown.
        expiry: Expiry on the pack.
        produced: Day of production.
        accepted: Units taken in, gifts included.
        refused: Units that go back.
        gift: How many of the accepted come free, beyond what was ordered.
        refusal: Why units go back.
        reason: Why it is taken nevertheless (near expiry), or what a difference means.
        traces: Trace codes and serials read.
        checks: What was looked at.
        done: The person said that nothing more comes.
        far_confirmed: A far-off expiry was confirmed.
    """

    key: int
    note_line: int
    item_id: int
    lot_no: str = ""
    expiry: date | None = None
    produced: date | None = None
    accepted: int = 0
    refused: int = 0
    gift: int = 0
    refusal: Refusal | None = None
    reason: str = ""
    traces: tuple[Trace, ...] = ()
    checks: Checks = field(default_factory=Checks)
    done: bool = False
    far_confirmed: bool = False

    @property
    def counted(self) -> int:
        """Units that were looked at, gifts left out."""
        return self.accepted - self.gift + self.refused

    @property
    def touched(self) -> bool:
        """Whether something was counted or the line was ended."""
        return bool(self.accepted or self.refused or self.done)


@dataclass(frozen=True)
class Work:
    """A delivery with everything that was counted.

    Attributes:
        note: What the supplier states.
        entries: Counted lots; the first of each note line stands in the note's order.
        current: Key of the entry that the person works on, 0 for none.
        transport: How the goods came.
        strangers: Facts of goods that are not on the note.
    """

    note: Note
    entries: tuple[Entry, ...]
    current: int = 0
    transport: Transport = field(default_factory=Transport)
    strangers: tuple[Goods, ...] = ()

    def entry(self, key: int) -> Entry:
        """The entry with this key; raises `KeyError`."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        raise KeyError(key)

    def goods(self, entry: Entry) -> Goods:
        """The facts of an entry's goods; raises `KeyError` for goods never seen here."""
        return self._goods[entry.item_id]

    @cached_property
    def _goods(self) -> dict[int, Goods]:
        # the note's own word comes before what was looked up later
        return {goods.item_id: goods for goods in reversed(list(self.all_goods()))}

    def all_goods(self) -> Iterator[Goods]:
        """Goods of the note, then the others."""
        for line in self.note.lines:
            yield line.goods
        yield from self.strangers

    def line_of(self, entry: Entry) -> NoteLine | None:
        """The note's line of an entry."""
        return self.note.line(entry.note_line)

    def siblings(self, note_line: int) -> tuple[Entry, ...]:
        """All entries of a note line."""
        return self._siblings.get(note_line, ())

    @cached_property
    def _siblings(self) -> dict[int, tuple[Entry, ...]]:
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.note_line, []).append(entry)
        return {line: tuple(entries) for line, entries in found.items()}

    def put(self, entry: Entry) -> Work:
        """The work with one entry replaced."""
        changed = tuple(entry if one.key == entry.key else one for one in self.entries)
        return replace(self, entries=changed, current=entry.key)

    def insert(self, entry: Entry) -> Work:
        """The work with a further entry, behind its siblings; its key is given here."""
        keyed = replace(entry, key=max((one.key for one in self.entries), default=0) + 1)
        place = max(
            (n for n, one in enumerate(self.entries) if one.note_line == entry.note_line),
            default=len(self.entries) - 1,
        )
        entries = (*self.entries[: place + 1], keyed, *self.entries[place + 1 :])
        return replace(self, entries=entries, current=keyed.key)

    def trace(self, code: str) -> Trace | None:
        """The trace code if it was read in this work."""
        for entry in self.entries:
            for trace in entry.traces:
                if trace.code == code:
                    return trace
        return None


def begin(note: Note, transport: Transport | None = None) -> Work:
    """The work before anything is counted: one entry per line."""
    entries = tuple(
        Entry(key=number, note_line=line.line, item_id=line.goods.item_id)
        for number, line in enumerate(note.lines, 1)
    )
    return Work(note, entries, 0, transport or Transport(arrived_at=note.arrived_at))


def expected(work: Work, entry: Entry) -> int:
    """Units that this entry should have: what the line states less what other lots brought."""
    line = work.line_of(entry)
    if line is None:
        return 0
    siblings = work.siblings(entry.note_line)
    if siblings[0].key != entry.key:
        return entry.counted
    return max(0, line.qty - sum(one.counted for one in siblings[1:]))


def surplus(work: Work, entry: Entry) -> int:
    """Units of the note line that are too many and not settled as gift or return yet."""
    line = work.line_of(entry)
    if line is None:
        return entry.accepted - entry.gift
    siblings = work.siblings(entry.note_line)
    payable = sum(one.accepted - one.gift for one in siblings)
    returned = sum(one.refused for one in siblings if one.refusal is not Refusal.SURPLUS)
    return max(0, payable - line.limit, payable + returned - line.qty)


def left(work: Work, entry: Entry) -> int:
    """Units that are still to come for this entry's line."""
    line = work.line_of(entry)
    if line is None:
        return 0
    return max(0, line.qty - sum(one.counted for one in work.siblings(entry.note_line)))


def result_of(work: Work, entry: Entry) -> Result:
    """How an entry stands, for its pill."""
    if surplus(work, entry) and entry.accepted:
        return Result.OVER
    if entry.refused and not entry.accepted and entry.counted >= expected(work, entry):
        return Result.REFUSED
    if not entry.touched:
        return Result.SCANNING if work.current == entry.key else Result.WAITING
    if left(work, entry) and not _line_done(work, entry):
        return Result.SCANNING
    return _settled(work, entry)


def _settled(work: Work, entry: Entry) -> Result:
    if entry.refused:
        return Result.REFUSED
    if entry.gift:
        return Result.GIFT
    if left(work, entry):
        return Result.SHORT
    return Result.LOT if _other_lot(work, entry) else Result.OK


def _line_done(work: Work, entry: Entry) -> bool:
    return any(one.done for one in work.siblings(entry.note_line))


def _other_lot(work: Work, entry: Entry) -> bool:
    line = work.line_of(entry)
    return bool(line and line.lot_no and entry.lot_no and entry.lot_no != line.lot_no)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of entries by how they stand, and the value taken in.

    `settled` are those that nothing more is expected of; goods that are too many wait for a
    decision and do not count as settled.
    """

    ok: int
    differ: int
    scanning: int
    waiting: int
    settled: int
    amount: Decimal

    @property
    def total(self) -> int:
        """All entries."""
        return self.ok + self.differ + self.scanning + self.waiting


def tally(work: Work) -> Tally:
    """Counts for the foot of the list."""
    results = [result_of(work, entry) for entry in work.entries]
    return Tally(
        ok=results.count(Result.OK),
        differ=sum(result.differs for result in results),
        scanning=results.count(Result.SCANNING),
        waiting=results.count(Result.WAITING),
        settled=sum(result.settled for result in results),
        amount=sum((amount(work, entry) for entry in work.entries), Decimal(0)),
    )


def amount(work: Work, entry: Entry) -> Decimal:
    """What the accepted goods of an entry cost; gifts are free."""
    line = work.line_of(entry)
    price = (line.unit_price or line.note_price) if line else None
    if line is None or price is None:
        return Decimal(0)
    return money.amount(price, entry.accepted - entry.gift, line.price_factor)


@dataclass(frozen=True, slots=True)
class Session:
    """A work with its past and what was undone of it."""

    work: Work
    past: tuple[Work, ...] = ()
    future: tuple[Work, ...] = ()

    def then(self, work: Work) -> Session:
        """The session after a change; a change that changes nothing is not remembered."""
        if work == self.work:
            return self
        if replace(work, current=0) == replace(self.work, current=0):
            return replace(self, work=work)
        return Session(work, (*self.past[-_MOST_UNDO:], self.work))

    def undo(self) -> Session:
        """The session before the last change; itself when there is none."""
        if not self.past:
            return self
        return Session(self.past[-1], self.past[:-1], (*self.future, self.work))

    def redo(self) -> Session:
        """The last undone change, done again."""
        if not self.future:
            return self
        return Session(self.future[-1], (*self.past, self.work), self.future[:-1])


def units(entries: Iterable[Entry]) -> int:
    """Units accepted by all of the entries."""
    return sum(entry.accepted for entry in entries)
