"""医疗器械注册证号 and 备案号.

New (2014 on; 医疗器械注册与备案管理办法 §115): authority (国 or a province) 械注 准/进/许 + first
year + class + 2-digit product class + serial. 国 + 准 means class III; a province means II and
准; 国 gives 进 and 许 for class II or III. A renewal keeps year and serial. Class I is filed:
国/省(市)械备 + year + serial. Old form: …食药监械(准)字2010第2400001号.

>>> validate("国械注准20263100001")
'国械注准20263100001'
>>> is_valid("沪械注准20263100001")
False
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.codes.normalise import accepted_by, compact, refuse
from app.i18n import _

_NEW: Final = re.compile(r"([一-龥])械注(准|进|许)(\d{4})([23])(\d{2})(\d{4,})", re.ASCII)
_FILED: Final = re.compile(r"(国|[一-龥]{1,2})械备\d{8}号?", re.ASCII)
_OLD: Final = re.compile(
    r".{1,2}(食药监械|药监械|药管械)\((准|进|许)\)字\d{4}第[123]\d{6}号", re.ASCII
)


def validate(text: str) -> str:
    """The compact number; raises `DomainError` when form and class do not fit."""
    code = compact(text)
    if _FILED.fullmatch(code) or _OLD.fullmatch(code):
        return code
    found = _NEW.fullmatch(code)
    if not found:
        raise refuse(
            "certificate.form",
            _(
                "注册证号 {code} 写法不对。应如 国械注准20263100001 或 沪械备20210001。",
                code=code[:40],
            ),
        )
    authority, way, device_class = found[1], found[2], found[4]
    national = authority == "国"
    wrong = (way == "准" and (device_class == "3") != national) or (way != "准" and not national)
    if wrong:
        raise refuse(
            "certificate.class",
            _("注册证号 {code} 的审批机关和类别对不上：三类由国家批，二类由省批。", code=code),
        )
    return code


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""
