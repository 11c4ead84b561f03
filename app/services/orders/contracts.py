"""A member's own contract with a supplier: found, or made with the group's standard terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.ids import new_id
from app.domain.orders.clauses import TITLE, USUAL, settlement, with_settlement
from app.domain.orders.content import Term
from app.i18n import N_, _
from app.models.item import Item
from app.models.order import Contract
from app.models.party import Organisation, SettleTerm
from app.services.consumption.terms import triggers_of
from app.services.db import database_of

STANDARD_TERMS: Final = (
    (
        N_("价格"),
        N_("按附表单价执行，含税、含运费。附表单价即签署时集团价格表的价格，履约期间不上调。"),
    ),
    (
        N_("交货"),
        N_("供方按到货日期送到指定库房，随货附同行单、检验报告。冷链品全程控温并附温度记录。"),
    ),
    (
        N_("质量"),
        N_("批号、有效期、包装与注册资料一致。到货时不符合要求的，需方可以拒收，供方负责退换。"),
    ),
    (TITLE, ""),
    (
        N_("廉洁"),
        N_("双方遵守廉洁购销约定。任何一方不得以回扣、赠送等方式影响采购和使用。"),
    ),
    (
        N_("签署"),
        N_("本单由成员单位和供应商分别签署后生效。签署后改动内容的，须重新签署新的版本。"),
    ),
)
"""Clauses of a contract that nobody has agreed otherwise; copied into the contract when made. The
settlement clause has no words of its own: it follows the terms of member, supplier and item and is
written anew for each order."""


def contract_for(session: Session, org_id: int, supplier_id: int, day: date) -> Contract:
    """The contract in force between a member and a supplier; made for the year if there is none."""
    found = _in_force(session, org_id, supplier_id, day)
    if found is not None:
        return found
    codes = dict(
        session.execute(
            select(Organisation.id, Organisation.code).where(
                Organisation.id.in_((org_id, supplier_id))
            )
        ).all()
    )
    usual = usual_trigger(session, (org_id, supplier_id), day)
    clause = settlement((), usual)
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    session.execute(
        insert(Contract)
        .values(
            org_id=org_id,
            id=new_id(),
            no=f"HT{day.year}-{codes[org_id]}-{codes[supplier_id]}",
            supplier_id=supplier_id,
            valid_from=day,
            valid_to=date(day.year + 1, 1, 1),
            terms=[
                {"title": _(title), "text": _(text) if text else clause}
                for title, text in STANDARD_TERMS
            ],
            status="active",
        )
        .on_conflict_do_nothing()
    )
    made = _in_force(session, org_id, supplier_id, day)
    assert made is not None  # noqa: S101 - just made, or by somebody else at the same moment
    return made


def terms_of(contract: Contract) -> tuple[Term, ...]:
    """The contract's clauses."""
    return tuple(Term(str(one["title"]), str(one["text"])) for one in contract.terms)


def terms_for(
    session: Session, contract: Contract, items: Sequence[int], day: date
) -> tuple[Term, ...]:
    """The clauses for an order of `items`: the contract's, with settlement as agreed on `day`."""
    parties = (contract.org_id, contract.supplier_id)
    usual = usual_trigger(session, parties, day)
    triggers = triggers_of(session, *parties, items, day)
    names = dict(session.execute(select(Item.id, Item.name).where(Item.id.in_(items))).all())
    said = [(str(names.get(item, "")), triggers[item].value) for item in items]
    return with_settlement(terms_of(contract), settlement(said, usual))


def usual_trigger(session: Session, parties: tuple[int, int], day: date) -> str:
    """When goods of (member, supplier) become payable on `day`, but for items agreed apart."""
    found = session.scalar(
        select(SettleTerm.trigger)
        .where(
            SettleTerm.org_id == parties[0],
            SettleTerm.supplier_id == parties[1],
            SettleTerm.item_id == 0,
            SettleTerm.valid_from <= day,
        )
        .order_by(SettleTerm.valid_from.desc())
        .limit(1)
    )
    return found or USUAL


def _in_force(session: Session, org_id: int, supplier_id: int, day: date) -> Contract | None:
    return session.scalars(
        select(Contract)
        .where(
            Contract.org_id == org_id,
            Contract.supplier_id == supplier_id,
            Contract.status == "active",
            Contract.valid_from <= day,
            (Contract.valid_to.is_(None)) | (Contract.valid_to > day),
        )
        .order_by(Contract.valid_from.desc(), Contract.id)
    ).first()
