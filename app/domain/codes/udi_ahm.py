"""UDI of the issuer AHM: begins ``MF``, parts split by ``*``.

MF the device identifier, BA lot, SN serial, MD made, BD best before, ED expiry, PL pack.
No genuine sample was found: parts of other names are left out, never guessed.

>>> parse("MF6901234567892*BAK260318*ED280228").lot
'K260318'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain import expiry
from app.domain.codes.normalise import fold, refuse
from app.i18n import _


@dataclass(frozen=True, slots=True)
class AhmCode:
    """What an AHM code says."""

    di: str
    lot: str = ""
    serial: str = ""
    produced: date | None = None
    expiry: date | None = None


def parse(text: str) -> AhmCode:
    """The parts of the code; raises `DomainError` when it is none, or has no such day."""
    code = fold(text)
    parts = {part[:2].upper(): part[2:] for part in code.split("*") if len(part) > 2}  # noqa: PLR2004 - two-letter marks
    if not code.upper().startswith("MF") or not parts.get("MF"):
        raise refuse("udi_ahm.form", _("这个 AHM 码写法不对：{code}。请重新扫码。", code=code[:40]))
    return AhmCode(
        di=parts["MF"],
        lot=parts.get("BA", ""),
        serial=parts.get("SN", ""),
        produced=_day(parts.get("MD")),
        expiry=_day(parts.get("ED") or parts.get("BD")),
    )


def _day(text: str | None) -> date | None:
    return expiry.parse(text, two_digit_year=True) if text else None
