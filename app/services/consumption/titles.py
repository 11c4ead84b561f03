"""货权转移: a supplier's goods become the member's own, and back, by two ledger moves each.

On paper the goods go back to the supplier and come in again as bought ones, at the same place and
of the same lot: one row takes them out of the supplier's stock (that row is what is settled), the
next puts them into the member's. Both are posted by the one posting function.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Trigger, becomes_own, trigger_on
from app.domain.documents import DocKind
from app.domain.duties import Actor
from app.domain.ledger import Move
from app.models.party import Organisation
from app.models.stock import Ledger, Place
from app.services.consumption.pricing import priced
from app.services.consumption.terms import goods_of, terms_of
from app.services.queries.portions import key_portions
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post

_DEPARTMENT: Final = 2
"""Places of this level and above are a department's (二级库, 三级库)."""


@dataclass(frozen=True, slots=True)
class Passing:
    """The step of a document at which title may pass.

    Attributes:
        org_id: The member.
        op_id: Of the command; the title's own rows get one derived from it.
        doc_id: The document whose step it is.
        day: On which day.
        event: What happens to the goods.
    """

    org_id: int
    op_id: UUID
    doc_id: int
    day: date
    event: Trigger

    def posting(self, moves: Sequence[Move], word: str) -> Posting:
        """The posting of title rows."""
        op = uuid5(self.op_id, f"{DocKind.TITLE.value}.{word}")
        return Posting(self.org_id, op, DocKind.TITLE, self.doc_id, self.day, moves)


def pass_title(
    session: Session, actor: Actor, passing: Passing, moved: Sequence[Move]
) -> tuple[Move, ...]:
    """Let goods that were just moved become the member's own where the trigger says so.

    Args:
        session: The unit of work.
        actor: Who acts; needs the duty of the posting.
        passing: The document's step.
        moved: Moves that were posted; the goods lie at their `to_place` now. At receipt their
            price is what is settled, at issue the supplier's price of the day.

    Returns:
        Those of `moved` whose goods are the member's own now.
    """
    due = _due(session, passing, moved)
    if not due:
        return ()
    settled = due if passing.event is Trigger.RECEIPT else priced(
        session, passing.org_id, passing.day, due
    )  # fmt: skip
    outside = virtual_place(session, passing.org_id, "supplier")
    rows: list[Move] = []
    for move in settled:
        out = replace(
            move, from_place=move.to_place, to_place=outside, reason=passing.event.label,
            reversal_of=0,
        )  # fmt: skip
        rows += [out, _own(out, passing.org_id)]
    post(session, actor, passing.posting(rows, "pass"))
    return tuple(due)


def give_title_back(
    session: Session, actor: Actor, passing: Passing, moved: Sequence[Move]
) -> tuple[Move, ...]:
    """Make returned goods the supplier's again, as far as title had passed at issue.

    The same lot goes back, never more than had passed and was not given back before; the newest
    row first. A labelled pack goes back by its own rows only.

    Args:
        session: The unit of work.
        actor: Who acts.
        passing: The returning document's step.
        moved: Posted moves of the member's own goods; they lie at `to_place` now.

    Returns:
        What became the supplier's again: owner, quantity and pack of each part.
    """
    _one_at_a_time(session, passing.org_id)
    rows: list[Move] = []
    outside = virtual_place(session, passing.org_id, "supplier")
    own = [move for move in moved if move.owner_id == passing.org_id]
    passed = _Passed(session, passing.org_id, own)
    inside = departments_of(session, passing.org_id) if own else frozenset()
    for move in own:
        of_issue = [row for row in passed.rows(move, outside) if row.from_place in inside]
        rows += passed.take_back(move, move.to_place, of_issue)
    if rows:
        post(session, actor, passing.posting(rows, "back"))
    return tuple(row for row in rows if row.owner_id != passing.org_id)


def titles_back(session: Session, org_id: int, doc_id: int) -> list[Move]:
    """Moves that take back all title rows of a document, where the goods lay then."""
    _one_at_a_time(session, org_id)
    rows = session.scalars(
        select(Ledger)
        .where(
            Ledger.org_id == org_id,
            Ledger.doc_kind == DocKind.TITLE.value,
            Ledger.doc_id == doc_id,
            Ledger.owner_id != org_id,
            Ledger.reversal_of == 0,
        )
        .order_by(Ledger.seq)
    ).all()
    done = given_back(session, org_id, [row.seq for row in rows])
    found: list[Move] = []
    for row in rows:
        left = row.qty - done.get(row.seq, 0)
        if left > 0:
            found += _pair_back(row, org_id, row.from_place, left)
    return found


