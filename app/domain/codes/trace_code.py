"""药品追溯码: 20 digits; the first 7 (药品标识码) name drug and pack level, the rest is a serial.

There is no public check digit: length, known prefix and uniqueness are what can be checked.

>>> prefix("83857930000879766660")
'8385793'
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"\d{20}", re.ASCII)
PREFIX_LENGTH: Final = 7


def validate(text: str) -> str:
    """The compact code; raises `DomainError` otherwise."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse("trace.form", _("追溯码 {code} 应是 20 位数字。请重新扫码。", code=code[:40]))
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def prefix(text: str) -> str:
    """药品标识码: which drug and which pack level."""
    return validate(text)[:PREFIX_LENGTH]


def spaced(code: str) -> str:
    """In fours for the screen: 8134 5678 9012 3456 7890."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))
