"""Transfers between members: states, legal limits, surplus, proposals, loans set off."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, strategies as st

from app.domain.catalogue import CONTROLLED
from app.domain.controlled import PSYCHOACTIVE, RESCUE
from app.domain.errors import ConflictError, DomainError
from app.domain.transfers.legal import Basis, Case, Goods, must_report, problems, usual
from app.domain.transfers.netting import Debt, ageing, set_off
from app.domain.transfers.patient import reference
from app.domain.transfers.proposing import Need, Offer, Why, match
from app.domain.transfers.states import (
    TRANSITIONS,
    Kind,
    Settle,
    TransferState as T,
    Urgency,
    after_confirm,
    after_return,
    allowed,
    check,
    shown,
)
from app.domain.transfers.surplus import LEAST_LEFT, Held, Spare, Use, spare

DAY = date(2026, 10, 14)
PATH = [T.DRAFT, T.DONOR, T.REVIEW, T.APPROVED, T.IN_TRANSIT, T.ACCEPTED, T.PART_RETURNED]


@pytest.mark.parametrize(("old", "new"), [*product(T, T)])
def test_every_transition(old: T, new: T) -> None:
    assert allowed(old, new) == (new in TRANSITIONS[old])
    if allowed(old, new):
        check(old, new)
    else:
        with pytest.raises(ConflictError, match="请刷新"):
            check(old, new)


def test_the_way_of_a_loan_and_its_ends() -> None:
    assert all(allowed(old, new) for old, new in pairwise(PATH))
    assert {state for state in T if not TRANSITIONS[state]} == {T.RETURNED, T.SETTLED, T.CANCELLED}
    assert not any(allowed(T.IN_TRANSIT, x) for x in T if x is not T.ACCEPTED)
    assert not any(allowed(x, T.DRAFT) for x in T)


@pytest.mark.parametrize(
    ("urgency", "same", "state"),
    [
        (Urgency.NORMAL, False, T.REVIEW),
        (Urgency.URGENT, False, T.REVIEW),
        (Urgency.EMERGENCY, False, T.APPROVED),
        (Urgency.NORMAL, True, T.APPROVED),
    ],
)
def test_between_legal_persons_the_group_approves(urgency: Urgency, same: bool, state: T) -> None:
    assert after_confirm(urgency, same_person=same) is state


def test_a_loan_is_overdue_by_the_calendar_alone() -> None:
    late, today = DAY - timedelta(days=1), DAY
    assert shown(T.ACCEPTED, Settle.KIND, late, today) is T.OVERDUE
    assert shown(T.ACCEPTED, Settle.KIND, today, today) is T.ACCEPTED
    assert shown(T.ACCEPTED, Settle.NONE, late, today) is T.ACCEPTED
    assert shown(T.RETURNED, Settle.KIND, late, today) is T.RETURNED
    assert after_return(10, 9, by_price=False) is T.PART_RETURNED
    assert after_return(10, 10, by_price=False) is T.RETURNED
    assert after_return(10, 10, by_price=True) is T.SETTLED


DRUG = Goods("缬沙坦胶囊", "drug")
PETHIDINE = Goods("盐酸哌替啶注射液", "drug", "narcotic")
FIRST_CLASS = Goods("盐酸哌甲酯片", "drug", "psychotropic1")
DIAZEPAM = Goods("地西泮片", "drug", "psychotropic2")
TOXIC = Goods("砒霜制剂", "drug", "toxic")
OWN = Goods("复方止咳合剂", "drug", approval_no="粤药制字Z07020001")
GAUZE = Goods("纱布", "consumable")


def case(goods: Goods, **more: object) -> Case:
    values: dict[str, object] = {
        "kind": Kind.TRANSFER, "basis": Basis.APPROVED, "note": "", "settle": Settle.NONE,
        "urgency": Urgency.NORMAL, "same_person": False, "has_approval": True, "goods": (goods,),
    }  # fmt: skip
    return Case(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (case(DRUG), []),
        (case(DRUG, has_approval=False), ["legal.paper"]),
        (case(DRUG, settle=Settle.PRICE), []),
        (case(DRUG, settle=Settle.PRICE, has_approval=False), ["legal.paper", "legal.sale"]),
        (case(DRUG, settle=Settle.PRICE, has_approval=False, same_person=True,
              basis=Basis.SAME_PERSON), []),
        (case(GAUZE, settle=Settle.PRICE, has_approval=False, basis=Basis.REROUTED,
              note="TC20261014-001"), []),
        (case(DRUG, basis=Basis.SAME_PERSON), ["legal.person"]),
        (case(DRUG, basis=Basis.EMERGENCY), ["legal.emergency"]),
        (case(DRUG, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, has_approval=False), []),
        (case(DRUG, urgency=Urgency.EMERGENCY), ["legal.urgency"]),
        (case(DRUG, basis=Basis.REROUTED), ["legal.order"]),
        (case(DRUG, basis=Basis.RETURN), ["legal.return"]),
        (case(DRUG, basis=Basis.RETURN, kind=Kind.RETURN), []),
        (case(PETHIDINE), ["legal.controlled"]),
        (case(PETHIDINE, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, kind=Kind.LOAN,
              settle=Settle.KIND), []),
        (case(FIRST_CLASS), ["legal.controlled"]),
        (case(FIRST_CLASS, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, kind=Kind.LOAN,
              settle=Settle.KIND), []),
        (case(DIAZEPAM), ["legal.special"]),
        (case(TOXIC), ["legal.special"]),
        (case(TOXIC, same_person=True, basis=Basis.SAME_PERSON), []),
        (case(OWN, has_approval=False, basis=Basis.REROUTED, note="TC1234"),
         ["legal.preparation"]),
    ],
)  # fmt: skip
def test_what_the_law_lets_through(asked: Case, codes: list[str]) -> None:
    assert [problem.code for problem in problems(asked)] == codes


@given(
    st.sampled_from(Kind), st.sampled_from(Basis), st.sampled_from(Urgency),
    st.sampled_from([DRUG, PETHIDINE, TOXIC, OWN]), st.text(max_size=12),
)  # fmt: skip
def test_no_priced_drug_goes_between_legal_persons_without_a_paper(
    kind: Kind, basis: Basis, urgency: Urgency, goods: Goods, note: str
) -> None:
    asked = case(
        goods, kind=kind, basis=basis, urgency=urgency, note=note, settle=Settle.PRICE,
        has_approval=False,
    )  # fmt: skip
    assert problems(asked)


def test_the_classes_of_controlled_drugs_are_those_of_the_catalogue() -> None:
    assert set(CONTROLLED) >= PSYCHOACTIVE >= RESCUE


def test_controlled_drugs_lent_for_rescue_are_reported() -> None:
    lent = case(PETHIDINE, kind=Kind.LOAN, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY)
    assert must_report(lent)
    assert not must_report(case(DRUG, kind=Kind.LOAN))
    assert usual(same_person=True, urgency=Urgency.NORMAL) is Basis.SAME_PERSON
    assert usual(same_person=False, urgency=Urgency.EMERGENCY) is Basis.EMERGENCY


@pytest.mark.parametrize("text", ["张三", "", "330106199001011234", "Z", "zhang san"])
def test_a_patient_has_no_name_here(text: str) -> None:
    with pytest.raises(DomainError, match="不要写姓名"):
        reference(text)
    assert reference(" zsf-0832 ") == "ZSF-0832"


held = st.lists(
    st.builds(
        Held,
        lot_id=st.integers(1, 9),
        qty=st.integers(0, 500),
        expiry=st.none() | st.integers(-20, 900).map(lambda n: DAY + timedelta(days=n)),
    ),
    max_size=6,
    unique_by=lambda lot: lot.lot_id,
)
uses = st.builds(Use, units=st.integers(0, 2000), days=st.just(90))


@given(held, uses, st.integers(0, 120))
def test_nobody_gives_what_it_needs_itself(lots: list[Held], use: Use, keep: int) -> None:
    found = spare(lots, use, DAY, keep)
    by_lot = {lot.lot_id: lot for lot in lots}
    for one in found:
        lot = by_lot[one.lot_id]
        assert 0 <= one.expiring <= one.qty <= lot.qty
        assert lot.expiry is None or (lot.expiry - DAY).days >= LEAST_LEFT
    usable = sum(x.qty for x in lots if x.expiry is None or x.expiry >= DAY)
    extra = sum(one.qty - one.expiring for one in found)
    assert extra <= max(0, usable - use.within(keep))


def test_what_would_expire_is_told_apart() -> None:
    lots = [Held(1, 100, DAY + timedelta(days=30)), Held(2, 100, DAY + timedelta(days=300))]
    found = spare(lots, Use(90, 90), DAY, 45)
    assert found == [Spare(1, lots[0].expiry, 70, 70), Spare(2, lots[1].expiry, 85, 0)]
    assert spare(lots, Use(0, 90), DAY)[0].expiring == 100


offers = st.lists(
    st.builds(
        Offer,
        org_id=st.integers(1, 3),
        item_id=st.integers(1, 2),
        spare=st.builds(
            lambda lot, days, qty, part: Spare(
                lot, DAY + timedelta(days=days), qty, min(qty, part)
            ),
            st.integers(1, 4), st.integers(14, 400), st.integers(1, 90), st.integers(0, 90),
        ),
    ),
    max_size=6,
    unique_by=lambda o: (o.org_id, o.item_id, o.spare.lot_id),
)  # fmt: skip
needs = st.lists(
    st.builds(
        Need, org_id=st.integers(1, 3), item_id=st.integers(1, 2), qty=st.integers(1, 90),
        use=uses, has=st.integers(0, 50), why=st.sampled_from(Why), pack=st.sampled_from([1, 7]),
    ),
    max_size=5,
)  # fmt: skip


@given(needs, offers)
def test_no_offer_is_given_twice(wanted: list[Need], given_: list[Offer]) -> None:
    found = match(wanted, given_, {(1, 2): 5}, DAY)
    for offer in given_:
        mine = [x for x in found if x.offer is offer]
        assert sum(x.qty for x in mine) <= offer.spare.qty
        assert sum(x.expiring for x in mine) <= offer.spare.expiring
    for need in wanted:
        mine = [x for x in found if x.need is need]
        assert sum(x.qty for x in mine) <= need.qty
    for one in found:
        assert one.offer.org_id != one.need.org_id
        assert one.offer.item_id == one.need.item_id
        assert one.qty > 0
        assert one.qty % one.need.pack == 0
        if one.need.why is Why.EXPIRY:
            assert one.qty == one.expiring


def test_expiring_goods_first_then_the_nearer_member() -> None:
    soon, later = DAY + timedelta(days=60), DAY + timedelta(days=600)
    offers = [
        Offer(2, 1, Spare(1, later, 50, 0)),
        Offer(3, 1, Spare(2, later, 50, 0)),
        Offer(4, 1, Spare(3, soon, 20, 20)),
    ]
    found = match([Need(1, 1, 60, Use(900, 90))], offers, {(2, 1): 40, (3, 1): 9, (4, 1): 80}, DAY)
    assert [(x.offer.org_id, x.qty) for x in found] == [(4, 20), (3, 40)]


debts = st.lists(
    st.builds(Debt, key=st.tuples(st.integers(), st.integers(), st.integers()),
              outstanding=st.integers(0, 50)), max_size=5, unique_by=lambda d: d.key,
)  # fmt: skip


@given(debts, debts)
def test_setting_off_lowers_both_sides_alike(ours: list[Debt], theirs: list[Debt]) -> None:
    found = set_off(ours, theirs)
    mine, yours = sum(d.outstanding for d in ours), sum(d.outstanding for d in theirs)
    assert sum(part for *_pair, part in found) == min(mine, yours)
    for debt in ours:
        assert sum(part for a, _b, part in found if a.key == debt.key) <= debt.outstanding
    for debt in theirs:
        assert sum(part for _a, b, part in found if b.key == debt.key) <= debt.outstanding


def test_ageing_has_four_buckets() -> None:
    assert [ageing(n) for n in (0, 30, 31, 90, 91)] == ["≤30", "≤30", "≤60", "≤90", ">90"]
