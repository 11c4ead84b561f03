"""The demo's last weeks as documents: opening stock, deliveries with acceptance, consumption.

Everything goes through the one posting function, in the order of the days, by the store keepers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.demand import Demand
from app.models.item import Item
from app.models.stock import Lot, LotHold
from app.services.db import now
from app.services.demo.desk import SECONDS
from app.services.demo.papers import Papers, write_rows
from app.services.demo.parties import Parties
from app.services.demo.sources import Goods
from app.services.demo.trade import effective_day, supplier_of
from app.services.demo.usage import Series
from app.services.demo.warehouse import (
    SHELF_LIFE,
    LotText,
    Played,
    Term,
    Use,
    made_on,
    play,
)
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post

DAYS: Final = 91
"""How far back the ledger reaches; demand reaches back 24 months."""
_STALE: Final = ((-33, 1), (-6, 1), (19, 2), (47, 2), (88, 2), (140, 3))
"""Lots that nobody uses, at every member: days to expiry, and how many such lots."""
_FILLED: Final = {"lead": 0.82, "qingyu": 0.1}
_FILLED_CLINIC: Final = 0.3
"""Share of a member's items that were filled up in the last two weeks."""

Lines = list[tuple[Goods, LotText, int]]


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


@dataclass(slots=True)
class Member:
    """One member's history while it is made."""

    key: str
    org: int
    actor: Actor
    papers: Papers
    ends: dict[str, int]
    """Virtual places by kind: where goods come from and go to."""
    played: list[tuple[Goods, Played]] = field(default_factory=list)


def write_demand(books: Books, series: Sequence[Series], given: Mapping[Any, int]) -> int:
    """Write 24 months of demand; `given` knows what was short in the last weeks."""
    rows = []
    for one in series:
        org = books.made.orgs[one.org]
        place, item = books.made.places[one.org, "A01"], books.items[one.goods.code]
        for day, qty, lines in one.events:
            handed = given.get((one.org, one.goods.code, day), qty)
            rows.append(
                {
                    "org_id": org,
                    "place_id": place,
                    "item_id": item,
                    "day": day,
                    "asked": qty,
                    "given": handed,
                    "lines": lines,
                }
            )
    write_rows(books.session, Demand, rows)
    return len(rows)


def play_member(books: Books, key: str, series: Sequence[Series]) -> Member:
    """Play every item of a member over the last weeks."""
    org, keeper = books.made.orgs[key], books.made.keeper(key)
    watched = books.session.scalars(select(Item.id).where(Item.controlled != ""))
    papers = Papers(
        org, keeper.person_id, books.made.people[SECONDS[key]], frozenset(watched),
        books.made.places[key, "A01"], now(books.session),
    )  # fmt: skip
    ends = {
        kind: virtual_place(books.session, org, kind)
        for kind in ("opening", "supplier", "consumed")
    }
    member = Member(key, org, keeper, papers, ends)
    span = (books.today - timedelta(days=DAYS), books.today)
    terms = {supplier: _term(books, key, supplier) for supplier in books.made.suppliers}
    for one in series:
        draw = random.Random(f"{books.seed}-{key}-{one.goods.code}-stock")  # noqa: S311 - demo
        term = terms[supplier_of(one.goods)]
        member.played.append((one.goods, play(one.goods, one.events, term, span, draw)))
    return member


def _term(books: Books, org: str, supplier: str) -> Term:
    """Everything ordered at a supplier on one day comes on one day."""

    def late(day: date) -> int:
        draw = random.Random(f"{books.seed}-{org}-{supplier}-{day}")  # noqa: S311 - demo
        return draw.choice((0, 0, 0, 1, 2))

    lead, days = books.made.lead_days[supplier], books.made.days_for(org, supplier)
    return Term(lead, days, late, _FILLED.get(org, _FILLED_CLINIC))


def post_member(books: Books, member: Member) -> None:
    """Post the member's opening, receipts and consumption in the order of the days."""
    start = books.today - timedelta(days=DAYS)
    opening = [(i, r.lot, r.qty) for i, played in member.played for r in played.opening]
    stale = _stale_lots(books, member)
    received = [(i, r.lot, r.qty) for i, played in member.played for r in played.receipts]
    _write_lots(books, [*opening, *received, *stale])
    _freeze_expired(books, member, stale)
    moves = _moves(books, member, start, [*opening, *stale], "opening")
    _post(books, member, DocKind.OPENING, new_id(), start, moves)
    steps = sorted([*_receipts(member), *_ten_days(member)], key=lambda step: step[:2])
    for day, kind, lines in steps:
        if kind is DocKind.ACCEPTANCE:
            moves = _moves(books, member, day, lines, "supplier")
            document = member.papers.receipt(day, moves, [lot for _item, lot, _qty in lines])
        else:
            moves = _moves(books, member, day, lines, "consumed")
            document = member.papers.consumption(day)
        _post(books, member, kind, document, day, moves)
    member.papers.write(books.session)


