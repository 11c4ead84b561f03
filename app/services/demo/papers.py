"""The documents of the demo's history, collected row by row and written at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.money import amount
from app.models.base import Base
from app.models.platform import Counter
from app.models.receiving import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from app.models.settlement import Consumption
from app.services.demo.warehouse import LotText
from app.services.queries.portions import portions

Row = dict[str, Any]
_CHUNK = 20_000


def write_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert plain rows without making objects; the quickest way on both databases."""
    table = cast("Table", model.__table__)
    connection = session.connection()
    for part in portions(rows, _CHUNK):
        connection.execute(insert(table), part)


@dataclass(slots=True)
class Papers:
    """The documents of one member.

    Attributes:
        org: The member.
        person: Who received and consumed.
        second: Who checked with them what only two may take in.
        controlled: Items that only two may take in.
        place: The member's main store.
        stamp: When the documents are posted.
    """

    org: int
    person: int
    second: int
    controlled: frozenset[int]
    place: int
    stamp: datetime
    rows: dict[type[Base], list[Row]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))

    def write(self, session: Session) -> None:
        """Write everything, and the counters that the numbers were taken from."""
        for model in (Delivery, DeliveryLine, Acceptance, AcceptanceLine, Consumption):
            write_rows(session, model, self.rows[model])
        counters = [
            {"org_id": self.org, "kind": kind, "day": day, "last": last}
            for (kind, day), last in self.numbers.items()
        ]
        write_rows(session, Counter, counters)

    def _number(self, kind: str, day: date) -> str:
        self.numbers[kind, day] += 1
        return f"{kind}{day:%Y%m%d}-{self.numbers[kind, day]:03d}"

    def receipt(self, day: date, moves: Sequence[Move], lots: Sequence[LotText]) -> int:
        """A delivery and its acceptance, all of it good; the id of the acceptance."""
        delivery, acceptance = new_id(), new_id()
        two = any(move.item_id in self.controlled for move in moves)
        supplier = moves[0].owner_id
        common = {"org_id": self.org, "supplier_id": supplier, "place_id": self.place}
        self.rows[Delivery].append(
            common
            | {"id": delivery, "no": self._number("SH", day), "order_id": None}
            | {"status": State.ACCEPTED.value, "shipped_on": day, "arrived_at": self.stamp}
            | {"transport": {}, "source": "file", "created_at": self.stamp}
            | {"created_by": self.person, "version": 1}
        )
        lines = [
            self._lines(keys, move, lot)
            for keys in ((delivery, acceptance),)
            for move, lot in zip(moves, lots, strict=True)
        ]
        self.rows[Acceptance].append(
            common
            | {"id": acceptance, "no": self._number("YS", day), "delivery_id": delivery}
            | {"status": State.POSTED.value, "accepted_on": day, "posted_at": self.stamp}
            | {"receiver_id": self.person, "second_person_id": self.second if two else None}
            | {"checks": {}}
            | {"amount": sum(lines, Decimal(0))}
        )
        return acceptance

    def _lines(self, keys: tuple[int, int], move: Move, lot: LotText) -> Decimal:
        delivery, acceptance = keys
        priced = {
            "org_id": self.org,
            "line": move.doc_line,
            "item_id": move.item_id,
            "unit_price": move.unit_price,
            "price_factor": move.price_factor,
        }
        value = amount(move.unit_price, move.qty, move.price_factor)
        self.rows[DeliveryLine].append(
            priced
            | {"delivery_id": delivery, "lot_no": lot.number, "expiry": lot.expiry}
            | {"qty": move.qty}
        )
        self.rows[AcceptanceLine].append(
            priced
            | {"acceptance_id": acceptance, "lot_id": move.lot_id}
            | {"delivery_line": move.doc_line, "place_id": move.to_place}
            | {"expected": move.qty, "accepted": move.qty, "refused": 0, "result": "ok"}
            | {"amount": value, "owner_id": move.owner_id}
        )
        return value

    def consumption(self, day: date) -> int:
        """A consumption document; its id."""
        document = new_id()
        self.rows[Consumption].append(
            {"org_id": self.org, "id": document, "no": self._number("XH", day)}
            | {"place_id": self.place, "occurred_on": day, "posted_at": self.stamp}
            | {"person_id": self.person, "source": "import", "status": State.POSTED.value}
            | {"reversal_of": None, "note": "按旬导入的发药与领用"}
        )
        return document
