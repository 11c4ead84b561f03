"""Controlled drugs are given out, and taken back, before two persons (双人复核)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.controlled import TWO_AT_USE
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item
from app.services.queries.portions import key_portions


def need_two(session: Session, items: Collection[int], second: Actor | None) -> None:
    """Refuse items that one person alone must neither give out nor take back.

    Raises:
        DomainError: `persons.second`, where nobody else has checked.
    """
    if second is not None:
        return
    names = [
        name
        for part in key_portions(set(items))
        for name in session.scalars(
            select(Item.name)
            .where(Item.id.in_(part), Item.controlled.in_(TWO_AT_USE))
            .order_by(Item.id)
        )
    ]
    if names:
        raise DomainError(
            "persons.second",
            _("{names} 进出专柜要双人复核。请另一位库管（只有一位库管的机构，请本院负责人）"
              "核对实物，用自己的账号确认。",
              names="、".join(dict.fromkeys(names))),
        )  # fmt: skip
