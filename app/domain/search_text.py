"""What search looks in, and how a typed text becomes a question to its index.

The same pieces ("grams") are made for SQLite (FTS5) and PostgreSQL (GIN): both only say which item
holds which piece, so both give the same hits. Names are cut into pairs of signs, so that a part of
one, two or five Chinese characters is found; pinyin initials and full pinyin are kept from every
syllable on, codes from their beginning and from their number on. An index answer is a candidate:
`Word` says what must hold in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import add
from typing import Final, NamedTuple

from app.domain import pinyin

INITIALS: Final = "~i"
PINYIN: Final = "~p"
CODE: Final = "~c"
BEGIN: Final = "~b"
"""How pieces of one kind begin; plain pairs of signs begin with none of them."""
_LONGEST: Final = {INITIALS: 8, PINYIN: 12, CODE: 10, BEGIN: 6}
"""Signs of a piece. Codes are cut where few enough share a beginning: pieces that no other item has
are what an index costs. A text that is longer is looked for by as much, and decided by itself."""
_LONGEST_CODE: Final = _LONGEST[CODE]
_NEXT_CODE: Final = f" {CODE}"
_SHORTEST_PINYIN: Final = 3
_DROPPED: Final = re.compile("[\\s\"'`~\\\\\x00-\x1f\x7f]+")
_LETTERS: Final = re.compile(r"[^\x00-\x7f]+(.+)")
_NUMBER: Final = re.compile(r"[a-z]{1,3}-?(0*)(\d+)")
_JOINED: Final = re.compile(r"(?<=[^\x00-\x7f])(?=\d)|[*×]")
"""Where one word ends though no blank was typed: 阿莫西林|0.25g|24粒."""
_MOST_WORDS: Final = 8
_LONGEST_WORD: Final = 64


class SearchText(NamedTuple):
    """The search text of one item, line by line; see `ItemSearch` for the columns.

    Attributes:
        pinyin: Those of the grams that say where full pinyin may begin.
    """

    words: str
    initials: str
    full: str
    codes: str
    sort_key: str
    grams: str
    pinyin: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece to look for: itself, or all that begin with it."""

    text: str
    begins: bool = False


Ways = tuple[tuple[Piece, ...], ...]
"""Alternatives, each a set of pieces that must all be there."""


