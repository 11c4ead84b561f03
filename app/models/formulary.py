"""处方集 with dated snapshots, named lists, 药事会 with its ballots, and temporary purchases.

Rows with `org_id` 0 belong to the group (集团供应目录, group lists). An entry is never deleted: it
is closed by `valid_to` and followed.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.item  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnyJson,
    Base,
    BigInt,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptPrice,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class FormularyEntry(Base):
    """An item stands on the list of an organisation (0 = group) from a day up to another."""

    __tablename__ = "formulary_entry"

    org_id: Mapped[Key]
    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    valid_from: Mapped[ADay]
    valid_to: Mapped[OptDay]  # first day on which it no longer stands
    basis: Mapped[Text_]  # group | committee | import | manual
    exception: Mapped[OptText]  # why it may exceed 一品两规
    note: Mapped[OptText]
    request_id: Mapped[OptRef]  # the 药事会 request that brought it in
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    closed_by: Mapped[OptRef]
    close_note: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("basis IN ('group','committee','import','manual')", name="basis"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="span"),
        Index(None, "org_id", "item_id", "valid_from"),
        Base.__table_args__,
    )


class FormularySnapshot(Base):
    """The list of an organisation as it stood on a day; what trends are counted from."""

    __tablename__ = "formulary_snapshot"

    org_id: Mapped[Key]
    id: Mapped[Key]
    day: Mapped[ADay]
    title: Mapped[Text_]
    items: Mapped[Count]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (UniqueConstraint("org_id", "day"), Base.__table_args__)


class FormularySnapshotItem(Base):
    """One item of a snapshot, with the words of that day."""

    __tablename__ = "formulary_snapshot_item"

    org_id: Mapped[Key]
    snapshot_id: Mapped[Key]
    item_id: Mapped[Key]
    code: Mapped[Text_]
    name: Mapped[Text_]
    form: Mapped[Text_]
    spec: Mapped[Text_]
    maker: Mapped[Text_]
    national: Mapped[Text_]

    __table_args__ = (Base.__table_args__,)


class NamedList(Base):
    """A list that figures are cut by or a ward keeps: 慢性病常见病, 联合病房常备."""

    __tablename__ = "named_list"

    org_id: Mapped[Key]  # 0 = the group's
    id: Mapped[Key]
    code: Mapped[Text_]
    name: Mapped[Text_]
    kind: Mapped[Text_]  # chronic | ward | other
    active: Mapped[AFlag] = mapped_column(default=True)
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        CheckConstraint("kind IN ('chronic','ward','other')", name="kind"),
        Base.__table_args__,
    )


class NamedListItem(Base):
    """An item of a named list; a ward's list says how much stands ready."""

    __tablename__ = "named_list_item"

    org_id: Mapped[Key]
    list_id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("item.id"), primary_key=True, autoincrement=False
    )
    keep_qty: Mapped[Count] = mapped_column(default=0)  # smallest units, 0 = not stated
    added_on: Mapped[ADay]

    __table_args__ = (Base.__table_args__,)


class AlignmentFigure(Base):
    """A stored figure of 目录吻合度 with all that it was made of."""

    __tablename__ = "alignment_figure"

    org_id: Mapped[Key]  # the member
    id: Mapped[Key]
    day: Mapped[ADay]
    lead_id: Mapped[Ref]
    list_id: Mapped[Ref]  # 0 = all drugs
    key: Mapped[Text_]  # generic | form | strength | product
    formula: Mapped[Text_]
    formula_version: Mapped[Text_]
    numerator: Mapped[Count]
    denominator: Mapped[Count]
    lead_items: Mapped[Count]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (
        UniqueConstraint("org_id", "day", "lead_id", "list_id", "key", "formula"),
        CheckConstraint("formula IN ('F1','F2','F3','F4')", name="formula"),
        Base.__table_args__,
    )


class CommitteeMember(Base):
    """A member of the 药事会 of an organisation (the lead's is the group's)."""

    __tablename__ = "committee_member"

    org_id: Mapped[Key]
    id: Mapped[Key]
    name: Mapped[Text_]
    department: Mapped[Text_]
    role: Mapped[Text_]  # chair | secretary | member
    person_id: Mapped[OptRef]  # who may vote with an account of their own
    valid_from: Mapped[ADay]
    valid_to: Mapped[OptDay]

    __table_args__ = (
        CheckConstraint("role IN ('chair','secretary','member')", name="role"),
        Base.__table_args__,
    )


