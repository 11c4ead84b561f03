"""What the codes on a label hold: GS1 element strings, and our own label code.

Source of the rules: GS1 General Specifications (character set 82, predefined lengths, FNC1 after
every other element that is not the last), ISO/IEC 7064 for the check digit of the own code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from stdnum.iso7064 import mod_11_10

GS: Final = "\x1d"
MAX_LOT: Final = 20
"""AI 10 and AI 21 hold at most 20 characters."""
MAX_ITEM_CODE: Final = 30
"""AI 240 holds at most 30 characters."""
_SET_82: Final = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
_FIXED: Final = frozenset({"00", "01", "02", "03", "04", *(f"{n}" for n in range(11, 21)), "41"})
_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_ORG_DIGITS: Final = 4
_SEQUENCE_DIGITS: Final = 5
LABEL_CODE_LENGTH: Final = _ORG_DIGITS + 6 + _SEQUENCE_DIGITS + 1
"""Length of an own label code: 16, which no GTIN, 本位码 or 追溯码 has."""


def encodable(text: str, longest: int) -> bool:
    """Whether `text` fits an alphanumeric GS1 element of at most `longest` characters."""
    return 0 < len(text) <= longest and all(sign in _SET_82 for sign in text)


def gtin_valid(gtin: str) -> bool:
    """Whether `gtin` has 8, 12, 13 or 14 ASCII digits and the right mod-10 check digit."""
    if len(gtin) not in _GTIN_LENGTHS or not (gtin.isascii() and gtin.isdigit()):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(gtin[::-1]))
    return total % 10 == 0


def identity(gtin: str, item_code: str) -> tuple[str, str] | None:
    """The element that says which goods: AI 01 with 14 digits, else AI 240, else nothing."""
    if gtin_valid(gtin):
        return ("01", gtin.zfill(14))
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


def label_code(organisation: int, day: date, sequence: int) -> str:
    """An own label code: 4 digits organisation, YYMMDD, 5 digits sequence, check digit.

    Raises:
        ValueError: The organisation number or the sequence does not fit.
    """
    if not 0 < organisation < 10**_ORG_DIGITS or not 0 < sequence < 10**_SEQUENCE_DIGITS:
        raise ValueError("organisation or sequence out of range")
    body = f"{organisation:0{_ORG_DIGITS}d}{day:%y%m%d}{sequence:0{_SEQUENCE_DIGITS}d}"
    return body + mod_11_10.calc_check_digit(body)


def is_label_code(text: str) -> bool:
    """Whether `text` has the form and the check digit of an own label code."""
    return (
        len(text) == LABEL_CODE_LENGTH
        and text.isascii()
        and text.isdigit()
        and bool(mod_11_10.is_valid(text))
    )
