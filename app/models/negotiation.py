"""Group price negotiation (集团议价): needs, invitations, rounds, sealed bids, scores, awards.

`org_id` is the lead hospital everywhere, except in the tables of a member's own need. Lines of a
project are numbered from 1 (`line`) and mean the same item in every table of the project.

What was bid is append-only: a `BidSheet` is one submission of a supplier in a round, a change of
mind is a further sheet, and the last one before the deadline counts. Prices (`Bid`) and the nonce
of the commitment (`BidSeal`) lie apart from it, so that row security can hide them until the round
is opened while everybody sees that a bid is there, and its digest.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnyJson,
    Base,
    Count,
    Digest,
    Key,
    OptMoment,
    OptPrice,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)

_PROJECT = ["negotiation.org_id", "negotiation.id"]


class Negotiation(Base):
    """One negotiation project. `status` is a State of DocKind.NEGOTIATION."""

    __tablename__ = "negotiation"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]  # YJ20261014-001
    title: Mapped[Text_]
    status: Mapped[Text_]
    rules: Mapped[AnyJson]  # app.domain.bidding.rules.BidRules as plain values
    round: Mapped[Count] = mapped_column(default=0)  # the round in hand or the last one; 0 = none
    supply_from: Mapped[ADay]  # the period in which the new prices shall hold
    supply_to: Mapped[ADay]  # not included
    growth: Mapped[Count] = mapped_column(default=0)  # proposed to members, tenths of a percent
    note: Mapped[OptText]  # why it failed or was stopped
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("supply_to > supply_from", name="span"),
        Base.__table_args__,
    )


class NegotiationLot(Base):
    """A competition group (标包) of the project; an award may be limited by lot."""

    __tablename__ = "negotiation_lot"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    lot: Mapped[Key]  # 1, 2, …
    title: Mapped[Text_]
    failed: Mapped[OptText]  # why the lot failed (流标); null while it stands

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        Base.__table_args__,
    )


class NegotiationItem(Base):
    """One item to bargain for: what an invited supplier may know of it."""

    __tablename__ = "negotiation_item"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    lot: Mapped[Count]
    price_factor: Mapped[Count]  # all prices of the line are per so many smallest units
    volume: Mapped[Count] = mapped_column(default=0)  # pledged by all members, smallest units
    ceiling: Mapped[OptPrice]  # 限价: a bid above it cannot win
    cap: Mapped[OptPrice]  # the most that may be bid from round 2 on, of listing and lowest member
    cap_rule: Mapped[OptText]  # listed | lowest: where `cap` comes from
    failed: Mapped[OptText]  # why nothing is awarded (流标); null while it stands

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        UniqueConstraint("org_id", "negotiation_id", "item_id"),
        CheckConstraint("price_factor > 0 AND volume >= 0", name="amounts"),
        Base.__table_args__,
    )


class NegotiationReference(Base):
    """What a line is compared with; for the group only, suppliers do not read it."""

    __tablename__ = "negotiation_reference"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    line: Mapped[Key]
    base_price: Mapped[OptPrice]  # the last price agreed (基准价): reductions are counted from it
    listed: Mapped[OptPrice]  # 挂网价
    lowest: Mapped[OptPrice]  # the lowest price any member pays
    lowest_org_id: Mapped[OptRef]  # whose price that is; 0 = the group's
    incumbent_id: Mapped[OptRef]  # the supplier of `base_price`

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "negotiation_id", "line"],
            ["negotiation_item.org_id", "negotiation_item.negotiation_id", "negotiation_item.line"],
        ),
        Base.__table_args__,
    )


class NegotiationMember(Base):
    """A member that takes part: asked for its need, and when it confirmed it (报量)."""

    __tablename__ = "negotiation_member"

    org_id: Mapped[Key]  # the member
    negotiation_id: Mapped[Key]
    lead_id: Mapped[Ref]
    asked_at: Mapped[AMoment]
    due_on: Mapped[ADay]
    confirmed_at: Mapped[OptMoment]
    confirmed_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (Index(None, "lead_id", "negotiation_id"), Base.__table_args__)


class NegotiationNeed(Base):
    """A member's need and pledge (约定量) of a line for the supply period, smallest units."""

    __tablename__ = "negotiation_need"

    org_id: Mapped[Key]  # the member
    negotiation_id: Mapped[Key]
    line: Mapped[Key]
    used: Mapped[Count]  # what was asked for in the twelve months before
    proposed: Mapped[Count]  # with growth, for the length of the supply period, whole packs
    pledge: Mapped[Count]  # what the member stands for
    reason: Mapped[OptText]  # why the pledge is far from the proposal

    __table_args__ = (
        CheckConstraint("used >= 0 AND proposed >= 0 AND pledge >= 0", name="amounts"),
        ForeignKeyConstraint(
            ["org_id", "negotiation_id"],
            ["negotiation_member.org_id", "negotiation_member.negotiation_id"],
        ),
        Base.__table_args__,
    )