class PtRequest(Base):
    """A request to take up, replace or stop an item, from draft to evaluation."""

    __tablename__ = "pt_request"

    org_id: Mapped[Key]  # who asks
    id: Mapped[Key]
    no: Mapped[Text_]
    kind: Mapped[Text_]  # introduce | replace | stop | confirm (临采追认)
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    replaces_item_id: Mapped[OptRef]
    department: Mapped[Text_]
    applicant: Mapped[Text_]
    reason: Mapped[Text_]
    evidence: Mapped[Text_]
    yearly_qty: Mapped[Count]  # smallest units
    unit_price: Mapped[OptPrice]  # per pack
    checks: Mapped[AnyJson] = mapped_column(default=list)
    status: Mapped[Text_]
    result: Mapped[OptText]  # introduced | deferred | rejected | stopped
    result_note: Mapped[OptText]
    effective_on: Mapped[OptDay]
    evaluate_by: Mapped[OptDay]
    evaluation: Mapped[OptText]
    verdict: Mapped[OptText]  # keep | limit | stop
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    reviewed_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("kind IN ('introduce','replace','stop','confirm')", name="kind"),
        CheckConstraint(
            "status IN ('draft','submitted','returned','agreed','scheduled','decided',"
            "'effective','evaluated','withdrawn')",
            name="status",
        ),
        Base.__table_args__,
    )


class PtMeeting(Base):
    """A meeting of the group's 药事会 with the rules that held for it."""

    __tablename__ = "pt_meeting"

    org_id: Mapped[Key]  # the lead
    id: Mapped[Key]
    no: Mapped[Text_]
    title: Mapped[Text_]
    day: Mapped[ADay]
    time_text: Mapped[Text_]  # 14:30
    room: Mapped[Text_]
    status: Mapped[Text_]  # planned | open | closed
    secret: Mapped[AFlag]
    seats: Mapped[Count]  # members of the committee on that day
    quorum: Mapped[Count]  # how many must be present
    majority_num: Mapped[Count]
    majority_den: Mapped[Count]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    closed_at: Mapped[OptMoment]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("status IN ('planned','open','closed')", name="status"),
        CheckConstraint("majority_num > 0 AND majority_num <= majority_den", name="majority"),
        Base.__table_args__,
    )


class PtAttendance(Base):
    """Who came, and whether they signed the declaration of interests."""

    __tablename__ = "pt_attendance"

    org_id: Mapped[Key]
    meeting_id: Mapped[Key]
    member_id: Mapped[Key]
    present: Mapped[AFlag]
    declared: Mapped[AFlag]

    __table_args__ = (Base.__table_args__,)


class PtAgenda(Base):
    """One request on a meeting's agenda with the count of its ballot."""

    __tablename__ = "pt_agenda"

    org_id: Mapped[Key]
    meeting_id: Mapped[Key]
    seq: Mapped[Key]
    request_org_id: Mapped[Ref]
    request_id: Mapped[Ref]
    status: Mapped[Text_]  # waiting | voting | done
    paper_yes: Mapped[Count] = mapped_column(default=0)  # counted from paper ballots
    paper_no: Mapped[Count] = mapped_column(default=0)
    paper_abstain: Mapped[Count] = mapped_column(default=0)
    result: Mapped[OptText]
    note: Mapped[OptText]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("status IN ('waiting','voting','done')", name="status"),
        CheckConstraint("paper_yes >= 0 AND paper_no >= 0 AND paper_abstain >= 0", name="paper"),
        Base.__table_args__,
    )


class PtConflict(Base):
    """A committee member's interest in one item of the agenda: no vote on it."""

    __tablename__ = "pt_conflict"

    org_id: Mapped[Key]
    meeting_id: Mapped[Key]
    seq: Mapped[Key]
    member_id: Mapped[Key]
    why: Mapped[Text_]

    __table_args__ = (Base.__table_args__,)


class PtTurnout(Base):
    """Who voted on an item of the agenda (once), apart from how."""

    __tablename__ = "pt_turnout"

    org_id: Mapped[Key]
    meeting_id: Mapped[Key]
    seq: Mapped[Key]
    member_id: Mapped[Key]

    __table_args__ = (Base.__table_args__,)


class PtVote(Base):
    """One vote; in a secret ballot nothing leads from it to a person (the id is random)."""

    __tablename__ = "pt_vote"

    org_id: Mapped[Key]
    meeting_id: Mapped[Key]
    seq: Mapped[Key]
    id: Mapped[Key]
    choice: Mapped[Text_]
    member_id: Mapped[OptRef]  # empty in a secret ballot

    __table_args__ = (
        CheckConstraint("choice IN ('yes','no','abstain')", name="choice"),
        Base.__table_args__,
    )


class TemporaryPurchase(Base):
    """临采: an item outside the list for one patient, one quantity; never the patient's name."""

    __tablename__ = "temporary_purchase"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    qty: Mapped[Count]  # smallest units
    unit_price: Mapped[Price]
    department: Mapped[Text_]
    reason: Mapped[Text_]
    status: Mapped[Text_]  # asked | approved | refused | bought
    asked_on: Mapped[ADay]
    asked_by: Mapped[Ref]
    decided_by: Mapped[OptRef]
    decided_on: Mapped[OptDay]
    note: Mapped[OptText]
    request_id: Mapped[OptRef]  # the 药事会 request that a repeated purchase needs
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("status IN ('asked','approved','refused','bought')", name="status"),
        Index(None, "org_id", "item_id", "asked_on"),
        Base.__table_args__,
    )
