"""Texts brought to one way of writing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SIGNS: Final = str.maketrans(
    {
        "【": "(", "】": ")", "[": "(", "]": ")", "{": "(", "}": ")", "〔": "(", "〕": ")",
        "×": "*", "✕": "*", "•": "·", "μ": "u", "µ": "u", "㎎": "mg", "﹡": "*", "∶": ":",
        "：": ":", "；": ";", "，": ",", "。": ".", "—": "-", "–": "-", "\u3000": " ",
    }
)  # fmt: skip
_BLANKS: Final = re.compile(r"\s+")
_MARKS: Final = re.compile(r"[△▲★☆◆◇●○※■□▽▼◎&]")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")


@lru_cache(maxsize=400_000)
def plain(text: str) -> str:
    """Half width, lower case, one kind of bracket, star and mu, no blanks and no decoration.

    >>> plain("（0．25Ｇ × 24 粒）"), plain("μg")
    ('(0.25g*24粒)', 'ug')
    """
    folded = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return _MARKS.sub("", _BLANKS.sub("", folded)).lower()


def without_brackets(text: str) -> tuple[str, tuple[str, ...]]:
    """What stands outside of brackets, and what stands in them (an unclosed one counts too).

    >>> without_brackets("甲硝唑片(nr)")
    ('甲硝唑片', ('nr',))
    """
    notes: list[str] = []
    outside = text
    while found := _BRACKETS.search(outside):
        notes.append(found[1])
        outside = outside[: found.start()] + outside[found.end() :]
    outside, opened, rest = outside.partition("(")
    if opened and rest:
        notes.append(rest)
    return outside.replace(")", ""), tuple(note for note in notes if note)


@lru_cache(maxsize=20_000)
def one_sign(sign: str) -> str:
    """One character as it is compared."""
    return unicodedata.normalize("NFKC", sign.translate(_SIGNS)).translate(_SIGNS).lower()
