"""Transfers and loans as people look at them: where each is, what is out, whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.domain.controlled import RESCUE
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import amount
from app.domain.transfers import legal
from app.domain.transfers.legal import Basis
from app.domain.transfers.netting import ageing
from app.domain.transfers.states import (
    OPEN_LOAN,
    Kind,
    Settle,
    TransferState,
    Urgency,
    shown,
)
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Lot
from app.models.transfer import Transfer, TransferLine, TransferLot, TransferPaper
from app.services.db import Database, local_time, today
from app.services.queries.goods import GoodsRow, of_item
from app.services.transfers.numbers import by_number
from app.services.transfers.owed import SettledRow, owed, settlements

_MOST: Final = 500
VIEWS: Final = ("", "open", "way", "loans", "closed")


@dataclass(frozen=True, slots=True)
class LineRow(GoodsRow):
    """An item of a transfer."""

    line: int
    storage: str
    wanted: int
    confirmed: int
    sent: int
    accepted: int
    returned: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot that was sent."""

    n: int
    line: int
    item_id: int
    name: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    storage: str
    lot_no: str
    expiry: date | None
    qty: int
    accepted: int
    refused: int
    missing: int
    cleared: int
    traces: tuple[str, ...]
    controlled: str

    @property
    def open_units(self) -> int:
        """Refused or missing units that the donor has not booked yet."""
        return self.refused + self.missing - self.cleared


@dataclass(frozen=True, slots=True)
class PaperRow:
    """An attached document."""

    id: int
    kind: str
    number: str
    name: str
    issued_on: date | None
    digest: str


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer.

    Attributes:
        state: As people see it: an overdue loan says so.
        next_step: Whose turn it is: receiver, donor, group, or empty.
        value: Value of what was asked (or sent, once it was).
        open_units: Units of a loan that are still out.
        differs: Units refused or missing that the donor has not booked yet.
        report: Whether the authorities have to be told of what came and no report is attached.
    """

    org_id: int
    org: str
    donor_id: int
    donor: str
    id: int
    no: str
    kind: Kind
    state: TransferState
    stored: TransferState
    urgency: Urgency
    basis: Basis
    basis_note: str
    settle: Settle
    reason: str
    due_on: date | None
    return_by: date | None
    patient_ref: str
    address: str
    created_at: datetime
    sent_at: datetime | None
    note: str
    version: int
    next_step: str
    value: Decimal
    open_units: int
    differs: int
    report: bool
    created_by: int
    lines: tuple[LineRow, ...]

    @property
    def title(self) -> str:
        """The first item, and how many more."""
        first = self.lines[0].name if self.lines else "—"
        more = len(self.lines) - 1
        return _("{first} 等 {n} 种", first=first, n=more + 1) if more > 0 else first


@dataclass(frozen=True, slots=True)
class LoanRow:
    """What one member still owes another of an item.

    Attributes:
        own: Units of `left` that were the lender's own; the rest is a supplier's.
        price: What the lender would take for them.
    """

    org_id: int
    org: str
    donor_id: int
    donor: str
    transfer_id: int
    no: str
    line: int
    item_id: int
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    borrowed: int
    returned: int
    left: int
    return_by: date | None
    overdue_days: int
    age: str
    version: int
    own: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class TransferDetail:
    """A transfer with its lots and papers."""

    head: TransferRow
    lots: tuple[LotRow, ...]
    papers: tuple[PaperRow, ...]
    settled: tuple[SettledRow, ...]


def transfers(
    db: Database, actor: Actor, orgs: Collection[int], view: str = ""
) -> tuple[TransferRow, ...]:
    """Transfers in which the organisations take part, newest first.

    Args:
        db: The database.
        actor: Who asks; organisations without READ are left out, suppliers see nothing.
        orgs: The scope.
        view: open (not closed), way (in transit), loans (something still out), closed.
    """
    if view not in VIEWS:
        raise DomainError(
            "transfer.view", _("没有「{view}」这个视图。可用：{views}。", view=view,
                               views="、".join(VIEWS[1:])),
        )  # fmt: skip
    with db.read() as session:
        scope = _scope(actor, orgs)
        statement = select(Transfer).where(
            or_(Transfer.org_id.in_(scope), Transfer.donor_id.in_(scope))
        )
        conditions = _conditions(view)
        if conditions is not None:
            statement = statement.where(conditions)
        heads = session.scalars(statement.order_by(Transfer.id.desc()).limit(_MOST)).all()
        return _rows(session, heads)


def transfer(db: Database, actor: Actor, org_id: int, transfer_id: int) -> TransferDetail:
    """One transfer with everything about it."""
    with db.read() as session:
        scope = _scope(actor, actor.orgs())
        head = session.scalar(
            select(Transfer).where(
                Transfer.org_id == org_id,
                Transfer.id == transfer_id,
                or_(Transfer.org_id.in_(scope), Transfer.donor_id.in_(scope)),
            )
        )
        if head is None:
            raise DomainError(
                "transfer.unknown", _("没有这张调拨单，或与你的机构无关。请刷新后再看。")
            )
        return TransferDetail(
            _rows(session, [head])[0],
            _lots(session, head),
            _papers(session, head),
            settlements(session, head),
        )


def transfer_by_no(db: Database, actor: Actor, no: str) -> TransferRow:
    """The transfer with a number, such as ``DB20261014-001`` (`by_number`)."""
    with db.read() as session:
        found = by_number(session, no, _scope(actor, actor.orgs()))
        if found is None:
            raise DomainError(
                "transfer.no", _("没有调拨单 {no}。请核对单号，用 transfer list 查看。", no=no)
            )
        return _rows(session, [found])[0]


def loans(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[LoanRow, ...]:
    """What is still out of loans, the most overdue in front."""
    rows = transfers(db, actor, orgs, "loans")
    with db.read() as session:
        day = today(session)
        due = owed(session, [row.id for row in rows])
    found = [
        LoanRow(
            row.org_id, row.org, row.donor_id, row.donor, row.id, row.no, line.line,
            line.item_id, line.name, line.spec, line.base_unit, line.pack_unit,
            line.pack_factor, line.accepted, line.returned, line.accepted - line.returned,
            row.return_by,
            max(0, (day - row.return_by).days) if row.return_by else 0,
            ageing((day - row.created_at.date()).days), row.version,
            due[row.id, line.line].units, due[row.id, line.line].money,
        )
        for row in rows
        for line in row.lines
        if line.accepted > line.returned
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda x: (-x.overdue_days, x.return_by or date.max, x.no)))


def paper(db: Database, actor: Actor, org_id: int, paper_id: int) -> tuple[str, bytes]:
    """Name and bytes of an attached document."""
    with db.read() as session:
        scope = _scope(actor, actor.orgs())
        row = session.execute(
            select(TransferPaper.name, TransferPaper.content)
            .join(
                Transfer,
                and_(
                    Transfer.org_id == TransferPaper.org_id,
                    Transfer.id == TransferPaper.transfer_id,
                ),
            )
            .where(
                TransferPaper.org_id == org_id,
                TransferPaper.id == paper_id,
                or_(Transfer.org_id.in_(scope), Transfer.donor_id.in_(scope)),
            )
        ).one_or_none()
    if row is None:
        raise DomainError("paper.unknown", _("没有这份附件。请刷新后再看。"))
    return str(row.name), bytes(row.content)


def _scope(actor: Actor, orgs: Collection[int]) -> list[int]:
    """The organisations that may be read; a supplier's person sees no transfers at all."""
    if actor.has(Duty.SUPPLY):
        return []
    return sorted(set(orgs) & actor.orgs())


