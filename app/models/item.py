"""The unified catalogue: 品种 → 品规, unit chain, many codes with validity, flags, search text."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import app.models.party  # noqa: F401 - foreign keys point there
from app.models.base import (
    AFlag,
    AMoment,
    AnyJson,
    Base,
    BigInt,
    Count,
    Key,
    OptDay,
    OptText,
    Ref,
    Text_,
)


class Product(Base):
    """品种: generic name and form; what 一品两规 and alignment by generic name count."""

    __tablename__ = "product"

    id: Mapped[Key]
    item_class: Mapped[Text_]  # drug | consumable | reagent | tcm
    generic_name: Mapped[Text_]
    form: Mapped[Text_]  # 片剂, 注射剂 … empty for consumables
    category: Mapped[OptText]  # ATC level 4 or consumable class, in words
    atc: Mapped[OptText]

    __table_args__ = (
        UniqueConstraint("item_class", "generic_name", "form"),
        CheckConstraint("item_class IN ('drug','consumable','reagent','tcm')", name="item_class"),
        Base.__table_args__,
    )


class Item(Base):
    """品规: one strength and pack of one maker. Stock in `base_unit`, prices per `pack_unit`.

    Flags are kept as columns where work depends on them: they drive storage, double check,
    replenishment weights and what negotiation may touch.
    """

    __tablename__ = "item"

    id: Mapped[Key]
    code: Mapped[Text_]  # 统一编码 YP-010233
    product_id: Mapped[int] = mapped_column(BigInt, ForeignKey("product.id"))
    item_class: Mapped[Text_]
    name: Mapped[Text_]
    trade_name: Mapped[OptText]
    strength: Mapped[Text_]  # 0.25 g
    spec: Mapped[Text_]  # 0.25 g × 24 粒/盒
    maker_id: Mapped[int] = mapped_column(BigInt, ForeignKey("maker.id"))
    approval_no: Mapped[OptText]  # current 批准文号 or 注册证号; history in item_code
    approval_valid_to: Mapped[OptDay]
    base_unit: Mapped[Text_]
    pack_unit: Mapped[Text_]
    pack_factor: Mapped[Count]
    storage: Mapped[Text_] = mapped_column(default="normal")  # normal | cool | cold | frozen
    storage_text: Mapped[OptText]
    shelf_life_days: Mapped[int | None] = mapped_column(BigInt)
    status: Mapped[Text_] = mapped_column(default="active")  # active | paused | stopped
    insurance: Mapped[OptText]  # 甲 / 乙 / 丙
    essential: Mapped[AFlag] = mapped_column(default=False)  # 基药
    vbp: Mapped[AFlag] = mapped_column(default=False)  # 集采中选
    negotiated: Mapped[AFlag] = mapped_column(default=False)  # 国谈
    controlled: Mapped[Text_] = mapped_column(default="")  # "" | narcotic | psychotropic | toxic …
    high_alert: Mapped[AFlag] = mapped_column(default=False)
    antibiotic: Mapped[Text_] = mapped_column(
        default=""
    )  # "" | unrestricted | restricted | special
    high_value: Mapped[AFlag] = mapped_column(default=False)
    critical: Mapped[AFlag] = mapped_column(default=False)  # 急救、短缺: replenishment weight
    lot_tracked: Mapped[AFlag] = mapped_column(default=True)
    usage_rank: Mapped[Count] = mapped_column(default=0)  # how often used; orders search hits
    version: Mapped[Count] = mapped_column(default=1)
    updated_at: Mapped[AMoment]

    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("pack_factor > 0", name="pack_factor"),
        CheckConstraint("item_class IN ('drug','consumable','reagent','tcm')", name="item_class"),
        CheckConstraint("storage IN ('normal','cool','cold','frozen')", name="storage"),
        CheckConstraint("status IN ('active','paused','stopped')", name="status"),
        Index(None, "product_id"),
        Index(None, "name", "id"),
        Index(None, "usage_rank", "id"),
        Base.__table_args__,
    )


class ItemUnit(Base):
    """One step of an item's unit chain."""

    __tablename__ = "item_unit"

    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("item.id"), primary_key=True, autoincrement=False
    )
    factor: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Text_]
    level: Mapped[Text_]  # base | pack | middle | case

    __table_args__ = (CheckConstraint("factor > 0", name="factor"), Base.__table_args__)


class ItemCode(Base):
    """A code of an item in some system, with validity; many to many on purpose."""

    __tablename__ = "item_code"

    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("item.id"), primary_key=True, autoincrement=False
    )
    id: Mapped[Key]
    system: Mapped[Text_]  # app.domain.codes.CodeSystem
    code: Mapped[Text_]
    org_id: Mapped[Ref] = mapped_column(default=0)  # 0 = group; a member's own code otherwise
    unit_factor: Mapped[Count] = mapped_column(default=1)  # which pack level the code names
    valid_from: Mapped[OptDay]
    valid_to: Mapped[OptDay]

    __table_args__ = (
        Index(None, "code", "system"),
        # The group's codes are found by the search index; this one is for members' own.
        Index(
            "ix_item_code_own",
            "org_id",
            "code",
            postgresql_ops={"code": "text_pattern_ops"},
            sqlite_where=text("org_id <> 0"),
            postgresql_where=text("org_id <> 0"),
        ),
        UniqueConstraint("item_id", "system", "code", "org_id"),
        Base.__table_args__,
    )


class ItemSearch(Base):
    """The text that search looks in, written with the item in one transaction.

    `words` holds name, trade name, spec and maker; `initials` every reading's pinyin initials;
    `full` the full pinyin; `codes` all codes. All lower case without blanks, separated by line
    feeds. `grams` are the pieces that the index is made of (app.domain.search_text).
    """

    __tablename__ = "item_search"

    item_id: Mapped[Key]
    words: Mapped[Text_]
    initials: Mapped[Text_]
    full: Mapped[Text_]
    codes: Mapped[Text_]
    sort_key: Mapped[Text_]  # full pinyin of the name: Chinese names sort by it
    grams: Mapped[Text_] = mapped_column(server_default="")

    __table_args__ = (Index(None, "sort_key", "item_id"), Base.__table_args__)


class ItemChange(Base):
    """What was changed of an item, by whom and when (history; append-only)."""

    __tablename__ = "item_change"

    item_id: Mapped[Key]
    id: Mapped[Key]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    what: Mapped[AnyJson]  # {field: [old, new]}

    __table_args__ = (Base.__table_args__,)
