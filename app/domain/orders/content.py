"""What the parties sign: one version of a member's order, word for word, and its digest.

The content carries its own copies of names, specifications and terms, so that it reads the same
when catalogue and organisations have changed. Its digest is SHA-256 over canonical JSON (sorted
keys, no blanks, decimals as text with four places, days as ISO text), the same bytes on every
database and machine.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.i18n import _

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_PLACES: Final = Decimal("0.0001")
_SHORT: Final = 16


@dataclass(frozen=True, slots=True)
class ContentParty:
    """An organisation as it was when the order was made."""

    org_id: int
    name: str
    uscc: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""


class ContentLine(NamedTuple):
    """One item of the order.

    Attributes:
        line: Number on the paper, from 1; gaps show that a line was removed.
        qty: Smallest units; `pack_factor` of them make one `unit`.
        unit_price: Per `price_factor` smallest units, tax included.
        amount: To the cent.
        due_on: Agreed for this line alone; None for the order's day.
    """

    line: int
    item_id: int
    code: str
    name: str
    spec: str
    maker: str
    unit: str
    base_unit: str
    pack_factor: int
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal
    approval: str = ""
    due_on: date | None = None

    @property
    def packs(self) -> int:
        """Whole packs ordered."""
        return self.qty // self.pack_factor

    @property
    def pack_price(self) -> Decimal:
        """What one `unit` costs, to four places."""
        return (self.unit_price * self.pack_factor / self.price_factor).quantize(_PLACES)

    @property
    def packs_only(self) -> str:
        """What a person is told who gave a part of a pack."""
        return _(
            "「{name}」要按整{unit}填，1 {unit} = {factor} {base}。",
            name=self.name,
            unit=self.unit,
            factor=self.pack_factor,
            base=self.base_unit,
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One clause of the contract behind the order."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderContent:
    """One version of a member's order.

    Attributes:
        no: CG…, the member's order.
        version: From 1; each amendment makes the next.
        group_no: TC…, the group's order it was split from.
        title: Title of the group's order.
        contract_no: The member's contract with the supplier.
        buyer: Who asked for the goods at the member.
        place: Where they are to be delivered, in words.
        due_on: When they are due.
    """

    no: str
    version: int
    group_no: str
    title: str
    contract_no: str
    member: ContentParty
    supplier: ContentParty
    buyer: str
    place_id: int
    place: str
    due_on: date | None
    lines: tuple[ContentLine, ...]
    amount: Decimal
    terms: tuple[Term, ...] = ()


_LINE_FIELDS: Final = tuple(one for one in ContentLine._fields if one != "due_on")


def as_plain(content: OrderContent) -> dict[str, Any]:
    """The content as JSON-able values; `from_plain` is its inverse."""
    return _fields(content) | {
        "member": _fields(content.member),
        "supplier": _fields(content.supplier),
        "amount": _decimal(content.amount),
        "due_on": content.due_on.isoformat() if content.due_on else None,
        "terms": [_fields(term) for term in content.terms],
        "lines": [_plain_line(line) for line in content.lines],
    }


def _fields(part: DataclassInstance) -> dict[str, Any]:
    """Names and values as they are; `dataclasses.asdict` would copy every value of every line."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _plain_line(line: ContentLine) -> dict[str, Any]:
    """One line; a day of its own stands only where one was agreed."""
    made: dict[str, Any] = {name: getattr(line, name) for name in _LINE_FIELDS}
    made["unit_price"], made["amount"] = _decimal(line.unit_price), _decimal(line.amount)
    if line.due_on is not None:
        made["due_on"] = line.due_on.isoformat()
    return made


def from_plain(plain: dict[str, Any]) -> OrderContent:
    """The content behind stored values."""
    return OrderContent(
        **plain
        | {
            "member": ContentParty(**plain["member"]),
            "supplier": ContentParty(**plain["supplier"]),
            "due_on": _day(plain["due_on"]),
            "amount": Decimal(plain["amount"]),
            "terms": tuple(Term(**term) for term in plain["terms"]),
            "lines": tuple(
                ContentLine(
                    **line
                    | {
                        "unit_price": Decimal(line["unit_price"]),
                        "amount": Decimal(line["amount"]),
                        "due_on": _day(line.get("due_on")),
                    }
                )
                for line in plain["lines"]
            ),
        }
    )


def digest(plain: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical text of stored content."""
    return digest_of(_canonical(plain))


def digest_of(text: str) -> bytes:
    """SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).digest()


def canonical(content: OrderContent) -> str:
    """The canonical text of a content, byte for byte that of `as_plain(content)`.

    Lines of one item at one price differ in number, quantity, amount and day only; the rest of
    their text is made once. A group order has eighty thousand lines and two thousand items.
    """
    head = as_plain(replace(content, lines=()))
    lines = ",".join(map(_line_text, content.lines))
    before = _canonical({key: head[key] for key in head if key < "lines"})[:-1]
    after = _canonical({key: head[key] for key in head if key > "lines"})[1:]
    return f'{before},"lines":[{lines}],{after}'


def _line_text(line: ContentLine) -> str:
    """The canonical text of `_plain_line`, whose keys stand in the order of their letters."""
    if line.due_on is not None:
        return _canonical(_plain_line(line))
    goods, maker, price = _frame(_decimal(line.unit_price), *_SHARED(line))
    return (
        f'{{"amount":"{_decimal(line.amount)}",{goods},"line":{line.line},{maker},'
        f'"qty":{line.qty},{price}}}'
    )


_SHARED_NAMES: Final = (
    "approval", "base_unit", "code", "item_id", "maker", "name", "pack_factor", "price_factor",
    "spec", "unit",
)  # fmt: skip
_SHARED: Final = attrgetter(*_SHARED_NAMES)


@lru_cache(maxsize=20_000)
def _frame(unit_price: str, *shared: Any) -> tuple[str, str, str]:
    """What stands before the line's number, between it and the quantity, and after that."""
    values = list(zip(_SHARED_NAMES, shared, strict=True))
    parts = values[:4], values[4:8], [*values[8:], ("unit_price", unit_price)]
    goods, maker, price = (_canonical(dict(part))[1:-1] for part in parts)
    return goods, maker, price


def _canonical(plain: dict[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def short(value: bytes) -> str:
    """The first digits of a digest as people compare them: ``3fa9 01c2 77de b810``."""
    text = value.hex()[:_SHORT]
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(value: Decimal) -> str:
    return _text(value) if value else str(value.quantize(_PLACES))  # 0 and −0 are one key


@lru_cache(maxsize=50_000)
def _text(value: Decimal) -> str:
    return str(value.quantize(_PLACES))
