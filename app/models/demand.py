"""Demand (what was asked for, not only what was given), policies and suggestions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnyJson,
    Base,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptPrice,
    OptRef,
    OptText,
    Ref,
    Text_,
)


class Demand(Base):
    """Demand of an item at a place on a day: asked and given, smallest units, request lines."""

    __tablename__ = "demand"

    org_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    day: Mapped[ADay] = mapped_column(primary_key=True)
    asked: Mapped[Count]
    given: Mapped[Count]
    lines: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("asked >= 0 AND given >= 0", name="amounts"),
        Index(None, "org_id", "item_id", "day"),
        Base.__table_args__,
    )


class Policy(Base):
    """The near-zero policy of an item at a place; `source` says whether a person set it."""

    __tablename__ = "policy"

    org_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    reorder_point: Mapped[Count]
    order_up_to: Mapped[Count]
    floor: Mapped[Count] = mapped_column(default=0)  # emergency list: never below
    source: Mapped[Text_]  # computed | person
    why: Mapped[AnyJson]
    updated_at: Mapped[AMoment]

    __table_args__ = (Base.__table_args__,)


class SupplyTerm(Base):
    """How a supplier delivers an item to an organisation: lead time, review days, multiples.

    With `for_group` cases and minimum quantities hold for the members' order together: they are
    rounded once per group. `minimum_amount` is said once for all items of a supplier (item 0).
    """

    __tablename__ = "supply_term"

    org_id: Mapped[Key]
    supplier_id: Mapped[Key]
    item_id: Mapped[Key]  # 0 = all items of the supplier
    lead_days: Mapped[Count]
    lead_sd_tenths: Mapped[Count] = mapped_column(default=10)
    review_weekdays: Mapped[Text_] = mapped_column(default="0")  # "0,3" = Monday and Thursday
    order_multiple: Mapped[Count] = mapped_column(default=0)  # smallest units, 0 = one pack
    minimum_qty: Mapped[Count] = mapped_column(default=0)
    minimum_amount: Mapped[OptPrice]  # no order below this; None = any
    for_group: Mapped[AFlag] = mapped_column(server_default="0")

    __table_args__ = (Base.__table_args__,)


class PlannerNumber(Base):
    """What a person knows better than the history, with the reason and until when it holds.

    Replaced by the next one; the audit keeps what was before.
    """

    __tablename__ = "planner_number"

    org_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    kind: Mapped[Text_]  # app.domain.replenish.by_hand.Kind: levels | monthly | floor
    low: Mapped[Count] = mapped_column(default=0)  # smallest units: reorder point or floor
    high: Mapped[Count] = mapped_column(default=0)  # smallest units: order up to
    monthly: Mapped[Count] = mapped_column(default=0)  # smallest units in 30 days
    reason: Mapped[Text_]
    until: Mapped[OptDay]  # the last day; None = until further notice
    set_by: Mapped[Ref]
    set_at: Mapped[AMoment]

    __table_args__ = (
        CheckConstraint("low >= 0 AND high >= 0 AND monthly >= 0", name="amounts"),
        Base.__table_args__,
    )


class ItemSuccessor(Base):
    """What was asked of an item that is used up or stopped counts for the one in its place.

    `units_new` smallest units of the new item do what `units_old` of the old one did.
    """

    __tablename__ = "item_successor"

    org_id: Mapped[Key]
    old_item_id: Mapped[Key]
    item_id: Mapped[Ref]  # the one in its place
    units_old: Mapped[Count] = mapped_column(default=1)
    units_new: Mapped[Count] = mapped_column(default=1)
    reason: Mapped[Text_]
    set_by: Mapped[Ref]
    set_at: Mapped[AMoment]

    __table_args__ = (
        CheckConstraint("old_item_id <> item_id", name="other"),
        CheckConstraint("units_old > 0 AND units_new > 0", name="units"),
        Index(None, "org_id", "item_id"),
        Base.__table_args__,
    )


class ReplenishmentRun(Base):
    """One computation of suggestions for an organisation."""

    __tablename__ = "replenishment_run"

    org_id: Mapped[Key]
    id: Mapped[Key]
    place_id: Mapped[Ref]
    as_of: Mapped[ADay]
    computed_at: Mapped[AMoment]
    person_id: Mapped[Ref]
    settings: Mapped[AnyJson]

    __table_args__ = (Index(None, "org_id", "place_id", "computed_at"), Base.__table_args__)


class Suggestion(Base):
    """A suggested quantity with its explanation; a person's edit survives a new run."""

    __tablename__ = "suggestion"

    org_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    run_id: Mapped[Ref]
    supplier_id: Mapped[OptRef]
    unit_price: Mapped[OptPrice]
    price_factor: Mapped[Count] = mapped_column(default=1)
    suggested: Mapped[Count]
    chosen: Mapped[Count]
    edited: Mapped[AFlag] = mapped_column(default=False)
    edit_reason: Mapped[OptText]
    edited_by: Mapped[OptRef]
    edited_at: Mapped[OptMoment]
    picked: Mapped[AFlag] = mapped_column(default=True)
    days_left_tenths: Mapped[Count]
    urgency: Mapped[Count] = mapped_column(default=0)
    verdict: Mapped[Text_]  # app.domain.replenish.suggestion.Verdict
    headline: Mapped[Text_]
    why: Mapped[AnyJson]
    status: Mapped[Text_] = mapped_column(default="open")  # open | requested | dismissed
    requisition_id: Mapped[OptRef]
    next_check: Mapped[OptDay]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (Index(None, "org_id", "status", "urgency"), Base.__table_args__)
