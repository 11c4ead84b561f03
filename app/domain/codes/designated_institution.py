"""医保定点医药机构代码: H (institution) or P (pharmacy), region 6, serial 5; 12 characters.

医疗保障定点医疗机构编码规则 (国家医疗保障局, 2019) names letter, region and serial; no check digit
is known, so a code of the right form may still be wrong: it is doubted, not proved.

>>> validate("h31011400123")
'H31011400123'
>>> is_pharmacy("P31011400123"), region("H31011400123")
(True, '310114')
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"[HP]\d{11}", re.ASCII)


def validate(text: str) -> str:
    """The compact code; raises `DomainError` when it has another form."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "designated.form",
            _(
                "医保定点代码 {code} 应是 H（医疗机构）或 P（药店）加 11 位数字。请核对。",
                code=code[:40],
            ),
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def is_pharmacy(text: str) -> bool:
    """Whether the code is a pharmacy's."""
    return validate(text).startswith("P")


def region(text: str) -> str:
    """The six digits of the region."""
    return validate(text)[1:7]
