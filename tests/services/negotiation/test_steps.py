"""Before, between and after rounds: needs, invitations, withdrawal, failed lots, scores, draft."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app.domain.bidding.award import WHOLE, WINNER
from app.domain.bidding.rules import BidRules
from app.domain.bidding.scoring import Criterion
from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.item import Item
from app.models.party import Dossier
from app.services.negotiation.bids import WithdrawBid, withdraw_bid
from app.services.negotiation.choosing import LineChoice, SaveDraft, lowest_choices, save_draft
from app.services.negotiation.comparison import comparison
from app.services.negotiation.figures import history
from app.services.negotiation.invitations import Dismiss, Guest, Invite, dismiss, invite
from app.services.negotiation.items import AddItems, add_items, candidates
from app.services.negotiation.needs import (
    AskNeeds,
    ConfirmNeeds,
    EditNeeds,
    Pledge,
    SendBack,
    ask_needs,
    confirm_needs,
    edit_needs,
    send_back,
)
from app.services.negotiation.project import (
    CreateProject,
    EndProject,
    FailPart,
    create_project,
    end_project,
    fail_part,
)
from app.services.negotiation.queries import members, needs, projects
from app.services.negotiation.quotes import own_quote
from app.services.negotiation.rounds import StartRound, close_bidding, start_round
from app.services.negotiation.scores import (
    GivePoints,
    SetWeights,
    give_points,
    scoring,
    set_weights,
)
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.services.negotiation.helpers import ITEMS, Deal, invited, make_papers, make_use

FIRST = {
    KANGZE: {1: "3.80", 2: "5.90", 3: "42.50"},
    RUIHE: {1: "3.70", 2: "5.80", 4: "0.3300"},
}


def asked(site: Site, clock: FixedClock) -> int:
    """A project whose members have been asked, none of whom has confirmed."""
    make_use(site)
    day = clock.now.date()
    buyer = site.as_("lead_buyer")
    command = CreateProject(new_op(), "题", day, day + timedelta(days=365), growth=100)
    made = create_project(*buyer, command).negotiation_id
    add_items(*buyer, AddItems(new_op(), made, ITEMS))
    ask_needs(*buyer, AskNeeds(new_op(), made, day))
    return made


def test_a_need_starts_from_a_year_s_use_with_growth(site: Site, clock: FixedClock) -> None:
    project = asked(site, clock)

    found = needs(*site.as_("east_store"), project, EAST)

    assert [(one.used, one.proposed) for one in found] == [
        (2400, 2640), (2800, 3080), (100, 110), (100, 110),
    ]  # fmt: skip
    assert needs(*site.as_("east_store"), project, WEST) == ()


def test_a_member_edits_its_own_need_and_its_head_confirms(site: Site, clock: FixedClock) -> None:
    project = asked(site, clock)
    keeper, head = site.as_("east_store"), site.as_("east_head")
    less = EditNeeds(new_op(), project, EAST, (Pledge(1, 2400),))
    assert edit_needs(*keeper, less) == 1
    with pytest.raises(NotAllowedError):
        edit_needs(*keeper, EditNeeds(new_op(), project, WEST, (Pledge(1, 2400),)))
    with pytest.raises(DomainError):
        edit_needs(*keeper, EditNeeds(new_op(), project, EAST, (Pledge(1, 24),)))
    with pytest.raises(NotAllowedError):
        confirm_needs(*keeper, ConfirmNeeds(new_op(), project, EAST))

    confirm_needs(*head, ConfirmNeeds(new_op(), project, EAST))

    with pytest.raises(ConflictError):
        edit_needs(*keeper, EditNeeds(new_op(), project, EAST, (Pledge(1, 2640),)))
    send_back(*site.as_("lead_buyer"), SendBack(new_op(), project, EAST, "漏了一个病房"))
    assert edit_needs(*keeper, EditNeeds(new_op(), project, EAST, (Pledge(1, 2640),))) == 1
    found = {one.org_id: one.confirmed_at for one in members(*site.as_("lead_buyer"), project)}
    assert found[EAST] is None


def test_the_first_round_waits_for_members_papers_and_suppliers(
    site: Site, clock: FixedClock
) -> None:
    project = asked(site, clock)
    buyer = site.as_("lead_buyer")
    soon = clock.now + timedelta(hours=1)

    def start(*, leave_out: bool = False) -> int:
        return start_round(*buyer, StartRound(new_op(), project, soon, leave_out=leave_out))

    def code() -> str:
        with pytest.raises(DomainError) as refused:
            start()
        return refused.value.code

    assert code() == "round.nobody"
    with pytest.raises(DomainError) as refused:
        invite(*buyer, Invite(new_op(), project, (Guest(KANGZE),)))
    assert refused.value.code == "negotiation.dossier"
    assert len(refused.value.problems) == 3
    make_papers(site, KANGZE)
    invite(*buyer, Invite(new_op(), project, (Guest(KANGZE),)))
    assert code() == "need.waiting"
    with site.owner.write() as session:
        session.execute(update(Dossier).values(valid_to=date(2026, 10, 1)))
    assert code() == "round.dossier"


def test_goods_of_a_state_tender_are_left_out(sqlite_site: Site, clock: FixedClock) -> None:
    site = sqlite_site
    with site.owner.write() as session:
        session.execute(update(Item).where(Item.id == 101).values(vbp=True))
        session.execute(update(Item).where(Item.id == 102).values(status="stopped"))
    day = clock.now.date()
    buyer = site.as_("lead_buyer")
    command = CreateProject(new_op(), "题", day, day + timedelta(days=365))
    project = create_project(*buyer, command).negotiation_id

    added = add_items(*buyer, AddItems(new_op(), project, (101, 102, 103, 103)))

    assert added.added == 1
    assert [one.code for one in added.problems] == ["negotiation.vbp", "negotiation.inactive"]
    assert {one.item_id for one in candidates(*buyer)} == {103, 104, 105}


def test_a_withdrawal_ends_all_prices_and_a_dismissed_supplier_does_not_count(
    site: Site, clock: FixedClock
) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)
    deal.start()
    leave = WithdrawBid(new_op(), deal.id, RUIHE, "货源不足，退出本轮")
    withdraw_bid(*site.as_("ruihe_sales"), leave)

    found = comparison(*site.as_("lead_buyer"), deal.id)
    assert not found.grid.standing[1].any()
    assert [one.supplier for one in history(found, 0)] == ["康泽", "瑞和"]
    deal.bid(RUIHE, {4: "0.32"})  # until the deadline a further sheet takes that back
    found = comparison(*site.as_("lead_buyer"), deal.id)
    assert found.grid.standing[1].tolist() == [37000, 58000, 0, 3200]

    deal.pass_deadline()
    deal.open()
    out = Dismiss(new_op(), deal.id, RUIHE, "被列入不良记录名单")
    dismiss(*site.as_("lead_buyer"), out)
    assert len(comparison(*site.as_("lead_buyer"), deal.id).suppliers) == 1


def test_single_bidder_tie_and_nobody_are_told_apart(sqlite_site: Site, clock: FixedClock) -> None:
    deal = invited(sqlite_site, clock)
    deal.first_round({KANGZE: {1: "3.70", 2: "5.80"}, RUIHE: {1: "3.70"}})

    grid = comparison(*sqlite_site.as_("lead_buyer"), deal.id).grid

    assert grid.bidders().tolist() == [2, 1, 0, 0]
    assert grid.ties().tolist() == [True, False, False, False]


def test_a_failed_lot_takes_no_award_and_no_bid(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)
    buyer = site.as_("lead_buyer")
    fail_part(*buyer, FailPart(new_op(), deal.id, "只有一家响应", lines=(3,)))
    choice = LineChoice(3, ((KANGZE, WINNER, WHOLE, ""),))

    with pytest.raises(DomainError):
        save_draft(*buyer, SaveDraft(new_op(), deal.id, (choice,)))
    deal.start()
    with pytest.raises(DomainError):
        deal.bid(KANGZE, {3: "42.00"})
    end_project(*buyer, EndProject(new_op(), deal.id, "报价都高于限价", failed=True))
    assert projects(*buyer)[0].state is State.FAILED


def test_the_draft_keeps_the_rules_of_an_award(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock, rules=BidRules(lowest=False))
    deal.first_round(FIRST)
    buyer = site.as_("lead_buyer")
    found = comparison(*buyer, deal.id)
    assert save_draft(*buyer, SaveDraft(new_op(), deal.id, lowest_choices(found))) == 4

    dearer = LineChoice(1, ((KANGZE, WINNER, WHOLE, ""),))
    with pytest.raises(DomainError) as refused:
        save_draft(*buyer, SaveDraft(new_op(), deal.id, (dearer,)))
    assert refused.value.problems[0].code == "award.reason"
    why = LineChoice(1, ((KANGZE, WINNER, WHOLE, "众安无冷链资质，康泽为次低价"),))
    save_draft(*buyer, SaveDraft(new_op(), deal.id, (why,)))

    draft = comparison(*buyer, deal.id).draft
    assert draft[1][0].supplier_id == KANGZE
    assert draft[2][0].supplier_id == RUIHE
    with pytest.raises(NotAllowedError):
        save_draft(*site.as_("kangze_sales"), SaveDraft(new_op(), deal.id, (why,)))


def test_scores_are_each_expert_s_own_and_weights_make_the_whole(
    site: Site, clock: FixedClock
) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)
    half = ((Criterion.PRICE, 50), (Criterion.QUALITY, 50))
    set_weights(*site.as_("lead_buyer"), SetWeights(new_op(), deal.id, half))
    for login, points in (("lead_buyer", 90), ("lead_head", 81)):
        given = ((KANGZE, Criterion.QUALITY, points),)
        give_points(*site.as_(login), GivePoints(new_op(), deal.id, given))

    found = scoring(*site.as_("lead_head"), deal.id)

    assert found.points[KANGZE][Criterion.QUALITY] == 855
    assert found.own == {(KANGZE, Criterion.QUALITY): 81}
    with pytest.raises(NotAllowedError):
        scoring(*site.as_("east_head"), deal.id)


def test_a_supplier_sees_its_own_quote_and_counts_of_nobody(site: Site, clock: FixedClock) -> None:
    deal = invited(site, clock)
    deal.first_round(FIRST)
    deal.start()
    deal.bid(KANGZE, {1: "3.60"})

    quote = own_quote(*site.as_("kangze_sales"), deal.id)

    assert quote.running
    assert (quote.version, quote.project.suppliers, quote.project.members) == (1, 1, 0)
    assert {one.bidders for one in quote.rounds} == {0}
    first = quote.rows[0]
    assert [str(one) for one in (first.previous, first.price, first.most)] == [
        "3.8000", "3.6000", "3.8000",
    ]  # fmt: skip


def test_the_review_begins_when_no_round_runs(sqlite_site: Site, clock: FixedClock) -> None:
    deal: Deal = invited(sqlite_site, clock)
    deal.first_round(FIRST)
    buyer = sqlite_site.as_("lead_buyer")
    deal.start()
    with pytest.raises(ConflictError):
        close_bidding(*buyer, new_op(), deal.id)
    deal.open()  # an open round may be ended before its deadline
    close_bidding(*buyer, new_op(), deal.id)
    assert projects(*buyer)[0].state is State.REVIEWING
    assert deal.start() == 3
