"""The generic name behind a list's drug name: without form, salt, trade name and ornaments.

Hospitals write the same drug as 盐酸二甲双胍片, 二甲双胍片（格华止） or 二甲双胍 with the form in a
column of its own. Forms and strengths are read by `app.domain.matching`; what counts as the same
generic name for 目录吻合度 is decided here. Unlike code mapping, which never joins two salts by
itself, alignment asks whether a patient finds the same substance.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.domain.alignment.words import (
    KEPT_ACIDS,
    KEPT_WHOLE,
    SALT_HEADS,
    SALT_TAILS,
    SYNONYMS,
    TAIL_ACIDS,
)
from app.domain.matching.forms import cut_form
from app.domain.matching.text import plain, without_brackets

_MARK: Final = re.compile(r"(?=.*\d|i+$|v|x)[0-9a-z./:%+-]{1,10}[型号]?")
_ORNAMENTS: Final = re.compile(r"[·•‧・,;'\"“”‘’®™*#^]+")
_METALS: Final = "钠钾钙镁锌铁铝铋钡锂镧银亚氢"
_SHORTEST: Final = 2


@lru_cache(maxsize=200_000)
def generic_name(name: str) -> str:
    """The generic name that a drug's name means.

    >>> generic_name("盐酸二甲双胍缓释片（格华止）"), generic_name("二甲双胍")
    ('二甲双胍', '二甲双胍')
    >>> generic_name("注射用头孢曲松钠"), generic_name("阿托伐他汀钙片")
    ('头孢曲松', '阿托伐他汀')
    >>> generic_name("硝酸甘油片"), generic_name("氯化钠注射液"), generic_name("肝素钠")
    ('硝酸甘油', '氯化钠', '肝素钠')
    >>> generic_name("复方氨基酸注射液（18AA-Ⅱ）"), generic_name("对乙酰氨基酚片（薄膜衣）")
    ('复方氨基酸18aa-ii', '对乙酰氨基酚')
    """
    outside, notes = without_brackets(plain(name))
    marks = "".join(note for note in notes if _MARK.fullmatch(note))
    whole = _ORNAMENTS.sub("", outside)
    bare = whole if whole in KEPT_WHOLE else _bare_form(whole)
    bare = SYNONYMS.get(bare, bare)
    salt_free = _without_salt(bare)
    return (SYNONYMS.get(salt_free, salt_free) or whole) + marks


@lru_cache(maxsize=50_000)
def maker_key(maker: str) -> str:
    """A maker without legal form, old names and who packs.

    >>> maker_key("齐鲁制药有限公司（原名：齐鲁制药厂）")
    '齐鲁制药'
    """
    text, _notes = without_brackets(plain(maker))
    text = re.sub(r"(原名|曾用名|分包装?|委托方|受托方):.*$", "", text)
    for tail in ("股份有限公司", "有限责任公司", "有限公司", "集团公司", "公司", "集团"):
        text = text.removesuffix(tail)
    return text


def _bare_form(name: str) -> str:
    """The name without its form; kept where what is left would say nothing (散, 膏)."""
    rest, _family = cut_form(name)
    if rest == name:  # 氯化钠注射液 is a drug here and a form elsewhere
        rest = name.removesuffix("注射液")
    return rest if len(rest) >= _SHORTEST else name


def _without_salt(name: str) -> str:
    if name in KEPT_WHOLE:
        return name
    for head in SALT_HEADS:
        rest = name.removeprefix(head)
        if rest != name and len(rest) >= _SHORTEST and rest[0] not in _METALS:
            name = rest
            break
    if name in KEPT_WHOLE:
        return name
    for tail in SALT_TAILS:
        rest = name.removesuffix(tail)
        if rest != name and _may_lose_tail(rest):
            return rest
    return name


def _may_lose_tail(rest: str) -> bool:
    """Whether a drug stays the same without its metal: 头孢曲松钠 yes, 氯化钠 and 肝素钠 no."""
    if len(rest) <= _SHORTEST or rest.endswith(KEPT_ACIDS):
        return rest.endswith(TAIL_ACIDS)
    return True
