"""Use goods: labelled packs whole, loose goods by FEFO, priced at the day of use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from app.domain.consumption.dispensing import less
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.quantity import checked
from app.domain.stock.fefo import LotStock, Pick, allocate, earlier_lot, locked_words
from app.i18n import _
from app.services.access import require
from app.services.consumption.commands import Consume, Consumed, ConsumeLine, Use
from app.services.consumption.packs import open_packs, where_it_lies
from app.services.consumption.two_persons import need_two
from app.services.consumption.using import post_use_last
from app.services.db import Database, today
from app.services.demand import DemandLine
from app.services.operations import claim
from app.services.receiving.second import keep_second, proved
from app.services.stock.available import lot_stock
from app.services.stock.names import ItemTold, items_told
from app.services.stock.places import virtual_place

_ATTEMPTS: Final = 3
"""FEFO is read before it is posted; when others were faster it is read again."""


def consume(db: Database, actor: Actor, command: Consume) -> Consumed:
    """Post the use of goods; all lines or none.

    Raises:
        DomainError: Not enough usable stock of a lot or item, a frozen or expired lot, a later
            lot without a reason; `problems` names every line. Or controlled drugs that nobody else
            has checked.
        ConflictError: A labelled pack was used before.
        NotAllowedError: The second person is nobody who may check them, or did not prove it.
    """
    require(actor, Duty.STORE, command.org_id)
    second = proved(db, actor, command.org_id, command.second)
    command = replace(command, second=None)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _consume_once(db, actor, command, second, again=attempt > 1)
        except DomainError as error:
            if error.code != "stock.short" or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _consume_once(
    db: Database, actor: Actor, command: Consume, second: Actor | None, *, again: bool
) -> Consumed:
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "consume", command)
        if earlier is not None:
            return Consumed.from_plain(earlier)
        need_two(session, {line.item_id for line in command.lines}, second)
        day = command.occurred_on or today(session)
        document_id = new_id()
        pick = pick_again if again else pick_all
        moves = pick(session, actor, command, document_id, day)
        use = Use(command.org_id, command.op_id, command.place_id, day, command.source,
                  command.note, document_id)  # fmt: skip
        keep_second(session, actor, command.org_id, command.op_id, second)
        answer = post_use_last(session, actor, use, moves, _demand(command, moves, day))
    return answer()


def _demand(command: Consume, moves: Sequence[Move], day: date) -> list[DemandLine]:
    given = Counter[int]()
    for move in moves:
        given[move.item_id] += move.qty
    return [
        DemandLine(line.item_id, day, line.qty, min(line.qty, given[line.item_id]))
        for line in command.lines
    ]


def pick_all(
    session: Session, actor: Actor, command: Consume, document_id: int, day: date
) -> list[Move]:
    """Moves without prices: packs first, then loose goods by FEFO out of what is left."""
    return _pick_all(session, actor, command, (document_id, day), look=False)


def pick_again(
    session: Session, actor: Actor, command: Consume, document_id: int, day: date
) -> list[Move]:
    """As `pick_all`, after the book had too little: labels' goods may have been put away."""
    return _pick_all(session, actor, command, (document_id, day), look=True)


def _pick_all(
    session: Session, actor: Actor, command: Consume, paper: tuple[int, date], *, look: bool
) -> list[Move]:
    document_id, day = paper
    if not command.lines:
        raise DomainError("consume.empty", _("还没有要登记的消耗。请先扫码。"))
    used = virtual_place(session, command.org_id, "consumed")
    moves: list[Move] = []
    packs = [line.pack_id for line in command.lines if line.pack_id]
    opened = open_packs(session, actor, command.org_id, packs, document_id) if packs else {}
    for number, line in enumerate(command.lines, 1):
        if line.pack_id:
            inside = opened[line.pack_id]
            if look:
                here = (command.org_id, command.place_id)
                inside = where_it_lies(session, here, inside, moves)
            moves += [replace(move, to_place=used, doc_line=number) for move in inside]
    loose = [(n, line) for n, line in enumerate(command.lines, 1) if not line.pack_id]
    moves += _pick_loose(session, command, loose, used, day)
    return moves


