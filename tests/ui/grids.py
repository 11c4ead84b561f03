"""A made-up source of rows for tests of tables."""

from __future__ import annotations

from threading import Event

from app.ui.status import Status
from app.ui.tables.cells import Pill, Qty, Row, Two
from app.ui.tables.columns import Choice, Column, Filter, Kind
from app.ui.tables.query import PageQuery, RowPage

COLUMNS = (
    Column(key="check", title="", kind=Kind.CHECK, width=40, editable=True),
    Column(key="name", title="品名", kind=Kind.TWO_LINE, frozen=True, stretch=True,
           filter=Filter.TEXT),
    Column(key="qty", title="数量", kind=Kind.QTY, editable=True, sortable=True, total=True,
           filter=Filter.NUMBER),
    Column(key="expiry", title="有效期至", kind=Kind.EXPIRY, filter=Filter.DATE, sortable=True),
    Column(key="state", title="状态", kind=Kind.PILL, filter=Filter.CHOICE,
           choices=(Choice("ok", "在用"), Choice("off", "停用"))),
)  # fmt: skip


def row(number: int) -> Row:
    """Row `number`: its quantity is ten times its number."""
    state = Pill(Status.OK, "在用") if number % 2 else Pill(Status.MUTE, "停用")
    cells = (
        False,
        Two(f"药品 {number:04}", "0.25 g × 24 粒"),
        Qty(f"{number * 10:,}", "盒"),
        "2028-02",
        state,
    )
    return Row(number, cells, record=number, raw=("", f"药品 {number:04}", number * 10, "", ""))


class Numbers:
    """`size` rows; remembers what was asked and can be told to fail."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[tuple[PageQuery, object, int]] = []
        self.error: Exception | None = None
        self.hold: Event | None = None
        """While it is not set, no page is answered."""
        self.held: list[PageQuery] = []

    def _kept(self, query: PageQuery) -> list[int]:
        numbers = [n for n in range(self.size) if query.text in f"药品 {n:04}"]
        condition = query.condition("qty")
        if condition and condition.operator == "gt":
            numbers = [n for n in numbers if n * 10 > condition.values[0]]  # type: ignore[operator]  # a Decimal
        if query.sorts and query.sorts[0].descending:
            numbers.reverse()
        return numbers

    def fetch(self, query: PageQuery, after_key: object, limit: int) -> RowPage:
        """A page that starts after the row whose number is the key."""
        self.asked.append((query, after_key, limit))
        if self.hold is not None:
            self.held.append(query)
            assert self.hold.wait(60)
        if self.error:
            raise self.error
        numbers = self._kept(query)
        start = numbers.index(after_key) + 1 if isinstance(after_key, int) else 0
        page = numbers[start : start + limit]
        more = start + limit < len(numbers)
        return RowPage(tuple(row(n) for n in page), page[-1] if more else None)

    def count(self, query: PageQuery) -> int:
        """How many rows there are."""
        return len(self._kept(query))
