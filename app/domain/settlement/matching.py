"""Which invoices belong to which statements: proposals that are never a guess.

Looked for are pairs, one invoice for several statements, and several invoices for one statement,
whose amounts agree within 0.01. A proposal is certain only when none of its papers fits anywhere
else among all that was found; otherwise a person decides, with every way shown. An invoice that
names a statement's number decides by itself. The result does not depend on the order of the papers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final

from app.domain.settlement.bill import TOLERANCE

Id = tuple[int, int]
"""(organisation, paper)."""
_CENT: Final = Decimal("0.01")
_SIZES: Final = ((24, 4), (60, 3), (250, 2))
"""So many papers at most are searched for sums of so many."""


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """An invoice or a statement with what is left of it to match.

    Attributes:
        id: (organisation, row).
        left: What is not matched yet; negative for a credit note and a refund.
        day: Of an invoice its date, of a statement the first day of its period.
        number: Its own number.
        names: On an invoice the words written on it, which may name a statement.
    """

    id: Id
    left: Decimal
    day: date
    number: str = ""
    names: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """So much of an invoice belongs to a statement."""

    invoice: Id
    statement: Id
    amount: Decimal


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Invoices and statements whose amounts agree."""

    invoices: tuple[Id, ...]
    statements: tuple[Id, ...]
    named: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found.

    Attributes:
        certain: Groups that share no paper with any other group: may be taken as they are.
        doubtful: Groups among which a person decides.
        thorough: Whether sums of the largest size were searched; with very many papers only
            smaller sums are.
    """

    certain: tuple[Group, ...]
    doubtful: tuple[Group, ...]
    thorough: bool = True


def propose(invoices: Iterable[Paper], statements: Iterable[Paper]) -> Proposal:
    """Groups of invoices and statements of one supplier and one payer that belong together."""
    left = sorted(one for one in invoices if abs(one.left) > TOLERANCE)
    right = sorted(one for one in statements if abs(one.left) > TOLERANCE)
    named = _named(left, right)
    left = [one for one in left if one.id not in {i for group in named for i in group.invoices}]
    right = [one for one in right if one.id not in {i for group in named for i in group.statements}]
    found: set[Group] = set()
    thorough = True
    for sign in (1, -1):
        mine = [one for one in left if one.left * sign > 0]
        theirs = [one for one in right if one.left * sign > 0]
        thorough = thorough and max(len(mine), len(theirs)) <= _SIZES[0][0]
        found |= _sums(mine, theirs, one_invoice=True) | _sums(theirs, mine, one_invoice=False)
    uses = Counter(key for group in found for key in _keys(group))
    lonely = {group for group in found if all(uses[key] == 1 for key in _keys(group))}
    return Proposal(tuple(sorted({*named, *lonely})), tuple(sorted(found - lonely)), thorough)


def pairs_of(group: Group, papers: Mapping[tuple[str, Id], Paper]) -> tuple[Pair, ...]:
    """How the amounts of a group are shared out, the oldest papers first.

    Args:
        group: What belongs together.
        papers: All papers by (``invoice`` or ``statement``, id).
    """
    invoices = sorted((papers["invoice", one] for one in group.invoices), key=_age)
    statements = sorted((papers["statement", one] for one in group.statements), key=_age)
    rest = {one.id: one.left for one in statements}
    pairs: list[Pair] = []
    for invoice in invoices:
        left = invoice.left
        for statement in statements:
            share = smaller(left, rest[statement.id])
            if share:
                pairs.append(Pair(invoice.id, statement.id, share))
                left -= share
                rest[statement.id] -= share
    return tuple(pairs)


def smaller(left: Decimal, right: Decimal) -> Decimal:
    """What two remaining amounts have in common; nothing when their signs differ."""
    if left * right <= 0:
        return Decimal("0.00")
    return min(left, right) if left > 0 else max(left, right)


def covered(amount: Decimal, matched: Decimal) -> bool:
    """Whether a paper is matched as a whole (tolerance 0.01)."""
    return abs(amount - matched) <= TOLERANCE


def _age(paper: Paper) -> tuple[date, Id]:
    return paper.day, paper.id


def _keys(group: Group) -> list[tuple[str, Id]]:
    return [("i", one) for one in group.invoices] + [("s", one) for one in group.statements]


def _named(invoices: Sequence[Paper], statements: Sequence[Paper]) -> tuple[Group, ...]:
    """Invoices that name statements, where the amounts agree and nobody else names them."""
    groups: list[Group] = []
    for invoice in invoices:
        meant = [one for one in statements if one.number and one.number in invoice.names]
        if meant and abs(sum(one.left for one in meant) - invoice.left) <= TOLERANCE:
            groups.append(Group((invoice.id,), tuple(one.id for one in meant), named=True))
    uses = Counter(one for group in groups for one in group.statements)
    return tuple(group for group in groups if all(uses[one] == 1 for one in group.statements))


def _sums(singles: Sequence[Paper], many: Sequence[Paper], *, one_invoice: bool) -> set[Group]:
    """Every single paper with every sum of 1 … n papers of the other side that equals it."""
    size = next((most for count, most in _SIZES if len(many) <= count), 1)
    sizes = range(1 if one_invoice else 2, size + 1)  # pairs are found once
    wanted: dict[int, list[Paper]] = {}
    for single in singles:
        cents = _cents(single.left)
        for near in (cents - 1, cents, cents + 1):
            wanted.setdefault(near, []).append(single)
    worth = [(_cents(one.left), one) for one in many]
    found: set[Group] = set()
    for count in sizes:
        for chosen in combinations(worth, count):
            for single in wanted.get(sum(cents for cents, _one in chosen), ()):
                papers = [one for _cents_, one in chosen]
                if one_invoice and not any(one.day > single.day for one in papers):
                    found.add(Group((single.id,), tuple(one.id for one in papers)))
                elif not one_invoice and not any(one.day < single.day for one in papers):
                    found.add(Group(tuple(one.id for one in papers), (single.id,)))
    return found


def _cents(value: Decimal) -> int:
    return int(value.scaleb(2).to_integral_value())
