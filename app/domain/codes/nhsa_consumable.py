"""医保医用耗材编码: C + 19 digits (20), long form C + 26 digits (27, with a 7-digit serial).

C, class 6 (学科、用途、部位、功能), generic name 3, features 5 (材质、规格), company 5.

>>> validate("C1401010036000020345")
'C1401010036000020345'
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_FORM: Final = re.compile(r"C\d{19}(\d{7})?", re.ASCII)


def validate(text: str) -> str:
    """The compact code; raises `DomainError` otherwise."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "nhsa_c.form",
            _("耗材医保编码 {code} 应是 C 加 19 或 26 位数字。请核对。", code=code[:40]),
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def company(text: str) -> str:
    """The 5-digit company code."""
    return validate(text)[15:20]
