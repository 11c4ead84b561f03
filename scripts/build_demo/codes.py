"""Synthetic but valid codes: GTIN-14 of a test range, trace prefixes, credit codes of region 99."""

from __future__ import annotations

import re
from typing import Final

_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

APPROVAL: Final = re.compile(r"国药准字[HZSJ]\d{8}")
DRUG_CODE: Final = re.compile(r"869\d{11}")
NHSA: Final = re.compile(
    r"X[A-Z]\d{2}[A-Z]{2}[A-Z]\d{3}[A-Z]\d{3}\d{9}|Z[A-Z]\d{2}[A-Z]{2}[A-Z]\d{13}"
)


def check_digit(body: str) -> str:
    """The GS1 mod-10 digit over `body` (weights 3, 1, 3 … from the right)."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(number: int, *, level: int = 0) -> str:
    """A GTIN-14 of the range 699 99xx xxxxx, which nobody has been given; `level` 1 is a case."""
    body = f"{level}69999{number:07d}"
    return body + check_digit(body)


def trace_prefix(number: int) -> str:
    """A 7-digit drug identification of the trace code, from a range that starts 899."""
    return f"899{number:04d}"


def is_drug_code(code: str) -> bool:
    """Whether `code` is a 14-digit 本位码 with a right check digit."""
    return bool(DRUG_CODE.fullmatch(code)) and check_digit(code[:13]) == code[13]


def credit_code(kind: str, serial: int) -> str:
    """A unified social credit code of the region 990100, which does not exist.

    Args:
        kind: ``12`` for public institutions, ``91`` for companies.
        serial: Eight digits of the organisation code.
    """
    org = f"{serial:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(org, _ORG_WEIGHTS, strict=True)) % 11
    org += {10: "X", 11: "0"}.get(rest, str(rest))
    body = f"{kind}990100{org}"
    total = sum(_USCC.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _USCC[(31 - total % 31) % 31]
