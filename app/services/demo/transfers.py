"""Transfers of the demo: distances, one on its way, one to confirm, one to approve, loans out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import update

from app.domain.controlled import PSYCHOACTIVE
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle, TransferState, Urgency
from app.i18n import _
from app.models.transfer import Transfer
from app.services.demo.desk import Desk
from app.services.demo.sources import Goods
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    Confirm,
    Done,
    Paper,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.distances import set_route
from app.services.transfers.request import approve, confirm, request
from app.services.transfers.sending import send

_ROUTES: Final = (
    ("lead", "songyuan", 9, "每天两班"),
    ("lead", "wangyue", 6, "每天两班"),
    ("lead", "chenghu", 14, "周四班车"),
    ("lead", "qingyu", 42, "轮渡，周二周五"),
    ("songyuan", "wangyue", 11, "冷链箱当天"),
    ("songyuan", "chenghu", 24, "周四班车"),
    ("songyuan", "qingyu", 38, "轮渡，周二周五"),
    ("wangyue", "chenghu", 8, "当天"),
    ("wangyue", "qingyu", 36, "轮渡，周二周五"),
    ("chenghu", "qingyu", 28, "轮渡，周二周五"),
)
_APPROVER: Final = "zhoulq"


def open_transfers(desk: Desk, day: date) -> None:
    """Distances and transfers in every state that a store keeper meets."""
    for start, end, km, note in _ROUTES:
        pair = (desk.keeper(start).org_id, desk.keeper(end).org_id)
        set_route(desk.db, desk.actor("chenxy"), pair, km, note)
    special = PSYCHOACTIVE | {"toxic"}
    goods = [x for x in desk.goods if x.community and not x.cold and not special & x.flags]
    drugs = sorted((x for x in goods if x.item_class == "drug"), key=lambda x: -x.monthly)
    things = sorted((x for x in goods if x.item_class == "consumable"), key=lambda x: -x.monthly)
    _loan(desk, ("songyuan", "lead"), drugs[5], day, late=2)
    _loan(desk, ("wangyue", "lead"), drugs[6], day + timedelta(days=2))
    _loan(desk, ("qingyu", "chenghu"), drugs[7], day + timedelta(days=9))
    _taken(desk, ("songyuan", "lead"), things[4], TransferState.IN_TRANSIT)
    _taken(desk, ("qingyu", "chenghu"), things[5], TransferState.APPROVED)
    _taken(desk, ("songyuan", "wangyue"), things[6], TransferState.REVIEW)
    _taken(desk, ("chenghu", "songyuan"), things[7], TransferState.DONOR)


def _loan(desk: Desk, pair: tuple[str, str], item: Goods, back: date, late: int = 0) -> None:
    done = _ask(desk, pair, item, Kind.LOAN, back)
    if done is None:
        return
    done = _until(desk, pair, done, TransferState.IN_TRANSIT)
    if done.state is TransferState.IN_TRANSIT:
        receiver = desk.keeper(pair[0])
        command = Accept(new_op(), done.org_id, done.transfer_id, done.version)
        accept(desk.db, receiver, command)
    if late:
        _overdue(desk, done, back - timedelta(days=late))


def _overdue(desk: Desk, done: Done, back: date) -> None:
    """The loan was made some days ago: nobody may promise a day that has passed."""
    with desk.db.write() as session:
        session.execute(
            update(Transfer)
            .where(Transfer.org_id == done.org_id, Transfer.id == done.transfer_id)
            .values(return_by=back)
        )


def _taken(desk: Desk, pair: tuple[str, str], item: Goods, state: TransferState) -> None:
    done = _ask(desk, pair, item, Kind.TRANSFER, None)
    if done is not None:
        _until(desk, pair, done, state)


def _ask(
    desk: Desk, pair: tuple[str, str], item: Goods, kind: Kind, back: date | None
) -> Done | None:
    receiver, donor = desk.keeper(pair[0]), desk.keeper(pair[1])
    same = pair == ("qingyu", "chenghu")
    loan = kind is Kind.LOAN
    basis = Basis.SAME_PERSON if same else Basis.EMERGENCY if loan else Basis.APPROVED
    letter = Paper("approval", "云卫药调〔演示〕12 号", None, "批准文件.pdf", b"%PDF-1.4 demo")
    command = Request(
        new_op(), receiver.org_id, donor.org_id,
        (RequestLine(desk.items[item.code], 2 * item.pack),),
        kind=kind,
        urgency=Urgency.EMERGENCY if basis is Basis.EMERGENCY else Urgency.URGENT,
        basis=basis,
        settle=Settle.KIND if loan else Settle.NONE,
        reason=_("夜间抢救用完，先借后还") if loan else _("本周送货推迟，断货三天"),
        return_by=back,
        papers=(letter,) if basis is Basis.APPROVED else (),
    )  # fmt: skip
    return request(desk.db, receiver, command)


def _until(desk: Desk, pair: tuple[str, str], done: Done, state: TransferState) -> Done:
    """Go on with a request up to a state, as far as the shelves allow."""
    donor = desk.keeper(pair[1])
    if state is TransferState.DONOR:
        return done
    command = Confirm(new_op(), done.org_id, done.transfer_id, done.version)
    done = confirm(desk.db, donor, command)
    if state is TransferState.REVIEW:
        return done
    if done.state is TransferState.REVIEW:
        step = Step(new_op(), done.org_id, done.transfer_id, done.version)
        done = approve(desk.db, desk.actor(_APPROVER), step)
    if state is TransferState.APPROVED:
        return done
    try:
        return send(
            desk.db, donor,
            Send(new_op(), done.org_id, done.transfer_id, done.version, carrier=_("班车")),
        )  # fmt: skip
    except DomainError:
        return done  # a day on which the shelf is empty: it stays to be sent