def _conditions(view: str) -> Any:
    ended = [s.value for s in (TransferState.RETURNED, TransferState.SETTLED,
                               TransferState.CANCELLED)]  # fmt: skip
    out = and_(Transfer.kind == Kind.LOAN.value, Transfer.status.in_([s.value for s in OPEN_LOAN]))
    done = or_(
        Transfer.status.in_(ended),
        and_(Transfer.status == TransferState.ACCEPTED.value, Transfer.kind != Kind.LOAN.value),
    )
    return {
        "": None,
        "open": or_(~done, unbooked(), _unreported()),
        "way": Transfer.status == TransferState.IN_TRANSIT.value,
        "loans": out,
        "closed": and_(done, ~unbooked(), ~_unreported()),
    }[view]


def unbooked() -> ColumnElement[bool]:
    """Whether something was refused or missing that the donor has not booked: it is on the way."""
    return exists().where(
        TransferLot.org_id == Transfer.org_id,
        TransferLot.transfer_id == Transfer.id,
        TransferLot.refused + TransferLot.missing > TransferLot.cleared,
    )


def _unreported() -> ColumnElement[bool]:
    """Whether narcotics came in a rescue and no report to the authorities is attached."""
    came = exists().where(
        TransferLine.org_id == Transfer.org_id,
        TransferLine.transfer_id == Transfer.id,
        TransferLine.accepted > 0,
        Item.id == TransferLine.item_id,
        Item.controlled.in_(RESCUE),
    )
    told = exists().where(
        TransferPaper.org_id == Transfer.org_id,
        TransferPaper.transfer_id == Transfer.id,
        TransferPaper.kind == "report",
    )
    return and_(Transfer.legal_basis == Basis.EMERGENCY.value, came, ~told)


def _rows(session: Session, heads: Iterable[Transfer]) -> tuple[TransferRow, ...]:
    known = list(heads)
    ids = [head.id for head in known]
    lines = _lines(session, ids)
    names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
    differs, reported = _differences(session, ids), _reported(session, ids)
    day = today(session)
    return tuple(
        _row(head, lines.get((head.org_id, head.id), []), names, (
            differs.get((head.org_id, head.id), 0), (head.org_id, head.id) in reported), day)
        for head in known
    )  # fmt: skip