def _pick_loose(
    session: Session,
    command: Consume,
    lines: list[tuple[int, ConsumeLine]],
    used: int,
    day: date,
) -> list[Move]:
    if not lines:
        return []
    items = {line.item_id for _number, line in lines}
    stock = lot_stock(session, command.org_id, command.place_id, items)
    moves, problems = _pick_lines(lines, stock, {}, used, day)
    if problems:  # said again with the names, which nobody needs as long as all is well
        told = items_told(session, items)
        problems = _pick_lines(lines, stock, told, used, day)[1]
        refuse_if(problems, problems[0].code, _("没有记账。"))
    return moves


def _pick_lines(
    lines: list[tuple[int, ConsumeLine]],
    stock: Mapping[int, Sequence[LotStock]],
    told: Mapping[int, ItemTold],
    used: int,
    day: date,
) -> tuple[list[Move], list[Problem]]:
    left = {item: list(lots) for item, lots in stock.items()}
    problems: list[Problem] = []
    moves: list[Move] = []
    for number, line in lines:
        here = left.get(line.item_id, [])
        picks, problem = _pick_line(number, line, here, told.get(line.item_id, ItemTold()), day)
        problems += problem
        moves += [_move(number, line, pick, used) for pick in picks]
        left[line.item_id] = less(here, picks)
    return moves, problems


def _pick_line(
    number: int, line: ConsumeLine, stock: list[LotStock], told: ItemTold, day: date
) -> tuple[tuple[Pick, ...], list[Problem]]:
    checked(line.qty)
    wanted = [s for s in stock if s.lot_id == line.lot_id] if line.lot_id else stock
    problems = list(_lot_problems(number, line, wanted, stock, told.name, day))
    if problems:
        return (), problems
    found = allocate(wanted, line.qty, day)
    if found.missing:
        there = line.qty - found.missing
        text = _(
            "{name} 可用 {there}，要用 {need}，还差 {missing}。{advice}",
            name=told.name, there=told.qty(there), need=told.qty(line.qty),
            missing=told.qty(found.missing),
            advice=locked_words(wanted, day) or _("请核对数量，或先收货、调拨。"),
        )  # fmt: skip
        return (), [Problem("stock.short.line", text, row=number)]
    return found.picks, []


def _lot_problems(
    number: int,
    line: ConsumeLine,
    wanted: list[LotStock],
    stock: list[LotStock],
    name: str,
    day: date,
) -> Iterator[Problem]:
    if not line.lot_id or not wanted:
        return
    lot = wanted[0]
    if lot.held:
        text = _(
            "{name} 批号 {lot} 已冻结，不能使用。放入退货区，等候处理。", name=name, lot=lot.lot_no
        )
        yield Problem("lot.held", text, row=number)
    elif lot.expiry is not None and lot.expiry < day:
        text = _(
            "{name} 批号 {lot} 已过期（{expiry}），不能使用。放入退货区，做报损。",
            name=name, lot=lot.lot_no, expiry=lot.expiry,
        )  # fmt: skip
        yield Problem("lot.expired", text, row=number)
    first = earlier_lot(stock, lot, day)
    if first is not None and not line.reason.strip():
        text = _(
            "{name} 还有更早到期的批号 {lot}（{expiry}）。请先用那一批，或写明理由。",
            name=name, lot=first.lot_no, expiry=first.expiry,
        )  # fmt: skip
        yield Problem("lot.fefo", text, row=number)


def _move(number: int, line: ConsumeLine, pick: Pick, used: int) -> Move:
    return Move(
        item_id=line.item_id,
        lot_id=pick.stock.lot_id,
        owner_id=pick.stock.owner_id,
        from_place=pick.stock.place_id,
        to_place=used,
        qty=pick.qty,
        doc_line=number,
        reason=line.reason,
    )
