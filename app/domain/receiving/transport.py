"""How the goods came: for a cold chain without a gap this must be known, or they are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.days import ZONE
from app.domain.errors import DomainError, Problem
from app.domain.receiving.policy import temperature_range
from app.i18n import N_, _

_LOWEST: Final = Decimal(-100)
_HIGHEST: Final = Decimal(60)
_LONGEST: Final = timedelta(days=15)
"""No cold chain inside the country takes longer; beyond it the year or the day was mistyped."""


class Mode(StrEnum):
    """How cold goods travel."""

    TRUCK = "truck"
    BOX = "box"
    PASSIVE = "passive"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The mode in the person's language."""
        return _(_TITLES[self])


_TITLES: Final = {
    Mode.TRUCK: N_("冷藏车"),
    Mode.BOX: N_("车载冷藏箱"),
    Mode.PASSIVE: N_("保温箱 + 冰排"),
    Mode.OTHER: N_("其他"),
}


@dataclass(frozen=True, slots=True)
class Transport:
    """The journey of a delivery.

    Attributes:
        mode: How it travelled, None while unknown.
        started_at: When it left the supplier.
        arrived_at: When it came.
        temperature: °C measured at arrival.
        record_no: Number of the logger or of its printout.
    """

    mode: Mode | None = None
    started_at: datetime | None = None
    arrived_at: datetime | None = None
    temperature: Decimal | None = None
    record_no: str = ""


def parse_temperature(text: str) -> Decimal:
    """A temperature as it is typed: 4.5, －2, 4.5 ℃; raises `DomainError` otherwise."""
    clean = text.strip().translate(str.maketrans("０１２３４５６７８９．－−，", "0123456789.--."))
    clean = clean.removesuffix("℃").removesuffix("°C").strip()
    digits = clean.removeprefix("-").replace(".", "", 1)
    value = Decimal(clean) if digits.isascii() and digits.isdigit() else None
    if value is None or not _LOWEST <= value <= _HIGHEST:
        words = (
            _("温度 {text} 不对。请填测得的 ℃，如 4.5。", text=clean[:12])
            if clean
            else _("还没填温度。请填测得的 ℃，如 4.5。")
        )
        raise DomainError("cold.temperature", words)
    return value.quantize(Decimal("0.1"))


def missing(transport: Transport) -> tuple[str, ...]:
    """Words for what is not known yet of a cold chain."""
    wanted = (
        (transport.mode, _("运输方式")),
        (transport.started_at, _("启运时间")),
        (transport.arrived_at, _("到货时间")),
        (transport.temperature, _("到货温度")),
        (transport.record_no.strip() or None, _("温度记录编号")),
    )
    return tuple(words for value, words in wanted if value is None)


def problems(
    transport: Transport, storage: str, name: str, *, row: int = 0, today: date | None = None
) -> list[Problem]:
    """Why cold goods may not be accepted; empty when all is in order.

    Args:
        transport: What is known of the journey.
        storage: Storage class of the goods.
        name: What the goods are called.
        row: Line of the acceptance.
        today: The members' day by the server's clock; None where it is not looked at.
    """
    allowed = temperature_range(storage)
    if allowed is None:
        return []
    unknown = missing(transport)
    if unknown:
        text = _(
            "{name} 是冷链品，还没登记：{what}。补齐后再收；没有温度记录的，按 F9 拒收。",
            name=name,
            what="、".join(unknown),
        )
        return [Problem("cold.missing", text, row, _("冷链"))]
    return [
        *_temperature(transport, allowed, name, row),
        *_times(transport, row),
        *_ahead(transport, row, today),
    ]


def out_of_range(transport: Transport, storage: str) -> bool:
    """Whether the temperature at arrival forbids to accept goods of this storage class."""
    allowed = temperature_range(storage)
    if allowed is None or transport.temperature is None:
        return False
    return not allowed[0] <= transport.temperature <= allowed[1]


def _temperature(
    transport: Transport, allowed: tuple[Decimal, Decimal], name: str, row: int
) -> list[Problem]:
    low, high = allowed
    measured = transport.temperature
    if measured is None or low <= measured <= high:
        return []
    text = _(
        "{name} 到货 {measured} ℃，应在 {low}–{high} ℃，不能入库。按 F9 登记拒收。",
        name=name,
        measured=measured,
        low=low,
        high=high,
    )
    return [Problem("cold.range", text, row, _("到货温度"))]


def _times(transport: Transport, row: int) -> list[Problem]:
    start, end = transport.started_at, transport.arrived_at
    if start is None or end is None or start <= end <= start + _LONGEST:
        return []
    if start > end:
        text = _("启运时间晚于到货时间。请核对两个时间。")
    else:
        text = _(
            "启运时间 {start} 比到货早 {n} 天，冷链运输最长按 {most} 天。请核对年份和日期。",
            start=f"{start:%Y-%m-%d %H:%M}", n=(end - start).days, most=_LONGEST.days,
        )  # fmt: skip
    return [Problem("cold.times", text, row, _("启运时间"))]


def _ahead(transport: Transport, row: int, today: date | None) -> Iterator[Problem]:
    """The form offers this computer's clock, which may be wrong by days."""
    end = transport.arrived_at
    if today is not None and end is not None and end.astimezone(ZONE).date() > today:
        text = _(
            "到货时间 {at} 在将来。请核对日期，并看这台电脑的时钟对不对。",
            at=f"{end.astimezone(ZONE):%Y-%m-%d %H:%M}",
        )
        yield Problem("cold.ahead", text, row, _("到货时间"))
