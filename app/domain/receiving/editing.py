"""What people type into an entry: quantity, lot, expiry, refusals, reasons, checks."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.quantity import MAX_QUANTITY
from app.domain.receiving.note import Goods
from app.domain.receiving.outcome import Choice
from app.domain.receiving.policy import is_expired, same_expiry
from app.domain.receiving.reading import Reading
from app.domain.receiving.transport import Transport
from app.domain.receiving.work import (
    Checks,
    Entry,
    Refusal,
    Session,
    Trace,
    Work,
    left,
    surplus,
)
from app.i18n import _

_LONGEST_LOT: Final = 30
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Refuse:
    """Units that go back.

    Attributes:
        key: The entry.
        units: How many smallest units.
        refusal: Why.
        note: More about it.
        lot_no: Lot of the refused goods when it is another than the entry's.
        expiry: Their expiry.
    """

    key: int
    units: int
    refusal: Refusal
    note: str = ""
    lot_no: str = ""
    expiry: date | None = None


def clean_lot(text: str) -> str:
    """A lot as it is kept: half width, no blanks around, capitals as printed.

    Raises:
        DomainError: Too long or with characters that no pack carries.
    """
    lot = unicodedata.normalize("NFKC", text).strip()
    if len(lot) > _LONGEST_LOT or any(unicodedata.category(sign)[0] == "C" for sign in lot):
        raise DomainError(
            "lot.form",
            _("批号「{lot}」不对。请照包装填，最多 {n} 个字符。", lot=lot[:20], n=_LONGEST_LOT),
        )
    return lot


def choose(session: Session, key: int) -> Session:
    """Make an entry the current one."""
    return session.then(replace(session.work, current=key))


def set_lot(session: Session, key: int, text: str) -> Session:
    """Another lot; an empty text wipes nothing."""
    lot = clean_lot(text)
    entry = session.work.entry(key)
    if not lot or lot == entry.lot_no:
        return session
    goods = session.work.goods(entry)
    known = goods.lots.get(lot)
    expiry = known or (entry.expiry or _stated(session.work, entry, lot))
    return session.then(session.work.put(replace(entry, lot_no=lot, expiry=expiry)))


def set_expiry(session: Session, key: int, expiry: date, today: date) -> Session:
    """Another expiry.

    Raises:
        DomainError: Past, or the lot is known with another one.
    """
    entry = session.work.entry(key)
    goods = session.work.goods(entry)
    if is_expired(expiry, today):
        raise DomainError(
            "expiry.expired",
            _(
                "已过期，不能入库。{what}，有效期至 {expiry}。放入退货区，按 F9 登记拒收。",
                what=f"{goods.name} {entry.lot_no}".strip(),
                expiry=shown(expiry),
            ),
        )
    known = goods.lots.get(entry.lot_no)
    if known is not None and not same_expiry(known, expiry):
        raise lot_conflict(entry.lot_no, known, expiry)
    changed = replace(entry, expiry=known or expiry, far_confirmed=False)
    return session.then(session.work.put(changed))


def lot_conflict(lot: str, known: date, new: date) -> DomainError:
    """The lot is known with another expiry."""
    return DomainError(
        "lot.expiry",
        _(
            "同一批号 {lot} 之前登记为 {old}，这次是 {new}。请核对包装。",
            lot=lot,
            old=shown(known),
            new=shown(new),
        ),
    )


def set_quantity(session: Session, key: int, units: int) -> Session:
    """Another accepted quantity.

    Raises:
        DomainError: Below zero or below what was read pack by pack.
    """
    if not 0 <= units <= MAX_QUANTITY:
        raise DomainError("quantity.range", _("数量应为 0 或更大的整数。请改正数量。"))
    entry = session.work.entry(key)
    read = sum(trace.units for trace in entry.traces)
    if 0 < units < read:
        goods = session.work.goods(entry)
        raise DomainError(
            "quantity.traces",
            _(
                "已经逐盒读了 {read} 的追溯码，实收不能少于它。要减，请按 Ctrl+Z 撤销扫码。",
                read=goods.text(read),
            ),
        )
    filled = _with_stated(session.work, entry) if units else entry
    traces = entry.traces if units else ()
    changed = replace(
        filled, accepted=units, gift=min(filled.gift, units), traces=traces, done=False
    )
    return session.then(session.work.put(changed))


def add_packs(session: Session, key: int, packs: int) -> Session:
    """One step of − or +; never below zero."""
    entry = session.work.entry(key)
    step = packs * session.work.goods(entry).pack_factor
    return set_quantity(session, key, max(0, entry.accepted + step))


def refuse(session: Session, command: Refuse) -> Session:
    """Record goods that go back; what was accepted of them is taken off.

    Raises:
        DomainError: No quantity, or more than the line has.
    """
    work = session.work
    entry = work.entry(command.key)
    open_units = left(work, entry)
    if command.units <= 0:
        raise DomainError("refuse.quantity", _("拒收数量应大于 0。请改正数量。"))
    if command.units > open_units + entry.accepted:
        goods = work.goods(entry)
        raise DomainError(
            "refuse.too_many",
            _(
                "这一行最多能拒收 {most}。请改正数量。",
                most=goods.text(open_units + entry.accepted),
            ),
        )
    if command.lot_no and entry.lot_no not in {"", command.lot_no}:
        return session.then(_refuse_apart(work, entry, command))
    taken = max(0, command.units - open_units)
    changed = _refused(
        replace(
            entry,
            lot_no=entry.lot_no or command.lot_no,
            expiry=entry.expiry or command.expiry,
            accepted=entry.accepted - taken,
            gift=min(entry.gift, entry.accepted - taken),
            traces=_within(entry, entry.accepted - taken),
        ),
        command,
    )
    return session.then(work.put(changed))


def _refused(entry: Entry, command: Refuse) -> Entry:
    note = command.note.strip()[:_LONGEST_REASON]
    return replace(
        entry,
        refused=entry.refused + command.units,
        refusal=command.refusal,
        reason=note or entry.reason,
    )


def _refuse_apart(work: Work, entry: Entry, command: Refuse) -> Work:
    """Another lot of the line goes back whole: it gets an entry of its own."""
    taken = max(0, command.units - left(work, entry))
    if taken:
        work = work.put(
            replace(
                entry,
                accepted=entry.accepted - taken,
                gift=min(entry.gift, entry.accepted - taken),
                traces=_within(entry, entry.accepted - taken),
            )
        )
    made = Entry(0, entry.note_line, entry.item_id, lot_no=command.lot_no, expiry=command.expiry)
    return work.insert(_refused(made, command))


def settle_surplus(session: Session, key: int, choice: Choice) -> Session:
    """What to do with units that are too many: gift, send back, or count back."""
    work = session.work
    entry = work.entry(key)
    extra = min(surplus(work, entry), entry.accepted - entry.gift)
    if extra <= 0:
        return session
    if choice is Choice.GIFT:
        return session.then(work.put(replace(entry, gift=entry.gift + extra)))
    less = replace(
        entry, accepted=entry.accepted - extra, traces=_within(entry, entry.accepted - extra)
    )
    if choice is Choice.RETURN:
        less = replace(less, refused=less.refused + extra, refusal=Refusal.SURPLUS)
    return session.then(work.put(less))


def _within(entry: Entry, units: int) -> tuple[Trace, ...]:
    """The traces that fit into `units`; the packs read last are the ones that go back."""
    kept: list[Trace] = []
    for trace in entry.traces:
        units -= trace.units
        if units < 0:
            break
        kept.append(trace)
    return tuple(kept)


def take_stranger(session: Session, goods: Goods, reading: Reading, units: int) -> Session:
    """Goods that are not on the note come in as a gift."""
    work = session.work
    if all(one.item_id != goods.item_id for one in work.all_goods()):
        work = replace(work, strangers=(*work.strangers, goods))
    known = goods.lots.get(reading.lot)
    made = Entry(
        0,
        0,
        goods.item_id,
        lot_no=reading.lot,
        expiry=known or reading.expiry,
        produced=reading.produced,
        accepted=units,
        gift=units,
        done=True,
    )
    return session.then(work.insert(made))


def confirm_far(session: Session, key: int, expiry: date | None = None) -> Session:
    """A far-off expiry was looked at: corrected to `expiry`, or right as it is."""
    entry = session.work.entry(key)
    changed = replace(entry, expiry=expiry or entry.expiry, far_confirmed=True)
    return session.then(session.work.put(changed))


def set_reason(session: Session, key: int, reason: str) -> Session:
    """Why the goods are taken nevertheless, or what a difference means."""
    entry = session.work.entry(key)
    return session.then(session.work.put(replace(entry, reason=reason.strip()[:_LONGEST_REASON])))


def set_checks(session: Session, key: int, checks: Checks) -> Session:
    """What was looked at."""
    return session.then(session.work.put(replace(session.work.entry(key), checks=checks)))


def set_transport(session: Session, transport: Transport) -> Session:
    """How the goods came."""
    return session.then(replace(session.work, transport=transport))


def finish_line(session: Session, key: int) -> Session:
    """Nothing more comes for this line; the next open one becomes current."""
    work = session.work
    done = work.put(replace(work.entry(key), done=True))
    return session.then(replace(done, current=next_open(done, key)))


def take_as_stated(session: Session, key: int) -> Session:
    """Accept what is still open of a line, with the lot and expiry that the note states."""
    work = session.work
    entry = work.entry(key)
    rest = left(work, entry)
    line = work.line_of(entry)
    if line is not None:
        payable = sum(one.accepted - one.gift for one in work.siblings(line.line))
        rest = min(rest, max(0, line.limit - payable))
    if rest <= 0:
        return session
    filled = _with_stated(work, entry)
    return session.then(work.put(replace(filled, accepted=entry.accepted + rest)))


def next_open(work: Work, key: int) -> int:
    """The next entry that something is still expected of, behind `key`, then from the top."""
    keys = [entry.key for entry in work.entries]
    start = keys.index(key) + 1 if key in keys else 0
    for other in (*keys[start:], *keys[:start]):
        entry = work.entry(other)
        ended = any(one.done for one in work.siblings(entry.note_line))
        if left(work, entry) and not ended:
            return other
    return key


def _with_stated(work: Work, entry: Entry) -> Entry:
    """The entry with the note's lot and expiry where it has none of its own."""
    line = work.line_of(entry)
    if line is None or entry.lot_no not in {"", line.lot_no}:
        return entry
    expiry = entry.expiry or work.goods(entry).lots.get(line.lot_no) or line.expiry
    return replace(
        entry, lot_no=line.lot_no, expiry=expiry, produced=entry.produced or line.produced
    )


def _stated(work: Work, entry: Entry, lot: str) -> date | None:
    line = work.line_of(entry)
    return line.expiry if line is not None and line.lot_no == lot else None
