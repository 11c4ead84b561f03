"""Two people at once, two windows, a double click, and the signing function itself."""

from __future__ import annotations

from functools import partial

from sqlalchemy import func, select, text

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.ids import new_op
from app.domain.orders.amend import Change
from app.models.order import GroupOrder, MemberOrder, Signature
from app.models.party import Person
from app.services.db import Database
from app.services.orders.changing import Amend, amend
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from app.services.orders.totals import check_totals
from tests.databases import Backend
from tests.factories import EAST, KANGZE, LEAD, RUIHE, WEST, Site, make_world
from tests.order_needs import AMOXICILLIN, ask, open_order, order_of, sign_as, status_of
from tests.races import race

BUYER = "lead_buyer"


def two_windows(site: Site, login: str) -> list[tuple[Database, Actor]]:
    return [(site.connect(login), site.actor(login)) for _window in range(2)]


def test_two_windows_sign_at_once_and_one_wins(site: Site) -> None:
    for round_ in range(5):
        open_order(site, f"第 {round_} 轮")
        row = order_of(site, EAST, KANGZE)
        windows = two_windows(site, "east_head")

        results = race(
            *(partial(sign, *window, Sign(new_op(), EAST, row.id, 1)) for window in windows)
        )

        losers = [one for one in results if isinstance(one, ConflictError)]
        assert len(losers) == 1, results
        assert "张主任" in losers[0].text
        for db, _actor in windows:
            db.close()
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(Signature)) == 5


def test_amending_and_signing_at_once_never_signs_what_was_not_read(site: Site) -> None:
    for round_ in range(5):
        open_order(site, f"第 {round_} 轮")
        row = order_of(site, EAST, KANGZE)
        head, buyer = two_windows(site, "east_head")[0], two_windows(site, BUYER)[0]
        one_box = Amend(new_op(), EAST, row.id, 1, (Change(1, 24),), "临时改成一盒")

        results = race(
            partial(sign, *head, Sign(new_op(), EAST, row.id, 1)), partial(amend, *buyer, one_box)
        )

        # a signature may come first and be overtaken by the amendment, never the other way round
        assert not isinstance(results[1], Exception), results
        with site.owner.read() as s:
            order = s.get_one(MemberOrder, (EAST, row.id))
            assert (order.version, order.status) == (2, State.TO_SIGN)
            for signature in s.scalars(select(Signature).where(Signature.doc_id == row.id)):
                assert signature.version == 1
        for db, _actor in (head, buyer):
            db.close()


def test_the_last_two_signatures_at_once_start_the_group_order(site: Site) -> None:
    made = open_order(site)
    rows = member_orders(*site.as_(BUYER), OrdersWanted())
    heads = {EAST: "east_head", WEST: "west_head"}
    sales = {KANGZE: "kangze_sales", RUIHE: "ruihe_sales"}
    for row in rows:
        sign_as(site, heads[row.org_id], row)
    for row in rows[:2]:
        sign_as(site, sales[row.supplier_id], row)

    results = race(
        *(
            partial(
                sign,
                *site.as_(sales[row.supplier_id]),
                Sign(new_op(), row.org_id, row.id, row.version),
            )
            for row in rows[2:]
        )
    )

    assert not [one for one in results if isinstance(one, Exception)]
    with site.owner.read() as s:
        assert s.get_one(GroupOrder, (LEAD, made.group_order_id)).status == State.ACTIVE


def test_a_double_click_at_the_same_moment_signs_once_and_answers_twice(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    windows = two_windows(site, "east_head")
    command = Sign(new_op(), EAST, row.id, 1)

    results = race(*(partial(sign, *window, command) for window in windows))

    assert [getattr(one, "state", one) for one in results] == [State.MEMBER_SIGNED] * 2
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(Signature)) == 1
    for db, _actor in windows:
        db.close()


def test_two_buyers_cannot_order_the_same_requisition(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10})
    west = ask(site, WEST, {AMOXICILLIN: 5})
    windows = two_windows(site, BUYER)

    results = race(
        *(
            partial(consolidate, *window, Consolidate(new_op(), title, wanted))
            for window, title, wanted in zip(
                windows, ("第 1 包", "第 2 包"), ((east, west), (west, east)), strict=True
            )
        )
    )

    assert len([one for one in results if isinstance(one, ConflictError)]) == 1, results
    assert len(member_orders(*site.as_(BUYER), OrdersWanted())) == 2
    assert not check_totals(*site.as_(BUYER))
    for db, _actor in windows:
        db.close()


def test_the_function_knows_the_signer_by_login(postgresql_backend: Backend) -> None:
    backend = postgresql_backend
    site = Site(backend.db, make_world(backend.db), lambda who: backend.signed_in(who)[0])
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    with site.owner.read() as s:
        digest = s.get_one(MemberOrder, (EAST, row.id)).digest
        head = s.scalar(select(Person.id).where(Person.login == "east_head"))

    call = "SELECT api.sign(:org, :id, :version, :digest, :party, 'signed', '', :actor)"
    asked = {"org": EAST, "id": row.id, "version": 1, "digest": digest, "party": "member"}

    def ask_as(login: str, **other: object) -> object:
        with site.db(login).write() as s:
            return s.execute(text(call), asked | {"actor": head} | other).scalar_one()

    assert ask_as("west_head") == "not_allowed"
    assert ask_as("kangze_sales") == "not_allowed"
    assert ask_as("kangze_sales", party="supplier") == "changed"
    assert ask_as("east_head", version=2) == "changed"
    assert ask_as("east_head", digest=b"other") == "changed"
    assert status_of(site, row) == State.TO_SIGN
    assert ask_as("east_head", actor=1) == "ok"
    with site.owner.read() as s:
        assert s.scalar(select(Signature.person_id)) == head
