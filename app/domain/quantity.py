"""Quantities: integers of the smallest unit, and the chain of units above it.

A chain reads from small to large: 粒 1, 盒 24, 中包 240, 件 4,800. Factors are whole numbers of the
smallest unit and each divides the next, so every conversion is exact or refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

MAX_QUANTITY: Final = 10**12
_PART: Final = re.compile(r"(\d+)([^\d+]*)")
_TYPED: Final = re.compile(r"\+?\d+[^\d+.。-]*(\+?\d+[^\d+.。-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """One step of a chain: its name and how many smallest units it holds."""

    name: str
    factor: int


@dataclass(frozen=True, slots=True)
class UnitChain:
    """Units from the smallest upwards, and which of them people order and count in (`pack`).

    Raises:
        DomainError: The first factor is not 1, or a factor does not divide the next.
    """

    units: tuple[Unit, ...]
    pack: int = 0

    def __post_init__(self) -> None:
        if not self.units or self.units[0].factor != 1:
            raise DomainError("unit.base", _("最小单位的换算数应为 1。请检查包装换算。"))
        for small, large in zip(self.units, self.units[1:], strict=False):
            if large.factor <= small.factor or large.factor % small.factor:
                raise DomainError(
                    "unit.chain",
                    _(
                        "包装换算 {large} = {n} 不是 {small} 的整数倍。请改为整数倍。",
                        large=large.name,
                        n=large.factor,
                        small=small.name,
                    ),
                )
        if not 0 <= self.pack < len(self.units):
            raise ValueError("pack must point at a unit of the chain")

    @property
    def base(self) -> Unit:
        """The smallest unit, in which stock is kept."""
        return self.units[0]

    @property
    def pack_unit(self) -> Unit:
        """The unit that people order, price and count in."""
        return self.units[self.pack]

    def to_base(self, count: int, unit: str) -> int:
        """`count` of `unit` in smallest units; raises `DomainError` for a unit not in the chain."""
        for step in self.units:
            if step.name == unit:
                return checked(count * step.factor)
        names = "、".join(step.name for step in self.units)
        raise DomainError(
            "unit.unknown", _("单位 {unit} 不在换算里。可用：{names}。", unit=unit, names=names)
        )

    def read(self, text: str) -> int:
        """What a person counted: 7 (packs), 7+5 or 7 盒 5 粒 (packs and loose), +5 or 5 粒.

        A bare number is packs; one after it, or after a plus sign, is smallest units.

        Raises:
            DomainError: Not a quantity, or a unit that is not in the chain; zero is one.
        """
        clean = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
        if not _TYPED.fullmatch(clean):
            example = f"7+5 = 7 {self.pack_unit.name} + 5 {self.base.name}"
            if self.pack_unit == self.base:
                example = f"7 = 7 {self.base.name}"
            raise DomainError(
                "quantity.form",
                _("「{text}」不是数量。写法：{example}。", text=text, example=example),
            )
        total = 0
        for place, (count, unit) in enumerate(_PART.findall(clean)):
            loose = place or clean.startswith("+")
            name = unit or (self.base.name if loose else self.pack_unit.name)
            total += self.to_base(int(count), name) if int(count) else 0
        return checked(total) if total else 0

    def typed(self, quantity: int) -> str:
        """A quantity as `read` takes it back: 7, 7+5 or +5."""
        whole, rest = divmod(quantity, self.pack_unit.factor)
        return str(whole) if not rest else f"{whole or ''}+{rest}"

    def packs(self, quantity: int) -> int:
        """`quantity` in whole packs; raises `DomainError` when it does not divide."""
        whole, rest = divmod(quantity, self.pack_unit.factor)
        if rest:
            raise DomainError(
                "unit.indivisible",
                _(
                    "{quantity} {base} 不是整 {pack}（1 {pack} = {factor} {base}）。",
                    quantity=quantity,
                    base=self.base.name,
                    pack=self.pack_unit.name,
                    factor=self.pack_unit.factor,
                ),
            )
        return whole

    def split(self, quantity: int) -> tuple[tuple[int, str], ...]:
        """`quantity` as counts of the units from the largest down: (3, 件), (12, 盒)."""
        rest = quantity
        parts: list[tuple[int, str]] = []
        for unit in reversed(self.units):
            count, rest = divmod(rest, unit.factor)
            if count:
                parts.append((count, unit.name))
        return tuple(parts) or ((0, self.pack_unit.name),)

    def text(self, quantity: int) -> str:
        """`quantity` as people say it: 1,200 盒, or 2 盒 + 5 粒 where it is not whole packs."""
        sign = "−" if quantity < 0 else ""
        whole, rest = divmod(abs(quantity), self.pack_unit.factor)
        if not rest:
            return f"{sign}{whole:,} {self.pack_unit.name}"
        loose = f"{rest:,} {self.base.name}"
        return f"{sign}{whole:,} {self.pack_unit.name} + {loose}" if whole else f"{sign}{loose}"


def checked(quantity: int, most: int = MAX_QUANTITY) -> int:
    """`quantity` if it is positive and within limits; raises `DomainError` otherwise."""
    if quantity <= 0:
        raise DomainError("quantity.positive", _("数量应大于 0。请改正数量。"))
    if quantity > most:
        raise DomainError(
            "quantity.limit", _("数量 {n} 太大。请核对是否多扫或多输了数字。", n=quantity)
        )
    return quantity


def round_up(quantity: int, multiple: int) -> int:
    """The smallest multiple of `multiple` that is at least `quantity` (0 stays 0)."""
    return -(-quantity // multiple) * multiple


def two_units(base: str, pack: str, factor: int) -> UnitChain:
    """The two units that people count an item in; one where a pack is the smallest unit."""
    if factor == 1:
        return UnitChain((Unit(pack, 1),))
    return UnitChain((Unit(base, 1), Unit(pack, factor)), pack=1)


def chain_of(steps: Sequence[tuple[str, int]], pack: str) -> UnitChain:
    """A chain from (name, factor) pairs in any order, with the named pack unit."""
    units = tuple(Unit(name, factor) for name, factor in sorted(steps, key=lambda step: step[1]))
    names = [unit.name for unit in units]
    return UnitChain(units, names.index(pack) if pack in names else len(units) - 1)
