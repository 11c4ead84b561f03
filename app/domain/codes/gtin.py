"""GTIN, 商品条码 (69 码): 8, 12, 13 or 14 digits, the last a GS1 mod-10 check digit.

Stored and compared as GTIN-14 with zeros on the left. Prefixes 690–699 are China's.
Source: GS1 General Specifications; GB 12904.

>>> validate("6924561884074")
'06924561884074'
>>> is_valid("6924561884075")
False
"""

from __future__ import annotations

from typing import Final

from app.domain.codes.normalise import accepted_by, compact as _compact, is_digits, mod10, refuse
from app.i18n import _

LENGTHS: Final = (8, 12, 13, 14)


def compact(text: str) -> str:
    """The code as GTIN-14 without checking it."""
    return _compact(text).replace("-", "").zfill(14)


def validate(text: str) -> str:
    """The code as GTIN-14; raises `DomainError` on wrong length, digits or check digit."""
    bare = _compact(text).replace("-", "")
    if not is_digits(bare) or len(bare) not in LENGTHS:
        raise refuse(
            "gtin.form",
            _("商品条码 {code} 应是 8、12、13 或 14 位数字。请重新扫码。", code=bare[:40]),
        )
    if int(bare[-1]) != mod10(bare[:-1]):
        raise refuse(
            "gtin.check",
            _(
                "商品条码 {code} 的校验位不对，最后一位应是 {right}。请重新扫码，或照包装核对。",
                code=bare,
                right=mod10(bare[:-1]),
            ),
        )
    return bare.zfill(14)


is_valid = accepted_by(validate)
"""Whether `validate` accepts it."""


def printed(gtin: str) -> str:
    """A stored GTIN-14 as it stands under the bars: without the zeros that were put in front.

    >>> printed("06924561884074")
    '6924561884074'
    """
    short = gtin.lstrip("0")
    return next((short.zfill(size) for size in LENGTHS if len(short) <= size), gtin)
