"""An award on its way: proposed, submitted, approved by another, public, in force."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.domain.awarding.limits import Limits
from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.awards import Pledge
from app.models.negotiation import Negotiation
from app.models.price import Price
from app.services.awards.decide import (
    AnswerObjection,
    ApproveAward,
    Object,
    ReturnAward,
    SubmitAward,
    answer_objection,
    approve_award,
    record_objection,
    return_award,
    submit_award,
)
from app.services.awards.enforce import InForce, PutInForce, put_in_force
from app.services.awards.propose import Propose, Proposed, propose
from app.services.awards.queries import award, award_lines, objections
from app.services.negotiation.rounds import close_bidding
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import Deal, invited

BIDS = {
    KANGZE: {1: "8.00", 2: "5.00", 3: "100.00", 4: "0.30"},
    RUIHE: {1: "8.10", 2: "4.90", 3: "90.00", 4: "0.31"},
}


@pytest.fixture
def deal(site: Site, clock: FixedClock) -> Deal:
    made = invited(site, clock)
    made.first_round(BIDS)
    close_bidding(*site.as_("lead_buyer"), new_op(), made.id)
    return made


def proposed(deal: Deal, **limits: Any) -> Proposed:
    command = Propose(new_op(), deal.id, Limits(**{"cold_chain": False} | limits))
    return propose(*deal.site.as_("lead_buyer"), command)


def submitted(deal: Deal, days: int = 0) -> int:
    made = proposed(deal).award_id
    command = SubmitAward(new_op(), made, days, fail_rest=True)
    submit_award(*deal.site.as_("lead_buyer"), command)
    return made


def approved(deal: Deal, days: int = 0) -> int:
    made = submitted(deal, days)
    approve_award(*deal.site.as_("lead_head"), ApproveAward(new_op(), made))
    return made


def enforced(deal: Deal, made: int) -> InForce:
    day = deal.clock.now.date() + timedelta(days=1)
    command = PutInForce(new_op(), made, valid_from=day)
    return put_in_force(*deal.site.as_("lead_buyer"), command)


def test_the_proposal_is_kept_with_its_figures(deal: Deal) -> None:
    found = proposed(deal, in_all=1)
    assert found.answer.proved
    assert found.answer.suppliers == 1
    lines = award_lines(*deal.site.as_("lead_buyer"), found.award_id)
    assert all(one.reason for one in lines if one.rank == 1 and one.supplier_id == KANGZE) or all(
        one.supplier_id == RUIHE for one in lines if one.rank == 1
    )
    row = award(*deal.site.as_("lead_buyer"), found.award_id)
    assert row.amount == found.answer.cost


def test_while_prices_are_negotiated_the_way_to_the_review_is_told(
    site: Site, clock: FixedClock
) -> None:
    made = invited(site, clock)
    made.first_round(BIDS)
    with pytest.raises(ConflictError, match="请先在「集中议价」里进入评审"):
        submitted(made)
    close_bidding(*site.as_("lead_buyer"), new_op(), made.id)
    submitted(made)


def test_who_negotiates_does_not_approve(deal: Deal) -> None:
    made = submitted(deal)
    with pytest.raises(NotAllowedError):
        approve_award(*deal.site.as_("lead_buyer"), ApproveAward(new_op(), made))
    assert award(*deal.site.as_("lead_buyer"), made).status == State.SUBMITTED


def test_the_database_refuses_it_too(deal: Deal) -> None:
    made = submitted(deal)
    db, actor = deal.site.as_("lead_buyer")
    refusal = IntegrityError if deal.site.is_sqlite else NotAllowedError
    with pytest.raises(refusal, match=r"who negotiated|没有这项权限"), db.write() as session:
        session.execute(
            text("UPDATE award_decision SET approved_by = :p, approved_at = 1 WHERE award_id = :a"),
            {"p": actor.person_id, "a": made},
        )


def test_approval_makes_it_public_and_the_list_comes_after(deal: Deal) -> None:
    made = approved(deal, days=3)
    row = award(*deal.site.as_("lead_head"), made)
    assert (row.status, row.public_to is not None) == (State.PUBLICITY, True)
    with pytest.raises(DomainError, match="公示到"):
        enforced(deal, made)


def test_in_force_makes_prices_and_pledges(deal: Deal) -> None:
    result = enforced(deal, approved(deal))
    with deal.site.owner.read() as session:
        prices = session.scalars(select(Price).where(Price.list_id == result.list_id)).all()
        pledges = session.scalars(select(Pledge).where(Pledge.org_id == EAST)).all()
        project = session.scalars(select(Negotiation).where(Negotiation.id == deal.id)).one()
        assert project.status == State.IN_FORCE
        best = {price.item_id: price for price in prices if price.rank == 1}
        assert best[101].unit_price == Decimal("8.0000")
        assert best[101].supplier_id == KANGZE
        assert best[101].base_price is not None
        assert {one.item_id for one in pledges} >= {101, 102}
    assert result.prices >= 4


def test_an_objection_must_be_answered_before(deal: Deal) -> None:
    made = approved(deal)
    buyer, head = deal.site.as_("lead_buyer"), deal.site.as_("lead_head")
    record_objection(*buyer, Object(new_op(), made, "价格有疑问，请复核", supplier_id=RUIHE))
    with pytest.raises(DomainError, match="质疑"):
        enforced(deal, made)
    [one] = objections(*buyer, made)
    with pytest.raises(NotAllowedError):
        answer_objection(
            *buyer, AnswerObjection(new_op(), one.objection_id, "已经复核", upheld=False)
        )
    answer_objection(*head, AnswerObjection(new_op(), one.objection_id, "已经复核", upheld=False))
    assert enforced(deal, made).prices >= 4


def test_an_upheld_objection_sends_it_back(deal: Deal) -> None:
    made = approved(deal)
    buyer, head = deal.site.as_("lead_buyer"), deal.site.as_("lead_head")
    record_objection(*buyer, Object(new_op(), made, "价格有疑问，请复核", who="某公司"))
    [one] = objections(*buyer, made)
    answer_objection(*head, AnswerObjection(new_op(), one.objection_id, "确有错误", upheld=True))
    assert award(*buyer, made).status == State.DRAFT
    submit_award(*buyer, SubmitAward(new_op(), made, 0))  # mended and asked again
    assert award(*buyer, made).status == State.SUBMITTED


def test_a_returned_award_can_be_asked_for_again(deal: Deal) -> None:
    made = submitted(deal)
    head = deal.site.as_("lead_head")
    return_award(*head, ReturnAward(new_op(), made, "份额请再核对"))
    row = award(*head, made)
    assert (row.status, row.returned) == (State.DRAFT, "份额请再核对")
    with pytest.raises(ConflictError):
        approve_award(*head, ApproveAward(new_op(), made))


def test_nobody_may_cool_it_so_nothing_is_proposed(deal: Deal) -> None:
    found = proposed(deal, cold_chain=True)
    assert (found.award_id, found.answer.conflict) == (0, ("冷链资质",))
    assert len(found.answer.conflict_lines) == 1
