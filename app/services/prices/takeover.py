"""承接: prices that the group agreed before the program was there, entered with a second person.

The buyer makes a GPO list and says why; a signer of the lead who is somebody else gives leave; only
then prices can be typed or imported into it. All other GPO prices come from awards and requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.i18n import _
from app.models.party import Person
from app.models.price import PriceList, PriceTakeover
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish

_MIN_REASON: Final = 4
LEAVE: Final = timedelta(days=30)
"""How long prices can be taken over once leave is given."""


@dataclass(frozen=True, slots=True)
class GiveLeave:
    """Let prices be taken over into a list."""

    op_id: UUID
    list_id: int


@dataclass(frozen=True, slots=True)
class TakeoverRow:
    """One list that waits for leave or has it."""

    list_id: int
    code: str
    title: str
    reason: str
    asked_by: str
    approved_by: str


def ask_leave(session: Session, actor: Actor, what: tuple[int, int], reason: str) -> None:
    """Ask for leave in the caller's unit of work; `what` is the list and the lead."""
    words = reason.strip()
    if len(words) < _MIN_REASON:
        raise DomainError(
            "price.takeover_reason",
            _(
                "集团议价的价格由定标或调价生成。承接原有议价结果，请写明来由（至少 {n} 个字），"
                "负责人同意后再登记价格。",
                n=_MIN_REASON,
            ),
        )
    session.add(
        PriceTakeover(
            list_id=what[0],
            org_id=what[1],
            asked_at=now(session),
            asked_by=actor.person_id,
            reason=words,
        )
    )
    session.flush()


def need_leave(session: Session, list_id: int) -> None:
    """Raise `NotAllowedError` unless prices may be entered into the list by hand now."""
    given = session.scalar(
        select(PriceTakeover.approved_at).where(PriceTakeover.list_id == list_id)
    )
    if given is None or given < now(session) - LEAVE:
        raise NotAllowedError(
            "price.gpo",
            _(
                "集团议价的价格只来自定标或调价申请，不能直接登记。请走定标；"
                "承接原有议价结果的，先请负责人同意承接这份价格表（同意后 {n} 天内登记）。",
                n=LEAVE.days,
            ),
        )


def give_leave(db: Database, actor: Actor, command: GiveLeave) -> None:
    """Give leave, as a signer of the lead who did not ask for it.

    Raises:
        NotAllowedError: The same person asked, or the person does not sign for the lead.
        ConflictError: It was given already.
    """
    with db.write() as session:
        found = session.scalar(
            select(PriceTakeover).where(PriceTakeover.list_id == command.list_id)
        )
        if found is None:
            raise DomainError("price.no_takeover", _("这份价格表没有申请承接。请核对编号。"))
        require(actor, Duty.SIGN, found.org_id)
        if claim(session, actor, found.org_id, command.op_id, "price.leave", command) is not None:
            return
        if actor.person_id == found.asked_by:
            raise NotAllowedError("price.takeover_self", _("申请承接的人不能自己同意。请换人。"))
        done = session.execute(
            update(PriceTakeover)
            .where(PriceTakeover.list_id == found.list_id, PriceTakeover.approved_by.is_(None))
            .values(approved_at=now(session), approved_by=actor.person_id)
            .returning(PriceTakeover.list_id)
            .execution_options(synchronize_session=False)
        ).first()
        if done is None:
            raise ConflictError("price.takeover_done", _("已经同意过了。请刷新后再看。"))
        doc = ("price_list", found.list_id)
        audit.record(session, actor, found.org_id, "price_list.leave", doc, {})
        finish(session, found.org_id, command.op_id, {"done": True})


def takeovers(db: Database, actor: Actor) -> tuple[TakeoverRow, ...]:
    """The lists that wait for leave or have it, the newest first."""
    del actor  # the group's own matter; row security keeps suppliers out
    with db.read() as session:
        names = dict(session.execute(select(Person.id, Person.name)).all())
        rows = session.execute(
            select(PriceTakeover, PriceList.code, PriceList.title)
            .join(PriceList, PriceList.id == PriceTakeover.list_id)
            .order_by(PriceTakeover.asked_at.desc())
        )
        return tuple(
            TakeoverRow(
                one.list_id,
                code,
                title,
                one.reason,
                names.get(one.asked_by, ""),
                names.get(one.approved_by or 0, ""),
            )
            for one, code, title in rows
        )