def given_back(session: Session, org_id: int, seqs: Sequence[int]) -> dict[int, int]:
    """How much of title rows was taken back before."""
    rows = session.execute(
        select(Ledger.reversal_of, func.sum(Ledger.qty))
        .where(
            Ledger.org_id == org_id,
            Ledger.doc_kind == DocKind.TITLE.value,
            Ledger.reversal_of.in_(seqs),
        )
        .group_by(Ledger.reversal_of)
    ).all()
    return {int(seq): int(qty) for seq, qty in rows}


def unbuy(
    session: Session,
    actor: Actor,
    paper: tuple[UUID, int, int, date],
    moves: Sequence[Move],
) -> list[Move]:
    """Goods bought of a supplier that now go back to it: title first, so that they are credited.

    Args:
        session: The unit of work.
        actor: Who acts.
        paper: Operation, document, supplier and day of the return.
        moves: The return as asked; nothing of it is posted yet.

    Returns:
        The moves to post: what was bought goes back as the supplier's own, the rest (gifts, goods
        found) as the member's.
    """
    op_id, doc_id, supplier, day = paper
    found: list[Move] = []
    rows: list[Move] = []
    org_id = _org_of(moves, supplier)
    if org_id:
        _one_at_a_time(session, org_id)
    passed = _Passed(session, org_id, [move for move in moves if move.owner_id != supplier])
    for move in moves:
        if move.owner_id == supplier:
            found.append(move)
            continue
        sold = [row for row in passed.rows(move, move.to_place) if row.owner_id == supplier]
        parts = passed.take_back(move, move.from_place, sold)
        rows += parts
        back = sum(part.qty for part in parts if part.owner_id == supplier)
        if back:
            found.append(replace(move, owner_id=supplier, qty=back))
        if back < move.qty:
            found.append(replace(move, qty=move.qty - back))
    if rows:
        passing = Passing(org_id, op_id, doc_id, day, Trigger.RECEIPT)
        post(session, actor, passing.posting(rows, "back"))
    return found


def departments_of(session: Session, org_id: int) -> frozenset[int]:
    """Places that belong to a department: itself, and all that hangs under it."""
    rows = session.execute(
        select(Place.id, Place.parent_id, Place.level).where(
            Place.org_id == org_id, Place.holds_stock.is_(True)
        )
    ).all()
    levels = {row.id: int(row.level) for row in rows}
    parents = {row.id: row.parent_id for row in rows}

    def below(place: int | None, steps: int = 0) -> bool:
        if place is None or place not in levels or steps > len(rows):
            return False
        return levels[place] >= _DEPARTMENT or below(parents[place], steps + 1)

    return frozenset(place for place in levels if below(place))


class Ways(NamedTuple):
    """Moves between store and department: out to it, and home from it."""

    out: Sequence[Move]
    home: Sequence[Move]


def ways_of(session: Session, org_id: int, moves: Sequence[Move]) -> Ways:
    """Which of the moves `issue_titles` is about; called before they are posted.

    Who gives title back holds the turn at that before the books, as all others do.
    Goods that are lost there, or found again, are nobody's return and nobody's issue: what was
    bought at issue stays bought.
    """
    inside = departments_of(session, org_id)
    stores = _house(session, org_id) - inside
    out = [m for m in moves if m.from_place in stores and m.to_place in inside]
    home = [m for m in moves if m.from_place in inside and m.to_place in stores]
    if home:
        _one_at_a_time(session, org_id)
    return Ways(out, home)


def issue_titles(
    session: Session, actor: Actor, passing: Passing, ways: Ways
) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """What posted moves between store and department do to the title: passed, and given back."""
    passed = pass_title(session, actor, passing, ways.out) if ways.out else ()
    back = give_title_back(session, actor, passing, ways.home) if ways.home else ()
    return passed, back


def _house(session: Session, org_id: int) -> frozenset[int]:
    """Places where goods lie: not the ends of the ledger, such as what is lost."""
    places = select(Place.id).where(Place.org_id == org_id, Place.holds_stock.is_(True))
    return frozenset(session.scalars(places))


