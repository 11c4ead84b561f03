"""The facts read from a row of either side."""

from __future__ import annotations

from typing import Final, NamedTuple

from app.domain.matching.forms import Form, read_form
from app.domain.matching.makers import Maker, read_maker
from app.domain.matching.names import Name, cut_spec, read_name
from app.domain.matching.row import Entry
from app.domain.matching.strength import Spec, read_spec
from app.domain.matching.text import plain

_SHORTEST_BRAND: Final = 2
_LICENCE_DIGITS: Final = 8


class Facts(NamedTuple):
    """What was read from a row.

    Attributes:
        name: The row's own name.
        other: The trade name read as a name: lists swap the two columns.
        brands: Brand words, from the trade name and from brackets.
        licences: Letter and digits of each 批准文号, so that old and new writing are equal.
    """

    entry: Entry
    name: Name
    other: Name | None
    form: Form
    spec: Spec
    maker: Maker
    brands: frozenset[str]
    licences: frozenset[str]


def read(entry: Entry) -> Facts:
    """The facts of a row; never raises, an empty cell gives an empty fact."""
    title, inside = cut_spec(entry.name)
    name = read_name(title)
    other = read_name(entry.trade) if entry.trade else None
    form = read_form(entry.name, entry.form, entry.spec)
    if not form.family and other is not None:
        form = read_form(entry.trade, entry.form, entry.spec)
    return Facts(
        entry,
        name,
        other,
        form,
        _spec(entry.spec, inside),
        read_maker(entry.maker),
        _brands(name, other),
        licences(entry.licence),
    )


def _spec(column: str, inside: str) -> Spec:
    """The specification column; what the name says of it where the column says nothing."""
    own = read_spec(column)
    if not inside:
        return own
    if not own.text:
        return read_spec(inside)
    if own.amounts and not inside.endswith("%"):
        return own
    return read_spec(f"{inside}*{column}")


def licences(text: str) -> frozenset[str]:
    """The licence numbers in a cell, without their Chinese words.

    >>> sorted(licences("国药准字J20100102(H20100623/H20100624)"))
    ['H20100623', 'H20100624', 'J20100102']
    """
    found, current = set(), ""
    for sign in f"{plain(text)} ":
        if sign.isascii() and sign.isalnum():
            current += sign
            continue
        if sum(part.isdigit() for part in current) >= _LICENCE_DIGITS:
            found.add(current.upper())
        current = ""
    return frozenset(found)


def same_text(entry: Entry) -> str:
    """A row's own words in one line, by which a confirmed pair is known again."""
    cells = (entry.name, entry.trade, entry.form, entry.spec, entry.maker)
    return "|".join(plain(cell) for cell in cells)


def _brands(name: Name, other: Name | None) -> frozenset[str]:
    """Words that can only be a brand: brackets, and a trade name that is not the name again."""
    found = set(name.notes)
    if other is not None:
        found |= set(other.notes)
        if other.core != name.core:
            found |= {other.core, other.text}
    return frozenset(
        word.removesuffix("牌") for word in found if len(word) >= _SHORTEST_BRAND and word != "无"
    )
