"""A member's own contract with a supplier: found, or made with the group's standard terms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Goods, Term as Agreed, trigger_on
from app.domain.ids import new_id
from app.domain.orders.clauses import TITLE, USUAL, settlement, with_settlement
from app.domain.orders.content import Term
from app.i18n import N_, _
from app.models.order import Contract
from app.models.party import Organisation, SettleTerm
from app.services.consumption.terms import goods_of, terms_of as agreed_with
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


Pair = tuple[int, int]
"""(member, supplier)"""
Names = Mapping[int, str]
"""Names by item."""


def contracts_for(session: Session, pairs: Collection[Pair], day: date) -> dict[Pair, Contract]:
    """The contracts in force between members and suppliers; made for the year where there is none.

    Three questions for any number of pairs.
    """
    found = _in_force(session, pairs, day)
    missing = sorted(set(pairs) - found.keys())
    if not missing:
        return found
    orgs = {one for pair in missing for one in pair}
    codes = dict(
        session.execute(
            select(Organisation.id, Organisation.code).where(Organisation.id.in_(orgs))
        ).all()
    )
    usual = usual_triggers(session, missing, day)
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    session.execute(
        insert(Contract).on_conflict_do_nothing(),
        [
            {
                "org_id": org,
                "id": new_id(),
                "no": f"HT{day.year}-{codes[org]}-{codes[supplier]}",
                "supplier_id": supplier,
                "valid_from": day,
                "valid_to": date(day.year + 1, 1, 1),
                "terms": _standard(settlement((), usual[org, supplier])),
                "status": "active",
            }
            for org, supplier in missing
        ],
    )
    return found | _in_force(session, missing, day)


def _standard(clause: str) -> list[dict[str, str]]:
    return [
        {"title": _(title), "text": _(text) if text else clause} for title, text in STANDARD_TERMS
    ]


def terms_of(contract: Contract) -> tuple[Term, ...]:
    """The contract's clauses."""
    return tuple(Term(str(one["title"]), str(one["text"])) for one in contract.terms)


def terms_for(
    session: Session,
    contracts: Mapping[Pair, Contract],
    orders: Sequence[tuple[Pair, Names]],
    day: date,
) -> tuple[tuple[Term, ...], ...]:
    """The clauses of each order: its contract's, with settlement as agreed on `day`.

    Args:
        session: The unit of work.
        contracts: Of every pair.
        orders: Whose order, and what of: names by item, in the order of the paper.
        day: The day of the orders.
    """
    pairs = {pair for pair, _named in orders}
    usual = usual_triggers(session, pairs, day)
    terms = _agreed(session, pairs)
    kinds = goods_of(session, {item for _pair, named in orders for item in named})
    found = []
    for pair, named in orders:
        triggers = _triggers(terms.get(pair, ()), pair[1], [kinds[item] for item in named], day)
        said = list(zip(named.values(), triggers, strict=True))
        clause = settlement(said, usual[pair])
        found.append(with_settlement(terms_of(contracts[pair]), clause))
    return tuple(found)


def _agreed(session: Session, pairs: Collection[Pair]) -> dict[Pair, tuple[Agreed, ...]]:
    """All that was ever agreed, one question for each member."""
    suppliers: dict[int, set[int]] = {}
    for org, supplier in pairs:
        suppliers.setdefault(org, set()).add(supplier)
    found: dict[Pair, tuple[Agreed, ...]] = {}
    for org, theirs in suppliers.items():
        for term in agreed_with(session, org, theirs):
            found[org, term.supplier_id] = (*found.get((org, term.supplier_id), ()), term)
    return found


def _triggers(
    terms: Sequence[Agreed], supplier: int, goods: Sequence[Goods], day: date
) -> list[str]:
    """The trigger of each; where nothing was agreed for single goods, one answer serves all."""
    if not any(term.item_id or term.category for term in terms):
        return [trigger_on(terms, supplier, goods[0], day).value] * len(goods)
    return [trigger_on(terms, supplier, one, day).value for one in goods]


def usual_triggers(session: Session, pairs: Collection[Pair], day: date) -> dict[Pair, str]:
    """When goods become payable on `day`, but for items agreed apart."""
    rows = session.execute(
        select(SettleTerm.org_id, SettleTerm.supplier_id, SettleTerm.trigger)
        .where(
            SettleTerm.org_id.in_({org for org, _supplier in pairs}),
            SettleTerm.supplier_id.in_({supplier for _org, supplier in pairs}),
            SettleTerm.item_id == 0,
            SettleTerm.valid_from <= day,
        )
        .order_by(SettleTerm.valid_from)
    )
    return dict.fromkeys(pairs, USUAL) | {(org, sup): trigger for org, sup, trigger in rows}


def _in_force(session: Session, pairs: Collection[Pair], day: date) -> dict[Pair, Contract]:
    rows = session.scalars(
        select(Contract)
        .where(
            Contract.org_id.in_({org for org, _supplier in pairs}),
            Contract.supplier_id.in_({supplier for _org, supplier in pairs}),
            Contract.status == "active",
            Contract.valid_from <= day,
            (Contract.valid_to.is_(None)) | (Contract.valid_to > day),
        )
        .order_by(Contract.valid_from, Contract.id.desc())
    )
    wanted = set(pairs)
    found = {(one.org_id, one.supplier_id): one for one in rows}
    return {pair: one for pair, one in found.items() if pair in wanted}
