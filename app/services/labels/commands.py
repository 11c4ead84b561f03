"""What is asked of the label services, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Source(StrEnum):
    """Where labels come from; also `source_kind` of the stored units and prints."""

    ACCEPTANCE = "acceptance"
    STOCK = "stock"


class Target(StrEnum):
    """What labels were printed to."""

    PDF = "pdf"
    ZPL = "zpl"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Lot:
    """Goods that can be labelled: one lot of one owner at one place.

    Attributes:
        item_id: 品规.
        lot_id: The lot, 0 for goods that are not tracked by lot.
        owner_id: Whose goods.
        place_id: Where they are.
    """

    item_id: int
    lot_id: int
    owner_id: int
    place_id: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the label page: goods, how many there are, how many have labels.

    Attributes:
        lot: What is labelled.
        code: Item code.
        name: Item name.
        spec: Strength and pack.
        maker: Manufacturer.
        lot_no: Batch number.
        serial: Serial, empty where goods have none.
        expiry: Last day of use.
        qty: Smallest units received or in stock.
        labelled: Smallest units of them that have labels already.
        base_unit: Smallest unit.
        pack_unit: Unit that people count in.
        pack_factor: Smallest units per pack.
        per_label: Suggested smallest units per label.
        place: Name of the place.
        storage: normal | cool | cold | frozen.
        gtin: Trade number of the pack, if known.
    """

    lot: Lot
    code: str
    name: str
    spec: str
    maker: str
    lot_no: str
    serial: str
    expiry: date | None
    qty: int
    labelled: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    per_label: int
    place: str
    storage: str
    gtin: str

    @property
    def free(self) -> int:
        """Smallest units that can still be labelled."""
        return max(0, self.qty - self.labelled)

    @property
    def labels(self) -> int:
        """Suggested number of labels: all that is free."""
        return -(-self.free // self.per_label)


@dataclass(frozen=True, slots=True)
class LabelLine:
    """So many labels of one lot, each for so many smallest units (the last for the rest)."""

    lot: Lot
    per_label: int
    count: int


@dataclass(frozen=True, slots=True)
class MakeLabels:
    """Give labels to goods: each becomes a unit with an own code that can be scanned.

    Attributes:
        op_id: Made once per intention of the person.
        org_id: The member.
        source: Where the goods were chosen from.
        source_id: The acceptance, 0 for stock.
        lines: What to label.
    """

    op_id: UUID
    org_id: int
    source: Source
    source_id: int
    lines: tuple[LabelLine, ...]


@dataclass(frozen=True, slots=True)
class MadeLabels:
    """The units that were made, in the order of the lines."""

    pack_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordPrint:
    """Say that labels were printed; a second print of the same labels is a reprint."""

    op_id: UUID
    org_id: int
    pack_ids: tuple[int, ...]
    template: str
    target: Target
    source: Source
    source_id: int = 0


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One line of the print history."""

    id: int
    at: datetime
    person: str
    template: str
    target: str
    count: int
    source: str
    source_id: int
    source_no: str
    pack_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """An acceptance that labels can be printed for."""

    id: int
    no: str
    accepted_on: date | None
    supplier: str
    place: str
    lines: int
