"""What a lender may take money for: its own goods, never a supplier's."""

from __future__ import annotations

from decimal import Decimal

from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import TransferState, Urgency
from app.services.transfers.commands import Step
from app.services.transfers.listing import loans, transfer
from app.services.transfers.returning import settle_by_price
from tests.factories import EAST, KANGZE, WEST, Site
from tests.services.transfers.test_transfers import BOX, DRUG, PAPER, lent, stock


def test_goods_of_a_supplier_are_paid_to_the_supplier_alone(site: Site) -> None:
    db, actor = site.as_("east_store")
    for own, papers in ((0, ()), (BOX, (PAPER,))):
        stock(site, EAST, DRUG, 2 * BOX - own, owner=KANGZE, lot=f"theirs{own}")
        if own:
            stock(site, EAST, DRUG, own, lot="ours")
        done = lent(site, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=papers)
        (due,) = loans(db, actor, [EAST])
        assert (due.left, due.own, due.price) == (2 * BOX, own, Decimal("3.86") * own / BOX)
        step = Step(new_op(), WEST, done.transfer_id, done.version)
        assert settle_by_price(db, actor, step).state is TransferState.SETTLED
        (row,) = transfer(db, actor, WEST, done.transfer_id).settled
        assert (row.how, row.qty, row.amount) == ("按价结算", 2 * BOX, due.price)
