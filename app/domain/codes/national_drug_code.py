"""国家药品编码本位码: 14 digits, 86 (China) 9 (drug) company 5, product 5, check 1.

The check digit is GS1 mod-10 over the first 13 (it holds on genuine codes; the rule text,
国食药监办〔2009〕315号, names another standard).

>>> validate("86901110000020")
'86901110000020'
>>> company("86978377000315")
'78377'
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, mod10, refuse
from app.i18n import _

_FORM: Final = re.compile(r"869\d{11}", re.ASCII)


def validate(text: str) -> str:
    """The compact code; raises `DomainError` otherwise."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "national.form", _("本位码 {code} 应是 869 开头的 14 位数字。请核对。", code=code[:40])
        )
    if int(code[-1]) != mod10(code[:-1]):
        raise refuse("national.check", _("本位码 {code} 的校验位不对。请核对。", code=code))
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def company(text: str) -> str:
    """The 5-digit company code inside a valid code (also inside the 医保编码)."""
    return validate(text)[3:8]
