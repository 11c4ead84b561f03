"""Where a member pays its suppliers: entered by one person, checked by another against papers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id
from app.i18n import _
from app.models.party import Organisation, Person
from app.models.settlement import Payee
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish

_ACCOUNT: Final = re.compile(r"\d{8,32}")


@dataclass(frozen=True, slots=True)
class EnterPayee:
    """The account to which a supplier is paid; the one before stays in force until the check."""

    op_id: UUID
    org_id: int
    supplier_id: int
    account_name: str
    bank: str
    account_no: str


@dataclass(frozen=True, slots=True)
class CheckPayee:
    """Somebody else compared the account with the supplier's sealed letter."""

    op_id: UUID
    org_id: int
    payee_id: int


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """An account of a supplier as the list shows it."""

    payee_id: int
    org_id: int
    supplier_id: int
    supplier: str
    account_name: str
    bank: str
    account_no: str
    entered_at: datetime
    entered_by: int
    entered: str
    checked: str

    @property
    def usable(self) -> bool:
        """Whether money may go there."""
        return bool(self.checked)


def enter_payee(db: Database, actor: Actor, command: EnterPayee) -> int:
    """Write an account, not in force yet; its id.

    Raises:
        DomainError: A field is empty, or the account is no number of 8 to 32 digits.
    """
    require(actor, Duty.SETTLE, command.org_id)
    number = re.sub(r"[\s-]", "", command.account_no)
    if not command.account_name.strip() or not command.bank.strip():
        raise DomainError("payee.empty", _("请填写户名和开户行，与供应商盖章的账户函一致。"))
    if not _ACCOUNT.fullmatch(number):
        raise DomainError(
            "payee.account", _("账号 {no} 不对。请填 8 到 32 位数字。", no=command.account_no)
        )
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "payee.enter", command)
        if earlier is not None:
            return int(earlier["id"])
        supplier = session.get(Organisation, command.supplier_id)
        if supplier is None or supplier.kind != "supplier":
            raise DomainError("payee.supplier", _("没有这家供应商。请从列表里选。"))
        payee = new_id()
        session.add(
            Payee(
                org_id=command.org_id, id=payee, supplier_id=command.supplier_id,
                account_name=command.account_name.strip(), bank=command.bank.strip(),
                account_no=number, entered_at=now(session), entered_by=actor.person_id,
            )
        )  # fmt: skip
        session.flush()
        audit.record(
            session, actor, command.org_id, "payee.enter", ("payee", payee),
            {"supplier": supplier.name, "bank": command.bank, "ends": number[-4:]},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": payee})
        return payee


def check_payee(db: Database, actor: Actor, command: CheckPayee) -> None:
    """Put an account in force; the supplier's earlier one is closed by it.

    Raises:
        NotAllowedError: The actor entered it, or has none of the duties.
        ConflictError: It is checked or closed already.
    """
    duties = (Duty.SETTLE, Duty.AUDIT, Duty.SIGN)
    if not any(actor.can(duty, command.org_id) for duty in duties):
        require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        if claim(session, actor, command.org_id, command.op_id, "payee.check", command) is not None:
            return
        payee = session.get(Payee, (command.org_id, command.payee_id))
        if payee is None or payee.closed_at is not None or payee.checked_by is not None:
            raise ConflictError("payee.gone", _("这个账户已核对或已停用。请刷新后再看。"))
        if payee.entered_by == actor.person_id:
            raise NotAllowedError(
                "payee.own", _("账户是你录入的，要由另一个人核对。请交给同事或负责人。")
            )
        done = session.execute(
            update(Payee)
            .where(
                Payee.org_id == command.org_id,
                Payee.id == command.payee_id,
                Payee.checked_by.is_(None),
            )
            .values(checked_at=now(session), checked_by=actor.person_id)
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise ConflictError("payee.gone", _("这个账户已核对或已停用。请刷新后再看。"))
        audit.record(
            session, actor, command.org_id, "payee.check", ("payee", payee.id),
            {"ends": payee.account_no[-4:]},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def payees(db: Database, actor: Actor, org_id: int) -> tuple[PayeeRow, ...]:
    """Accounts of a member's suppliers: in force, or waiting for the second person."""
    if not any(actor.can(duty, org_id) for duty in (Duty.SETTLE, Duty.AUDIT, Duty.SIGN)):
        require(actor, Duty.SETTLE, org_id)
    entered, checked = aliased(Person), aliased(Person)
    wanted = (
        select(Payee, Organisation.short_name, entered.name, checked.name)
        .join(Organisation, Organisation.id == Payee.supplier_id)
        .outerjoin(entered, entered.id == Payee.entered_by)
        .outerjoin(checked, checked.id == Payee.checked_by)
        .where(Payee.org_id == org_id, Payee.closed_at.is_(None))
        .order_by(Organisation.code, Payee.entered_at.desc())
    )
    with db.read() as session:
        rows = [
            PayeeRow(
                row.id, row.org_id, row.supplier_id, supplier, row.account_name, row.bank,
                row.account_no, row.entered_at, row.entered_by, by or "—", second or "",
            )
            for row, supplier, by, second in session.execute(wanted)
        ]  # fmt: skip
    return tuple(_current(rows))


def _current(rows: list[PayeeRow]) -> list[PayeeRow]:
    """Of each supplier the newest account in force, and newer ones that wait for their check."""
    found: list[PayeeRow] = []
    settled: set[int] = set()
    for row in rows:
        if row.supplier_id not in settled:
            found.append(row)
        if row.usable:
            settled.add(row.supplier_id)
    return found


def payees_in_force(session: Session, org_id: int) -> dict[int, Payee]:
    """The checked account of each supplier that was entered last."""
    rows = session.scalars(
        select(Payee)
        .where(Payee.org_id == org_id, Payee.checked_by.is_not(None), Payee.closed_at.is_(None))
        .order_by(Payee.entered_at)
    )
    return {row.supplier_id: row for row in rows}