def _stale_lots(books: Books, member: Member) -> Lines:
    draw = random.Random(f"{books.seed}-{member.key}-stale")  # noqa: S311 - repeatable demo figures
    slow = [item for item, _played in member.played if item.item_class == "drug"]
    slow = [item for item in slow if item.price < 100]  # noqa: PLR2004 - nothing dramatic
    found: Lines = []
    for days, count in _STALE:
        for item in draw.sample(slow, count):
            produced = books.today + timedelta(days=days - SHELF_LIFE[item.item_class])
            lot = made_on(item, produced, draw.randint(1, 9))
            found.append((item, lot, item.pack * draw.randint(2, 9)))
    return found


def _write_lots(books: Books, lines: Lines) -> None:
    stamp, rows = now(books.session), []
    for item, text, _qty in lines:
        key = item.code, text
        if key not in books.lots:
            books.lots[key] = new_id()
            rows.append(
                {
                    "id": books.lots[key],
                    "item_id": books.items[item.code],
                    "lot_no": text.number,
                    "serial": "",
                    "expiry": text.expiry,
                    "produced": text.expiry - timedelta(days=SHELF_LIFE[item.item_class]),
                    "created_at": stamp,
                }
            )
    write_rows(books.session, Lot, rows)


def _freeze_expired(books: Books, member: Member, stale: Lines) -> None:
    rows = [
        {
            "org_id": member.org,
            "lot_id": books.lots[item.code, text],
            "id": new_id(),
            "reason": "expired",
            "note": None,
            "since": now(books.session),
            "person_id": member.actor.person_id,
            "released_at": None,
        }
        for item, text, _qty in stale
        if text.expiry < books.today
    ]
    write_rows(books.session, LotHold, rows)


def _moves(books: Books, member: Member, day: date, lines: Lines, end: str) -> list[Move]:
    """The lines as moves into the store from `end`, or out of it when `end` is ``consumed``."""
    outward = end == "consumed"
    moves = []
    for number, (item, text, qty) in enumerate(lines, start=1):
        home = books.made.places[member.key, "C01" if item.cold else "A01"]
        moves.append(
            Move(
                item_id=books.items[item.code],
                lot_id=books.lots[item.code, text],
                owner_id=books.made.suppliers[supplier_of(item)],
                from_place=home if outward else member.ends[end],
                to_place=member.ends[end] if outward else home,
                qty=qty,
                unit_price=books.price(item, day),
                price_factor=item.pack,
                doc_line=number,
            )
        )
    return moves


def _post(
    books: Books, member: Member, kind: DocKind, doc: int, day: date, moves: list[Move]
) -> None:
    post(books.session, member.actor, Posting(member.org, new_op(), kind, doc, day, moves))


def _receipts(member: Member) -> Iterator[tuple[date, DocKind, Lines]]:
    found: dict[tuple[date, str], Lines] = defaultdict(list)
    for item, played in member.played:
        for receipt in played.receipts:
            found[receipt.day, supplier_of(item)].append((item, receipt.lot, receipt.qty))
    for (day, _supplier), lines in found.items():
        yield day, DocKind.ACCEPTANCE, lines


def _ten_days(member: Member) -> Iterator[tuple[date, DocKind, Lines]]:
    """Consumption by ten days (旬), posted on the last day that it holds."""
    found: dict[tuple[int, ...], list[tuple[Goods, Use]]] = defaultdict(list)
    for item, played in member.played:
        for use in played.uses:
            found[use.day.year, use.day.month, min(use.day.day - 1, 29) // 10].append((item, use))
    for uses in found.values():
        sums: dict[tuple[Goods, LotText], int] = defaultdict(int)
        for item, use in uses:
            sums[item, use.lot] += use.qty
        lines = [(item, lot, qty) for (item, lot), qty in sums.items()]
        yield max(use.day for _item, use in uses), DocKind.CONSUMPTION, lines
