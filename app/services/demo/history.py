"""The demo's last weeks as documents: opening stock, deliveries with acceptance, consumption.

Everything goes through the one posting function, in the order of the days, by the store keepers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.domain.money import amount
from app.models.demand import Demand
from app.models.receiving import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from app.models.settlement import Consumption
from app.models.stock import Lot, LotHold
from app.services.db import now
from app.services.demo.parties import Parties
from app.services.demo.sources import Goods
from app.services.demo.trade import effective_day, supplier_of
from app.services.demo.usage import Series
from app.services.demo.warehouse import SHELF_LIFE, LotText, Played, Receipt, made_on, play
from app.services.numbering import document_no
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post

DAYS: Final = 91
"""How far back the ledger reaches; demand reaches back 24 months."""
_STALE: Final = ((-33, 1), (-6, 1), (19, 2), (47, 2), (88, 2), (140, 3))
"""Lots that nobody uses, at every member: days to expiry, and how many such lots."""
_CHUNK: Final = 20_000

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Books:
    """What the history needs to know of the group, and the lots made so far."""

    session: Session
    made: Parties
    items: Mapping[str, int]
    old: Mapping[str, Decimal]
    new: Mapping[str, Decimal]
    today: date
    seed: int
    lots: dict[tuple[str, LotText], int] = field(default_factory=dict)

    def price(self, item: Goods, day: date) -> Decimal:
        """The price in force on a day."""
        newer = day >= effective_day(self.today)
        return (self.new if newer else self.old)[item.code]

    def lot(self, item: Goods, text: LotText) -> int:
        """The id of a lot; the same lot number means the same lot everywhere."""
        return self.lots.setdefault((item.code, text), new_id())


@dataclass(slots=True)
class Member:
    """One member's history while it is made."""

    key: str
    org: int
    actor: Actor
    played: list[tuple[Goods, Played]] = field(default_factory=list)


def write_demand(books: Books, series: Sequence[Series], given: Mapping[Any, int]) -> int:
    """Write 24 months of demand; `given` knows what was short in the last weeks."""
    rows: list[dict[str, Any]] = []
    total = 0
    for one in series:
        org = books.made.orgs[one.org]
        place, item = books.made.places[one.org, "A01"], books.items[one.goods.code]
        for day, qty, lines in one.events:
            rows.append(
                {"org_id": org, "place_id": place, "item_id": item, "day": day, "asked": qty}
                | {"given": given.get((one.org, one.goods.code, day), qty), "lines": lines}
            )
        if len(rows) >= _CHUNK:
            books.session.execute(insert(Demand), rows)
            total, rows = total + len(rows), []
    if rows:
        books.session.execute(insert(Demand), rows)
    return total + len(rows)


def play_member(books: Books, key: str, series: Sequence[Series]) -> Member:
    """Play every item of a member over the last weeks."""
    keeper = books.made.builder()
    member = Member(key, books.made.orgs[key], keeper)
    span = (books.today - timedelta(days=DAYS), books.today)
    for one in series:
        draw = random.Random(f"{books.seed}-{key}-{one.goods.code}-stock")  # noqa: S311 - demo
        supplier = supplier_of(one.goods)
        term = (books.made.lead_days[supplier], books.made.weekdays[supplier])
        member.played.append((one.goods, play(one.goods, one.events, term, span, draw)))
    return member


def post_member(books: Books, member: Member, progress: Progress) -> None:
    """Post the member's opening, receipts and weekly consumption in the order of the days."""
    stale = _stale_lots(books, member)
    _write_lots(books, member, stale)
    _post_opening(books, member, stale)
    steps = sorted([*_receipts(member), *_weeks(member)], key=lambda step: step[:2])
    for number, (day, kind, content) in enumerate(steps):
        if kind == 0:
            _post_receipt(books, member, day, content)
        else:
            _post_uses(books, member, day, content)
        if number % 20 == 0:
            progress(member.key, number, len(steps))


def _stale_lots(books: Books, member: Member) -> list[tuple[Goods, Receipt]]:
    draw = random.Random(f"{books.seed}-{member.key}-stale")  # noqa: S311 - repeatable demo figures
    start = books.today - timedelta(days=DAYS)
    slow = [item for item, _played in member.played if item.item_class == "drug"]
    slow = [item for item in slow if item.price * 4 < 400]  # noqa: PLR2004 - nothing dramatic
    found = []
    for days, count in _STALE:
        for item in draw.sample(slow, count):
            produced = books.today + timedelta(days=days - SHELF_LIFE[item.item_class])
            lot = made_on(item, produced, draw.randint(1, 9))
            found.append((item, Receipt(start, lot, item.pack * draw.randint(2, 9))))
    return found


