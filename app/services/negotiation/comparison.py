"""The whole comparison of a project, read in a handful of queries: items × suppliers × rounds.

Prices come out of the database as one text of numbers per round and supplier, which numpy reads
at once: 120,000 bids make sixty rows, not 120,000. Rounds that are sealed and not opened are left
out here; on PostgreSQL row security has left them out before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, Text, cast, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.bidding.commitment import SheetKind
from app.domain.bidding.compare import GIVEN_UP, Grid, Ints
from app.domain.duties import Actor
from app.models.item import Item, ItemSearch
from app.models.negotiation import (
    Bid,
    BidSheet,
    Negotiation,
    NegotiationInvitation,
    NegotiationItem,
    NegotiationReference,
)
from app.models.party import Maker, Organisation
from app.services.db import Database, now
from app.services.negotiation.common import find, readable, require_reader, rounds_of
from app.services.negotiation.drafts import DraftLine, draft_lines
from app.services.negotiation.queries import ProjectRow, RoundRow, project_row, round_rows
from app.services.negotiation.standing import counted_sheets, of_sheet

_COLD: Final = frozenset({"cold", "frozen"})


@dataclass(frozen=True, slots=True)
class LineInfo:
    """One line in words. `sort_key` is the pinyin that names sort by."""

    line: int
    item_id: int
    lot: int
    code: str
    name: str
    spec: str
    maker: str
    unit: str
    pack_factor: int
    price_factor: int
    cold: bool
    sort_key: str
    failed: str


@dataclass(frozen=True, slots=True)
class SupplierInfo:
    """One invited supplier that takes part."""

    supplier_id: int
    code: str
    name: str
    delivery_hours: int
    small: bool
    cold_chain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Everything that the comparison page shows.

    Attributes:
        rounds: All rounds; `round_numbers` those whose prices are in the grid, in its order.
        grid: The figures; suppliers and lines in the order of the tuples here.
        draft: The award drawn up by hand so far, by line.
        at: The server's time of reading.
    """

    project: ProjectRow
    lines: tuple[LineInfo, ...]
    suppliers: tuple[SupplierInfo, ...]
    rounds: tuple[RoundRow, ...]
    round_numbers: tuple[int, ...]
    grid: Grid
    draft: dict[int, tuple[DraftLine, ...]]
    at: datetime

    def price(self, place: int, line: int) -> Decimal | None:
        """The standing price of the supplier at `place` for the line at position `line`."""
        stored = int(self.grid.standing[place, line])
        return money.from_scaled(stored) if stored else None


