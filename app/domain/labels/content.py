"""What the DataMatrix on a label holds: a GS1 element string.

Source of the rules: GS1 General Specifications (character set 82, predefined lengths, FNC1 after
every other element that is not the last). `app.domain.gs1` reads these strings back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from app.domain.codes import gtin as gtins

GS: Final = "\x1d"
MAX_LOT: Final = 20
"""AI 10 and AI 21 hold at most 20 characters."""
MAX_ITEM_CODE: Final = 30
"""AI 240 holds at most 30 characters."""
_SET_82: Final = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
_FIXED: Final = frozenset({"00", "01", "02", "03", "04", *(f"{n}" for n in range(11, 21)), "41"})


def encodable(text: str, longest: int) -> bool:
    """Whether `text` fits an alphanumeric GS1 element of at most `longest` characters."""
    return 0 < len(text) <= longest and all(sign in _SET_82 for sign in text)


def identity(gtin: str, item_code: str) -> tuple[str, str] | None:
    """The element that says which goods: AI 01 with 14 digits, else AI 240, else nothing."""
    if gtins.is_valid(gtin):
        return ("01", gtins.validate(gtin))
    if encodable(item_code, MAX_ITEM_CODE):
        return ("240", item_code)
    return None


def expiry_value(expiry: date, *, by_month: bool) -> str:
    """The six digits of AI 17; day 00 stands for the last day of the month."""
    return expiry.strftime("%y%m00") if by_month else expiry.strftime("%y%m%d")


def element_string(elements: Sequence[tuple[str, str]]) -> str:
    """What a scanner sends after the symbology prefix: FNC1 (0x1D) ends variable elements."""
    parts: list[str] = []
    last = len(elements) - 1
    for place, (identifier, value) in enumerate(elements):
        open_ended = identifier not in _FIXED and place < last
        parts.append(f"{identifier}{value}{GS if open_ended else ''}")
    return "".join(parts)


def bracketed(elements: Sequence[tuple[str, str]]) -> str:
    """The form an encoder reads; square brackets, because a lot may hold round ones."""
    return "".join(f"[{identifier}]{value}" for identifier, value in elements)
