"""Organisations of the group, suppliers and makers, and the papers they must keep valid."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AFlag,
    AnyJson,
    Base,
    BigInt,
    Key,
    OptDay,
    OptRef,
    OptText,
    Ref,
    Text_,
)


class Organisation(Base):
    """A lead hospital, member or supplier. A group-wide reference table."""

    __tablename__ = "organisation"

    id: Mapped[Key]
    code: Mapped[Text_]  # four digits, part of pack and label codes
    name: Mapped[Text_]
    short_name: Mapped[Text_]
    kind: Mapped[Text_]  # hospital | clinic | station | supplier
    uscc: Mapped[OptText]  # 统一社会信用代码
    licence_code: Mapped[OptText]  # 医疗机构执业许可证登记号 (WS 218)
    insurer_code: Mapped[OptText]  # 医保定点医药机构代码
    legal_person_id: Mapped[OptRef]  # organisations of one legal person may transfer freely
    procurement_mode: Mapped[OptText]  # 公开招标 / 平台挂网 / 区级统招 …
    address: Mapped[OptText]
    phone: Mapped[OptText]
    contact: Mapped[OptText]
    active: Mapped[AFlag] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("kind IN ('hospital','clinic','station','supplier')", name="kind"),
        Base.__table_args__,
    )


class GroupMembership(Base):
    """The term in which an organisation is lead or member of the group."""

    __tablename__ = "group_membership"

    org_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organisation.id"), primary_key=True, autoincrement=False
    )
    valid_from: Mapped[ADay] = mapped_column(primary_key=True)
    valid_to: Mapped[OptDay]
    role: Mapped[Text_]  # lead | member | supplier

    __table_args__ = (
        CheckConstraint("role IN ('lead','member','supplier')", name="role"),
        Base.__table_args__,
    )


class Dossier(Base):
    """A licence, authorisation or pledge of a supplier (首营资料) with its expiry."""

    __tablename__ = "dossier"

    org_id: Mapped[Key]  # the supplier
    id: Mapped[Key]
    kind: Mapped[Text_]  # 经营许可证 / 授权委托书 / 廉洁协议 …
    number: Mapped[OptText]
    valid_to: Mapped[OptDay]
    checked: Mapped[AFlag]

    __table_args__ = (Base.__table_args__,)


class Maker(Base):
    """A manufacturer or marketing authorisation holder (生产企业 / 上市许可持有人)."""

    __tablename__ = "maker"

    id: Mapped[Key]
    name: Mapped[Text_]
    short_name: Mapped[Text_]
    company_code: Mapped[OptText]  # 5 digits inside 本位码 and 医保编码
    aliases: Mapped[AnyJson] = mapped_column(default=list)

    __table_args__ = (UniqueConstraint("name"), Base.__table_args__)


class SettleTerm(Base):
    """When goods of a supplier become payable: at receipt, at issue or at consumption."""

    __tablename__ = "settle_term"

    org_id: Mapped[Key]
    supplier_id: Mapped[Key]
    item_id: Mapped[Key]  # 0 = all items of the supplier
    trigger: Mapped[Text_]  # receipt | issue | consumption
    valid_from: Mapped[ADay] = mapped_column(primary_key=True)

    __table_args__ = (
        CheckConstraint("trigger IN ('receipt','issue','consumption')", name="trigger"),
        Base.__table_args__,
    )


class Person(Base):
    """A person with one account; on PostgreSQL the login is also the login role."""

    __tablename__ = "person"

    id: Mapped[Key]
    login: Mapped[Text_]
    name: Mapped[Text_]
    org_id: Mapped[Ref]
    phone: Mapped[OptText]
    active: Mapped[AFlag] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("login"), Base.__table_args__)


class Account(Base):
    """The local password of a person; used on SQLite only, PostgreSQL has its own."""

    __tablename__ = "account"

    person_id: Mapped[Key]
    password_hash: Mapped[Text_]  # argon2id
    tries: Mapped[int] = mapped_column(BigInt, default=0)
    locked_until_us: Mapped[OptRef]

    __table_args__ = (Base.__table_args__,)


class DutyGrant(Base):
    """A duty that a person has for one organisation, or for all of the group (`org_id` 0)."""

    __tablename__ = "duty_grant"

    org_id: Mapped[Key]  # 0 = every organisation of the group
    person_id: Mapped[Key]
    duty: Mapped[Text_] = mapped_column(primary_key=True)
    valid_from: Mapped[OptDay]
    valid_to: Mapped[OptDay]

    __table_args__ = (Index(None, "person_id"), Base.__table_args__)
