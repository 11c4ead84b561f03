"""Numbers as people type them.

>>> scaled(" 70% ", 10), scaled("12.5", 1000), scaled("", 10)
(700, 12500, None)
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

_MOST: Final = 10**15
_SHOWN: Final = 20
_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_FULL_WIDTH: Final = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {
    0xFF0E: 0x2E, 0xFF05: 0x25, 0xFF0B: 0x2B, 0xFF0D: 0x2D,
}  # fmt: skip


def whole(text: str) -> int | None:
    """A whole number without a sign, in half or full width; None for whatever else.

    >>> whole(" 12 "), whole("１２"), whole("1²"), whole("١٢"), whole("-1"), whole("9" * 16)
    (12, 12, None, None, None, None)
    """
    digits = text.strip().translate(_FULL_WIDTH)
    return int(digits) if _WHOLE.fullmatch(digits) else None


def scaled(text: str, scale: int) -> int | None:
    """A number, with or without a percent sign, times `scale`; None where nothing was typed.

    Raises:
        DomainError: It is no number, or one without an end.
    """
    words = text.strip().translate(_FULL_WIDTH).removesuffix("%")
    if not words:
        return None
    try:
        if not _NUMBER.fullmatch(words):
            raise ArithmeticError  # noqa: TRY301 - what Decimal takes beyond: 1_000, 1e3, ١٢
        number = Decimal(words) * scale
        if abs(number) < _MOST:  # an error, too, for what is no number
            return int(number)
    except ArithmeticError:
        pass
    raise DomainError("number.form", _("「{text}」不是数字。请填如 70 的数。", text=text[:_SHOWN]))
