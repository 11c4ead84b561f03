"""A maker as sheets write it: the firm itself, its former name, who only packs.

江岸制药有限公司（原名：江岸第二制药厂） is one firm with two names; （某某有限公司分包装） names
another firm that puts imported goods into boxes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_BRACKET: Final = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_FORMER: Final = re.compile(r"(?:原名称|原名|曾用名|原企业名称|原)\s*[:：为]?\s*(.{2,})")
_PACKER: Final = re.compile(r"(?:分包装(?:企业|厂家?)?\s*[:：]\s*(.{2,})|(.{2,}?)\s*分(?:包)?装)")


@dataclass(frozen=True, slots=True)
class MakerText:
    """The firms that a text names; empty where it names none."""

    name: str
    former: str = ""
    packer: str = ""


@lru_cache(maxsize=16384)
def read_maker_text(text: str) -> MakerText:
    """Take a maker's text apart; brackets that say something else stay in the name.

    >>> read_maker_text("江岸制药有限公司(原名:江岸第二制药厂)")
    MakerText(name='江岸制药有限公司', former='江岸第二制药厂', packer='')
    >>> read_maker_text("Nordlys Pharma AB(和光医药有限公司分包装)").packer
    '和光医药有限公司'
    >>> read_maker_text("云溪制药(中国)有限公司").name
    '云溪制药(中国)有限公司'
    """
    former = packer = ""
    kept = text
    for found in _BRACKET.finditer(text):
        inside = found[1].strip()
        packed, was = _PACKER.fullmatch(inside), _FORMER.fullmatch(inside)
        if packed is not None:
            packer = packer or (packed[1] or packed[2]).strip()
        elif was is not None:
            former = former or was[1].strip()
        else:
            continue
        kept = kept.replace(found[0], "")
    return MakerText(kept.strip() or text.strip(), former, packer)
