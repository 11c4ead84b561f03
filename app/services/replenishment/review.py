"""Approval by exception: what is usual is asked for at once, the rest is listed with why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.replenish.cautions import Caution, Line, cautions
from app.domain.replenish.explain import Phrase
from app.i18n import _
from app.services.db import Database
from app.services.operations import answered
from app.services.replenishment.suggestions import SuggestionQuery, SuggestionRow, board
from app.services.requisition.make import FromSuggestions, Requested, from_suggestions


@dataclass(frozen=True, slots=True)
class Looked:
    """A line that wants a person's look, and why; the first reason counts most."""

    row: SuggestionRow
    why: tuple[tuple[Caution, Phrase], ...]

    @property
    def words(self) -> str:
        """All reasons in a line."""
        return "；".join(str(phrase) for _kind, phrase in self.why)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Lines that can be asked for at once, and those to look at."""

    safe: tuple[SuggestionRow, ...]
    looked: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class Approve:
    """Ask for all safe lines at once.

    Attributes:
        op_id: Made once per intention.
        submit: Send it to the group at once, else keep a draft.
    """

    op_id: UUID
    org_id: int
    place_id: int = 0
    submit: bool = True
    note: str = ""


def line_of(row: SuggestionRow, look_above: int) -> Line:
    """A suggestion as the rules of caution see it."""
    why = row.why
    return Line(
        suggested=row.suggested,
        chosen=row.chosen,
        picked=row.picked,
        edited=row.edited,
        reason=row.edit_reason,
        verdict=row.verdict,
        priced=row.unit_price is not None,
        amount=row.amount or Decimal(0),
        there=why.in_house + why.coming,
        expiring=why.expiring,
        per_day=why.per_day,
        lead_days=why.lead_days,
        growth=why.growth,
        basis=why.basis,
        controlled=why.controlled,
        short_of=why.short_of,
        look_above=look_above,
    )


def review(rows: Sequence[SuggestionRow], look_above: int) -> Reviewed:
    """Sort open suggestions into safe ones and ones to look at."""
    safe: list[SuggestionRow] = []
    looked: list[Looked] = []
    for row in rows:
        if row.status != "open":
            continue
        found = cautions(line_of(row, look_above))
        if found:
            looked.append(Looked(row, found))
        elif row.picked and row.chosen > 0:
            safe.append(row)
    return Reviewed(tuple(safe), tuple(looked))


def reviewed(db: Database, actor: Actor, org_id: int, place_id: int = 0) -> Reviewed:
    """The open suggestions of a store, sorted."""
    found = board(db, actor, SuggestionQuery(org_id, place_id))
    return review(found.rows, found.settings.look_above)


def approve(db: Database, actor: Actor, command: Approve) -> tuple[Requested, Reviewed]:
    """Make one requisition of all safe lines; the others stay for a person.

    Raises:
        DomainError: No line is safe.
        ConflictError: Somebody changed a line meanwhile.
    """
    with db.read() as session:
        earlier = answered(session, actor, command.org_id, command.op_id, "requisition.make")
    found = reviewed(db, actor, command.org_id, command.place_id)
    if earlier is not None:  # its lines are asked for since, and no longer among the safe ones
        return Requested.from_plain(earlier), found
    if not found.safe:
        raise DomainError(
            "replenish.none_safe",
            _(
                "没有可以直接提交的行，{n} 行要先看。逐行核对，写上原因再提交。",
                n=len(found.looked),
            ),
        )
    items = tuple((row.item_id, row.version) for row in found.safe)
    made = from_suggestions(
        db,
        actor,
        FromSuggestions(
            command.op_id, command.org_id, found.safe[0].place_id, items, command.submit,
            command.note,
        ),
    )  # fmt: skip
    return made, found
