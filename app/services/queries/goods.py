"""What every row about an item says of it: one set of names, filled in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypedDict

from app.models.item import Item


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """The item that a row is about; what else the row says comes with its own class.

    Attributes:
        code: The group's code.
        spec: Strength and pack.
        pack_factor: Smallest units (`base_unit`) in a `pack_unit`.
    """

    item_id: int
    code: str
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int


class Goods(TypedDict):
    """The fields of `GoodsRow`, to be handed to a row."""

    item_id: int
    code: str
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int


class _Described(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def spec(self) -> str: ...
    @property
    def base_unit(self) -> str: ...
    @property
    def pack_unit(self) -> str: ...
    @property
    def pack_factor(self) -> int: ...


class _Named(_Described, Protocol):
    @property
    def item_id(self) -> int: ...


def of_item(item: Item) -> Goods:
    """What a row says of an item."""
    return _goods(item.id, item)


def of_row(row: _Named) -> Goods:
    """What another row, or an answer with the same columns, says of its item."""
    return _goods(row.item_id, row)


def _goods(item_id: int, said: Item | _Described) -> Goods:
    return Goods(
        item_id=item_id,
        code=said.code,
        name=said.name,
        spec=said.spec,
        base_unit=said.base_unit,
        pack_unit=said.pack_unit,
        pack_factor=said.pack_factor,
    )
