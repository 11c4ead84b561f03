"""Where consumption comes from: settlement rules, dispensing, reagent kits and tests, cases."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    Base,
    Count,
    Key,
    OptDay,
    OptRef,
    Ref,
    Text_,
)


class SettleRule(Base):
    """An exception from a supplier's usual trigger, for an item or a category; closed, not edited.

    The usual trigger for all goods of a supplier stands in `settle_term`.
    """

    __tablename__ = "settle_rule"

    org_id: Mapped[Key]
    id: Mapped[Key]
    supplier_id: Mapped[Ref]
    item_id: Mapped[Ref] = mapped_column(default=0)  # 0: the category
    category: Mapped[Text_] = mapped_column(default="")  # drug | consumable | … | high_value
    trigger: Mapped[Text_]  # receipt | issue | consumption
    valid_from: Mapped[ADay]
    valid_to: Mapped[OptDay]  # the first day on which it holds no more
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("trigger IN ('receipt','issue','consumption')", name="trigger"),
        CheckConstraint("(item_id = 0) <> (category = '')", name="scope"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="span"),
        Index(None, "org_id", "supplier_id"),
        Base.__table_args__,
    )


class DispenseLine(Base):
    """A row of the hospital's dispensing file that was booked; its number and line come once."""

    __tablename__ = "dispense_line"

    org_id: Mapped[Key]
    number: Mapped[Text_] = mapped_column(primary_key=True)  # 发药单号
    line: Mapped[Text_] = mapped_column(primary_key=True)
    batch_id: Mapped[Ref]
    item_id: Mapped[Ref]
    lot_no: Mapped[Text_] = mapped_column(default="")  # as the file says it
    qty: Mapped[Count]  # smallest units; negative for a return
    day: Mapped[ADay]
    document_id: Mapped[Ref]  # the consumption, or the reversal
    doc_line: Mapped[Count]

    __table_args__ = (
        CheckConstraint("qty <> 0", name="qty"),
        Index(None, "org_id", "batch_id"),
        Index(None, "org_id", "document_id"),
        Base.__table_args__,
    )


class ReagentRule(Base):
    """How a member counts a reagent: opened kits or tests, yield, dead volume, open stability."""

    __tablename__ = "reagent_rule"

    org_id: Mapped[Key]
    item_id: Mapped[Key]
    mode: Mapped[Text_]  # kit: opening is consumption | test: each test is
    tests: Mapped[Count]  # tests in one kit, as the maker states them
    dead_tests: Mapped[Count] = mapped_column(default=0)  # that the dead volume takes
    open_days: Mapped[Count] = mapped_column(default=0)  # after opening; 0: until the lot expires
    updated_at: Mapped[AMoment]
    updated_by: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("mode IN ('kit','test')", name="mode"),
        CheckConstraint("tests > 0 AND dead_tests >= 0 AND dead_tests < tests", name="tests"),
        CheckConstraint("open_days >= 0", name="open_days"),
        Base.__table_args__,
    )


class ReagentKit(Base):
    """An opened kit, from the opening until it is empty, expired or taken back."""

    __tablename__ = "reagent_kit"

    org_id: Mapped[Key]
    id: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    owner_id: Mapped[Ref]
    place_id: Mapped[Ref]
    mode: Mapped[Text_]
    tests: Mapped[Count]  # usable: the stated tests less the dead volume
    dead_tests: Mapped[Count] = mapped_column(default=0)
    used: Mapped[Count] = mapped_column(default=0)
    opened_on: Mapped[ADay]
    opened_by: Mapped[Ref]
    expires_on: Mapped[OptDay]
    status: Mapped[Text_] = mapped_column(default="open")
    closed_on: Mapped[OptDay]
    document_id: Mapped[OptRef]  # the consumption that opening it was
    pack_id: Mapped[Ref] = mapped_column(default=0)
    note: Mapped[Text_] = mapped_column(default="")
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("status IN ('open','finished','expired','reversed')", name="status"),
        CheckConstraint("mode IN ('kit','test')", name="mode"),
        CheckConstraint("used >= 0 AND used <= tests", name="used"),
        Index(None, "org_id", "status", "item_id"),
        Base.__table_args__,
    )


class ReagentCount(Base):
    """Tests that an analyser counted, on one kit; the same count comes once."""

    __tablename__ = "reagent_count"

    org_id: Mapped[Key]
    analyser: Mapped[Text_] = mapped_column(primary_key=True)
    number: Mapped[Text_] = mapped_column(primary_key=True)  # the analyser's own number of the run
    item_id: Mapped[Key]
    kind: Mapped[Text_] = mapped_column(primary_key=True)
    kit_id: Mapped[Key]
    batch_id: Mapped[Ref] = mapped_column(default=0)  # the import, 0 when typed
    day: Mapped[ADay]
    tests: Mapped[Count]
    document_id: Mapped[OptRef]  # the consumption, where tests are what is consumed

    __table_args__ = (
        CheckConstraint("kind IN ('patient','control','calibration','repeat')", name="kind"),
        CheckConstraint("tests > 0", name="tests"),
        ForeignKeyConstraint(["org_id", "kit_id"], ["reagent_kit.org_id", "reagent_kit.id"]),
        Index(None, "org_id", "item_id", "day"),
        Index(None, "org_id", "batch_id"),
        Base.__table_args__,
    )


class CaseUse(Base):
    """A high-value use (高值登记): case and operation; a reference, no patient's name."""

    __tablename__ = "case_use"

    org_id: Mapped[Key]
    document_id: Mapped[Key]  # the consumption
    case_no: Mapped[Text_]
    operation: Mapped[Text_]
    department_id: Mapped[Ref]

    __table_args__ = (Index(None, "org_id", "case_no"), Base.__table_args__)


class CaseLine(Base):
    """One article used in a case, by its serial number; a serial is in use once only."""

    __tablename__ = "case_line"

    org_id: Mapped[Key]
    document_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    serial: Mapped[Text_] = mapped_column(default="")
    code: Mapped[Text_]  # as scanned: UDI or our own label
    qty: Mapped[Count]
    returned: Mapped[Count] = mapped_column(default=0)
    implanted: Mapped[Count] = mapped_column(default=0)  # 1: stays in the body, kept for ever

    __table_args__ = (
        CheckConstraint("qty > 0 AND returned >= 0 AND returned <= qty", name="qty"),
        ForeignKeyConstraint(
            ["org_id", "document_id"], ["case_use.org_id", "case_use.document_id"]
        ),
        Index(
            "uq_case_line_serial",
            "item_id",
            "serial",
            unique=True,
            sqlite_where=text("serial <> '' AND returned = 0"),
            postgresql_where=text("serial <> '' AND returned = 0"),
        ),
        Index(None, "lot_id", "org_id"),
        Base.__table_args__,
    )


class CaseDoctor(Base):
    """Who operated. Read one case at a time and each reading is on record; never counted."""

    __tablename__ = "case_doctor"

    org_id: Mapped[Key]
    document_id: Mapped[Key]
    doctor: Mapped[Text_]

    __table_args__ = (Base.__table_args__,)
