"""Notes and scans to try acceptance with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app.domain.receiving.note import Goods, Note, NoteLine
from app.domain.receiving.outcome import Outcome
from app.domain.receiving.reading import Found, KnownTrace, Reading, Target
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.work import Session, begin

TODAY = date(2026, 10, 14)
NOW = datetime(2026, 10, 14, 10, 41, tzinfo=UTC)
EXPIRY = date(2028, 2, 29)

CLAVULANATE = Goods(
    1, "YP-010252", "阿莫西林克拉维酸钾片", "0.375 g × 12 片/盒", "北辰药业", "drug", "片", "盒", 12
)
INSULIN = Goods(
    2, "YP-1", "门冬胰岛素注射液", "3 ml", "北辰药业", "drug", "支", "支", 1, storage="cold"
)
PETHIDINE = Goods(
    3, "YP-2", "盐酸哌替啶注射液", "1 ml", "北辰药业", "drug", "支", "支", 1, controlled="narcotic"
)
SYRINGE = Goods(4, "HC-1", "一次性注射器", "5 ml", "北辰", "consumable", "支", "支", 1)


def line(number: int, goods: Goods, packs: int, **more: object) -> NoteLine:
    made = NoteLine(
        number,
        goods,
        packs * goods.pack_factor,
        unit_price=Decimal("12.0000"),
        price_factor=goods.pack_factor,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def session(*lines: NoteLine) -> Session:
    return Session(begin(Note(2, 77, "SH20261014-002", 11, "康泽医药", lines)))


def pack(lot: str = "", expiry: date | None = None, *, trace: str = "", count: int = 1) -> Reading:
    return Reading("raw", Target.GOODS, "06901234500011", count, lot, expiry, None, trace)


def take(
    state: Session,
    goods: Goods | None,
    reading: Reading,
    *,
    later: float = 0,
    known: KnownTrace | None = None,
) -> tuple[Session, Outcome]:
    found = Found(goods, goods.pack_factor if goods else 1, known)
    return scan(state, reading, found, Moment(NOW + timedelta(seconds=later), TODAY))
