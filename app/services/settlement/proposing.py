"""Which open invoices and statements belong together: proposals for a person to take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.money import cents
from app.domain.settlement.matching import Group, Pair, Paper, pairs_of, propose
from app.models.party import Organisation
from app.models.settlement import Invoice, InvoiceMatch, Statement
from app.services.db import Database
from app.services.settlement.changes import payable_of
from app.services.settlement.matching import WantedPair


@dataclass(frozen=True, slots=True)
class ProposedGroup:
    """Papers that belong together, with the way their amounts are shared out."""

    supplier_id: int
    supplier: str
    group: Group
    invoices: tuple[Paper, ...]
    statements: tuple[Paper, ...]
    pairs: tuple[Pair, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could be matched: certain groups first; `thorough` as in the domain's `Proposal`."""

    groups: tuple[ProposedGroup, ...]
    thorough: bool

    @property
    def certain(self) -> tuple[ProposedGroup, ...]:
        """The groups that may be taken as they are."""
        return tuple(one for one in self.groups if one.certain)


def proposals(
    db: Database, actor: Actor, orgs: Collection[int], *, supplier_id: int = 0
) -> Proposals:
    """Which open invoices and confirmed statements of these members belong together."""
    scope = sorted(set(orgs) & actor.orgs(Duty.SETTLE))
    with db.read() as session:
        invoices = _open_invoices(session, scope, supplier_id)
        statements = _open_statements(session, scope, supplier_id)
        names = _names(session, {key[0] for key in invoices.keys() & statements.keys()})
    groups: list[ProposedGroup] = []
    thorough = True
    for key in sorted(invoices.keys() & statements.keys()):
        found = propose(invoices[key], statements[key])
        thorough = thorough and found.thorough
        papers = {("invoice", one.id): one for one in invoices[key]}
        papers |= {("statement", one.id): one for one in statements[key]}
        groups += [
            _proposed(group, key[0], names, papers, certain=group in found.certain)
            for group in (*found.certain, *found.doubtful)
        ]
    return Proposals(tuple(sorted(groups, key=lambda one: not one.certain)), thorough)


def _proposed(
    group: Group,
    supplier: int,
    names: dict[int, str],
    papers: dict[tuple[str, tuple[int, int]], Paper],
    *,
    certain: bool,
) -> ProposedGroup:
    return ProposedGroup(
        supplier, names.get(supplier, ""), group,
        tuple(papers["invoice", one] for one in group.invoices),
        tuple(papers["statement", one] for one in group.statements),
        pairs_of(group, papers), certain,
    )  # fmt: skip


def wanted_pairs(groups: Iterable[ProposedGroup]) -> tuple[WantedPair, ...]:
    """The pairs of proposed groups, ready for `Match`."""
    return tuple(
        WantedPair(*pair.invoice, *pair.statement, pair.amount)
        for group in groups
        for pair in group.pairs
    )


_Key = tuple[int, int]
"""(supplier, legal person of the payer)."""


def _open_invoices(
    session: Session, scope: Collection[int], supplier_id: int
) -> dict[_Key, list[Paper]]:
    sums = _sums(InvoiceMatch.invoice_id)
    wanted = (
        select(Invoice, Organisation.legal_person_id, sums.c.matched)
        .join(Organisation, Organisation.id == Invoice.org_id)
        .outerjoin(sums, sums.c.key == Invoice.id)
        .where(Invoice.org_id.in_(scope), Invoice.status == "open")
    )
    if supplier_id:
        wanted = wanted.where(Invoice.supplier_id == supplier_id)
    found: dict[_Key, list[Paper]] = defaultdict(list)
    for invoice, legal, matched in session.execute(wanted):
        left = cents(invoice.amount - (matched or Decimal(0)))
        found[invoice.supplier_id, legal or invoice.org_id].append(
            Paper((invoice.org_id, invoice.id), left, invoice.issued_on, invoice.number,
                  invoice.note or "")
        )  # fmt: skip
    return found


def _open_statements(
    session: Session, scope: Collection[int], supplier_id: int
) -> dict[_Key, list[Paper]]:
    wanted = (
        select(Statement, Organisation.legal_person_id)
        .join(Organisation, Organisation.id == Statement.org_id)
        .where(Statement.org_id.in_(scope), Statement.status == State.CONFIRMED.value)
    )
    if supplier_id:
        wanted = wanted.where(Statement.supplier_id == supplier_id)
    found: dict[_Key, list[Paper]] = defaultdict(list)
    for statement, legal in session.execute(wanted):
        left = payable_of(statement) - cents(statement.invoiced_amount or Decimal(0))
        found[statement.supplier_id, legal or statement.org_id].append(
            Paper((statement.org_id, statement.id), left, statement.date_from, statement.no)
        )
    return found


def _sums(column: Any) -> Any:
    return (
        select(column.label("key"), func.sum(InvoiceMatch.amount).label("matched"))
        .group_by(column)
        .subquery()
    )


def _names(session: Session, suppliers: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(suppliers))
    )
    return {row.id: row.short_name for row in rows}
