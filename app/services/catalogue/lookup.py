"""Which items a scanned code names: receiving, consumption and the catalogue all ask here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem, trace_code
from app.domain.scan import ScanKind, ScanResult
from app.models.item import Item, ItemCode
from app.services.db import today

_S: Final = CodeSystem
_SYSTEMS: Final[dict[ScanKind, tuple[CodeSystem, ...]]] = {
    ScanKind.GS1: (_S.GTIN, _S.UDI_DI),
    ScanKind.GTIN: (_S.GTIN, _S.UDI_DI, _S.LOCAL, _S.PLATFORM),
    ScanKind.MA: (_S.UDI_DI,),
    ScanKind.AHM: (_S.UDI_DI,),
    ScanKind.TRACE: (_S.TRACE_PREFIX,),
    ScanKind.NATIONAL: (_S.NATIONAL, _S.GTIN),
    ScanKind.RULE: (_S.LOCAL, _S.PLATFORM, _S.GROUP),
    ScanKind.UNKNOWN: (
        _S.LOCAL, _S.PLATFORM, _S.GROUP, _S.NHSA, _S.APPROVAL, _S.CERTIFICATE, _S.YPID, _S.UDI_DI,
        _S.SHANGHAI,
    ),
}  # fmt: skip
"""The systems in which a scan of a kind may stand; a typed code may be of any of the last."""


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """An item that carries a code.

    Attributes:
        system: The system in which it stands there.
        unit_factor: Smallest units that one scan of the code stands for.
    """

    item_id: int
    system: CodeSystem
    unit_factor: int


def by_scan(
    session: Session, org_ids: Collection[int], scanned: ScanResult
) -> tuple[CodeMatch, ...]:
    """Items that carry the scanned code today, for the group or one of the organisations.

    More than one means that a person must choose; none, that the code is to be bound to an item.
    Our own item code, typed or in AI 240 of a label of ours, counts like any other.
    """
    text = _text(scanned)
    if not text:
        return ()
    day = today(session)
    rows = session.execute(
        select(ItemCode.item_id, ItemCode.system, ItemCode.unit_factor)
        .where(
            ItemCode.code.in_({text, text.upper()}),
            ItemCode.system.in_([system.value for system in _SYSTEMS.get(scanned.kind, ())]),
            ItemCode.org_id.in_((0, *org_ids)),
            (ItemCode.valid_from.is_(None)) | (ItemCode.valid_from <= day),
            (ItemCode.valid_to.is_(None)) | (ItemCode.valid_to > day),
        )
        .order_by(ItemCode.item_id, ItemCode.unit_factor)
    ).all()
    found = {
        row.item_id: CodeMatch(row.item_id, CodeSystem(row.system), row.unit_factor)
        for row in reversed(rows)
    }
    own = session.execute(
        select(Item.id, Item.pack_factor).where(func.upper(Item.code) == text.upper())
    ).first()
    if own is not None:
        found.setdefault(own.id, CodeMatch(own.id, CodeSystem.GROUP, own.pack_factor))
    return tuple(found[item] for item in sorted(found))


def _text(scanned: ScanResult) -> str:
    """The code as it is stored: of a trace code the part that names the drug."""
    if scanned.kind is ScanKind.TRACE:
        return trace_code.prefix(scanned.code)
    return scanned.code or scanned.raw.strip()
