"""What a person may decide about a suggestion, and when a reason is asked for."""

from __future__ import annotations

from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

LEAST_REASON: Final = 2
"""Characters of a reason."""
_FAR: Final = 2

MOST_PACKS: Final = 999_999
"""No clinic's line has seven digits, and every printed product code has eight or more."""


def check_quantity(chosen: int, multiple: int, unit: str, pack: tuple[str, int]) -> None:
    """Raise `DomainError` unless `chosen` (smallest units) can be ordered.

    Args:
        chosen: What the person wants; 0 leaves the line out.
        multiple: The supplier delivers multiples of this.
        unit: Name of that multiple (件, 盒).
        pack: The unit people order in: name and smallest units.
    """
    name, factor = pack
    if chosen < 0:
        raise DomainError("quantity.positive", _("数量不能小于 0。不补这行请填 0。"))
    if chosen > MOST_PACKS * factor:
        raise DomainError(
            "quantity.limit",
            _(
                "{n} {pack}太多，可能把条码扫进了数量。一行最多 {most} {pack}，请重填。",
                n=f"{chosen // factor:,}",
                most=f"{MOST_PACKS:,}",
                pack=name,
            ),
        )
    if chosen % multiple == 0:
        return
    low = chosen // multiple * multiple
    high = low + multiple
    raise DomainError(
        "replenish.multiple",
        _(
            "供应商按整{unit}供货（{n} {pack}/{unit}）。可填 {low} 或 {high} {pack}。",
            unit=unit,
            n=f"{multiple / factor:g}",
            pack=name,
            low=f"{low / factor:g}",
            high=f"{high / factor:g}",
        ),
    )


def needs_reason(suggested: int, chosen: int) -> bool:
    """Whether a figure goes so far beyond the suggestion that somebody will ask why."""
    return chosen > max(suggested * _FAR, 0) if suggested else chosen > 0
