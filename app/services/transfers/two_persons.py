"""Controlled drugs leave a house and enter it before two persons (双人复核, 双人验收)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.party import Person
from app.models.stock import Ledger, SecondPerson
from app.services.transfers.stepping import Loaded


def need_second(loaded: Loaded, items: Collection[int], second: Actor | None) -> None:
    """Refuse goods of these items that one person alone must not move."""
    names = [loaded.items[one].name for one in dict.fromkeys(items) if loaded.items[one].controlled]
    if names and second is None:
        raise DomainError(
            "persons.second",
            _("{names} 是特殊管理药品，要双人复核。请另一位库管（只有一位库管的机构，请本院负责人）"
              "核对实物，用自己的账号确认。",
              names="、".join(names)),
        )  # fmt: skip


def seconds_of(session: Session, org_id: int, transfer_id: int) -> tuple[str, ...]:
    """Who checked the goods at a member, besides who booked them; only the own side is seen."""
    return tuple(
        session.scalars(
            select(Person.name)
            .join(SecondPerson, SecondPerson.person_id == Person.id)
            .join(Ledger, (Ledger.org_id == SecondPerson.org_id)
                  & (Ledger.op_id == SecondPerson.op_id))
            .where(Ledger.org_id == org_id, Ledger.doc_kind == DocKind.TRANSFER.value,
                   Ledger.doc_id == transfer_id)
            .distinct()
            .order_by(Person.name)
        )
    )  # fmt: skip
