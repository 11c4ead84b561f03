"""What may go to a terminal: names from files can hold signs that steer it or turn lines around."""

from __future__ import annotations

import re
from typing import Final

_STEERING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def visible(text: str) -> str:
    r"""The text with signs that nobody sees written as what they are.

    >>> visible("阿莫\x1b[31m西林")
    '阿莫\\x1b[31m西林'
    """
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)
