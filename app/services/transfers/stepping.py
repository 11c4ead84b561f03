"""What all steps of a transfer share: loading it, the legal check, the conditional change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, refuse_if
from app.domain.quantity import two_units
from app.domain.transfers import legal
from app.domain.transfers.states import Kind, Settle, TransferState, Urgency, check
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.transfer import Transfer, TransferLine, TransferPaper
from app.services import audit
from app.services.db import Database
from app.services.operations import claim, finish
from app.services.transfers.commands import Done


@dataclass(frozen=True, slots=True)
class Loaded:
    """A transfer with its lines and the items on them."""

    head: Transfer
    lines: tuple[TransferLine, ...]
    items: dict[int, Item]

    def told(self, item_id: int, qty: int) -> str:
        """A quantity of an item as people say it."""
        item = self.items[item_id]
        return two_units(item.base_unit, item.pack_unit, item.pack_factor).text(qty)


@contextmanager
def unit(
    db: Database, actor: Actor, acting: int, op: tuple[UUID, str, object]
) -> Iterator[tuple[Session, Done | None]]:
    """One unit of work of the acting member, with the earlier answer of a repeat."""
    op_id, verb, command = op
    with db.write() as session:
        earlier = claim(session, actor, acting, op_id, verb, command)
        yield session, None if earlier is None else Done.from_plain(earlier)


def load(session: Session, org_id: int, transfer_id: int) -> Loaded:
    """The transfer as it is now; raises `DomainError` where the person sees none."""
    head = session.scalar(
        select(Transfer)
        .where(Transfer.org_id == org_id, Transfer.id == transfer_id)
        .execution_options(populate_existing=True)
    )
    if head is None:
        raise DomainError("transfer.unknown", _("没有这张调拨单，或与你的机构无关。请刷新后再看。"))
    lines = tuple(
        session.scalars(
            select(TransferLine)
            .where(TransferLine.org_id == org_id, TransferLine.transfer_id == transfer_id)
            .order_by(TransferLine.line)
            .execution_options(populate_existing=True)
        )
    )
    items = {
        row.id: row
        for row in session.scalars(select(Item).where(Item.id.in_({x.item_id for x in lines})))
    }
    return Loaded(head, lines, items)


def peek(db: Database, org_id: int, transfer_id: int) -> tuple[int, int]:
    """Receiver and donor of a transfer, to know who acts before the unit of work begins."""
    with db.read() as session:
        row = session.execute(
            select(Transfer.org_id, Transfer.donor_id).where(
                Transfer.org_id == org_id, Transfer.id == transfer_id
            )
        ).one_or_none()
    if row is None:
        raise DomainError("transfer.unknown", _("没有这张调拨单，或与你的机构无关。请刷新后再看。"))
    return int(row.org_id), int(row.donor_id)


def party(actor: Actor, *orgs: int) -> int:
    """The member for whom the person acts: the first whose store or purchases they keep."""
    for duty in (Duty.STORE, Duty.BUY):
        for org in orgs:
            if actor.can(duty, org):
                return org
    raise NotAllowedError(
        "access.duty", _("这一步要由调入方或调出方的药房库管来做。可请管理员添加权限。")
    )


def advance(
    session: Session, loaded: Loaded, new: TransferState, version: int, **values: Any
) -> None:
    """Change the state as the table allows, if nobody was faster."""
    head = loaded.head
    check(TransferState(head.status), new)
    done = session.execute(
        update(Transfer)
        .where(
            Transfer.org_id == head.org_id,
            Transfer.id == head.id,
            Transfer.status == head.status,
            Transfer.version == version,
        )
        .values(status=new.value, version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError(
            "transfer.changed", _("{no} 刚被别人处理过。请刷新后再看。", no=head.no)
        )
    session.refresh(head)


def by_line(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Units by line; a line that is said twice is a slip that nobody resolves but the person."""
    found: dict[int, int] = {}
    for line, qty in pairs:
        if line in found:
            raise DomainError("line.twice", _("第 {n} 行写了两次。请合成一次。", n=line))
        found[line] = qty
    return found


def check_legal(session: Session, loaded: Loaded) -> None:
    """Refuse what §3.10 does not allow, all reasons at once."""
    refuse_if(legal.problems(case_of(session, loaded)), "transfer.legal", _("还不能办。"))


def case_of(session: Session, loaded: Loaded) -> legal.Case:
    """The transfer as the legal rules see it."""
    head = loaded.head
    papers = session.scalar(
        select(func.count())
        .select_from(TransferPaper)
        .where(
            TransferPaper.org_id == head.org_id,
            TransferPaper.transfer_id == head.id,
            TransferPaper.kind == "approval",
        )
    )
    return legal.Case(
        kind=Kind(head.kind),
        basis=legal.Basis(head.legal_basis),
        note=head.basis_note or "",
        settle=Settle(head.settle),
        urgency=Urgency(head.urgency),
        same_person=same_person(session, head.org_id, head.donor_id),
        has_approval=bool(papers),
        goods=tuple(_goods(loaded.items[line.item_id]) for line in loaded.lines),
    )


def same_person(session: Session, first: int, second: int) -> bool:
    """Whether two organisations are one legal person."""
    rows = session.scalars(
        select(Organisation.legal_person_id).where(Organisation.id.in_((first, second)))
    ).all()
    return len(rows) == 2 and rows[0] is not None and rows[0] == rows[1]  # noqa: PLR2004 - a pair


def end(
    session: Session, actor: Actor, acting: int, op: tuple[UUID, str, object], head: Transfer
) -> Done:
    """Audit the step in the acting member's trail and keep the answer."""
    result = audited(session, actor, acting, op[1], head)
    finish(session, acting, op[0], result.as_plain())
    return result


def audited(session: Session, actor: Actor, acting: int, verb: str, head: Transfer) -> Done:
    """Audit the step in the acting member's trail."""
    session.flush()
    audit.record(
        session, actor, acting, verb, (DocKind.TRANSFER.value, head.id),
        {"no": head.no, "state": head.status, "note": head.note or ""},
    )  # fmt: skip
    return Done(head.org_id, head.id, head.no, TransferState(head.status), head.version)


def _goods(item: Item) -> legal.Goods:
    return legal.Goods(item.name, item.item_class, item.controlled, item.approval_no or "")
