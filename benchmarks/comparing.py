"""P9: the comparison of 2,000 × 12 × 5: open, the first page, sort, search, weights."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from typing import Any, Final

from app.domain.bidding.rules import BidRules
from app.domain.bidding.scoring import Criterion
from app.domain.documents import State
from app.domain.ids import new_id
from app.domain.money import from_scaled
from app.models.negotiation import (
    Bid,
    BidSheet,
    Negotiation,
    NegotiationInvitation,
    NegotiationItem,
    NegotiationLot,
    NegotiationReference,
    NegotiationRound,
)
from app.models.party import Organisation
from app.services.bulk import insert_rows
from app.services.negotiation.choosing import scored_choices
from app.services.negotiation.comparison import Comparison, comparison
from app.services.negotiation.scores import scoring
from app.ui.tables.query import PageQuery, Sort
from benchmarks.measure import Record
from benchmarks.world import FIRST, make_items
from tests.factories import LEAD, NOW, Site

SUPPLIERS: Final = 12
ROUNDS: Final = 5
LINES: Final = 2_000
_FIRST_SUPPLIER: Final = 300
_SEED: Final = 20_261_123
_PAGE: Final = 100
_RUNS: Final = 9


def comparing(record: Record, site: Site, backend: str, size: int) -> None:
    """Each step of a person at the comparison, the median of some runs.

    On SQLite: on a server nobody, not even its owner, may write the rounds of a project as a whole.
    """
    if backend == "postgresql":
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.ui.pages.negotiation.board import Board, BoardSource

    application = QApplication.instance() or QApplication([])
    lines = min(size, LINES)
    make_items(site.owner, lines)
    project = make_project(site, lines)
    way = site.as_("lead_buyer")
    found: list[Comparison] = []
    shape = f"{lines} × {SUPPLIERS} × {ROUNDS}"

    def take(step: str, work: Any, runs: int = _RUNS) -> None:
        record.take((f"comparison {shape}: {step}", backend, size), work, rows=lines, runs=runs)

    take("open", lambda: found.append(comparison(*way, project)))
    board = Board(found[-1])
    source = BoardSource(lambda: board)
    take("the first page", lambda: BoardSource(lambda: Board(found[-1])).fetch(
        PageQuery(), None, _PAGE))  # fmt: skip
    sorts = iter(
        (column, down)
        for column in ("name", "volume", "base", "chosen", f"s{_FIRST_SUPPLIER}")
        for down in (False, True)
    )

    def sort() -> None:
        column, down = next(sorts)
        source.fetch(PageQuery(sorts=(Sort(column, down),)), None, _PAGE)

    take("sort", sort)
    texts = iter("片胶注颗缓口滴乳林")
    take("search", lambda: source.fetch(PageQuery(text=next(texts)), None, _PAGE))
    shares = iter(range(50, 100, 5))

    def weigh() -> None:
        price = next(shares)
        weights = {Criterion.PRICE: price, Criterion.QUALITY: 100 - price}
        points = scoring(*way, project).points
        expert = [dict(points.get(one.supplier_id, {})) for one in found[-1].suppliers]
        scored_choices(found[-1], expert, weights)

    take("recompute weights", weigh)
    application.processEvents()


def make_project(site: Site, lines: int) -> int:
    """A project in its fifth round: nearly everybody bids, and goes down a little each time."""
    dice = random.Random(_SEED)  # noqa: S311 - figures that can be repeated
    key = new_id()
    with site.owner.write() as session:
        session.add_all(_supplier(number) for number in range(SUPPLIERS))
        session.add(_head(key))
        session.flush()
        session.add(NegotiationLot(org_id=LEAD, negotiation_id=key, lot=1, title="常用药"))
        session.flush()
        bases = [dice.randint(10_000, 2_000_000) for _line in range(lines)]
        insert_rows(
            session,
            NegotiationItem,
            ("org_id", "negotiation_id", "line", "item_id", "lot", "price_factor", "volume",
             "ceiling"),
            [(LEAD, key, n, FIRST + n - 1, 1, 24, 24 * dice.randint(10, 9_000),
              from_scaled(base * 11 // 10)) for n, base in enumerate(bases, 1)],
        )  # fmt: skip
        insert_rows(
            session,
            NegotiationReference,
            ("org_id", "negotiation_id", "line", "base_price", "listed", "lowest"),
            [(LEAD, key, n, *[from_scaled(base)] * 3) for n, base in enumerate(bases, 1)],
        )
        session.add_all(_round(key, number) for number in range(1, ROUNDS + 1))
        session.add_all(_invitation(key, number) for number in range(SUPPLIERS))
        session.flush()
        session.add_all(
            _sheet(key, number, supplier, lines)
            for number in range(1, ROUNDS + 1)
            for supplier in range(SUPPLIERS)
        )
        session.flush()
        insert_rows(
            session,
            Bid,
            ("org_id", "negotiation_id", "round", "supplier_id", "version", "line", "unit_price"),
            [
                (LEAD, key, number, _FIRST_SUPPLIER + supplier, 1, n,
                 from_scaled(base * dice.randint(88, 100) // (100 + number)))
                for number in range(1, ROUNDS + 1)
                for supplier in range(SUPPLIERS)
                for n, base in enumerate(bases, 1)
            ],
        )  # fmt: skip
    return key


def _supplier(number: int) -> Organisation:
    org = _FIRST_SUPPLIER + number
    return Organisation(
        id=org, code=f"84{number:02d}", name=f"供应商 {number}", short_name=f"供应商{number}",
        kind="supplier", legal_person_id=org, active=True,
    )  # fmt: skip


def _head(key: int) -> Negotiation:
    return Negotiation(
        org_id=LEAD, id=key, no="YJ20261014-900", title="大项目", status=State.BARGAINING,
        rules=BidRules().stored(), round=ROUNDS, supply_from=date(2027, 1, 1),
        supply_to=date(2028, 1, 1), created_at=NOW, created_by=1,
    )  # fmt: skip


def _round(key: int, number: int) -> NegotiationRound:
    return NegotiationRound(
        org_id=LEAD, negotiation_id=key, round=number, sealed=number == 1, started_at=NOW,
        started_by=1, deadline=NOW + timedelta(minutes=30), opened_at=NOW + timedelta(hours=number),
        opened_by=1,
    )  # fmt: skip


def _invitation(key: int, number: int) -> NegotiationInvitation:
    return NegotiationInvitation(
        org_id=LEAD, negotiation_id=key, supplier_id=_FIRST_SUPPLIER + number, invited_at=NOW,
        invited_by=1, papers=[], sheet_key="k",
    )  # fmt: skip


def _sheet(key: int, number: int, supplier: int, lines: int) -> BidSheet:
    return BidSheet(
        org_id=LEAD, negotiation_id=key, round=number, supplier_id=_FIRST_SUPPLIER + supplier,
        version=1, kind="bid", source="typed", lines=lines, commitment=b"x" * 32, at=NOW,
        person_id=1, person_name="基准",
    )  # fmt: skip
