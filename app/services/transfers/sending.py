"""The donor sends: lots picked, the cold chain begun, goods booked from the shelf onto the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.ledger import Move
from app.domain.quantity import checked
from app.domain.receiving.policy import temperature_range
from app.domain.receiving.transport import Mode
from app.domain.stock.fefo import LotStock, allocate, locked_words
from app.domain.transfers.states import TransferState, check
from app.i18n import _
from app.models.transfer import TransferLot
from app.services.access import require
from app.services.db import Database, now, today
from app.services.receiving.second import keep_second, proved
from app.services.stock.available import lot_stock
from app.services.stock.costing import at_cost
from app.services.stock.places import main_place, virtual_place
from app.services.stock.posting import Posting, post
from app.services.transfers.commands import Clear, Done, Send, SendPick
from app.services.transfers.owners import check_owners, fitting, other_owner
from app.services.transfers.stepping import Loaded, advance, check_legal, end, load, peek, unit
from app.services.transfers.traces import come_back, send_off
from app.services.transfers.two_persons import need_second


def send(db: Database, actor: Actor, command: Send) -> Done:
    """Book the goods out of the donor's shelf onto the way.

    Raises:
        DomainError: Not enough of a promised item, a frozen or expired lot, more than was
            promised, a cold chain without box, logger and temperature, or controlled drugs
            without a second person.
    """
    _receiver, donor = peek(db, command.org_id, command.transfer_id)
    require(actor, Duty.STORE, donor)
    second = proved(db, actor, donor, command.second)
    op = (command.op_id, "transfer.send", replace(command, second=None))
    with unit(db, actor, donor, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        check(TransferState(loaded.head.status), TransferState.IN_TRANSIT)
        check_legal(session, loaded)
        _check_cold(loaded, command)
        stock = donor_stock(session, donor, loaded)
        picks = command.picks or _by_expiry(session, loaded, stock)
        _check_picks(session, loaded, picks, stock)
        check_owners(session, loaded, picks)
        lines = {line.line: line for line in loaded.lines}
        need_second(loaded, [lines[pick.line].item_id for pick in picks], second)
        advance(
            session, loaded, TransferState.IN_TRANSIT, command.version,
            sent_at=now(session), sent_by=actor.person_id, mode=command.mode or None,
            carrier=command.carrier.strip() or None, record_no=command.record_no.strip() or None,
            sent_temperature=command.temperature,
        )  # fmt: skip
        send_off(session, loaded, picks)
        _post(session, actor, command, loaded, picks)
        keep_second(session, actor, donor, command.op_id, second)
        return end(session, actor, donor, op, loaded.head)


def clear(db: Database, actor: Actor, command: Clear) -> Done:
    """Book refused or missing goods at the donor: back on the shelf, or lost."""
    _receiver, donor = peek(db, command.org_id, command.transfer_id)
    require(actor, Duty.STORE, donor)
    second = proved(db, actor, donor, command.second)
    op = (command.op_id, "transfer.clear", replace(command, second=None))
    with unit(db, actor, donor, op) as (session, earlier):
        if earlier is not None:
            return earlier
        loaded = load(session, command.org_id, command.transfer_id)
        key = (command.org_id, command.transfer_id, command.n)
        lot = session.get(TransferLot, key, with_for_update=True)
        arrived = loaded.head.status not in {TransferState.IN_TRANSIT, TransferState.APPROVED}
        left = 0 if lot is None or not arrived else lot.refused + lot.missing - lot.cleared
        if lot is None or not 0 < command.qty <= left:
            raise DomainError(
                "transfer.clear", _("这一批还有 {n} 没处理。请改数量，或刷新后再看。", n=left)
            )
        need_second(loaded, [lot.item_id], second)
        lot.cleared += command.qty
        if not command.lost:
            come_back(session, loaded, lot, command.qty)
        way = virtual_place(session, donor, "transit")
        end_place = virtual_place(session, donor, "lost") if command.lost else lot.from_place
        move = Move(
            item_id=lot.item_id, lot_id=lot.lot_id, owner_id=lot.owner_id, from_place=way,
            to_place=end_place, qty=command.qty, unit_price=lot.unit_price,
            price_factor=lot.price_factor, doc_line=lot.line,
            reason=_("在途丢失") if command.lost else _("退回"),
        )  # fmt: skip
        day = today(session)
        post(
            session, actor,
            Posting(donor, command.op_id, DocKind.TRANSFER, loaded.head.id, day, [move]),
        )  # fmt: skip
        keep_second(session, actor, donor, command.op_id, second)
        return end(session, actor, donor, op, loaded.head)


def donor_stock(session: Session, donor: int, loaded: Loaded) -> dict[int, tuple[LotStock, ...]]:
    """What the donor has of the items on a transfer, in its main store and below."""
    items = {line.item_id for line in loaded.lines}
    return lot_stock(session, donor, main_place(session, donor), items)


def _by_expiry(
    session: Session, loaded: Loaded, stock: dict[int, tuple[LotStock, ...]]
) -> tuple[SendPick, ...]:
    picks: list[SendPick] = []
    problems: list[Problem] = []
    day, may = today(session), fitting(session, loaded, stock)
    for line in loaded.lines:
        if not line.confirmed:
            continue
        found = allocate(may.get(line.item_id, ()), line.confirmed, day)
        if found.missing:
            text = _(
                "{name} 答应调 {need}，现在可用 {there}。{locked}请补货后再发；"
                "等不及的，写明理由取消，请对方按现有的数重新申请。",
                name=loaded.items[line.item_id].name,
                need=loaded.told(line.item_id, line.confirmed),
                there=loaded.told(line.item_id, line.confirmed - found.missing),
                locked=locked_words(stock.get(line.item_id, ()), day),
            )  # fmt: skip
            if not allocate(stock.get(line.item_id, ()), line.confirmed, day).missing:
                text = other_owner(session, loaded, line.item_id)
            problems.append(Problem("transfer.short", text, line.line))
        picks += [
            SendPick(line.line, x.stock.lot_id, x.stock.owner_id, x.stock.place_id, x.qty)
            for x in found.picks
        ]
    refuse_if(problems, "transfer.short", _("没有发出。"))
    return tuple(picks)


def _check_picks(
    session: Session,
    loaded: Loaded,
    picks: Sequence[SendPick],
    stock: dict[int, tuple[LotStock, ...]],
) -> None:
    """Every pick is usable goods of the line's item, and no line sends more than was promised."""
    lines = {line.line: line for line in loaded.lines}
    total: dict[int, int] = {}
    problems: list[Problem] = []
    day = today(session)
    for pick in picks:
        checked(pick.qty)
        line = lines.get(pick.line)
        here = stock.get(line.item_id, ()) if line else ()
        key = (pick.place_id, pick.lot_id, pick.owner_id)
        lot = next((x for x in here if (x.place_id, x.lot_id, x.owner_id) == key), None)
        if line is None or lot is None or not lot.usable(day):
            text = _("这一批不在可用库存里，或已冻结、过期。请重新扫码。")
            problems.append(Problem("transfer.lot", text, pick.line))
            continue
        total[pick.line] = total.get(pick.line, 0) + pick.qty
        if total[pick.line] > line.confirmed:
            text = _(
                "{name} 答应调 {n}，扫了 {qty}。请去掉多的。",
                name=loaded.items[line.item_id].name, n=loaded.told(line.item_id, line.confirmed),
                qty=loaded.told(line.item_id, total[pick.line]),
            )  # fmt: skip
            problems.append(Problem("transfer.too_much", text, pick.line))
    refuse_if(problems, "transfer.picks", _("没有发出。"))
    if not total:
        raise DomainError("transfer.empty", _("还没有要发出的货。请先扫码。"))


