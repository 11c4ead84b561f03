"""统一社会信用代码 (GB 32100-2015): 18 characters without I, O, Z, S, V; the last a mod-31 check.

>>> validate("91110000600037341l")
'91110000600037341L'
"""

from __future__ import annotations

from stdnum.cn import uscc as _uscc
from stdnum.exceptions import ValidationError

from app.domain.codes.normalise import compact, refuse
from app.i18n import _


def validate(text: str) -> str:
    """The compact code; raises `DomainError` otherwise."""
    code = compact(text)
    try:
        return str(_uscc.validate(code))
    except ValidationError:
        raise refuse(
            "uscc.form",
            _("统一社会信用代码 {code} 不对：应是 18 位，且校验位相符。请核对。", code=code[:40]),
        ) from None


def is_valid(text: str) -> bool:
    """Whether `validate` accepts it."""
    return bool(_uscc.is_valid(compact(text)))