def _one_at_a_time(session: Session, org_id: int) -> None:
    """Of two who give title back at once the second counts what the first gave back.

    The place of the supplier is held until the end: rows of the ledger cannot be locked by
    people's logins, and SQLite has one writer anyway.
    """
    session.execute(
        select(Place.id).where(Place.org_id == org_id, Place.kind == "supplier").with_for_update()
    ).all()


def _due(session: Session, passing: Passing, moved: Sequence[Move]) -> list[Move]:
    owners = {move.owner_id for move in moved} - {passing.org_id}
    suppliers = set(
        session.scalars(
            select(Organisation.id).where(
                Organisation.id.in_(owners), Organisation.kind == "supplier"
            )
        )
    )
    theirs = [move for move in moved if move.owner_id in suppliers]
    if not theirs:
        return []
    terms = terms_of(session, passing.org_id, suppliers)
    goods = goods_of(session, {move.item_id for move in theirs})
    return [
        move
        for move in theirs
        if becomes_own(
            trigger_on(terms, move.owner_id, goods[move.item_id], passing.day), passing.event
        )
    ]


def _own(out: Move, org_id: int) -> Move:
    """The second row of a pair: the same goods come in as the member's own."""
    return replace(out, owner_id=org_id, from_place=out.to_place, to_place=out.from_place)


def _org_of(moves: Sequence[Move], supplier: int) -> int:
    """The member: whoever owns the goods beside the supplier (0 when all are the supplier's)."""
    return next((move.owner_id for move in moves if move.owner_id != supplier), 0)


class _Passed:
    """Title rows of the lots of a paper, read for all its lines, and what of them is left."""

    def __init__(self, session: Session, org_id: int, moves: Sequence[Move]) -> None:
        self._org_id = org_id
        self._rows: dict[tuple[int, int], list[Ledger]] = defaultdict(list)
        for part in key_portions(move.lot_id for move in moves):
            for row in session.scalars(
                select(Ledger)
                .where(
                    Ledger.org_id == org_id,
                    Ledger.lot_id.in_(part),
                    Ledger.item_id.in_({move.item_id for move in moves}),
                    Ledger.doc_kind == DocKind.TITLE.value,
                    Ledger.owner_id != org_id,
                    Ledger.reversal_of == 0,
                )
                .order_by(Ledger.seq.desc())
            ):
                self._rows[row.item_id, row.lot_id].append(row)
        seqs = [row.seq for rows in self._rows.values() for row in rows]
        self._gone: Counter[int] = Counter()
        for part in key_portions(seqs):
            self._gone.update(given_back(session, org_id, part))

    def rows(self, move: Move, outside: int) -> list[Ledger]:
        """The title rows of the move's lot (a labelled pack's own only), newest first."""
        return [
            row
            for row in self._rows[move.item_id, move.lot_id]
            if row.to_place == outside and (not move.pack_id or row.pack_id == move.pack_id)
        ]

    def take_back(self, move: Move, place: int, rows: Sequence[Ledger]) -> list[Move]:
        """Pairs that take title rows back, the first row first, for goods that lie at a place."""
        left, found = move.qty, []
        for row in rows:
            part = min(left, row.qty - self._gone[row.seq])
            if part > 0:
                found += _pair_back(row, self._org_id, place, part)
                self._gone[row.seq] += part
                left -= part
        return found


def _pair_back(row: Ledger, org_id: int, place: int, qty: int) -> list[Move]:
    """The member's own goods go out, the supplier's come in, at the price they had passed at."""
    own = Move(
        item_id=row.item_id,
        lot_id=row.lot_id,
        owner_id=org_id,
        from_place=place,
        to_place=row.to_place,
        qty=qty,
        unit_price=row.unit_price,
        price_factor=row.price_factor,
        pack_id=row.pack_id,
        doc_line=row.doc_line,
        reversal_of=row.seq + 1,
        reason=row.reason,
    )
    theirs = replace(
        own, owner_id=row.owner_id, from_place=row.to_place, to_place=place, reversal_of=row.seq
    )
    return [own, theirs]


__all__ = [
    "Passing",
    "departments_of",
    "give_title_back",
    "given_back",
    "issue_titles",
    "pass_title",
    "titles_back",
    "unbuy",
]