def _write_lots(books: Books, member: Member, stale: list[tuple[Goods, Receipt]]) -> None:
    known = set(books.lots)
    came = [(item, r) for item, p in member.played for r in (*p.opening, *p.receipts)]
    fresh = dict.fromkeys(
        (item.code, receipt.lot) for item, receipt in [*came, *stale] if receipt.qty
    )
    stamp = now(books.session)
    rows = [
        {
            "id": books.lots.setdefault((code, text), new_id()),
            "item_id": books.items[code],
            "lot_no": text.number,
            "serial": "",
            "expiry": text.expiry,
            "produced": None,
            "created_at": stamp,
        }
        for code, text in fresh
        if (code, text) not in known
    ]
    if rows:
        books.session.execute(insert(Lot), rows)
    _freeze_expired(books, member, stale)


def _freeze_expired(books: Books, member: Member, stale: list[tuple[Goods, Receipt]]) -> None:
    rows = [
        {
            "org_id": member.org,
            "lot_id": books.lot(item, receipt.lot),
            "id": new_id(),
            "reason": "expired",
            "note": None,
            "since": now(books.session),
            "person_id": member.actor.person_id,
            "released_at": None,
        }
        for item, receipt in stale
        if receipt.lot.expiry < books.today
    ]
    if rows:
        books.session.execute(insert(LotHold), rows)


def _move(books: Books, item: Goods, lot: LotText, qty: int, **ends: int) -> dict[str, Any]:
    return {
        "item_id": books.items[item.code],
        "lot_id": books.lot(item, lot),
        "owner_id": books.made.suppliers[supplier_of(item)],
        "qty": qty,
        "price_factor": item.pack,
        **ends,
    }


def _home(books: Books, member: Member, item: Goods) -> int:
    return books.made.places[member.key, "C01" if item.cold else "A01"]


def _post_opening(books: Books, member: Member, stale: list[tuple[Goods, Receipt]]) -> None:
    opening = virtual_place(books.session, member.org, "opening")
    day = books.today - timedelta(days=DAYS)
    came = [(item, receipt) for item, played in member.played for receipt in played.opening]
    moves = [
        Move(
            **_move(books, item, receipt.lot, receipt.qty,
                from_place=opening, to_place=_home(books, member, item),
            ),
            unit_price=books.price(item, day),
            doc_line=line,
        )
        for line, (item, receipt) in enumerate([*came, *stale], start=1)
    ]  # fmt: skip
    _post(books, member, DocKind.OPENING, new_id(), day, moves)


def _post(
    books: Books, member: Member, kind: DocKind, doc: int, day: date, moves: list[Move]
) -> None:
    posting = Posting(member.org, new_op(), kind, doc, day, moves)
    post(books.session, member.actor, posting)


def _receipts(member: Member) -> Iterator[tuple[date, int, Any]]:
    found: dict[tuple[date, str], list[tuple[Goods, Receipt]]] = defaultdict(list)
    for item, played in member.played:
        for receipt in played.receipts:
            found[receipt.day, supplier_of(item)].append((item, receipt))
    for (day, supplier), lines in found.items():
        yield day, 0, (supplier, lines)


def _weeks(member: Member) -> Iterator[tuple[date, int, Any]]:
    """Consumption by ISO week, posted on the last day of it that was used."""
    found: dict[tuple[int, int], list[tuple[Goods, Any]]] = defaultdict(list)
    for item, played in member.played:
        for use in played.uses:
            found[use.day.isocalendar()[:2]].append((item, use))
    for lines in found.values():
        months: dict[tuple[int, int], list[tuple[Goods, Any]]] = defaultdict(list)
        for item, use in lines:
            months[use.day.year, use.day.month].append((item, use))
        for part in months.values():
            yield max(use.day for _item, use in part), 1, part


