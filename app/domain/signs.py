"""Signs that no text may hold that is kept: a server refuses them, or they deceive who reads.

NUL and halves of characters come out of foreign programs by the clipboard; a file keeps them, a
server does not, so both are refused before either. Signs that turn the direction of what follows
make a name look like another one.
"""

from __future__ import annotations

import re
from typing import Final

_UNKEPT: Final = re.compile(r"[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BESIDE: Final = 8


def unkept(text: str) -> str:
    r"""The first such sign as a person may read it, with what stands beside it; else empty.

    >>> unkept("甲\x00乙")
    '甲□乙'
    >>> unkept("甲\n乙")
    ''
    """
    found = _UNKEPT.search(text)
    if found is None:
        return ""
    part = text[max(0, found.start() - _BESIDE) : found.end() + _BESIDE]
    return _UNKEPT.sub("□", part)
