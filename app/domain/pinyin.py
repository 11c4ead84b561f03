"""Pinyin of names: the full reading, and the initials of every reading a person may type.

Names of drugs are full of characters with several readings (重 zhong/chong, 长 chang/zhang), and
nobody knows which one the next pharmacist types. So initials are kept for all of them, the reading
in context first; the full pinyin is kept in context only.

The table of phrases is loaded by the first name that is read, not by the start of the program.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Final

MOST_READINGS: Final = 24
"""Spellings kept of one name; six characters with two readings each would make 64."""
_SIGNS: Final = {
    "参": "shēn,cān,cēn",
    "芎": "xiōng,qiōng",
    "炔": "quē,guì",
    "咯": "luò,gē,kǎ",
    "泊": "bó,pō",
}  # fmt: skip
"""Readings in names of drugs (黄芪 goes with 参, 乙炔 with 炔), the usual one first."""
_PHRASES: Final = {
    "调脂": [["tiáo"], ["zhī"]],
    "玄参": [["xuán"], ["shēn"]],
    "拳参": [["quán"], ["shēn"]],
    "吡咯": [["bǐ"], ["luò"]],
}  # fmt: skip


@lru_cache(maxsize=1)
def _teach() -> None:
    """Tell the table of phrases how pharmacists read; once, before the first name is read."""
    from pypinyin import load_phrases_dict, load_single_dict

    load_single_dict({ord(sign): readings for sign, readings in _SIGNS.items()})
    load_phrases_dict(_PHRASES)


@lru_cache(maxsize=32768)
def syllables(text: str) -> tuple[str, ...]:
    """The reading in context, one syllable for each character; letters and digits as they are.

    >>> syllables("阿莫西林0.25g")
    ('a', 'mo', 'xi', 'lin', '0', '2', '5', 'g')
    """
    from pypinyin.seg.simpleseg import seg

    _teach()
    return tuple(itertools.chain.from_iterable(map(_word, seg(text))))


@lru_cache(maxsize=32768)
def _word(word: str) -> tuple[str, ...]:
    """The syllables of one word as the table of phrases cuts it: words come again, names do not."""
    from pypinyin import lazy_pinyin

    parts = "\n".join(lazy_pinyin([word], errors=_apart)).split("\n")
    return tuple(kept for part in parts if (kept := _plain(part)))


def full(text: str) -> str:
    """The full pinyin without blanks.

    >>> full("阿莫西林"), full("参芪"), full("炔诺酮"), full("参考")
    ('amoxilin', 'shenqi', 'quenuotong', 'cankao')
    """
    return "".join(syllables(text))


@lru_cache(maxsize=32768)
def initials(text: str) -> tuple[str, ...]:
    """The initials of every reading, the one in context first.

    >>> "amxl" in initials("阿莫西林")
    True
    >>> sorted(initials("重组"))
    ['cz', 'tz', 'zz']
    """
    usual = "".join(part[0] for part in syllables(text))
    choices = [letters for sign in text if (letters := _letters(sign))]
    others = ("".join(pick) for pick in itertools.product(*choices))
    kept = dict.fromkeys([usual, *itertools.islice(others, MOST_READINGS)])
    return tuple(spelling for spelling in kept if spelling)


@lru_cache(maxsize=8192)
def _letters(sign: str) -> tuple[str, ...]:
    """First letters of all readings of one character."""
    from pypinyin import Style, pinyin

    _teach()
    found = pinyin(sign, style=Style.NORMAL, heteronym=True, errors=_apart)
    readings = found[0] if found else []
    return tuple(dict.fromkeys(kept[0] for part in readings if (kept := _plain(part))))


def _apart(text: str) -> str:
    """What is no Han character, sign by sign."""
    return "\n".join(text)


def _plain(part: str) -> str:
    """Lower-case letters and digits of ASCII only."""
    return "".join(sign for sign in part.lower() if sign.isascii() and sign.isalnum())
