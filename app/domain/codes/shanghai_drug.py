"""上海统编代码: the drug's number on Shanghai's purchasing platform (阳光医药采购网).

Orders, receipts and invoices are reported by it. The platform publishes no rule for it: letters
and digits are taken, anything else is refused, an unusual length is only doubted.

>>> validate(" a0012345601 ")
'A0012345601'
>>> is_usual("A0012345601"), is_usual("A1")
(True, False)
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import compact, refuse
from app.domain.errors import DomainError
from app.i18n import _

_FORM: Final = re.compile(r"[0-9A-Z]{1,32}", re.ASCII)
_USUAL: Final = re.compile(r"[0-9A-Z]{8,20}", re.ASCII)


def validate(text: str) -> str:
    """The compact code; raises `DomainError` when it holds other signs."""
    code = compact(text)
    if not _FORM.fullmatch(code):
        raise refuse(
            "shanghai.form",
            _("上海统编代码 {code} 只应有字母和数字。请从阳光采购网复制。", code=code[:40]),
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
