"""A serial that is used must have come in: here, of this lot, and not used since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.consumption.cases import Article
from app.domain.errors import ConflictError, DomainError
from app.domain.receiving.reading import trace_of
from app.i18n import _
from app.models.receiving import Acceptance, TraceCode
from app.models.settlement import Consumption
from app.models.stock import Lot
from app.models.transfer import Transfer
from app.services.db import local_time, now
from app.services.receiving.lookup import known_trace
from app.services.receiving.notes import policy_of
from app.services.scan_rules import read_scan, read_scans


def lot_of_serial(session: Session, org_id: int, article: Article, lot_id: int = 0) -> int:
    """The lot with which the serial came in; `lot_id` unchanged where serials are not checked.

    A serial without a receipt is refused where the member wants one for all (a setting), else
    where serials of this item were scanned at the door.

    Raises:
        DomainError: It never came in, went back, is another member's, or is of another lot.
        ConflictError: It was used before; says when and with which document.
    """
    if not article.serial:
        return lot_id
    code = trace_of(read_scan(session, article.code))
    row = session.execute(
        select(
            TraceCode.lot_id, TraceCode.received_at, TraceCode.used_at, TraceCode.used_doc_id,
            TraceCode.released_at, Acceptance.no, Lot.lot_no,
        )
        .outerjoin(Lot, Lot.id == TraceCode.lot_id)
        .outerjoin(Acceptance, (Acceptance.org_id == TraceCode.org_id)
                   & (Acceptance.id == TraceCode.acceptance_id))
        .where(TraceCode.code == code, TraceCode.org_id == org_id)
    ).first()  # fmt: skip
    if row is None:
        _refuse_unknown(session, org_id, article, code)
        return lot_id
    words = {
        "name": article.name, "serial": article.serial, "no": row.no or "—",
        "at": _at(row.received_at),
    }  # fmt: skip
    if row.released_at is not None:
        raise DomainError(
            "serial.released",
            _("{name} 序列号 {serial} 的验收 {no} 已冲销，货不在库。请重新验收后再登记。", **words),
        )
    if row.used_at is not None:
        used = _document(session, org_id, row.used_doc_id)
        raise ConflictError(
            "serial.used",
            _("{name} 序列号 {serial} 在 {day} 已用于 {doc}。请核对包装，可能是重复扫码。",
              name=article.name, serial=article.serial, day=_at(row.used_at), doc=used),
        )  # fmt: skip
    if lot_id and row.lot_id != lot_id:
        raise DomainError(
            "serial.lot",
            _("{name} 序列号 {serial} 是 {at} 按批号 {lot} 收的（{no}），和包装上的批号不同。"
              "请核对包装，不要使用。", **words, lot=row.lot_no or "—"),
        )  # fmt: skip
    return int(row.lot_id)


def mark_used(session: Session, org_id: int, document_id: int, codes: list[str]) -> None:
    """Note on the serials that this document used them."""
    found = {trace_of(scan) for scan in read_scans(session, codes)} - {""}
    if found:
        session.execute(
            update(TraceCode)
            .where(TraceCode.org_id == org_id, TraceCode.code.in_(found))
            .values(used_at=now(session), used_doc_id=document_id)
            .execution_options(synchronize_session=False)
        )


def free_serial(session: Session, org_id: int, document_id: int, item_id: int, serial: str) -> None:
    """The article came back unused: it may be used again."""
    session.execute(
        update(TraceCode)
        .where(
            TraceCode.org_id == org_id, TraceCode.used_doc_id == document_id,
            TraceCode.item_id == item_id, TraceCode.code.endswith(f".{serial}", autoescape=True),
        )
        .values(used_at=None, used_doc_id=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _refuse_unknown(session: Session, org_id: int, article: Article, code: str) -> None:
    elsewhere = known_trace(session, 0, code)
    words = {"name": article.name, "serial": article.serial}
    if elsewhere is not None:
        raise DomainError(
            "serial.elsewhere",
            _("{name} 序列号 {serial} 是别家机构 {at} 收的，不在本院。请先办调拨，再登记。",
              **words, at=elsewhere.when),
        )  # fmt: skip
    if policy_of(session, org_id).every_serial or _scanned_at_the_door(session, org_id, article):
        raise DomainError(
            "serial.unknown",
            _("{name} 序列号 {serial} 没有入库记录。请核对包装；货是刚到的，请先验收并扫 UDI。",
              **words),
        )  # fmt: skip


def _scanned_at_the_door(session: Session, org_id: int, article: Article) -> bool:
    """Whether any serial of the item was scanned at a receipt of the member."""
    found = session.scalar(
        select(func.count())
        .select_from(TraceCode)
        .where(TraceCode.org_id == org_id, TraceCode.item_id == article.item_id)
    )
    return bool(found)


def _document(session: Session, org_id: int, document_id: int | None) -> str:
    """The consumption, or the transfer with which the article was sent off."""
    number = session.scalar(
        select(Consumption.no).where(Consumption.org_id == org_id, Consumption.id == document_id)
    )
    return number or session.scalar(select(Transfer.no).where(Transfer.id == document_id)) or "—"


def _at(moment: datetime) -> str:
    return f"{local_time(moment):%Y-%m-%d %H:%M}"
