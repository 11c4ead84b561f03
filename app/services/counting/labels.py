"""Our labels during a count: one stands for its whole pack, and counts once a round."""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.scan import ScanKind, ScanResult
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.pack import Pack, PackLine
from app.models.stock import Place
from app.services.consumption.packs import used_before
from app.services.operations import claim, finish

_ROUNDS = UUID("7d0c3c52-5f0e-4f7a-9a35-0f6b1f0f6d11")
"""Of the ids by which a label is known to have been counted in a round."""


def label_of(session: Session, org_id: int, read: ScanResult) -> Pack | None:
    """The labelled pack that was scanned, by its own code or as the serial of its GS1 code.

    Raises:
        DomainError: A label that nobody here printed, or a fixed pack: those lie apart.
        ConflictError: What is in it was used before.
    """
    code = read.own_label
    found = select(Pack).where(Pack.org_id == org_id, Pack.code == code)
    pack = session.scalar(found) if code else None
    if pack is None and read.kind in {ScanKind.LABEL, ScanKind.PACK}:
        raise DomainError(
            "pack.unknown",
            _("没找到标签 {code}。它可能是别家机构的，或还没有打印登记。", code=code),
        )
    if pack is not None and pack.kind == "fixed":
        raise DomainError(
            "count.fixed", _("定数包不在盘点里数：它的货不算这里的散货。请放在一边。")
        )
    if pack is not None and pack.status != State.IN_STOCK.value:
        raise used_before(session, pack)
    return pack


def line_of_label(session: Session, head: StockCount, pack: Pack) -> CountLine:
    """The line of the count that the labelled goods belong to.

    Raises:
        DomainError: The book has them at a place that is not counted now.
    """
    lot = session.scalar(
        select(PackLine.lot_id).where(PackLine.org_id == pack.org_id, PackLine.pack_id == pack.id)
    )
    ids = (pack.org_id, head.id, pack.place_id, pack.item_id, lot, pack.owner_id)
    line = session.get(CountLine, ids) if lot is not None else None
    if line is None:
        place = session.get(Place, (pack.org_id, pack.place_id))
        raise DomainError(
            "count.elsewhere",
            _(
                "这个标签的货账上在「{place}」，不在这次盘的库位。请先移库，或直接填数。",
                place=place.name if place else "—",
            ),
        )
    return line


def count_once(session: Session, actor: Actor, line: CountLine, pack: Pack) -> None:
    """Note that the label was counted.

    Raises:
        ConflictError: It was counted in this round already.
    """
    op_id = uuid5(_ROUNDS, f"{line.count_id} {line.recount} {pack.id}")
    text = _("这个标签这次已经盘过，没有重复计数。")
    try:
        earlier = claim(session, actor, line.org_id, op_id, "count.label", (line.count_id, pack.id))
    except ConflictError as error:
        raise ConflictError("count.label", text) from error
    if earlier is not None:
        raise ConflictError("count.label", text)
    finish(session, line.org_id, op_id, {"pack": pack.id})
