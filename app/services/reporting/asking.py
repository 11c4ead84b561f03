"""What a collector of records is asked, and the parts that most records share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.codes import CodeSystem
from app.domain.days import ZONE, end_of
from app.domain.reporting.fields import Value
from app.models.item import Item, ItemCode
from app.models.party import Maker, Organisation
from app.services.queries.portions import key_portions

Values = dict[str, Value]
"""One record before it is written: values by field, with ``JLBH`` as its key."""
Collector = Callable[["Asked"], Iterator[Values]]
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose records of which days.

    Attributes:
        org_id: The member, or the supplier.
        supplier: Whether it is a supplier: then those addressed to it.
        first, last: Days, both included.
    """

    session: Session
    org_id: int
    supplier: bool
    first: date
    last: date

    def mine(
        self, member: InstrumentedAttribute[int], supplier: InstrumentedAttribute[int]
    ) -> ColumnElement[bool]:
        """The rows of the organisation, by the column that holds it."""
        return (supplier if self.supplier else member) == self.org_id

    def moments(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Rows whose moment lies in the days, in the members' zone."""
        start = datetime.combine(self.first, time(), ZONE)
        end = end_of(self.last)
        return (column >= start) & (column < end)

    def days(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Rows whose day lies in the days."""
        return (column >= self.first) & (column <= self.last)


class Parties:
    """Organisations by id, as records name them."""

    def __init__(self, session: Session) -> None:
        self._all = {org.id: org for org in session.scalars(select(Organisation))}

    def hospital(self, org_id: int) -> Values:
        """The fields of a medical institution."""
        org = self._all[org_id]
        return {"YYBM": org.uscc or org.code, "YYMC": org.name}

    def pair(self, org_id: int, supplier_id: int) -> Values:
        """The fields of an institution and a supplier."""
        supplier = self._all[supplier_id]
        named = {"QYBM": supplier.uscc or supplier.code, "QYMC": supplier.name}
        return self.hospital(org_id) | named

    def code(self, org_id: int) -> str:
        """The four digits that begin the keys of an organisation's records."""
        return self._all[org_id].code

    def of(self, org_id: int) -> Organisation:
        """The organisation itself."""
        return self._all[org_id]


class Goods:
    """Items by id, as records name them; read at once for all records of a kind."""

    def __init__(self, session: Session, items: Iterable[int]) -> None:
        self._all: dict[int, Values] = {}
        self._units: dict[int, str] = {}
        for part in key_portions(items):
            self._read(session, part)

    def _read(self, session: Session, items: Sequence[int]) -> None:
        codes = dict(
            session.execute(
                select(ItemCode.item_id, ItemCode.code)
                .where(
                    ItemCode.item_id.in_(items),
                    ItemCode.system == CodeSystem.NHSA.value,
                    ItemCode.org_id == 0,
                    ItemCode.valid_to.is_(None),
                )
                .order_by(ItemCode.code.desc())
            ).all()
        )
        rows = session.execute(
            select(Item, Maker.name)
            .join(Maker, Maker.id == Item.maker_id)
            .where(Item.id.in_(items))
        )
        for item, maker in rows:
            self._units[item.id] = item.base_unit
            self._all[item.id] = {
                "SPBM": item.code,
                "YBBM": codes.get(item.id),
                "SPMC": item.name,
                "GG": item.spec,
                "SCQY": maker,
                "PZWH": item.approval_no,
            }

    def named(self, item_id: int, qty: int) -> Values:
        """The fields of the goods and of a quantity of them."""
        return self._all[item_id] | {"SL": qty, "DW": self._units[item_id]}


def money(price: Decimal, factor: int, amount: Decimal) -> Values:
    """The price of one smallest unit, and the amount."""
    return {"DJ": (price / factor).quantize(_PLACES, ROUND_HALF_UP), "JE": amount}
