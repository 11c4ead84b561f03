"""What `resources/demo` holds, as typed rows: goods, the group, shapes of demand."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app import paths


@dataclass(frozen=True, slots=True)
class Goods:
    """One 品规 of the demo.

    Attributes:
        approval: 批准文号 or 注册证号, empty where the source had none.
        codes: (system, code) pairs beside the barcodes.
        case: Smallest units in a case (件).
        price: Yuan for one sales pack before the negotiation.
        monthly: Packs that the lead hospital uses in a month.
        community: Whether clinics keep it.
    """

    code: str
    item_class: str
    name: str
    trade: str
    form: str
    category: str
    strength: str
    spec: str
    base_unit: str
    pack_unit: str
    pack: int
    case: int
    maker: str
    approval: str
    codes: tuple[tuple[str, str], ...]
    atc: str
    flags: frozenset[str]
    storage: str
    gtin: str
    case_gtin: str
    price: Decimal
    monthly: int
    community: bool

    @property
    def cold(self) -> bool:
        """Whether it needs the cold chain."""
        return self.storage in {"cold", "frozen"}


@dataclass(frozen=True, slots=True)
class Shape:
    """36 months of demand from a January on, with a mean of 1000."""

    kind: str
    months: tuple[int, ...]


def folder() -> Path:
    """Where the demo's files lie."""
    return paths.resources() / "demo"


@cache
def goods() -> tuple[Goods, ...]:
    """All goods: drugs, consumables, reagents."""
    return (
        *(_drug(row) for row in _rows("drugs.csv")),
        *(_ware(row, "consumable") for row in _rows("consumables.csv")),
        *(_ware(row, "reagent") for row in _rows("reagents.csv")),
    )


def few() -> tuple[Goods, ...]:
    """A sixth of the goods, insulin among them: enough for a trial."""
    return tuple(
        item
        for number, item in enumerate(goods())
        if number % 6 == 0 or ("胰岛素" in item.name and item.cold)
    )


@cache
def shapes() -> tuple[Shape, ...]:
    """The shapes of demand."""
    text = gzip.decompress((folder() / "demand.csv.gz").read_bytes()).decode()
    return tuple(
        Shape(row["kind"], tuple(int(value) for key, value in row.items() if key[0] == "m"))
        for row in csv.DictReader(io.StringIO(text))
    )


def group() -> dict[str, Any]:
    """The fictional group as plain values."""
    content: dict[str, Any] = json.loads((folder() / "group.json").read_text(encoding="utf-8"))
    return content


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (folder() / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _drug(row: dict[str, str]) -> Goods:
    found = (("national", "drug_code"), ("nhsa", "nhsa_code"), ("trace_prefix", "trace"))
    return Goods(
        code=row["code"],
        item_class="drug",
        name=row["generic"],
        trade=row["trade"],
        form=row["form"],
        category="",
        strength=row["strength"],
        spec=row["spec"],
        base_unit=row["base_unit"],
        pack_unit=row["pack_unit"],
        pack=int(row["pack"]),
        case=int(row["case"]),
        maker=row["maker"],
        approval=row["approval"],
        codes=tuple((system, row[title]) for system, title in found if row[title]),
        atc=row["atc4"],
        flags=frozenset(row["flags"].split(";")) - {""},
        storage=row["storage"],
        gtin=row["gtin"],
        case_gtin=row["case_gtin"],
        price=Decimal(row["price"]),
        monthly=int(row["monthly"]),
        community=row["community"] == "1",
    )


def _ware(row: dict[str, str], item_class: str) -> Goods:
    count, unit = int(row["pack"]), row["base_unit"]
    packed = "" if count == 1 else f" × {count}{unit}/{row['pack_unit']}"
    return Goods(
        code=row["code"],
        item_class=item_class,
        name=row["name"],
        trade="",
        form="",
        category=row["category"],
        strength=row["spec"],
        spec=f"{row['spec']}{packed}",
        base_unit=unit,
        pack_unit=row["pack_unit"],
        pack=count,
        case=int(row["case"]),
        maker=row["maker"],
        approval=row["registration"],
        codes=(("platform", row["class_code"]),) if row["class_code"] else (),
        atc="",
        flags=frozenset({"high_value"} if row["high_value"] else ()),
        storage=row["storage"],
        gtin=row["gtin"],
        case_gtin=row["case_gtin"],
        price=Decimal(row["price"]),
        monthly=int(row["monthly"]),
        community=row["community"] == "1",
    )
