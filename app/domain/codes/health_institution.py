"""医疗机构执业许可证登记号 (WS 218): 22 characters in five groups.

Organisation code 9 (GB 11714, the last its check), region 6 (GB/T 2260), economic type 2, class of
institution 4 (letter and three digits, A100 = general hospital), profit class 1. The four
attributes are those of WS 218 卫生机构（组织）分类与代码; the lengths are how licences write them,
so a number of another length is refused and one with an unusual region is doubted only.

>>> validate("425000014 310114 11 A100 1")
'42500001431011411A1001'
>>> region("42500001431011411A1001"), kind("42500001431011411A1001")
('310114', 'A100')
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"[0-9A-Z]{8}[0-9X]\d{6}\d{2}[A-Z]\d{3}\d", re.ASCII)
_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES: Final = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ELEVEN: Final = 11
_TEN: Final = 10


def validate(text: str) -> str:
    """The compact number; raises `DomainError` on a wrong form or organisation check digit."""
    code = compact(text).replace("-", "")
    if not _FORM.fullmatch(code):
        raise refuse(
            "ws218.form",
            _(
                "登记号 {code} 应是 22 位：组织机构代码 9 位、区划 6 位、经济类型 2 位、"
                "机构类别 4 位、性质 1 位。请照执业许可证核对。",
                code=code[:40],
            ),
        )
    if code[8] != organisation_check(code[:8]):
        raise refuse(
            "ws218.check",
            _("登记号 {code} 前 9 位的校验位不对。请照执业许可证核对。", code=code),
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def organisation_check(body: str) -> str:
    """The check sign of eight characters of an organisation code (GB 11714).

    >>> organisation_check("42500001")
    '4'
    """
    total = sum(_VALUES[sign] * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    rest = _ELEVEN - total % _ELEVEN
    return "X" if rest == _TEN else "0" if rest == _ELEVEN else str(rest)


def region(text: str) -> str:
    """The six digits of the region."""
    return validate(text)[9:15]


def kind(text: str) -> str:
    """The class of institution, such as A100."""
    return validate(text)[17:21]
