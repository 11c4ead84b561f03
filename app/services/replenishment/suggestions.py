"""Reading suggestions: the list of a store, and when and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import amount
from app.domain.replenish.plan import lasts
from app.domain.replenish.settings import Settings
from app.domain.replenish.suggestion import Verdict
from app.i18n import _
from app.models.demand import ReplenishmentRun, Suggestion
from app.models.item import Item, ItemSearch
from app.models.party import Organisation, Person
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, local_time
from app.services.replenishment.scope import settings_for
from app.services.replenishment.stored import Why
from app.services.stock.places import main_place

_TELLING = (Verdict.SHELF_LIFE.value, Verdict.EXPIRY.value)
_WATCH_TENTHS = 150
"""An item that lasts less than 15 days is shown even where nothing is suggested."""


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """One suggestion as lists show it; quantities in smallest units.

    Attributes:
        version: Goes back with an edit, so that nobody's work is overwritten.
        suggested: What the plan says.
        chosen: What shall be asked for: the plan's or a person's figure.
        edited: Whether a person changed it.
        picked: Whether it goes into the next requisition.
        days_left: Days that the stock in the house lasts.
        initials: Pinyin initials of the name, for finding it.
        status: open or requested.
    """

    place_id: int
    item_id: int
    code: str
    name: str
    spec: str
    initials: str
    item_class: str
    storage: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    supplier_id: int | None
    supplier: str
    unit_price: Decimal | None
    price_factor: int
    version: int
    suggested: int
    chosen: int
    edited: bool
    edit_reason: str
    picked: bool
    days_left: float
    verdict: str
    status: str
    next_check: date | None
    why: Why

    @property
    def amount(self) -> Decimal | None:
        """What `chosen` costs at the price in force; None without a price."""
        if self.unit_price is None:
            return None
        return amount(self.unit_price, self.chosen, self.price_factor)

    @property
    def packs(self) -> Decimal:
        """`chosen` in packs."""
        return Decimal(self.chosen) / self.pack_factor

    @property
    def lasts(self) -> int:
        """Days that stock, what is coming and `chosen` last together."""
        return lasts(self.why.in_house + self.why.coming, self.chosen, self.why.per_day)

    @property
    def edited_out(self) -> bool:
        """Whether a person decided not to order it."""
        return self.edited and self.chosen == 0

    @property
    def notable(self) -> bool:
        """Whether it is worth a look without being searched for; `_statement` asks the same."""
        short = self.days_left * 10 < _WATCH_TENTHS and self.verdict != Verdict.RARE
        return self.status == "open" and (
            self.suggested > 0 or self.edited or self.verdict in _TELLING or short
        )

    @property
    def advised(self) -> bool:
        """Whether the plan says to order."""
        return self.verdict in {Verdict.ORDER, Verdict.FILL}


@dataclass(frozen=True, slots=True)
class SuggestionQuery:
    """Which suggestions: of a store (0: the main one), all planned items or those worth a look."""

    org_id: int
    place_id: int = 0
    everything: bool = False
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The suggestions of a store, worst first, and the run they come from."""

    org_id: int
    place_id: int
    place: str
    computed_at: datetime | None
    computed_by: str
    settings: Settings
    rows: tuple[SuggestionRow, ...]
    planned: int


def board(db: Database, actor: Actor, query: SuggestionQuery) -> Board:
    """The suggestions of a store as the last run and later edits left them."""
    require(actor, Duty.READ, query.org_id)
    with db.read() as session:
        place = query.place_id or main_place(session, query.org_id)
        last = session.execute(
            select(ReplenishmentRun.computed_at, Person.name)
            .outerjoin(Person, Person.id == ReplenishmentRun.person_id)
            .where(ReplenishmentRun.org_id == query.org_id, ReplenishmentRun.place_id == place)
            .order_by(ReplenishmentRun.computed_at.desc(), ReplenishmentRun.id.desc())
            .limit(1)
        ).first()
        rows = tuple(
            _row(row[0], row[1], (row[2], row[3]))
            for row in session.execute(_statement(query, place))
        )
        return Board(
            org_id=query.org_id,
            place_id=place,
            place=session.scalar(
                select(Place.name).where(Place.org_id == query.org_id, Place.id == place)
            )
            or "",
            computed_at=local_time(last[0]) if last else None,
            computed_by=(last[1] or "") if last else "",
            settings=settings_for(session, query.org_id, place),
            rows=rows,
            planned=_planned(session, query.org_id, place),
        )


def one(db: Database, actor: Actor, org_id: int, place_id: int, item_id: int) -> SuggestionRow:
    """The suggestion of one item; raises `DomainError` when the last run did not plan it."""
    found = board(db, actor, SuggestionQuery(org_id, place_id, everything=True, item_id=item_id))
    if not found.rows:
        raise DomainError(
            "replenish.unplanned",
            _("这个品规还没有补货建议。没有用量、库存和在途的品规不计算；可先重新计算。"),
        )
    return found.rows[0]


def _statement(query: SuggestionQuery, place: int) -> Select[Suggestion, Item, str, str]:
    statement = (
        select(Suggestion, Item, Organisation.short_name, ItemSearch.initials)
        .join(Item, Item.id == Suggestion.item_id)
        .outerjoin(Organisation, Organisation.id == Suggestion.supplier_id)
        .outerjoin(ItemSearch, ItemSearch.item_id == Suggestion.item_id)
        .where(Suggestion.org_id == query.org_id, Suggestion.place_id == place)
        .order_by(Suggestion.urgency, ItemSearch.sort_key, Suggestion.item_id)
    )
    if query.item_id is not None:
        return statement.where(Suggestion.item_id == query.item_id)
    if query.everything:
        return statement
    # The same rule as `SuggestionRow.notable`.
    return statement.where(
        Suggestion.status == "open",
        or_(
            Suggestion.suggested > 0,
            Suggestion.edited.is_(True),
            Suggestion.verdict.in_(_TELLING),
            (Suggestion.days_left_tenths < _WATCH_TENTHS)
            & (Suggestion.verdict != Verdict.RARE.value),
        ),
    )


def _planned(session: Session, org_id: int, place: int) -> int:
    ids = session.scalars(
        select(Suggestion.item_id).where(Suggestion.org_id == org_id, Suggestion.place_id == place)
    )
    return len(ids.all())


def _row(suggestion: Suggestion, item: Item, words: tuple[str | None, str | None]) -> SuggestionRow:
    return SuggestionRow(
        place_id=suggestion.place_id,
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        initials=words[1] or "",
        item_class=item.item_class,
        storage=item.storage,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        supplier_id=suggestion.supplier_id,
        supplier=words[0] or "",
        unit_price=suggestion.unit_price,
        price_factor=suggestion.price_factor,
        version=suggestion.version,
        suggested=suggestion.suggested,
        chosen=suggestion.chosen,
        edited=suggestion.edited,
        edit_reason=suggestion.edit_reason or "",
        picked=suggestion.picked,
        days_left=suggestion.days_left_tenths / 10,
        verdict=suggestion.verdict,
        status=suggestion.status,
        next_check=suggestion.next_check,
        why=Why.from_json(suggestion.why),
    )
