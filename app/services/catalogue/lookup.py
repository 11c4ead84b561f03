"""Which items a scanned code names: receiving, consumption and the catalogue ask here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem, trace_code
from app.domain.scan import ScanKind, ScanResult
from app.models.item import Item, ItemCode
from app.services.db import today

_GTIN: Final = (CodeSystem.GTIN.value, CodeSystem.UDI_DI.value)
_SYSTEMS: Final = {
    ScanKind.GS1: _GTIN,
    ScanKind.GTIN: _GTIN,
    ScanKind.MA: (CodeSystem.UDI_DI.value,),
    ScanKind.AHM: (CodeSystem.UDI_DI.value,),
    ScanKind.RULE: (CodeSystem.LOCAL.value, CodeSystem.PLATFORM.value),
}


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """An item that carries a code, and how many smallest units the code stands for."""

    item_id: int
    system: CodeSystem
    unit_factor: int


def by_scan(
    session: Session, org_ids: Collection[int], scanned: ScanResult
) -> tuple[CodeMatch, ...]:
    """Items that carry the scanned code today, for the group or one of the organisations.

    More than one means that a person must choose; none, that the code is to be bound to an item.
    """
    pairs = _pairs(scanned)
    if not pairs:
        return _by_item_code(session, scanned)
    day = today(session)
    wanted = or_(*(and_(ItemCode.system.in_(systems), ItemCode.code == code)
                   for systems, code in pairs))  # fmt: skip
    rows = session.execute(
        select(ItemCode.item_id, ItemCode.system, ItemCode.unit_factor)
        .where(
            wanted,
            ItemCode.org_id.in_((0, *org_ids)),
            (ItemCode.valid_from.is_(None)) | (ItemCode.valid_from <= day),
            (ItemCode.valid_to.is_(None)) | (ItemCode.valid_to > day),
        )
        .order_by(ItemCode.item_id, ItemCode.unit_factor)
    ).all()
    found = {row.item_id: row for row in reversed(rows)}
    return tuple(
        CodeMatch(item, CodeSystem(row.system), row.unit_factor)
        for item, row in sorted(found.items())
    )


def _pairs(scanned: ScanResult) -> list[tuple[tuple[str, ...], str]]:
    """The code systems to look in, and the code as it is stored there."""
    kind, code = scanned.kind, scanned.code
    if kind is ScanKind.NATIONAL:
        return [((CodeSystem.NATIONAL.value,), code), (_GTIN, code)]
    if kind is ScanKind.TRACE:
        return [((CodeSystem.TRACE_PREFIX.value,), trace_code.prefix(code))]
    own_item_code = code == scanned.fields.get("ai240")
    return [(_SYSTEMS[kind], code)] if kind in _SYSTEMS and not own_item_code else []


def _by_item_code(session: Session, scanned: ScanResult) -> tuple[CodeMatch, ...]:
    """Our own item code: in AI 240 of a label of ours, or typed as it is."""
    code = scanned.fields.get("ai240", "") or (
        scanned.raw.strip() if scanned.kind is ScanKind.UNKNOWN else ""
    )
    if not code:
        return ()
    row = session.execute(
        select(Item.id, Item.pack_factor).where(func.upper(Item.code) == code.upper())
    ).first()
    return (CodeMatch(row.id, CodeSystem.GROUP, row.pack_factor),) if row else ()
