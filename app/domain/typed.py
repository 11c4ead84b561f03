"""Numbers as people type them.

>>> scaled(" 70% ", 10), scaled("12.5", 1000), scaled("", 10)
(700, 12500, None)
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

_MOST: Final = 10**15
_SHOWN: Final = 20


def scaled(text: str, scale: int) -> int | None:
    """A number, with or without a percent sign, times `scale`; None where nothing was typed.

    Raises:
        DomainError: It is no number, or one without an end.
    """
    words = text.strip().removesuffix("%")
    if not words:
        return None
    try:
        number = Decimal(words) * scale
        if abs(number) < _MOST:  # an error, too, for what is no number
            return int(number)
    except ArithmeticError:
        pass
    raise DomainError("number.form", _("「{text}」不是数字。请填如 70 的数。", text=text[:_SHOWN]))
