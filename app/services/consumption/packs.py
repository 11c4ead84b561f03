"""A labelled pack is used once: opening it is a conditional change of its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.ledger import Move
from app.domain.packs.steps import PackState
from app.domain.stock.fefo import barred
from app.i18n import _
from app.models.pack import Pack, PackLine
from app.models.stock import Lot
from app.services.db import now, today
from app.services.labels.void import refusal
from app.services.queries.portions import key_portions
from app.services.stock.available import held_lots, lot_stock


class LotLine(NamedTuple):
    """A lot in a pack."""

    lot_id: int
    qty: int
    lot_no: str | None
    expiry: date | None


def open_packs(
    session: Session, actor: Actor, org_id: int, pack_ids: Sequence[int], document_id: int
) -> dict[int, list[Move]]:
    """Mark packs used; by pack the moves of its lots (the caller sets the other end).

    Raises:
        ConflictError: One was used before; says when and by whom.
        DomainError: No such pack here, one is named twice, or a lot in one is frozen or expired.
    """
    done: set[int] = set()
    for part in key_portions(pack_ids):
        opened = (
            update(Pack)
            .where(Pack.org_id == org_id, Pack.id.in_(part), Pack.status == State.IN_STOCK.value)
            .values(
                status=State.CONSUMED.value,
                used_at=now(session),
                used_by=actor.person_id,
                used_doc_id=document_id,
                version=Pack.version + 1,
            )
            .returning(Pack.id)
            .execution_options(synchronize_session=False)
        )
        done |= set(session.scalars(opened))
    packs, inside = _packs(session, org_id, pack_ids), _inside(session, org_id, pack_ids)
    moves: dict[int, list[Move]] = {}
    for pack_id in pack_ids:
        pack = packs.get(pack_id)
        if pack is None:
            raise DomainError("pack.unknown", _("这个标签不是本机构的。请核对标签上的机构。"))
        if pack_id in moves:
            raise twice(pack)
        if pack_id not in done:
            raise used_before(session, pack)
        moves[pack_id] = [
            Move(
                item_id=pack.item_id,
                lot_id=line.lot_id,
                owner_id=pack.owner_id,
                from_place=pack.place_id,
                to_place=0,
                qty=line.qty,
                pack_id=pack.id,
            )
            for line in inside.get(pack_id, ())
        ]
    refuse_unusable(session, org_id, [line for one in pack_ids for line in inside.get(one, ())])
    return moves


def _packs(session: Session, org_id: int, pack_ids: Sequence[int]) -> dict[int, Pack]:
    found: dict[int, Pack] = {}
    for part in key_portions(pack_ids):
        rows = session.scalars(
            select(Pack)
            .where(Pack.org_id == org_id, Pack.id.in_(part))
            .execution_options(populate_existing=True)
        )
        found |= {pack.id: pack for pack in rows}
    return found


def where_it_lies(
    session: Session, where: tuple[int, int], moves: Sequence[Move], before: Sequence[Move]
) -> list[Move]:
    """The moves of a label whose goods were put away since: the label in the hand is believed.

    Args:
        session: The unit of work.
        where: The member, and the place where they are used.
        moves: As the label says: its place, lot and owner.
        before: What the same document takes already.

    Raises:
        DomainError: The book has no such goods, neither there nor here.
    """
    org_id, place_id = where
    found: list[Move] = []
    for move in moves:
        pack = session.scalar(select(Pack).where(Pack.org_id == org_id, Pack.id == move.pack_id))
        if pack is None or pack.kind != "label":
            return list(moves)  # a fixed pack lies where it lies
        taken = Counter[tuple[int, int, int]]()
        for one in (*before, *found):
            taken[one.from_place, one.lot_id, one.owner_id] += one.qty
        stock = [
            lot
            for root in (move.from_place, place_id)
            for lot in lot_stock(session, org_id, root, (move.item_id,)).get(move.item_id, ())
            if lot.lot_id == move.lot_id
            and lot.qty - taken[lot.place_id, lot.lot_id, lot.owner_id] >= move.qty
        ]
        if not stock:
            raise DomainError(
                "pack.moved",
                _(
                    "标签 {code} 的货，账上不在贴标签的库位，也不在这里。"
                    "请核对货在哪里：先移库再扫，或作废标签重新打印。",
                    code=pack.code,
                ),
            )
        best = min(stock, key=lambda lot: lot.owner_id != pack.owner_id)
        found.append(replace(move, from_place=best.place_id, owner_id=best.owner_id))
    return found


def lots_in(session: Session, org_id: int, pack_id: int) -> Sequence[LotLine]:
    """What is in a pack, the first to expire in front."""
    return _inside(session, org_id, (pack_id,)).get(pack_id, [])


def _inside(session: Session, org_id: int, pack_ids: Sequence[int]) -> dict[int, list[LotLine]]:
    found: dict[int, list[LotLine]] = {}
    for part in key_portions(pack_ids):
        rows = session.execute(
            select(PackLine.pack_id, PackLine.lot_id, PackLine.qty, Lot.lot_no, Lot.expiry)
            .outerjoin(Lot, Lot.id == PackLine.lot_id)
            .where(PackLine.org_id == org_id, PackLine.pack_id.in_(part))
            .order_by(Lot.expiry)
        )
        for pack_id, lot_id, qty, lot_no, expiry in rows:
            found.setdefault(pack_id, []).append(LotLine(lot_id, qty, lot_no, expiry))
    return found


def refuse_unusable(session: Session, org_id: int, lines: Sequence[LotLine]) -> None:
    """Refuse a pack with a lot in it that is frozen, recalled or expired."""
    held, day = held_lots(session, org_id), today(session)
    for line in lines:
        why = barred(line.expiry, day, held=line.lot_id in held)
        if why:
            raise DomainError(
                "pack.lot",
                _("标签里的批号 {lot} {why}，不能使用。放入退货区，等候处理。", lot=line.lot_no,
                  why=why),
            )  # fmt: skip


def twice(pack: Pack) -> DomainError:
    """One document names a pack or label twice: nothing was booked, neither once nor twice."""
    return DomainError(
        "pack.twice",
        _("标签 {code} 在这张单里有两行，整单还没有登记。一个标签只能用一次，请去掉一行。",
          code=pack.code),
    )  # fmt: skip


def used_before(session: Session, pack: Pack) -> ConflictError:
    """Why a pack or label that is not in stock cannot be used."""
    if pack.kind == "fixed" and pack.status != PackState.CONSUMED:
        return ConflictError(
            "pack.state",
            _(
                "定数包 {code} 现在是「{state}」，不能打开。配送中的先扫码接收，其他的请找库管。",
                code=pack.code,
                state=PackState(pack.status).label,
            ),
        )
    return refusal(session, pack)
