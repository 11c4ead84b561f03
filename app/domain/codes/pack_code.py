"""定数包码: DSB + 4-digit organisation + YYMMDD + 6-digit sequence + check (ISO 7064 mod 37,36).

>>> build("0001", date(2026, 8, 1), 1)
'DSB0001260801000001J'
>>> is_valid("DSB0001260801000001J")
True
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from stdnum.iso7064 import mod_37_36

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"DSB\d{4}\d{6}\d{6}[0-9A-Z]", re.ASCII)
_MAX_SEQUENCE: Final = 999_999


def build(organisation: str, day: date, sequence: int) -> str:
    """The code of the `sequence`-th pack that the organisation made on `day`."""
    if not (organisation.isascii() and organisation.isdigit() and len(organisation) == 4):  # noqa: PLR2004 - four digits
        raise ValueError("an organisation code has four digits")
    if not 1 <= sequence <= _MAX_SEQUENCE:
        raise ValueError("sequence out of range")
    body = f"DSB{organisation}{day:%y%m%d}{sequence:06d}"
    return body + str(mod_37_36.calc_check_digit(body))


def validate(text: str) -> str:
    """The compact code; raises `DomainError` on wrong form or check character."""
    code = compact(text)
    if not _FORM.fullmatch(code) or not mod_37_36.is_valid(code):
        raise refuse(
            "pack_code.form", _("定数包码 {code} 不对。请重新扫包上的码。", code=code[:40])
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""