def _lines(session: Session, ids: list[int]) -> dict[tuple[int, int], list[tuple[Any, Item]]]:
    rows = session.execute(
        select(TransferLine, Item)
        .join(Item, Item.id == TransferLine.item_id)
        .where(TransferLine.transfer_id.in_(ids))
        .order_by(TransferLine.line)
    ).all()
    found: dict[tuple[int, int], list[tuple[Any, Item]]] = {}
    for line, item in rows:
        found.setdefault((line.org_id, line.transfer_id), []).append((line, item))
    return found


def _differences(session: Session, ids: list[int]) -> dict[tuple[int, int], int]:
    rows = session.scalars(select(TransferLot).where(TransferLot.transfer_id.in_(ids)))
    found: dict[tuple[int, int], int] = {}
    for lot in rows:
        key = (lot.org_id, lot.transfer_id)
        found[key] = found.get(key, 0) + lot.refused + lot.missing - lot.cleared
    return found


def _reported(session: Session, ids: list[int]) -> set[tuple[int, int]]:
    rows = session.execute(
        select(TransferPaper.org_id, TransferPaper.transfer_id).where(
            TransferPaper.transfer_id.in_(ids), TransferPaper.kind == "report"
        )
    )
    return {(row.org_id, row.transfer_id) for row in rows}


def _row(
    head: Transfer,
    lines: list[tuple[Any, Item]],
    names: dict[int, str],
    more: tuple[int, bool],
    day: date,
) -> TransferRow:
    told = tuple(_line(line, item) for line, item in lines)
    stored, kind = TransferState(head.status), Kind(head.kind)
    left = sum(line.accepted - line.returned for line in told) if kind is Kind.LOAN else 0
    narcotics = any(item.controlled in RESCUE and line.accepted for line, item in lines)
    emergency = head.legal_basis == Basis.EMERGENCY.value
    return TransferRow(
        org_id=head.org_id,
        org=names.get(head.org_id, "—"),
        donor_id=head.donor_id,
        donor=names.get(head.donor_id, "—"),
        id=head.id,
        no=head.no,
        kind=kind,
        state=shown(stored, Settle(head.settle), head.return_by, day),
        stored=stored,
        urgency=Urgency(head.urgency),
        basis=legal.Basis(head.legal_basis),
        basis_note=head.basis_note or "",
        settle=Settle(head.settle),
        reason=head.reason,
        due_on=head.due_on,
        return_by=head.return_by,
        patient_ref=head.patient_ref or "",
        address=head.address or "",
        created_at=local_time(head.created_at),
        sent_at=local_time(head.sent_at) if head.sent_at else None,
        note=head.note or "",
        version=head.version,
        next_step=_turn(stored, kind, left),
        value=sum((line.value for line in told), Decimal("0.00")),
        open_units=left,
        differs=more[0],
        report=narcotics and emergency and not more[1],
        created_by=head.created_by,
        lines=told,
    )


def _turn(state: TransferState, kind: Kind, left: int) -> str:
    turns = {
        TransferState.DRAFT: "receiver",
        TransferState.DONOR: "donor",
        TransferState.REVIEW: "group",
        TransferState.APPROVED: "donor",
        TransferState.IN_TRANSIT: "receiver",
    }
    if state in OPEN_LOAN and kind is Kind.LOAN and left:
        return "receiver"
    return turns.get(state, "")


def _line(line: Any, item: Item) -> LineRow:
    qty = line.sent or line.confirmed or line.wanted
    return LineRow(
        line=line.line,
        **of_item(item),
        storage=item.storage,
        wanted=line.wanted,
        confirmed=line.confirmed,
        sent=line.sent,
        accepted=line.accepted,
        returned=line.returned,
        value=amount(line.unit_price, qty, line.price_factor),
    )


def _lots(session: Session, head: Transfer) -> tuple[LotRow, ...]:
    rows = session.execute(
        select(TransferLot, Item, Lot)
        .join(Item, Item.id == TransferLot.item_id)
        .outerjoin(Lot, Lot.id == TransferLot.lot_id)
        .where(TransferLot.org_id == head.org_id, TransferLot.transfer_id == head.id)
        .order_by(TransferLot.n)
    ).all()
    return tuple(
        LotRow(
            row.n, row.line, item.id, item.name, item.base_unit, item.pack_unit,
            item.pack_factor, item.storage, lot.lot_no if lot else "", lot.expiry if lot else None,
            row.qty, row.accepted, row.refused, row.missing, row.cleared, tuple(row.traces),
            item.controlled,
        )
        for row, item, lot in rows
    )  # fmt: skip


def _papers(session: Session, head: Transfer) -> tuple[PaperRow, ...]:
    rows = session.scalars(
        select(TransferPaper)
        .where(TransferPaper.org_id == head.org_id, TransferPaper.transfer_id == head.id)
        .order_by(TransferPaper.id)
    )
    return tuple(
        PaperRow(row.id, row.kind, row.number, row.name, row.issued_on, row.digest.hex()[:12])
        for row in rows
    )
