"""UDI of the issuer MA (IDcode): ``MA.156.M0.<registrant>.<product>`` then parts by dots.

Parts begin with one letter: S serial, M made, P made (older), L lot, D sterilisation lot, E expiry,
V valid until, C check; dates YYMMDD. The check's algorithm is not published reliably, so it is
split off and not checked. M and P are read alike; E goes before V.

>>> parse("MA.156.M0.100761.21234561.Sx00008.M220117.L20220117.E220130").lot
'20220117'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain import expiry
from app.domain.codes.normalise import fold, refuse
from app.i18n import _

_FORM: Final = re.compile(r"MA\.156\.M0\.\d{6}\.[0-9A-Za-z]{8,}(\..+)?", re.ASCII)
_DI_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class MaCode:
    """What an MA code says."""

    di: str
    lot: str = ""
    serial: str = ""
    produced: date | None = None
    expiry: date | None = None


def parse(text: str) -> MaCode:
    """The parts of the code; raises `DomainError` when it is none, or has no such day."""
    code = fold(text)
    if not _FORM.fullmatch(code):
        raise refuse("udi_ma.form", _("这个 MA 码写法不对：{code}。请重新扫码。", code=code[:40]))
    parts = code.split(".")
    marks = {part[0].upper(): part[1:] for part in parts[_DI_PARTS:] if part}
    return MaCode(
        di=".".join(parts[:_DI_PARTS]),
        lot=marks.get("L", ""),
        serial=marks.get("S", ""),
        produced=_day(marks.get("M") or marks.get("P")),
        expiry=_day(marks.get("E") or marks.get("V")),
    )


def _day(text: str | None) -> date | None:
    return expiry.parse(text, two_digit_year=True) if text else None
