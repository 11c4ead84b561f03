"""YPID, 国家药管平台码: the drug's number on the national platform for monitoring drug use.

Kept beside the 医保编码, never mixed with it. The rule is not published: letters, digits and
hyphens are what is seen, so only what can be no code at all is refused.

>>> validate("ypid-00012345")
'YPID-00012345'
>>> is_usual("YPID-00012345"), is_usual("12")
(True, False)
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import compact, refuse
from app.domain.errors import DomainError
from app.i18n import _

_FORM: Final = re.compile(r"[0-9A-Z][0-9A-Z.\-]{0,39}", re.ASCII)
_USUAL: Final = re.compile(r"(YPID-?)?[0-9A-Z\-]{6,32}", re.ASCII)


def validate(text: str) -> str:
    """The compact code; raises `DomainError` when it holds other signs."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "ypid.form",
            _("药管平台码 {code} 只应有字母、数字和连字符。请从平台复制。", code=code[:40]),
        )
    return code


def is_valid(text: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(text)
    except DomainError:
        return False
    return True


def is_usual(text: str) -> bool:
    """Whether the code is as long as those that are seen."""
    return bool(_USUAL.fullmatch(compact(text)))