def comparison(db: Database, actor: Actor, negotiation_id: int) -> Comparison:
    """Read the comparison of a project.

    Raises:
        NotAllowedError: The person is not of the lead's buyers, signers or auditors.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        return read_comparison(session, project)


def read_comparison(
    session: Session, project: Negotiation, only: Collection[int] = ()
) -> Comparison:
    """The comparison in the caller's unit of work; who may read it was asked before.

    With `only`, these lines alone: enough to check a choice for some of them.
    """
    rounds = rounds_of(session, project)
    numbers = readable(rounds)
    rows = _lines(session, project, only)
    suppliers = _suppliers(session, project)
    ids = [one.supplier_id for one in suppliers]
    lines = [int(row.line) for row in rows]
    prices, left = _prices(session, project, (numbers, ids, lines), only)
    grid = Grid(
        lines=np.array(lines, dtype=np.int64),
        volume=_column(rows, "volume"),
        factor=_column(rows, "price_factor"),
        base=_column(rows, "base"),
        ceiling=_column(rows, "ceiling"),
        listed=_column(rows, "listed"),
        lowest_paid=_column(rows, "lowest"),
        prices=prices,
        left=left,
    )
    return Comparison(
        project=project_row(session, project),
        lines=tuple(_info(row) for row in rows),
        suppliers=suppliers,
        rounds=round_rows(session, project),
        round_numbers=numbers,
        grid=grid,
        draft=draft_lines(session, project),
        at=now(session),
    )


def _lines(session: Session, project: Negotiation, only: Collection[int]) -> Sequence[Any]:
    item, known = NegotiationItem, NegotiationReference
    return session.execute(
        select(
            item.line,
            item.item_id,
            item.lot,
            item.volume,
            item.price_factor,
            item.failed,
            type_coerce(item.ceiling, BigInteger).label("ceiling"),
            type_coerce(known.base_price, BigInteger).label("base"),
            type_coerce(known.listed, BigInteger).label("listed"),
            type_coerce(known.lowest, BigInteger).label("lowest"),
            Item.code,
            Item.name,
            Item.spec,
            Item.pack_unit,
            Item.pack_factor,
            Item.storage,
            Maker.short_name.label("maker"),
            func.coalesce(ItemSearch.sort_key, Item.name).label("sort_key"),
        )
        .join(Item, Item.id == item.item_id)
        .join(Maker, Maker.id == Item.maker_id)
        .outerjoin(ItemSearch, ItemSearch.item_id == Item.id)
        .outerjoin(
            known,
            (known.org_id == item.org_id)
            & (known.negotiation_id == item.negotiation_id)
            & (known.line == item.line),
        )
        .where(
            item.org_id == project.org_id,
            item.negotiation_id == project.id,
            *((item.line.in_(only),) if only else ()),
        )
        .order_by(item.line)
    ).all()


def _info(row: Any) -> LineInfo:
    return LineInfo(
        line=row.line,
        item_id=row.item_id,
        lot=row.lot,
        code=row.code,
        name=row.name,
        spec=row.spec,
        maker=row.maker,
        unit=row.pack_unit,
        pack_factor=row.pack_factor,
        price_factor=row.price_factor,
        cold=row.storage in _COLD,
        sort_key=row.sort_key,
        failed=row.failed or "",
    )


def _column(rows: Sequence[Any], name: str) -> Ints:
    return np.array([getattr(row, name) or 0 for row in rows], dtype=np.int64)


def _suppliers(session: Session, project: Negotiation) -> tuple[SupplierInfo, ...]:
    rows = session.execute(
        select(NegotiationInvitation, Organisation.code, Organisation.short_name)
        .join(Organisation, Organisation.id == NegotiationInvitation.supplier_id)
        .where(
            NegotiationInvitation.org_id == project.org_id,
            NegotiationInvitation.negotiation_id == project.id,
            NegotiationInvitation.quitted.is_(None),
        )
        .order_by(Organisation.code)
    )
    return tuple(
        SupplierInfo(
            supplier_id=one.supplier_id,
            code=code,
            name=name,
            delivery_hours=one.delivery_hours,
            small=one.small,
            cold_chain=one.cold_chain,
        )
        for one, code, name in rows
    )


def _prices(
    session: Session,
    project: Negotiation,
    axes: tuple[Sequence[int], Sequence[int], Sequence[int]],
    only: Collection[int],
) -> tuple[Ints, Any]:
    """Prices by round, supplier and line, and who withdrew in which round."""
    rounds, suppliers, lines = axes
    round_at = {number: place for place, number in enumerate(rounds)}
    supplier_at = {one: place for place, one in enumerate(suppliers)}
    prices = np.zeros((len(rounds), len(suppliers), len(lines)), dtype=np.int64)
    left = np.zeros((len(rounds), len(suppliers)), dtype=np.bool_)
    if not rounds or not suppliers or not lines:
        return prices, left
    place_of = np.zeros(max(lines) + 1, dtype=np.int64)
    place_of[np.array(lines)] = np.arange(len(lines))
    for number, supplier, kind, text in session.execute(_sheets(project, rounds, only)):
        if number not in round_at or supplier not in supplier_at:
            continue
        here = (round_at[number], supplier_at[supplier])
        left[here] = kind == SheetKind.WITHDRAWAL
        if text:
            pairs = np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, 2)
            prices[here][place_of[pairs[:, 0]]] = pairs[:, 1]
    return prices, left


def _sheets(project: Negotiation, rounds: Sequence[int], only: Collection[int]) -> Any:
    """Round, supplier, kind and the prices as one text, of every sheet that counts."""
    price = func.coalesce(type_coerce(Bid.unit_price, BigInteger), GIVEN_UP)
    pair = cast(Bid.line, Text) + literal(" ") + cast(price, Text)
    # One look along the key for each sheet: nothing is sorted or grouped over all bids.
    said = (
        select(func.aggregate_strings(pair, " "))
        .where(of_sheet(BidSheet), *((Bid.line.in_(only),) if only else ()))
        .correlate(BidSheet)
        .scalar_subquery()
    )
    sheets = counted_sheets(project.org_id, project.id, rounds)
    return sheets.with_only_columns(BidSheet.round, BidSheet.supplier_id, BidSheet.kind, said)