class NegotiationInvitation(Base):
    """A supplier invited to a project, with the dossier as it was checked then."""

    __tablename__ = "negotiation_invitation"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    supplier_id: Mapped[Key]
    invited_at: Mapped[AMoment]
    invited_by: Mapped[Ref]
    papers: Mapped[AnyJson]  # [{kind, number, valid_to, checked}] when invited
    small: Mapped[AFlag] = mapped_column(default=False)  # 中小企业
    cold_chain: Mapped[AFlag] = mapped_column(default=False)  # papers for cold goods are in order
    delivery_hours: Mapped[Count] = mapped_column(default=48)  # promised, from order to door
    sheet_key: Mapped[Text_]  # random; proves that a returned Excel sheet is this supplier's
    quitted: Mapped[OptText]  # why the supplier left or was taken out; null while it takes part
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        Index(None, "supplier_id", "negotiation_id"),
        Base.__table_args__,
    )


class NegotiationRound(Base):
    """One round of bids. Sealed: nobody sees a price before `opened_at`."""

    __tablename__ = "negotiation_round"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    round: Mapped[Key]
    sealed: Mapped[AFlag]
    started_at: Mapped[AMoment]
    started_by: Mapped[Ref]
    deadline: Mapped[AMoment]  # by the server's clock
    opened_at: Mapped[OptMoment]  # 开标 of a sealed round, end of an open one
    opened_by: Mapped[OptRef]
    digest: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # over all commitments, at the opening

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        CheckConstraint("deadline > started_at", name="span"),
        CheckConstraint("round > 1 OR sealed = 1", name="first_is_sealed"),
        CheckConstraint(
            "opened_at IS NULL OR sealed = 0 OR opened_at >= deadline", name="not_opened_early"
        ),
        Base.__table_args__,
    )


class NegotiationFile(Base):
    """A paper or sheet that came with a bid (append-only); as secret as the bid itself."""

    __tablename__ = "negotiation_file"

    org_id: Mapped[Key]
    id: Mapped[Key]
    negotiation_id: Mapped[Ref]
    round: Mapped[Count]
    supplier_id: Mapped[Ref]
    name: Mapped[Text_]
    sha256: Mapped[Text_]
    size: Mapped[Count]
    content: Mapped[Digest]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]

    __table_args__ = (Index(None, "org_id", "negotiation_id"), Base.__table_args__)


