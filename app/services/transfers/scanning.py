"""Trace codes scanned at dispatch: which lot each pack is of, and what is still to be picked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.stock.fefo import LotStock, allocate
from app.i18n import _
from app.models.receiving import TraceCode
from app.models.stock import Lot
from app.services.access import require
from app.services.db import Database, today
from app.services.receiving.trace_files import case_of, traced
from app.services.transfers.commands import SendPick
from app.services.transfers.owners import fitting
from app.services.transfers.sending import donor_stock
from app.services.transfers.stepping import Loaded, load, peek


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """What was scanned of one item so far, for the person: packs, of how many, and the lots."""

    name: str
    packs: int
    promised: int
    unit: str
    lots: str


@dataclass(frozen=True, slots=True)
class ScannedPacks:
    """Packs scanned at dispatch.

    Attributes:
        codes: Every trace code, cases opened.
        picks: What is sent: the scanned packs, and the rest first expiry first.
        lines: What was scanned, item by item.
    """

    codes: tuple[str, ...]
    picks: tuple[SendPick, ...]
    lines: tuple[ScannedLine, ...]


def scan_packs(
    db: Database, actor: Actor, where: tuple[int, int], before: Sequence[str], code: str
) -> ScannedPacks:
    """Add a scanned code to those before; a case adds all its packs.

    Args:
        db: The database.
        actor: A store keeper of the donor.
        where: Receiver and id of the transfer.
        before: Trace codes scanned so far.
        code: The scan; empty only sums up what was scanned.

    Raises:
        DomainError: No trace code, not in this store, used, scanned already, of an item that is
            not on the transfer, or more than was promised.
    """
    _receiver, donor = peek(db, *where)
    require(actor, Duty.STORE, donor)
    with db.read() as session:
        loaded = load(session, *where)
        codes = [*before, *_fresh(session, donor, before, code)] if code else list(before)
        return _summed(session, donor, loaded, codes)


def _fresh(session: Session, donor: int, before: Sequence[str], scanned: str) -> tuple[str, ...]:
    """The packs of a scan, each in the store and not scanned before."""
    code = traced(scanned)
    if not code:
        words = _("「{code}」不是追溯码。请扫包装上的追溯码。", code=scanned[:40])
        raise DomainError("trace.code", words)
    codes = case_of(session, code).packs or (code,)
    again = [one for one in codes if one in set(before)]
    if again:
        words = _("{code} 已经扫过，没有重复计数。", code=again[0])
        raise DomainError("trace.twice", words)
    here = set(
        session.scalars(
            select(TraceCode.code).where(
                TraceCode.org_id == donor, TraceCode.code.in_(codes), *_IN_STORE
            )
        )
    )
    missing = [one for one in codes if one not in here]
    if missing:
        words = _(
            "{code} 不在本机构库存里：没有入过库、已用掉或已调走。请换一盒。", code=missing[0]
        )
        raise DomainError("trace.not_here", words)
    return codes


_IN_STORE = (TraceCode.released_at.is_(None), TraceCode.used_at.is_(None))


def _summed(session: Session, donor: int, loaded: Loaded, codes: Sequence[str]) -> ScannedPacks:
    found = {row.code: row for row in session.scalars(
        select(TraceCode).where(TraceCode.org_id == donor, TraceCode.code.in_(codes))
    )}  # fmt: skip
    lines = {line.item_id: line for line in loaded.lines if line.confirmed}
    groups: dict[tuple[int, int], list[str]] = {}
    for code in codes:
        row = found.get(code)
        if row is None or row.item_id not in lines:
            raise DomainError("trace.other_item", _("{code} 不是这张单上的货。请放回。", code=code))
        groups.setdefault((row.item_id, row.lot_id), []).append(code)
    stock = donor_stock(session, donor, loaded)
    picks: list[SendPick] = []
    for (item, lot), mine in groups.items():
        factor = loaded.items[item].pack_factor
        picks += _of_lot(stock.get(item, ()), lines[item].line, lot, (mine, factor))
    told = []
    for item, line in lines.items():
        unit, factor = loaded.items[item], loaded.items[item].pack_factor
        packs = sum(len(mine) for (one, _lot), mine in groups.items() if one == item)
        if packs * factor > line.confirmed:
            words = _("{name} 答应调 {n} {unit}，扫了 {packs}。请放回多的。", name=unit.name,
                      n=line.confirmed // factor, unit=unit.pack_unit, packs=packs)  # fmt: skip
            raise DomainError("transfer.too_much", words)
        lots = _lot_names(session, [lot for one, lot in groups if one == item])
        told.append(ScannedLine(unit.name, packs, line.confirmed // factor, unit.pack_unit, lots))
    picks += _rest(session, loaded, stock, picks)
    return ScannedPacks(tuple(codes), tuple(picks), tuple(told))


def _of_lot(
    stock: Collection[LotStock], line: int, lot: int, packs: tuple[list[str], int]
) -> list[SendPick]:
    """The scanned packs of one lot out of the places where it lies."""
    codes, factor = packs
    rest = list(codes)
    picks = []
    for one in (x for x in stock if x.lot_id == lot):
        take = min(len(rest), one.qty // factor)
        if take:
            mine, rest = tuple(rest[:take]), rest[take:]
            picks.append(SendPick(line, lot, one.owner_id, one.place_id, take * factor, mine))
    if rest:
        words = _("{code} 这一批在账上不够了，或已冻结。请先盘点这一批。", code=rest[0])
        raise DomainError("transfer.lot", words)
    return picks


def _rest(
    session: Session,
    loaded: Loaded,
    stock: dict[int, tuple[LotStock, ...]],
    picks: Sequence[SendPick],
) -> list[SendPick]:
    """What was promised and not scanned, first expiry first; nothing where nothing was scanned."""
    if not picks:
        return []
    taken: dict[tuple[int, int, int], int] = {}
    for pick in picks:
        key = (pick.place_id, pick.lot_id, pick.owner_id)
        taken[key] = taken.get(key, 0) + pick.qty
    left = {
        item: tuple(
            replace(x, qty=x.qty - taken.get((x.place_id, x.lot_id, x.owner_id), 0)) for x in lots
        )
        for item, lots in stock.items()
    }
    may = fitting(session, loaded, left, picks)
    more: list[SendPick] = []
    for line in loaded.lines:
        need = line.confirmed - sum(pick.qty for pick in picks if pick.line == line.line)
        found = allocate(may.get(line.item_id, ()), need, today(session))
        more += [
            SendPick(line.line, x.stock.lot_id, x.stock.owner_id, x.stock.place_id, x.qty)
            for x in found.picks
        ]
    return more


def _lot_names(session: Session, lots: Collection[int]) -> str:
    return "、".join(
        session.scalars(select(Lot.lot_no).where(Lot.id.in_(lots)).order_by(Lot.lot_no))
    )
