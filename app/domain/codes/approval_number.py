"""批准文号: the licence of a drug. It is renewed and replaced, so history is kept, not just one.

New (2020 on, 药品注册管理办法 §123): 国药准字 + H/Z/S (+ C Hong Kong, Macau, Taiwan; J imported) +
4-digit year + 4-digit serial. Old, still in use: 国药准字 + H/Z/S/J/B/T/F + 8 digits. Import
certificates: H/Z/S(C) + 8 digits, with B in front for a large pack. Hospital preparations:
省药制字 H/Z/S + 8 digits.

>>> validate("国药准字 H20266018")
'国药准字H20266018'
>>> kind("H20100623")
'import'
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_KINDS: Final = {
    "domestic": re.compile(r"国药准字[HZSJBTF][CJ]?\d{8}", re.ASCII),
    "import": re.compile(r"(进口药品注册证号|医药产品注册证号)?B?[HZS]C?\d{8}", re.ASCII),
    "hospital": re.compile(r".药制字[HZS]\d{8}|.药制备字Z\d{11}", re.ASCII),
}


@lru_cache(maxsize=4096)
def kind(text: str) -> str:
    """``domestic``, ``import``, ``hospital``, or empty when it has no known form."""
    code = compact(text)
    for name, form in _KINDS.items():
        if form.fullmatch(code):
            return name
    return ""


def validate(text: str) -> str:
    """The compact number; raises `DomainError` when it has no known form."""
    code = compact(text)
    if not kind(code):
        raise refuse(
            "approval.form",
            _(
                "批准文号 {code} 写法不对。应如 国药准字H20266018，字母后 8 位数字。",
                code=code[:40],
            ),
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""
