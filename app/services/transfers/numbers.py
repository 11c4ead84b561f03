"""A transfer by its number. Every member counts its own papers, so two may carry the same one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.i18n import _
from app.models.party import Organisation
from app.models.transfer import Transfer


def by_number(session: Session, no: str, orgs: Collection[int]) -> Transfer | None:
    """The transfer to or from one of the members; None where there is none.

    Args:
        session: A reading.
        no: The number, with the receiver's code or short name before it where two have the same:
            ``1004/DB20261014-001``.
        orgs: The members.

    Raises:
        DomainError: Several have the number; names them.
    """
    code, _slash, number = no.strip().rpartition("/")
    found = session.execute(
        select(Transfer, Organisation.code, Organisation.short_name)
        .join(Organisation, Organisation.id == Transfer.org_id)
        .where(
            Transfer.no == number.upper(),
            or_(Transfer.org_id.in_(orgs), Transfer.donor_id.in_(orgs)),
        )
        .order_by(Organisation.code)
    ).all()
    if code:
        found = [row for row in found if code in {row.code, row.short_name}]
    if len(found) > 1:
        names = "、".join(f"{row.code}/{number}（{row.short_name}）" for row in found)
        raise DomainError(
            "transfer.number",
            _("{no} 有 {n} 张，请在前面写调入方：{names}。", no=no, n=len(found), names=names),
        )
    return found[0][0] if found else None