def bare(text: str) -> str:
    """A text as it is compared: half width, lower case, without blanks and quotation marks.

    >>> bare("Ｖ.Ｃ 0.25 ｇ × 24 粒/盒")
    'v.c0.25g×24粒/盒'
    """
    low = (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()
    return low if low.isalnum() else _DROPPED.sub("", low)


def words_of(text: str) -> tuple[str, ...]:
    """The words that a person typed; each must be found.

    >>> words_of("阿莫西林0.25g*24粒 H2005")
    ('阿莫西林', '0.25g', '24粒', 'h2005')
    """
    parts = _JOINED.sub(" ", unicodedata.normalize("NFKC", text).lower()).split()
    bared = (bare(part)[:_LONGEST_WORD] for part in parts)
    return tuple(dict.fromkeys(word for word in bared if word))[:_MOST_WORDS]


def build(names: Iterable[str], texts: Iterable[str], codes: Iterable[str]) -> SearchText:
    """The search text of an item.

    Args:
        names: Generic name and trade name; these are also found by pinyin.
        texts: Specification, maker and the like, found as they are written.
        codes: Codes and numbers, found from their beginning.
    """
    spelled = [_spelling(name) for name in names if name]
    lines = {one.bare: one.line for one in spelled}
    for text in texts:
        if text:
            line, pieces = _line(text)
            lines.setdefault(line, pieces)
    starts: dict[str, None] = {}
    for code in codes:
        if code.isascii() and code.isdigit():
            starts[code] = None
        else:
            starts.update(dict.fromkeys(code_starts(code)))
    # A piece that comes twice does no harm in the index; taking it out would cost more.
    grams = [one.grams for one in spelled if one.grams]  # a name of signs alone has none
    grams += filter(None, lines.values())
    if starts:
        grams.append(CODE + _NEXT_CODE.join([start[:_LONGEST_CODE] for start in starts]))
    return SearchText(
        "\n".join(lines),
        "\n".join([one.all_initials for one in spelled if one.all_initials]),
        "\n".join([one.full for one in spelled if one.full]),
        "\n".join(starts),
        spelled[0].sort_key if spelled else "",
        " ".join(grams),
        " ".join([one.pinyin for one in spelled]),
    )


def code_starts(code: str) -> tuple[str, ...]:
    """From where on a code is found: its beginning, behind its characters, its bare number.

    >>> code_starts("YP-000106")
    ('yp-000106', 'yp000106', '000106', '106')
    >>> code_starts("国药准字H20266018")
    ('国药准字h20266018', 'h20266018', '20266018')
    """
    if code.isascii() and code.isdigit():
        return (code,)
    whole = bare(code)
    if not whole or whole[0].isdigit():
        return (whole,) if whole else ()
    found, rest = [whole], whole
    if not whole.isascii():
        behind = _LETTERS.fullmatch(whole)
        if behind is None:
            return (whole,)
        rest = behind[1]
        found.append(rest)
    number = _NUMBER.fullmatch(rest)
    if number is not None:
        if "-" in rest:
            found.append(rest.replace("-", ""))
        found.append(number[1] + number[2])
        if number[1]:
            found.append(number[2])
    return tuple(found)


def ways(word: str) -> Ways:
    """The pieces by which the index finds a word; the text itself decides then."""
    pairs = tuple(Piece(pair) for pair in dict.fromkeys(_pairs(word)[:-1]))
    found: list[tuple[Piece, ...]] = [pairs or (Piece(word, begins=True),)]
    kinds = [CODE]
    if word.isascii() and word.isalnum():
        kinds.append(INITIALS)
        if len(word) >= _SHORTEST_PINYIN:
            kinds.append(PINYIN)
    found += [(Piece(kind + word[: _LONGEST[kind]], begins=True),) for kind in kinds]
    return tuple(found)


def beginning(word: str) -> Ways:
    """The pieces by which the index finds lines that begin with the word."""
    return ((Piece(BEGIN + word[: _LONGEST[BEGIN]], begins=True),),)


def code_beginning(word: str) -> Ways:
    """The pieces by which the index finds codes that begin with the word."""
    return ((Piece(CODE + word[: _LONGEST[CODE]], begins=True),),)


def is_whole_code(word: str) -> bool:
    """Whether the pieces alone say which codes begin with the word."""
    return len(word) <= _LONGEST_CODE


def begin_of(word: str) -> str:
    """As much of a word as decides whether a line begins with it."""
    return word[: _LONGEST[BEGIN]]


def by_pinyin(word: str) -> bool:
    """Whether the word can be the full pinyin of something."""
    return len(word) >= _SHORTEST_PINYIN and word.isascii() and word.isalnum()


@dataclass(frozen=True, slots=True)
class _Spelling:
    bare: str
    line: str
    all_initials: str
    full: str
    sort_key: str
    grams: str
    pinyin: str


@lru_cache(maxsize=65536)
def _spelling(name: str) -> _Spelling:
    """A name with its pinyin and the pieces of it; the same names come again and again."""
    parts = pinyin.syllables(name)
    initials = pinyin.initials(name)
    full = "".join(parts)
    size = _LONGEST[INITIALS]
    grams = dict.fromkeys(
        INITIALS + line[start : start + size] for line in initials for start in range(len(line))
    )
    place = 0
    sounds: dict[str, None] = {}
    for part in parts:
        sounds[PINYIN + full[place : place + _LONGEST[PINYIN]]] = None
        place += len(part)
    grams |= sounds
    size = _LONGEST[BEGIN]
    grams |= dict.fromkeys(BEGIN + line[:size] for line in initials)
    line = bare(name)
    return _Spelling(
        line, _line_grams(line), "\n".join(initials), full, " ".join(parts), " ".join(grams),
        " ".join(sounds),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _line(text: str) -> tuple[str, str]:
    """A text as it is compared, and its pieces."""
    line = bare(text)
    return line, _line_grams(line)


def _line_grams(line: str) -> str:
    return " ".join(_pairs(line)) + f" {BEGIN}{line[: _LONGEST[BEGIN]]}" if line else ""


def _pairs(line: str) -> list[str]:
    """Pairs of neighbours, and the last sign alone: every sign begins a piece."""
    return [*map(add, line, line[1:]), line[-1:]] if line else []
