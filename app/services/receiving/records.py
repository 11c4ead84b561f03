"""The acceptance record: its lines, the moves they make, and the facts the law wants kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.consumption.triggers import Trigger, becomes_own
from app.domain.duties import Actor
from app.domain.ledger import Move
from app.domain.receiving.drafts import transport_to_plain
from app.domain.receiving.note import Goods, NoteLine
from app.domain.receiving.policy import same_expiry
from app.domain.receiving.work import Entry, Refusal, Result, Work, expected, result_of
from app.i18n import _
from app.models.item import Item, Product
from app.models.party import Maker
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.bulk import insert_rows
from app.services.consumption.terms import triggers_of
from app.services.db import today
from app.services.receiving.commands import ReceivedLine
from app.services.receiving.tracing import KeptTrace
from app.services.stock.lots import LotOnPack, find_or_make_lots
from app.services.stock.places import stock_places, virtual_place

_OWN_PLACE = frozenset({"cool", "cold", "frozen"})
"""Goods stored so go to the store's own place for it; a ward's fridge is not one."""
_CODES = {
    Refusal.EXPIRED: "expired",
    Refusal.RECALLED: "recalled",
    Refusal.COLD_CHAIN: "cold_chain",
}


class _Line(NamedTuple):
    """A row of `AcceptanceLine`, its columns in their order."""

    org_id: int
    acceptance_id: int
    line: int
    item_id: int
    lot_id: int
    order_id: int | None
    order_line: int | None
    delivery_line: int | None
    place_id: int
    expected: int
    accepted: int
    refused: int
    result: str
    reason: str | None
    gift: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal
    owner_id: int


@dataclass(slots=True)
class Written:
    """What the lines of an acceptance became.

    Attributes:
        lines: The lines.
        moves: What goes into stock.
        traces: Codes of single packs, with their lot.
        ordered: (order, line) → (received, refused) smallest units.
        amount: Value taken in.
    """

    lines: tuple[ReceivedLine, ...] = ()
    moves: list[Move] = field(default_factory=list)
    traces: list[KeptTrace] = field(default_factory=list)
    ordered: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Who owns what comes in, and where it goes."""

    owners: dict[int, int]
    places: dict[str, int]
    main: int
    supplier_end: int

    def place(self, goods: Goods) -> int:
        return self.places.get(goods.storage, self.main)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What becomes one line: the goods to pay for, or those that came free."""

    entry: Entry
    accepted: int
    refused: int
    free: bool = False


def _pieces(entry: Entry) -> list[_Piece]:
    """A gift stands on a line of its own: it has another owner and no price."""
    payable = entry.accepted - entry.gift
    pieces = [_Piece(entry, payable, entry.refused)]
    gift = [_Piece(entry, entry.gift, 0, free=True)] if entry.gift else []
    return gift if gift and not payable and not entry.refused else pieces + gift


def write_lines(session: Session, acceptance: Acceptance, work: Work) -> Written:
    """Add one line per lot and gather what follows from them."""
    written = Written()
    terms = _terms(session, acceptance, work)
    lots, rows = _lots(session, work), list[_Line]()
    made: list[ReceivedLine] = []
    for entry in work.entries:
        lot_id = lots[entry.key]
        for piece in _pieces(entry):
            line = _line(acceptance, work, piece, terms, (len(made) + 1, lot_id))
            rows.append(line)
            made.append(
                ReceivedLine(
                    line.line, line.item_id, lot_id, line.owner_id, line.place_id,
                    line.accepted, line.refused,
                )
            )  # fmt: skip
            if line.accepted:
                owner = line.owner_id if piece.free else acceptance.supplier_id
                written.moves.append(_move(line, terms.supplier_end, owner))
            written.amount += line.amount
        written.traces += [KeptTrace(trace.code, entry.item_id, lot_id) for trace in entry.traces]
        _order(written, work.line_of(entry), entry)
    written.lines = tuple(made)
    insert_rows(session, AcceptanceLine, _Line._fields, rows)
    return written


def _line(
    acceptance: Acceptance, work: Work, piece: _Piece, terms: _Terms, number: tuple[int, int]
) -> _Line:
    entry = piece.entry
    stated = work.line_of(entry)
    price, factor = (Decimal(0), 1) if piece.free else _price(stated)
    return _Line(
        org_id=acceptance.org_id,
        acceptance_id=acceptance.id,
        line=number[0],
        lot_id=number[1],
        item_id=entry.item_id,
        order_id=(stated.order_id or None) if stated else None,
        order_line=(stated.order_line or None) if stated else None,
        delivery_line=entry.note_line or None,
        place_id=terms.place(work.goods(entry)),
        expected=0 if piece.free else expected(work, entry),
        accepted=piece.accepted,
        refused=piece.refused,
        gift=piece.accepted if piece.free else 0,
        result="over" if piece.free else _code(work, entry),
        reason=(_("赠品") if piece.free else _reason(work, entry)) or None,
        unit_price=price,
        price_factor=factor,
        amount=money.amount(price, piece.accepted, factor),
        owner_id=acceptance.org_id if piece.free else terms.owners[entry.item_id],
    )


def _price(stated: NoteLine | None) -> tuple[Decimal, int]:
    """The agreed price as snapshot; the note's own only where nothing was agreed."""
    if stated is None:
        return Decimal(0), 1
    price = stated.unit_price if stated.unit_price is not None else stated.note_price
    return price or Decimal(0), stated.price_factor


