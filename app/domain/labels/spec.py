"""What one label says: plain values, checked before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.codes import gtin as gtins
from app.domain.errors import Problem, Severity
from app.domain.labels import content
from app.i18n import N_, _

MAX_CODE: Final = 30
"""Longest own code (GS1 AI 240 and Code 128 on the narrowest label)."""


class LabelKind(StrEnum):
    """What the label is stuck on."""

    ITEM = "item"
    LOT = "lot"
    PACK = "pack"
    BIN = "bin"
    ASSET = "asset"


KIND_TITLES: Final = {
    LabelKind.ITEM: N_("品规标签"),
    LabelKind.LOT: N_("批次标签"),
    LabelKind.PACK: N_("定数包标签"),
    LabelKind.BIN: N_("货位标签"),
    LabelKind.ASSET: N_("设备标签"),
}


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """One label.

    Attributes:
        kind: What it is stuck on.
        code: Own code of this very label (Code 128); unique within the organisation.
        name: Generic name of the item, or the name of the bin.
        spec: Strength and pack, or the zone of the bin.
        maker: Manufacturer; the first text to go when room is short.
        lot: Batch number as printed on the goods.
        expiry: Last day of use.
        by_month: The goods show only year and month; printed and encoded so (AI 17, day 00).
        quantity: Quantity with its unit, as people say it.
        place: Member and location.
        gtin: Trade item number of 8 to 14 digits; empty where the goods have none.
        item_code: Own item code, encoded under AI 240 where there is no GTIN.
        serial: Serial of the goods; without one the own code stands in AI 21.
        demo: Fictional data, said so on the label.
        made: Day of production, where it is known.
        storage: How the goods are stored, in words.
        target: Department that a fixed pack is for.
        packed: When a fixed pack was packed, in words.
    """

    kind: LabelKind
    code: str
    name: str
    spec: str = ""
    maker: str = ""
    lot: str = ""
    expiry: date | None = None
    by_month: bool = False
    quantity: str = ""
    place: str = ""
    gtin: str = ""
    item_code: str = ""
    serial: str = ""
    demo: bool = False
    made: date | None = None
    storage: str = ""
    target: str = ""
    packed: str = ""

    @property
    def expiry_text(self) -> str:
        """The expiry as printed: 2028-02, or 2028-02-15 where the day is known."""
        if self.expiry is None:
            return ""
        return self.expiry.strftime("%Y-%m") if self.by_month else self.expiry.isoformat()

    @property
    def code_text(self) -> str:
        """The own code for people: long digits in groups of four."""
        if not self.code.isdigit():
            return self.code
        return " ".join(self.code[i : i + 4] for i in range(0, len(self.code), 4))

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """Application identifiers and values of the GS1 codes; empty for a place or machine."""
        if self.kind in {LabelKind.BIN, LabelKind.ASSET}:
            return ()
        head = content.identity(self.gtin, self.item_code)
        if not head:
            return ()
        parts = [head]
        if self.expiry is not None:
            parts.append(("17", content.expiry_value(self.expiry, by_month=self.by_month)))
        if self.lot and content.encodable(self.lot, content.MAX_LOT):
            parts.append(("10", self.lot))
        serial = self.serial or self.code
        if content.encodable(serial, content.MAX_LOT):
            parts.append(("21", serial))
        return tuple(parts)


def check(spec: LabelSpec, row: int = 0) -> tuple[Problem, ...]:
    """What keeps `spec` from being printed, or only weakens it (warnings)."""
    problems: list[Problem] = []

    def add(code: str, text: str, column: str, severity: Severity = Severity.ERROR) -> None:
        problems.append(Problem(code, text, row, column, severity))

    if not content.encodable(spec.code, MAX_CODE):
        add(
            "label.code",
            _(
                "标签码 {code} 不能印成条码。请用 1 到 {n} 位字母或数字。",
                code=spec.code,
                n=MAX_CODE,
            ),
            "code",
        )
    if not spec.name.strip():
        add("label.name", _("标签没有名称。请补上品名或货位名。"), "name")
    if spec.gtin and not gtins.is_valid(spec.gtin):
        add("label.gtin", _("商品条码 {gtin} 的校验位不对。请核对包装。", gtin=spec.gtin), "gtin")
    if spec.kind in {LabelKind.LOT, LabelKind.PACK}:
        if not spec.lot.strip():
            add("label.lot", _("还没填批号。请先在验收单上补批号，再打印标签。"), "lot")
        elif not content.encodable(spec.lot, content.MAX_LOT):
            add(
                "label.lot_chars",
                _("批号 {lot} 有条码写不下的字，只印文字；扫标签仍能查到批号。", lot=spec.lot),
                "lot",
                Severity.WARNING,
            )
        if spec.serial and not content.encodable(spec.serial, content.MAX_LOT):
            add(
                "label.serial_chars",
                _("序列号 {serial} 不能印成条码。请核对包装。", serial=spec.serial),
                "serial",
            )
    return tuple(problems)
