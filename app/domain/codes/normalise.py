"""How every code is cleaned before it is checked: half-width, upper case, no blanks.

Only ASCII digits count as digits afterwards (`str.isdigit` accepts ² and ١), and control
characters are refused, so that a hostile scan cannot hide in a code.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

MAX_LENGTH: Final = 128
_DROPPED: Final = str.maketrans("", "", " \u3000\u00a0\t")
_ZERO: Final = ord("0")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """`text` in half-width form without blanks, case kept; refuses control characters.

    Raises:
        DomainError: A control or direction character, or more than 128 characters.
    """
    if text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_LENGTH:
        return text
    folded = unicodedata.normalize("NFKC", text).translate(_DROPPED)
    folded = unicodedata.normalize("NFKC", folded)  # a dropped blank may leave an accent bare
    if len(folded) > MAX_LENGTH:
        raise DomainError(
            "code.long", _("编码有 {n} 个字符，太长了。请核对是否连扫了两次。", n=len(folded))
        )
    if not folded.isprintable() and any(unicodedata.category(char) in _UNSEEN for char in folded):
        raise DomainError("code.control", _("编码里有看不见的字符。请重新扫码或手动输入。"))
    return folded


def compact(text: str) -> str:
    """`fold` in upper case: the form in which codes are compared and stored."""
    if text.isascii() and text.isalnum() and len(text) <= MAX_LENGTH:
        return text.upper()
    return fold(text).upper()


def is_digits(text: str) -> bool:
    """Whether the text is ASCII digits only, and not empty."""
    return text.isascii() and text.isdigit()


def mod10(digits: str) -> int:
    """The GS1 check digit that follows `digits`: weights 3, 1, 3, … from the right."""
    signs = digits.encode("ascii")
    heavy, light = signs[::-2], signs[-2::-2]
    total = 3 * (sum(heavy) - _ZERO * len(heavy)) + sum(light) - _ZERO * len(light)
    return -total % 10


def refuse(code: str, text: str) -> DomainError:
    """The error of a code that is not what it should be."""
    return DomainError(code, text)


def accepted_by(validate: Callable[[str], str]) -> Callable[[str], bool]:
    """The question whether `validate` accepts a text, as a function of its own."""

    def is_valid(text: str) -> bool:
        try:
            validate(text)
        except DomainError:
            return False
        return True

    return is_valid