class BidSheet(Base):
    """One submission of a supplier in a round (append-only); the last before the deadline counts.

    Attributes:
        kind: ``bid``, or ``withdrawal``: nothing of the supplier counts any more.
        source: ``typed``, ``template`` (its Excel sheet), or ``paper`` (entered by the buyer).
        commitment: SHA-256 over the canonical content and the nonce of `BidSeal`.
    """

    __tablename__ = "bid_sheet"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    round: Mapped[Key]
    supplier_id: Mapped[Key]
    version: Mapped[Key]
    kind: Mapped[Text_]
    source: Mapped[Text_]
    lines: Mapped[Count]
    commitment: Mapped[Digest]
    file_id: Mapped[OptRef]
    reason: Mapped[OptText]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "negotiation_id", "round"],
            [
                "negotiation_round.org_id",
                "negotiation_round.negotiation_id",
                "negotiation_round.round",
            ],
        ),
        CheckConstraint("kind IN ('bid','withdrawal')", name="kind"),
        CheckConstraint("source IN ('typed','template','paper')", name="source"),
        Index(None, "supplier_id", "negotiation_id"),
        Base.__table_args__,
    )


class BidSeal(Base):
    """The nonce of a sheet's commitment; as secret as the prices until the round is opened."""

    __tablename__ = "bid_seal"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    round: Mapped[Key]
    supplier_id: Mapped[Key]
    version: Mapped[Key]
    nonce: Mapped[Digest]

    __table_args__ = (Base.__table_args__,)


class Bid(Base):
    """One price of a sheet, per `NegotiationItem.price_factor` smallest units, tax included.

    A line that is left out keeps the price of an earlier round; one given up has no price.
    """

    __tablename__ = "bid"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    round: Mapped[Key]
    supplier_id: Mapped[Key]
    version: Mapped[Key]
    line: Mapped[Key]
    unit_price: Mapped[OptPrice]  # null = given up (放弃)
    capacity: Mapped[OptRef]  # the most it can supply in the period, smallest units; null = all
    note: Mapped[OptText]

    __table_args__ = (Base.__table_args__,)


class ScoreSheet(Base):
    """The weights of a project's scoring, in whole percent, and who set them."""

    __tablename__ = "score_sheet"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    weights: Mapped[AnyJson]  # {criterion: percent}; sums to 100
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        Base.__table_args__,
    )


class Score(Base):
    """What one expert gives a supplier for a criterion: 0 to 100."""

    __tablename__ = "score"

    org_id: Mapped[Key]
    negotiation_id: Mapped[Key]
    supplier_id: Mapped[Key]
    criterion: Mapped[Text_] = mapped_column(primary_key=True)
    person_id: Mapped[Key]
    points: Mapped[Count]
    at: Mapped[AMoment]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        CheckConstraint("points BETWEEN 0 AND 100", name="points"),
        Base.__table_args__,
    )


class Award(Base):
    """A proposal or decision who supplies what: made by hand, or by the optimiser.

    `status` begins as ``draft``; the steps after it belong to the decision (two persons, 公示).
    """

    __tablename__ = "award"

    org_id: Mapped[Key]
    id: Mapped[Key]
    negotiation_id: Mapped[Ref]
    kind: Mapped[Text_]  # hand | optimised
    status: Mapped[Text_] = mapped_column(default="draft")
    settings: Mapped[AnyJson] = mapped_column(default=dict)  # limits the optimiser kept
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "negotiation_id"], _PROJECT),
        CheckConstraint("kind IN ('hand','optimised')", name="kind"),
        Index(None, "org_id", "negotiation_id", "kind"),
        Base.__table_args__,
    )


class AwardLine(Base):
    """One supplier of one line: winner with its share, or backup (备选)."""

    __tablename__ = "award_line"

    org_id: Mapped[Key]
    award_id: Mapped[Key]
    line: Mapped[Key]
    supplier_id: Mapped[Key]
    rank: Mapped[Count]  # 1 = winner, 2 = backup
    share: Mapped[Count]  # tenths of a percent of the volume; 1000 = all, 0 for a backup
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    reason: Mapped[OptText]  # why not the lowest

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "award_id"], ["award.org_id", "award.id"]),
        CheckConstraint("rank IN (1, 2)", name="rank"),
        CheckConstraint("share BETWEEN 0 AND 1000", name="share"),
        CheckConstraint("price_factor > 0", name="price_factor"),
        Base.__table_args__,
    )