def _check_cold(loaded: Loaded, command: Send) -> None:
    problems = []
    for line in loaded.lines:
        item = loaded.items[line.item_id]
        limits = temperature_range(item.storage)
        if limits is None or not line.confirmed:
            continue
        known = {mode.value for mode in Mode}
        if command.mode not in known or not command.record_no.strip():
            text = _("{name} 是冷链品。请选冷藏方式，并填温度记录编号。", name=item.name)
            problems.append(Problem("cold.missing", text, line.line, _("冷链")))
        elif command.temperature is None or not limits[0] <= command.temperature <= limits[1]:
            text = _(
                "{name} 启运温度应在 {low}–{high} ℃。请等箱内温度合格再发。",
                name=item.name, low=limits[0], high=limits[1],
            )  # fmt: skip
            problems.append(Problem("cold.range", text, line.line, _("启运温度")))
    refuse_if(problems, "transfer.cold", _("没有发出。"))


def _post(
    session: Session, actor: Actor, command: Send, loaded: Loaded, picks: Sequence[SendPick]
) -> None:
    head = loaded.head
    donor = head.donor_id
    way = virtual_place(session, donor, "transit")
    lines = {line.line: line for line in loaded.lines}
    moves = [
        Move(
            item_id=lines[pick.line].item_id, lot_id=pick.lot_id, owner_id=pick.owner_id,
            from_place=pick.place_id, to_place=way, qty=pick.qty, doc_line=pick.line,
        )
        for pick in picks
    ]  # fmt: skip
    moves = at_cost(session, donor, moves)
    for number, (pick, move) in enumerate(zip(picks, moves, strict=True), 1):
        lines[pick.line].sent += pick.qty
        session.add(
            TransferLot(
                org_id=head.org_id,
                transfer_id=head.id,
                n=number,
                line=pick.line,
                item_id=move.item_id,
                lot_id=pick.lot_id,
                owner_id=pick.owner_id,
                to_owner=head.org_id if pick.owner_id == donor else pick.owner_id,
                from_place=pick.place_id,
                qty=pick.qty,
                unit_price=move.unit_price,
                price_factor=move.price_factor,
                traces=list(pick.traces),
            )
        )
    session.flush()
    day = today(session)
    post(session, actor, Posting(donor, command.op_id, DocKind.TRANSFER, head.id, day, moves))


def sent_lots(session: Session, loaded: Loaded) -> tuple[TransferLot, ...]:
    """The lots that were sent, in their order."""
    return tuple(
        session.scalars(
            select(TransferLot)
            .where(
                TransferLot.org_id == loaded.head.org_id,
                TransferLot.transfer_id == loaded.head.id,
            )
            .order_by(TransferLot.n)
            .execution_options(populate_existing=True)
        )
    )
