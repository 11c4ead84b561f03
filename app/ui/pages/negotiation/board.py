"""The comparison in memory: chosen suppliers, quick views, order, and rows made page by page.

Everything is computed on the arrays of the `Comparison`, in a reader thread; the window only
paints. A choice that is not saved yet lives here as `pending`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from app.domain import money
from app.domain.awarding.limits import split_text
from app.domain.bidding.award import WINNER
from app.domain.bidding.compare import NOBODY, Flags, Ints, Totals, totals
from app.i18n import _
from app.services.negotiation.choosing import LineChoice
from app.services.negotiation.comparison import Comparison
from app.services.negotiation.drafts import DraftLine
from app.services.negotiation.figures import drafted, drafted_prices
from app.ui import formats
from app.ui.status import Status
from app.ui.tables.cells import Cell, Offer, Qty, Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.query import PageQuery, RowPage

FEW: Final = 5
"""With more suppliers than this the choice stays in sight on the left."""
_TENTH: Final = Decimal("0.1")
_ROOM: Final = 600
"""Width that the suppliers' columns share on the smallest window."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A choice that waits for its reason."""

    at: int
    place: int


class Board:
    """What the comparison page works on; made anew for each reading, changed by choices."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        self.grid = found.grid
        self.best = found.grid.best()
        self.lowest = found.grid.at(self.best)
        self.reductions = np.array([found.grid.reduction(row) for row in found.grid.standing])
        self.line_at = {info.line: at for at, info in enumerate(found.lines)}
        self.pending: Pending | None = None
        self._place_of = {one.supplier_id: n for n, one in enumerate(found.suppliers)}
        self._lock = threading.Lock()
        self._orders: dict[PageQuery, Ints] = {}
        self._read_draft()

    def _read_draft(self) -> None:
        self.chosen = drafted(self.found)
        self.prices = drafted_prices(self.found)
        with self._lock:
            self._orders = {}

    def take(self, line: int, chosen: tuple[DraftLine, ...]) -> None:
        """A choice was saved: the draft as it is now."""
        draft = dict(self.found.draft)
        draft[line] = chosen
        self.found = replace(self.found, draft=draft)
        self.pending = None
        self._read_draft()

    def draft_lines(self, at: int, choice: LineChoice) -> tuple[DraftLine, ...]:
        """The rows that a choice for a line makes."""
        return tuple(
            DraftLine(
                line=choice.line,
                supplier_id=supplier,
                rank=rank,
                share=share,
                unit_price=self.found.price(self._place_of[supplier], at) or Decimal(0),
                price_factor=self.found.lines[at].price_factor,
                reason=reason,
            )
            for supplier, rank, share, reason in choice.suppliers
        )

    def reason(self, at: int) -> str:
        """Why the chosen one of the line is not the cheapest, as saved."""
        rows = self.found.draft.get(self.found.lines[at].line, ())
        return next((one.reason for one in rows if one.reason), "")

    def winners(self, at: int) -> dict[int, int]:
        """The drafted winners of a line: place → share in tenths of a percent."""
        rows = self.found.draft.get(self.found.lines[at].line, ())
        return {
            self._place_of[one.supplier_id]: one.share
            for one in rows
            if one.rank == WINNER and one.supplier_id in self._place_of
        }

    def dearer(self, at: int, place: int) -> int:
        """How much more a supplier asks than the cheapest, scaled by 10,000; 0 for the cheapest."""
        return max(0, int(self.grid.standing[place, at]) - int(self.lowest[at]))

    def totals(self) -> Totals:
        """The figures of what is chosen."""
        return totals(self.grid, self.prices)

    # Quick views

    def views(self) -> dict[str, Flags]:
        """Which lines each quick view holds."""
        bid = self.grid.standing > 0
        over = (bid & ~self.grid.able).any(axis=0)
        at_draft = self.grid.at(self.chosen)
        return {
            "over": over,
            "missing": ~bid.all(axis=0),
            "dearer": (self.chosen != NOBODY) & (at_draft > self.lowest) & (self.lowest > 0),
            "single": self.grid.bidders() == 1,
            "tie": self.grid.ties(),
            "nobody": self.grid.bidders() == 0,
        }

    def order(self, query: PageQuery) -> Ints:
        """Positions of the lines that the query holds, in its order."""
        with self._lock:
            known = self._orders.get(query)
        if known is not None:
            return known
        keep = np.ones(len(self.found.lines), dtype=np.bool_)
        if query.view:
            keep &= self.views().get(query.view, keep)
        if query.text:
            keep &= self._containing(query.text)
        places: Ints = np.flatnonzero(keep)
        if query.sorts:
            keys = [self._sort_key(one.column, descending=one.descending) for one in query.sorts]
            places = places[np.lexsort([key[places] for key in reversed(keys)])]
        with self._lock:
            self._orders[query] = places
        return places

    def _containing(self, text: str) -> Flags:
        needle = text.casefold()
        return np.array(
            [
                needle in f"{one.name} {one.spec} {one.code} {one.sort_key}".casefold()
                for one in self.found.lines
            ],
            dtype=np.bool_,
        )

    def _sort_key(self, column: str, *, descending: bool) -> Ints:
        if column == "name":
            key: Ints = np.argsort(np.argsort([one.sort_key for one in self.found.lines]))
        elif column == "volume":
            key = self.grid.volume // self.grid.factor
        elif column == "base":
            key = self.grid.base
        elif column == "chosen":
            key = self.grid.reduction(self.prices)
        else:
            place = next(
                n for n, one in enumerate(self.found.suppliers) if f"s{one.supplier_id}" == column
            )
            key = self.grid.standing[place]
        return -key if descending else key

    # Rows

    def columns(self) -> tuple[Column, ...]:
        """The table's columns for the suppliers of this project."""
        many = len(self.found.suppliers) > FEW
        chosen_wide = 132 if len(self.found.suppliers) < FEW else 120
        chosen = Column(
            key="chosen", title=_("拟中选"), second=_("下浮率"), kind=Kind.NUMBER,
            width=chosen_wide, sortable=True, frozen=many, stretch=not many,
        )  # fmt: skip
        head = (
            Column(
                key="name", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=214, frozen=True,
                sortable=True,
            ),
            Column(
                key="volume", title=_("约定量"), kind=Kind.QTY, width=104, frozen=True,
                sortable=True,
            ),
            Column(
                key="base", title=_("基准价"), second=_("元 · 限价"), kind=Kind.NUMBER, width=88,
                frozen=True, sortable=True,
            ),
        )  # fmt: skip
        wide = max(118, min(168, _ROOM // max(1, len(self.found.suppliers))))
        offers = tuple(
            Column(
                key=f"s{one.supplier_id}", title=one.name, second=self._said(place),
                kind=Kind.NUMBER, width=wide, sortable=True,
            )
            for place, one in enumerate(self.found.suppliers)
        )  # fmt: skip
        return (*head, chosen, *offers) if many else (*head, *offers, chosen)

    def _said(self, place: int) -> str:
        one = self.found.suppliers[place]
        said = int((self.grid.standing[place] > 0).sum())
        hours = one.delivery_hours
        if len(self.found.suppliers) >= FEW:
            return _("{n}/{all} · {hours} h", n=said, all=len(self.found.lines), hours=hours)
        return _("报 {n}/{all} · {hours} h", n=said, all=len(self.found.lines), hours=hours)

    def row(self, at: int) -> Row:
        """One line, every text formatted."""
        info = self.found.lines[at]
        packs = int(self.grid.volume[at]) // info.price_factor
        limit = int(self.grid.limit[at])
        head: tuple[Cell, ...] = (
            Two(info.name, f"{info.spec} {_('流标') if info.failed else ''}".strip()),
            Qty(f"{packs:,}", info.unit, bold=False),
            Two(_price(int(self.grid.base[at])), _price(limit)),
        )
        wanted = self.pending
        framed = {wanted.place} if wanted and wanted.at == at else set(self.winners(at))
        offers = tuple(
            self._offer(at, place, chosen=place in framed)
            for place in range(len(self.found.suppliers))
        )
        chosen = self._chosen(at)
        many = len(self.found.suppliers) > FEW
        cells = (*head, chosen, *offers) if many else (*head, *offers, chosen)
        return Row(info.line, cells, record=at)

    def _offer(self, at: int, place: int, *, chosen: bool) -> Cell:
        stored = int(self.grid.standing[place, at])
        if not stored:
            return Offer(_("未报价"), "")
        best = bool(self.grid.able[place, at]) and stored == int(self.lowest[at])
        if not self.grid.able[place, at]:
            over = stored - int(self.grid.limit[at])
            words = _("超限价 {n}", n=_price(over))
            return Offer(_price(stored), words, chosen=chosen, status=Status.BAD)
        second = rate_words(int(self.reductions[place, at])) if self.grid.base[at] else ""
        return Offer(_price(stored), second, best=best, chosen=chosen)

    def _chosen(self, at: int) -> Cell:
        price = int(self.prices[at])
        if not price:
            return Tone(_("未选"), Status.MUTE) if not self.found.lines[at].failed else ""
        name = self.found.suppliers[int(self.chosen[at])].name
        rate = int(self.grid.reduction(self.prices)[at])
        second = rate_words(rate) if self.grid.base[at] else ""
        shares = self.winners(at)
        if len(shares) > 1:
            words = split_text(tuple(shares.values()))
            return Two(_("{n} 家 {price}", n=len(shares), price=_price(price)),
                       f"{words} {second}".strip())  # fmt: skip
        return Two(f"{name} {_price(price)}", second)

    def footer(self) -> tuple[str, ...]:
        """The line under the table: what is chosen, and each supplier for everything it bid."""
        sums = self.totals()
        standing = self.grid.standing
        amounts = []
        for place in range(len(self.found.suppliers)):
            missing = int((standing[place] == 0).sum())
            whole = money.from_scaled(int(self.grid.amounts(standing[place]).sum()) * 100)
            amounts.append(_("缺 {n} 项", n=missing) if missing else formats.total(whole))
        chosen = rate_words(sums.weighted) if sums.weighted is not None else formats.NONE
        head = (_("按此中选，全年合计"), "", formats.total(sums.base))
        if len(self.found.suppliers) > FEW:
            return (*head, chosen, *amounts)
        return (*head, *amounts, chosen)


class BoardSource:
    """Rows of the board for the table; positions serve as keys, because all is in memory."""

    def __init__(self, board: Callable[[], Board | None]) -> None:
        self._board = board

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """A page of rows; called in a reader thread."""
        board = self._board()
        if board is None:
            return RowPage()
        start = after_key if isinstance(after_key, int) else 0
        places = board.order(query)
        rows = tuple(board.row(int(at)) for at in places[start : start + limit])
        end = start + len(rows)
        return RowPage(rows, end if end < len(places) else None)

    def count(self, query: PageQuery) -> int:
        """How many lines the query holds."""
        board = self._board()
        return len(board.order(query)) if board else 0


def rate_words(tenths: int) -> str:
    """A reduction in words: ↓ 18.5%, or ↑ for a price above the base."""
    sign = "↓" if tenths >= 0 else "↑"
    return f"{sign} {abs(tenths) * _TENTH}%"


def _price(stored: int) -> str:
    return formats.price(money.from_scaled(stored)) if stored else formats.NONE