def _post_receipt(books: Books, member: Member, day: date, content: Any) -> None:
    supplier, lines = content
    delivery, acceptance = new_id(), new_id()
    source = virtual_place(books.session, member.org, "supplier")
    moves = [
        Move(
            **_move(books, item, receipt.lot, receipt.qty,
                from_place=source, to_place=_home(books, member, item),
            ),
            unit_price=books.price(item, day),
            doc_line=line,
        )
        for line, (item, receipt) in enumerate(lines, start=1)
    ]  # fmt: skip
    _write_delivery(books, member, (delivery, supplier), day, lines)
    total = _write_acceptance(books, member, (acceptance, delivery), day, (lines, moves))
    assert total > 0  # noqa: S101 - a receipt without value would spoil the statement
    _post(books, member, DocKind.ACCEPTANCE, acceptance, day, moves)


def _write_delivery(
    books: Books, member: Member, keys: tuple[int, str], day: date, lines: Any
) -> None:
    delivery, supplier = keys
    org, stamp = member.org, now(books.session)
    supplier_id = books.made.suppliers[supplier]
    books.session.execute(
        insert(Delivery).values(
            org_id=org,
            id=delivery,
            no=f"SH{supplier[:2].upper()}{day:%y%m%d}{org % 1000:03d}",
            supplier_id=supplier_id,
            order_id=None,
            place_id=books.made.places[member.key, "A01"],
            status=State.ACCEPTED.value,
            shipped_on=day,
            arrived_at=stamp,
            transport={},
            source="file",
            created_at=stamp,
            created_by=member.actor.person_id,
            version=1,
        )
    )
    books.session.execute(
        insert(DeliveryLine),
        [
            {
                "org_id": org,
                "delivery_id": delivery,
                "line": line,
                "item_id": books.items[item.code],
                "lot_no": receipt.lot.number,
                "expiry": receipt.lot.expiry,
                "qty": receipt.qty,
                "unit_price": books.price(item, day),
                "price_factor": item.pack,
            }
            for line, (item, receipt) in enumerate(lines, start=1)
        ],
    )


def _write_acceptance(
    books: Books, member: Member, keys: tuple[int, int], day: date, content: Any
) -> Decimal:
    acceptance, delivery = keys
    lines, moves = content
    rows = [_acceptance_line(member, acceptance, move) for move in moves]
    total = sum((row["amount"] for row in rows), Decimal(0))
    books.session.execute(
        insert(Acceptance).values(
            org_id=member.org,
            id=acceptance,
            no=document_no(books.session, member.org, "YS", day),
            delivery_id=delivery,
            supplier_id=moves[0].owner_id,
            place_id=books.made.places[member.key, "A01"],
            status=State.POSTED.value,
            accepted_on=day,
            posted_at=now(books.session),
            receiver_id=member.actor.person_id,
            second_person_id=None,
            checks={"cold": any(item.cold for item, _receipt in lines)},
            amount=total,
        )
    )
    books.session.execute(insert(AcceptanceLine), rows)
    return total


def _acceptance_line(member: Member, acceptance: int, move: Move) -> dict[str, Any]:
    return {
        "org_id": member.org,
        "acceptance_id": acceptance,
        "line": move.doc_line,
        "item_id": move.item_id,
        "lot_id": move.lot_id,
        "delivery_line": move.doc_line,
        "place_id": move.to_place,
        "expected": move.qty,
        "accepted": move.qty,
        "refused": 0,
        "result": "ok",
        "reason": None,
        "unit_price": move.unit_price,
        "price_factor": move.price_factor,
        "amount": amount(move.unit_price, move.qty, move.price_factor),
        "owner_id": move.owner_id,
    }


def _post_uses(books: Books, member: Member, day: date, content: Any) -> None:
    document = new_id()
    used = virtual_place(books.session, member.org, "consumed")
    sums: dict[tuple[str, LotText], int] = defaultdict(int)
    goods = {item.code: item for item, _use in content}
    for item, use in content:
        sums[item.code, use.lot] += use.qty
    moves = [
        Move(
            **_move(books, goods[code], lot, qty,
                from_place=_home(books, member, goods[code]), to_place=used,
            ),
            unit_price=books.price(goods[code], day),
            doc_line=line,
        )
        for line, ((code, lot), qty) in enumerate(sums.items(), start=1)
    ]  # fmt: skip
    books.session.execute(
        insert(Consumption).values(
            org_id=member.org,
            id=document,
            no=document_no(books.session, member.org, "XH", day),
            place_id=books.made.places[member.key, "A01"],
            occurred_on=day,
            posted_at=now(books.session),
            person_id=member.actor.person_id,
            source="import",
            status=State.POSTED.value,
            reversal_of=None,
            note="按周导入的发药与领用",
        )
    )
    _post(books, member, DocKind.CONSUMPTION, document, day, moves)