def _lots(session: Session, work: Work) -> dict[int, int]:
    """The lot of each entry's goods by its key; 0 where none is known."""
    named = [entry for entry in work.entries if entry.lot_no and (entry.accepted or entry.refused)]
    found = find_or_make_lots(session, [_on_pack(entry, work.goods(entry)) for entry in named])
    lots = dict.fromkeys((entry.key for entry in work.entries), 0)
    return lots | {entry.key: lot for entry, lot in zip(named, found, strict=True)}


def _on_pack(entry: Entry, goods: Goods) -> LotOnPack:
    expiry: date | None = entry.expiry
    known = goods.lots.get(entry.lot_no)
    if known is None and entry.lot_no in goods.lots and not entry.accepted:
        expiry = None  # goods that go back say nothing about those that stay
    if known is not None and (not entry.accepted or (expiry and same_expiry(known, expiry))):
        expiry = known  # goods that go back because of their expiry still name their lot
    return LotOnPack(entry.item_id, entry.lot_no, expiry, entry.produced)


def _code(work: Work, entry: Entry) -> str:
    if entry.refused:
        return _CODES.get(entry.refusal or Refusal.OTHER, "refused")
    return "short" if entry.counted < expected(work, entry) else "ok"


def _reason(work: Work, entry: Entry) -> str:
    stated = work.line_of(entry)
    parts = [entry.refusal.label if entry.refused and entry.refusal else "", entry.reason]
    lot = stated.lot_no if stated is not None else ""
    if lot not in {"", entry.lot_no} and result_of(work, entry) is Result.LOT:
        parts.append(_("送货单批号 {lot}", lot=lot))
    return "；".join(part for part in parts if part)


def _move(line: _Line, supplier_end: int, owner: int) -> Move:
    """Goods come in as the supplier's; 入库结算 makes them the member's own right after."""
    return Move(
        item_id=line.item_id,
        lot_id=line.lot_id,
        owner_id=owner,
        from_place=supplier_end,
        to_place=line.place_id,
        qty=line.accepted,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        doc_line=line.line,
        reason=line.reason or "",
    )


def _order(written: Written, stated: NoteLine | None, entry: Entry) -> None:
    if stated is None or not stated.order_id:
        return
    key = (stated.order_id, stated.order_line)
    received, refused = written.ordered.get(key, (0, 0))
    written.ordered[key] = (
        received + entry.accepted - entry.gift,
        refused + entry.refused,
    )


def _terms(session: Session, acceptance: Acceptance, work: Work) -> _Terms:
    items = {entry.item_id for entry in work.entries}
    zones = {
        place.storage: place.id
        for place in reversed(stock_places(session, acceptance.org_id))
        if place.zone == "good" and place.level == 1 and place.storage in _OWN_PLACE
    }
    return _Terms(
        owners=_owners(session, acceptance, items),
        places=zones,
        main=acceptance.place_id,
        supplier_end=virtual_place(session, acceptance.org_id, "supplier"),
    )


def _owners(session: Session, acceptance: Acceptance, items: set[int]) -> dict[int, int]:
    """Whose goods are once accepted: the supplier's, unless they are payable at receipt."""
    triggers = triggers_of(
        session, acceptance.org_id, acceptance.supplier_id, items, today(session)
    )
    return {
        item: acceptance.org_id if becomes_own(trigger, Trigger.RECEIPT) else acceptance.supplier_id
        for item, trigger in triggers.items()
    }


def checks_of(session: Session, work: Work, second: Actor | None) -> dict[str, Any]:
    """What was looked at, how the goods came, and the facts as they stood on this day."""
    return {
        "transport": transport_to_plain(work.transport),
        "second": second.name if second else "",
        "delivery": work.note.no,
        "orders": list(work.note.order_nos),
        "lines": [
            {
                "outer": entry.checks.outer,
                "matches": entry.checks.matches,
                "report": entry.checks.report,
                **snapshot,
            }
            for entry, snapshot in _snapshots(session, work)
        ],
    }


def _snapshots(session: Session, work: Work) -> list[tuple[Entry, dict[str, str]]]:
    """Name, form, spec, approval number and holder of each entry's goods, word for word."""
    items = {entry.item_id for entry in work.entries}
    rows = session.execute(
        select(
            Item.id,
            Item.name,
            Product.form,
            Item.spec,
            Maker.name.label("maker"),
            Item.approval_no,
            Item.code,
        )
        .join(Product, Product.id == Item.product_id)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(sorted(items)))
    )
    facts = {
        row.id: {
            "name": row.name,
            "form": row.form,
            "spec": row.spec,
            "maker": row.maker,
            "approval": row.approval_no or "",
            "code": row.code,
        }
        for row in rows
    }
    return [(entry, facts[entry.item_id]) for entry in work.entries]
