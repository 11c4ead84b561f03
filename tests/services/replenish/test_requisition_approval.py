"""采购申请审批: by amount, by whom, sent back, and what a login cannot do past the program."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.approval import Level, Limits
from app.models.order import Requisition, RequisitionLine
from app.services import home
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.requisition.approving import Decide, decide
from app.services.requisition.limits import SaveLimits, save_limits
from app.services.requisition.make import Create, Requested, WantedLine, create
from app.services.requisition.queries import requisition, to_approve
from app.services.requisition.steps import Step, submit, withdraw
from tests.factories import EAST, LEAD, Site
from tests.order_needs import AMOXICILLIN, FACTORS

BOX = FACTORS[AMOXICILLIN]


def limited(site: Site, store: int = 300, member: int = 3000) -> None:
    wanted = Limits(Decimal(store), Decimal(member))
    save_limits(*site.as_("lead_admin"), SaveLimits(new_op(), 0, wanted))


def asked(site: Site, packs: int, login: str = "east_store") -> Requested:
    lines = (WantedLine(AMOXICILLIN, packs * BOX),)
    return create(*site.as_(login), Create(new_op(), EAST, lines, submit=True))


def decided(site: Site, login: str, made: Requested, reason: str = "") -> Requested:
    command = Decide(new_op(), EAST, made.id, made.version, approve=not reason, reason=reason)
    return decide(*site.as_(login), command)


def test_each_amount_goes_to_whom_it_must(site: Site) -> None:
    limited(site)
    small, middle, large = asked(site, 50), asked(site, 100), asked(site, 1000)
    states = [one.status for one in (small, middle, large)]
    assert states == [State.SUBMITTED, State.TO_APPROVE, State.TO_APPROVE]

    with pytest.raises(DomainError):
        decided(site, "west_head", middle)
    with pytest.raises(NotAllowedError, match="本院负责人"):
        decided(site, "east_store", middle)
    assert [row.no for row in to_approve(*site.as_("east_head"))] == [middle.no, large.no]
    assert to_approve(*site.as_("lead_head")) == ()
    assert decided(site, "east_head", middle).status == State.SUBMITTED
    passed = decided(site, "east_head", large)
    assert passed.status == State.TO_APPROVE_GROUP
    [work] = [one for one in home.work(*site.as_("lead_head"), (1, 2, 3))
              if one.kind is home.Kind.TO_APPROVE]  # fmt: skip
    assert (work.count, work.amount) == (1, Decimal("3860.00"))
    with pytest.raises(NotAllowedError, match="集团负责人"):
        decided(site, "east_head", passed)
    assert decided(site, "lead_head", passed).status == State.SUBMITTED
    seen = requisition(*site.as_("east_store"), EAST, large.id)
    assert [(one.level, one.person) for one in seen.approvals] == [
        (Level.MEMBER, "张主任"),
        (Level.GROUP, "周主任"),
    ]
    pairs = tuple((EAST, one.id) for one in (small, middle, large))
    made = consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", pairs))
    assert made.amount == Decimal("4439.00")


def test_the_leads_head_decides_once_for_both_levels(site: Site) -> None:
    limited(site)
    command = Create(new_op(), LEAD, (WantedLine(AMOXICILLIN, 1000 * BOX),), submit=True)
    made = create(*site.as_("lead_buyer"), command)
    assert made.status == State.TO_APPROVE
    agree = Decide(new_op(), LEAD, made.id, made.version)
    assert decide(*site.as_("lead_head"), agree).status == State.SUBMITTED
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", ((LEAD, made.id),)))


def test_sent_back_with_a_reason_and_sent_again(site: Site) -> None:
    limited(site)
    made = asked(site, 100)
    with pytest.raises(DomainError, match="至少写 5 个字"):
        decided(site, "east_head", made, "太多")
    back = decided(site, "east_head", made, "库存还够两个月，请减半")
    assert back.status == State.DRAFT
    kinds = {one.kind: one.count for one in home.work(*site.as_("east_store"), (EAST,))}
    assert kinds[home.Kind.RETURNED_REQUISITIONS] == 1
    with pytest.raises(ConflictError):
        decided(site, "east_head", made)
    with pytest.raises(DomainError, match="没有等审批"):
        decided(site, "east_head", back)
    again = submit(*site.as_("east_store"), Step(new_op(), EAST, made.id, back.version))
    assert again.status == State.TO_APPROVE
    assert requisition(*site.as_("east_store"), EAST, made.id).head.returned == ""
    taken = withdraw(*site.as_("east_store"), Step(new_op(), EAST, made.id, again.version))
    assert taken.status == State.DRAFT


def test_what_grew_after_the_approval_is_not_ordered(site: Site) -> None:
    limited(site)
    made = asked(site, 100)
    decided(site, "east_head", made)
    with site.owner.write() as s:
        s.execute(update(RequisitionLine).values(qty=900 * BOX))

    with pytest.raises(DomainError, match="要有集团审批") as refused:
        consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "补采", ((EAST, made.id),)))
    assert refused.value.problems[0].code == "order.unapproved"
    command = Decide(new_op(), EAST, made.id, made.version + 1, approve=False, reason="数量改过了")
    assert decide(*site.as_("lead_buyer"), command).status == State.DRAFT


def test_a_login_cannot_skip_the_approval(site: Site) -> None:
    limited(site)
    made = asked(site, 100)
    if site.is_sqlite:
        with pytest.raises(NotAllowedError):
            save_limits(*site.as_("east_head"), SaveLimits(new_op(), EAST, Limits()))
        return
    skip = "UPDATE requisition SET status = 'submitted' WHERE id = :id"
    for login in ("east_store", "lead_buyer"):
        denied = pytest.raises((DBAPIError, NotAllowedError))
        with denied, site.db(login).write() as s:
            s.execute(text(skip), {"id": made.id})
    forged = (
        "INSERT INTO requisition_approval (org_id, requisition_id, seq, level, decision, amount,"
        " person_id, person_name, at) VALUES (2, :id, 1, 'member', 'approved', 0, 6, 'x', 0)"
    )
    with pytest.raises((DBAPIError, NotAllowedError)), site.db("east_store").write() as s:
        s.execute(text(forged), {"id": made.id})
    with site.owner.read() as s:
        assert s.get_one(Requisition, (EAST, made.id)).status == State.TO_APPROVE
