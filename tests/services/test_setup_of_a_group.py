"""A real site from an empty file: organisations, places, terms, people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.duties import Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.access import actor_for
from app.services.platform import accounts, directory, organisations, places, terms
from app.services.platform.organisations import (
    AddOrganisation,
    ChangeOrganisation,
    OrganisationFacts,
)
from app.services.platform.places import ChangePlace
from app.services.stock.moving import AddPlace, add_place
from tests.factories import EAST, KANGZE, LEAD, TODAY, WEST, Site


def add(site: Site, code: str, name: str, role: str = "member", kind: str = "clinic") -> int:
    command = AddOrganisation(new_op(), code, role, OrganisationFacts(name, kind=kind))
    return organisations.add_organisation(*site.as_("lead_admin"), command)


def test_a_new_member_can_receive_goods_at_once(site: Site) -> None:
    org_id = add(site, "0009", "城北社区卫生服务中心")

    row = next(one for one in organisations.organisations(site.owner) if one.id == org_id)
    assert (row.role, row.valid_from, row.places) == ("member", TODAY, 4)
    actor = actor_for(site.owner, "lead_admin")
    assert actor.can(Duty.ADMIN, org_id)
    zones = {line.facts.zone for line in places.places(site.owner, actor, org_id)}
    assert zones == {"good", "pending", "bad", "returns"}


def test_a_supplier_has_no_places_and_no_part_in_the_group(site: Site) -> None:
    org_id = add(site, "0021", "和泰医药有限公司", "supplier", "supplier")

    row = next(one for one in organisations.organisations(site.owner) if one.id == org_id)
    assert (row.role, row.places) == ("supplier", 0)
    assert not actor_for(site.owner, "lead_admin").can(Duty.READ, org_id)


def test_the_same_intention_adds_one_organisation(site: Site) -> None:
    command = AddOrganisation(new_op(), "0009", "member", OrganisationFacts("城北"))
    first = organisations.add_organisation(*site.as_("lead_admin"), command)
    assert organisations.add_organisation(*site.as_("lead_admin"), command) == first


@pytest.mark.parametrize(
    ("code", "role", "facts", "problem"),
    [
        ("0002", "member", OrganisationFacts("重号"), "organisation.taken"),
        ("12", "member", OrganisationFacts("短号"), "organisation.code"),
        ("０００９", "member", OrganisationFacts("全角"), "organisation.code"),
        ("0009", "member", OrganisationFacts("  "), "organisation.name"),
        ("0009", "supplier", OrganisationFacts("类型", kind="clinic"), "organisation.kind"),
        ("0009", "member", OrganisationFacts("代码", uscc="123"), "uscc.form"),
        ("0009", "member", OrganisationFacts("法人", legal="9999"), "organisation.unknown"),
    ],
)
def test_what_cannot_be_an_organisation_says_why(
    site: Site, code: str, role: str, facts: OrganisationFacts, problem: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        organisations.add_organisation(
            *site.as_("lead_admin"), AddOrganisation(new_op(), code, role, facts)
        )
    assert refusal.value.code == problem


def test_a_member_leaves_and_its_people_lose_nothing_they_wrote(site: Site) -> None:
    row = next(one for one in organisations.organisations(site.owner) if one.id == WEST)
    gone = ChangeOrganisation(new_op(), WEST, replace(row.facts, phone="555-0199"), TODAY)
    organisations.change_organisation(*site.as_("lead_admin"), gone)

    after = next(one for one in organisations.organisations(site.owner) if one.id == WEST)
    assert (after.valid_to, after.facts.phone, after.in_force) == (TODAY, "555-0199", False)
    assert not actor_for(site.owner, "lead_buyer").can(Duty.BUY, WEST)


def test_the_lead_never_leaves_and_nobody_ends_before_the_beginning(site: Site) -> None:
    rows = {one.id: one for one in organisations.organisations(site.owner)}
    for org_id, day, problem in (
        (LEAD, TODAY, "organisation.lead"),
        (EAST, rows[EAST].valid_from - timedelta(days=1), "organisation.span"),
    ):
        with pytest.raises(DomainError) as refusal:
            organisations.change_organisation(
                *site.as_("lead_admin"),
                ChangeOrganisation(new_op(), org_id, rows[org_id].facts, day),
            )
        assert refusal.value.code == problem


@pytest.mark.parametrize("login", ["east_store", "lead_buyer", "kangze_sales"])
def test_only_the_leads_administrator_adds_organisations(site: Site, login: str) -> None:
    with pytest.raises(NotAllowedError):
        organisations.add_organisation(
            *site.as_(login),
            AddOrganisation(new_op(), "0009", "member", OrganisationFacts("城北")),
        )


def test_the_store_keeper_closes_an_empty_bin(site: Site) -> None:
    made = add_place(
        *site.as_("east_store"),
        AddPlace(new_op(), EAST, "C01", "冷藏柜", "bin", "good", site.world.stores[EAST], "cold"),
    )
    line = line_of(site, made)
    closed = replace(line.facts, name="旧冷藏柜", active=False)
    command = ChangePlace(new_op(), EAST, made, closed)
    places.change_place(*site.as_("east_store"), command)
    places.change_place(*site.as_("east_store"), command)

    assert line_of(site, made).facts == closed


def test_a_place_with_goods_stays_what_it_is(site: Site) -> None:
    from app.models.stock import Balance

    store = site.world.stores[EAST]
    with site.owner.write() as session:
        session.add(
            Balance(org_id=EAST, place_id=store, item_id=101, lot_id=0, owner_id=EAST, qty=5)
        )
    line = line_of(site, store)
    assert line.lots == 1
    for facts in (replace(line.facts, active=False), replace(line.facts, zone="bad")):
        with pytest.raises(DomainError, match="里还有货"):
            places.change_place(*site.as_("east_store"), ChangePlace(new_op(), EAST, store, facts))


def test_strangers_change_no_place_and_a_place_is_not_in_itself(site: Site) -> None:
    line = places.places(*site.as_("east_store"), EAST)[0]
    with pytest.raises(NotAllowedError):
        places.change_place(
            *site.as_("west_store"), ChangePlace(new_op(), EAST, line.id, line.facts)
        )
    inside = replace(line.facts, parent_id=line.id)
    with pytest.raises(DomainError, match="自己里面"):
        places.change_place(*site.as_("east_store"), ChangePlace(new_op(), EAST, line.id, inside))


def line_of(site: Site, place_id: int) -> places.PlaceLine:
    lines = places.places(*site.as_("east_store"), EAST)
    return next(one for one in lines if one.id == place_id)


def test_terms_are_agreed_once_and_changed_from_a_day_on(site: Site) -> None:
    buyer = site.as_("lead_buyer")
    before = _term(site)
    assert not before.complete
    terms.set_term(*buyer, terms.SetTerm(new_op(), EAST, KANGZE, 3, (2, 0), "consumption"))
    terms.set_term(*buyer, terms.SetTerm(new_op(), EAST, KANGZE, 4, (0,), "receipt"))

    after = _term(site)
    assert (after.lead_days, after.weekdays, after.trigger, after.since) == (
        4, (0,), "receipt", TODAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "weekdays", "trigger", "problem"),
    [
        (91, (0,), "receipt", "term.days"),
        (3, (), "receipt", "term.weekdays"),
        (3, (7,), "receipt", "term.weekdays"),
        (3, (0,), "never", "term.trigger"),
    ],
)
def test_impossible_terms_are_refused(
    site: Site, days: int, weekdays: tuple[int, ...], trigger: str, problem: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        terms.set_term(
            *site.as_("lead_buyer"),
            terms.SetTerm(new_op(), EAST, KANGZE, days, weekdays, trigger),
        )
    assert refusal.value.code == problem


def test_a_person_is_renamed_given_duties_closed_and_reopened(sqlite_site: Site) -> None:
    admin = sqlite_site.as_("lead_admin")
    directory.rename_local(*admin, "east_store", "李新药", "555-0101")
    directory.set_local_duties(*admin, "east_store", ("store=0002", "read=0003"))
    directory.close_local(*admin, "east_store")
    directory.reopen_local(*admin, "east_store")

    row = next(one for one in accounts.people(sqlite_site.owner) if one.login == "east_store")
    assert (row.name, row.phone, row.code, row.active) == ("李新药", "555-0101", "0002", True)
    assert row.grants == ("read=0003", "store=0002")


def test_an_administrator_keeps_the_own_duty(sqlite_site: Site) -> None:
    with pytest.raises(DomainError) as refusal:
        directory.set_local_duties(*sqlite_site.as_("lead_admin"), "lead_admin", ("audit=0",))
    assert refusal.value.code == "account.self_admin"


def test_a_members_administrator_takes_no_group_duty_away(sqlite_site: Site) -> None:
    boss = directory.Joining("east_admin", "东管", "0002", ("admin",))
    directory.add_local(*sqlite_site.as_("lead_admin"), boss, "four quiet words")
    with pytest.raises(NotAllowedError):
        directory.set_local_duties(*sqlite_site.as_("east_admin"), "lead_buyer", ("store=0002",))


def _term(site: Site) -> terms.TermRow:
    rows = terms.terms(*site.as_("lead_buyer"), (EAST,))
    return next(one for one in rows if one.supplier_id == KANGZE)
