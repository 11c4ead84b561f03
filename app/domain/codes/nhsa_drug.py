"""医保药品代码: 西药 X (23), 中成药 Z (20), 饮片 T; the last five digits are the company.

西药: X, ATC-like class 5, name 4, form 4, strength 2 + pack 2, company 5 (医保局 2019-06-27 rule).
中成药: Z, class 5, name 5, strength and pack 4, company 5. The first class characters of 西药 are
ATC level 4 (XJ01CA… → J01CA).

>>> validate("XA10BAE021A010010201650")
'XA10BAE021A010010201650'
>>> atc4("XJ01CAA040A001010102699")
'J01CA'
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_WESTERN: Final = re.compile(r"X[A-Z]\d{2}[A-Z]{2}[A-Z]\d{3}[A-Z]\d{3}\d{4}\d{5}", re.ASCII)
_CHINESE: Final = re.compile(r"Z[A-Z]\d{2}[A-Z]{2}[A-Z0-9]\d{4}\d{4}\d{5}", re.ASCII)
_SLICES: Final = re.compile(r"T\d{9}", re.ASCII)
_WESTERN_LENGTH: Final = 23
_CHINESE_LENGTH: Final = 20


def validate(text: str) -> str:
    """The compact code; raises `DomainError` on wrong length or form."""
    code = compact(text)
    if code.startswith("X") and _WESTERN.fullmatch(code):
        return code
    if code.startswith("Z") and len(code) == _CHINESE_LENGTH and code[1:].isalnum():
        return code
    if _SLICES.fullmatch(code):
        return code
    raise refuse(
        "nhsa.form",
        _("医保编码 {code} 不对：西药 23 位 X 开头，中成药 20 位 Z 开头。请核对。", code=code[:40]),
    )


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def is_usual(text: str) -> bool:
    """Whether its pattern is one that has been published; a 中成药 or 饮片 code may have another.

    Codes of 西药 and consumables are always usual: their rule is known.
    """
    code = compact(text)
    return code[:1] in {"X", "C"} or bool(_CHINESE.fullmatch(code))


def company(text: str) -> str:
    """The 5-digit company code (also inside the 本位码); empty for 饮片."""
    code = validate(text)
    return "" if code.startswith("T") else code[-5:]


def atc4(text: str) -> str:
    """ATC level 4 of a 西药 code, empty for others."""
    code = validate(text)
    return code[1:6] if code.startswith("X") and len(code) == _WESTERN_LENGTH else ""
