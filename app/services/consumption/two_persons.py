"""Controlled drugs are given out, and taken back, before two persons (双人复核)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.controlled import TWO_AT_USE
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item
from app.services.queries.portions import key_portions
from app.services.ready import Ready

_CONTROLLED: Final = Ready(
    select(Item.name)
    .where(
        Item.id.in_(bindparam("items", expanding=True)),
        Item.controlled.in_(sorted(TWO_AT_USE)),
    )
    .order_by(Item.id)
)


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
        for (name,) in _CONTROLLED.rows(session, {"items": list(part)})
    ]
    if names:
        raise DomainError(
            "persons.second",
            _("{names} 进出专柜要双人复核。请另一位库管（只有一位库管的机构，请本院负责人）"
              "核对实物，用自己的账号确认。",
              names="、".join(dict.fromkeys(names))),
        )  # fmt: skip
