"""采购申请: from suggestion to the group, every step once, and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.order import Requisition
from app.models.platform import Audit
from app.models.price import Price
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.replenishment.edit import Edit, edit
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    Requested,
    WantedLine,
    create,
    from_suggestions,
)
from app.services.requisition.queries import (
    RequisitionQuery,
    by_number,
    requisition,
    requisitions,
)
from app.services.requisition.steps import Change, Step, cancel, change, submit, withdraw
from tests.factories import EAST, TODAY, Site
from tests.replenish_world import (
    AMLODIPINE,
    AMOXICILLIN,
    INSULIN,
    SYRINGE,
    line,
    planned,
    shown,
    usual,
)


def requested(site: Site, *, send: bool = True, login: str = "east_store") -> Requested:
    return from_suggestions(*site.as_(login), FromSuggestions(new_op(), EAST, submit=send))


def step_of(made: Requested) -> Step:
    return Step(new_op(), made.org_id, made.id, made.version)


def test_picked_lines_become_one_requisition_at_todays_price(site: Site) -> None:
    usual(site)
    planned(site)

    made = requested(site)

    assert (made.no, made.status, made.lines) == ("SQ20261014-001", State.SUBMITTED, 2)
    detail = by_number(*site.as_("east_store"), EAST, "sq20261014-001")
    first = detail.lines[0]
    assert (first.item_id, first.qty, first.supplier) == (AMLODIPINE, 600 * 28, "瑞和")
    assert (first.unit_price, first.amount) == (Decimal("5.88"), Decimal("3528.00"))
    assert first.headline == "不足 7 天"
    assert made.amount == sum(one.amount for one in detail.lines)
    assert detail.head.suppliers == 2
    assert detail.head.created_by == "李药"
    with site.owner.read() as s:
        steps = s.scalars(select(Audit.action).where(Audit.doc_id == made.id)).all()
    assert steps == ["requisition.submit"]


def test_what_is_requested_is_not_suggested_again(site: Site) -> None:
    usual(site)
    planned(site)
    requested(site)

    planned(site)

    assert line(site, AMLODIPINE).suggested == 0
    assert line(site, AMLODIPINE).verdict == "covered"
    assert str(line(site, AMLODIPINE).why.detail) == "已申请、在途共 600 盒"
    with pytest.raises(DomainError, match="还没有选"):
        requested(site)


def test_a_double_click_makes_one_requisition(site: Site) -> None:
    usual(site)
    planned(site)
    db, actor = site.as_("east_store")
    command = FromSuggestions(new_op(), EAST)

    assert from_suggestions(db, actor, command) == from_suggestions(db, actor, command)
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(Requisition)) == 1


def test_two_people_cannot_both_request_a_line(site: Site) -> None:
    usual(site)
    planned(site)
    seen = tuple((row.item_id, row.version) for row in shown(site).rows if row.picked)
    requested(site)

    with pytest.raises(ConflictError, match="没有重复生成"):
        from_suggestions(*site.as_("east_second"), FromSuggestions(new_op(), EAST, items=seen))


def test_far_more_than_suggested_needs_a_reason(site: Site) -> None:
    usual(site)
    planned(site)
    row = line(site, AMLODIPINE)
    db, actor = site.as_("east_store")
    place = row.place_id
    edit(db, actor, Edit(new_op(), EAST, place, AMLODIPINE, row.version, 2000 * 28))

    with pytest.raises(DomainError, match="苯磺酸氨氯地平片 比建议多很多") as refused:
        requested(site)
    assert refused.value.problems[0].column == "reason"

    version = line(site, AMLODIPINE).version
    edit(
        db,
        actor,
        Edit(new_op(), EAST, place, AMLODIPINE, version, 2000 * 28, reason="义诊活动"),
    )
    made = requested(site)
    assert requisition(db, actor, EAST, made.id).lines[0].reason == "义诊活动"


def test_submit_withdraw_and_cancel(site: Site) -> None:
    usual(site)
    planned(site)
    db, actor = site.as_("east_store")
    draft = requested(site, send=False)

    sent = submit(db, actor, step_of(draft))
    assert sent.status == State.SUBMITTED
    back = withdraw(db, actor, step_of(sent))
    assert back.status == State.DRAFT
    gone = cancel(db, actor, step_of(back))

    assert gone.status == State.CANCELLED
    assert line(site, AMLODIPINE).status == "open"
    assert line(site, AMLODIPINE).picked
    planned(site)
    assert line(site, AMLODIPINE).suggested == 600 * 28
    with pytest.raises(ConflictError, match="不能改为"):
        submit(db, actor, step_of(gone))


def test_a_step_on_an_old_version_is_refused(site: Site) -> None:
    usual(site)
    planned(site)
    draft = requested(site, send=False)
    submit(*site.as_("east_store"), step_of(draft))

    with pytest.raises(ConflictError, match=r"李药 10-14 10:30 提交过采购申请 SQ20261014-001"):
        cancel(*site.as_("east_second"), step_of(draft))


def test_a_consolidated_requisition_cannot_be_withdrawn(site: Site) -> None:
    usual(site)
    planned(site)
    made = requested(site)
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "十月统采", ((EAST, made.id),)))
    head = requisition(*site.as_("east_store"), EAST, made.id).head

    assert head.status == State.CONSOLIDATED
    with pytest.raises(ConflictError, match="已汇总"):
        withdraw(*site.as_("east_store"), Step(new_op(), EAST, made.id, head.version))
    planned(site)
    assert line(site, AMLODIPINE).suggested == 0


def test_a_draft_can_be_changed_and_its_total_follows(site: Site) -> None:
    usual(site)
    planned(site)
    db, actor = site.as_("east_store")
    draft = requested(site, send=False)
    changed = change(
        db, actor, Change(new_op(), EAST, draft.id, draft.version, ((1, 200 * 28), (2, 0)))
    )

    assert (changed.lines, changed.amount) == (1, Decimal("1176.00"))
    with pytest.raises(DomainError, match="至少留一行"):
        change(db, actor, Change(new_op(), EAST, draft.id, changed.version, ((1, 0),)))
    with pytest.raises(DomainError, match="可填"):
        change(db, actor, Change(new_op(), EAST, draft.id, changed.version, ((1, 30),)))
    assert requisition(db, actor, EAST, draft.id).lines[0].qty == 200 * 28


def test_by_hand_with_every_problem_named(site: Site) -> None:
    db, actor = site.as_("east_store")
    wrong = Create(new_op(), EAST, (WantedLine(999, 1), WantedLine(AMOXICILLIN, 25)))
    with pytest.raises(DomainError) as refused:
        create(db, actor, wrong)
    assert [(p.row, p.column) for p in refused.value.problems] == [(1, "item"), (2, "qty")]

    made = create(
        db, actor, Create(new_op(), EAST, (WantedLine(SYRINGE, 200, "接种门诊"),), submit=True)
    )
    assert (made.amount, made.status) == (Decimal("65.00"), State.SUBMITTED)
    rows = requisitions(db, actor, RequisitionQuery(EAST, states=(State.SUBMITTED,)))
    assert [row.no for row in rows] == [made.no]


def test_without_a_price_in_force_nothing_is_written(site: Site) -> None:
    usual(site)
    planned(site)
    with site.owner.write() as s:
        s.execute(update(Price).where(Price.item_id == INSULIN).values(valid_to=TODAY))

    with pytest.raises(DomainError, match="门冬胰岛素注射液 今天没有有效价格"):
        requested(site)
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(Requisition)) == 0
        open_rows = s.scalar(
            select(func.count()).select_from(Suggestion).where(Suggestion.status == "open")
        )
    assert open_rows == 3


def test_an_item_stopped_since_the_plan_is_not_asked_for(site: Site) -> None:
    usual(site)
    planned(site)
    with site.owner.write() as s:
        s.execute(update(Item).where(Item.id == AMLODIPINE).values(status="stopped"))
    with pytest.raises(DomainError, match="氨氯地平片 已停用或暂停"):
        requested(site)
    planned(site)
    assert requested(site).lines == 1


def test_only_the_clinic_itself_or_the_groups_buyer_may_ask(site: Site) -> None:
    usual(site)
    planned(site)
    with pytest.raises(NotAllowedError):
        requested(site, login="west_store")
    assert requested(site, login="lead_buyer").lines == 2
