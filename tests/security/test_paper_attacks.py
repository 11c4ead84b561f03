"""Attacks with psql on what suppliers hand in: their papers, and their notes of shortage."""

from __future__ import annotations

import psycopg

from app.domain.ids import new_op
from app.domain.orders.shortage import Short
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.shortage import DeclareShort, declare_short
from tests.factories import EAST, KANGZE, Site
from tests.order_needs import AMOXICILLIN, FACTORS, ask, sign_as
from tests.security.conftest import Psql

REFUSED = "42501"
PAPER = (
    "INSERT INTO app.dossier (org_id, id, kind, number, checked)"
    " VALUES ({org}, {id}, '{kind}', 'A-1', {seen})"
)


def answer(connection: psycopg.Connection, statement: str) -> str | int | None:
    """How many rows it touched, or the state of the refusal."""
    try:
        return connection.execute(statement.encode()).rowcount
    except psycopg.Error as refusal:
        return refusal.sqlstate


def ordered(group: Site) -> MemberOrderRow:
    """The order that was consolidated; the fixture's own have no content."""
    rows = member_orders(*group.as_("lead_buyer"), OrdersWanted(org_id=EAST))
    return next(row for row in rows if row.no.startswith("CG"))


def test_a_paper_is_seen_by_the_group_alone_and_as_it_stands(group: Site, psql: Psql) -> None:
    del group
    seller, rival, buyer = psql("kangze_sales"), psql("ruihe_sales"), psql("lead_buyer")
    paper = {"org": KANGZE, "id": 901, "kind": "购销廉洁协议"}
    assert answer(seller, PAPER.format(**paper, seen=1)) == REFUSED
    assert answer(seller, PAPER.format(**paper, seen=0)) == 1
    seen = "UPDATE app.dossier SET checked = 1 WHERE id = 901"
    longer = "UPDATE app.dossier SET valid_to = '2099-01-01'{more} WHERE id = 901"
    assert answer(seller, seen) == REFUSED
    assert answer(rival, seen) == 0
    assert answer(rival, PAPER.format(**paper | {"id": 902}, seen=0)) == REFUSED
    assert answer(buyer, seen) == 1
    for connection in (seller, buyer):
        assert answer(connection, longer.format(more="")) == REFUSED
        assert answer(connection, longer.format(more=", number = 'B-2'")) == REFUSED
        assert answer(connection, "DELETE FROM app.dossier WHERE id = 901") == REFUSED
    assert answer(seller, longer.format(more=", checked = 0")) == 1
    assert answer(seller, seen) == REFUSED


def test_a_note_of_shortage_takes_both_sides_and_the_buyer(group: Site, psql: Psql) -> None:
    wanted = ask(group, EAST, {AMOXICILLIN: 100})
    consolidate(*group.as_("lead_buyer"), Consolidate(new_op(), "常用药", (wanted,)))
    for login in ("east_head", "kangze_sales"):
        sign_as(group, login, ordered(group))
    row = ordered(group)
    short = (Short(1, 10 * FACTORS[AMOXICILLIN]),)
    command = DeclareShort(new_op(), EAST, row.id, row.version, short, "厂家停产检修")
    declare_short(*group.as_("kangze_sales"), command)

    seller, head, buyer = psql("kangze_sales"), psql("east_head"), psql("lead_buyer")
    step = (
        "UPDATE app.order_shortage SET status = '{to}', answered_by = (SELECT app.my_person()),"
        " answered_name = 'X', answered_at = 1"
    )
    end = (
        "UPDATE app.order_shortage SET status = 'ended_short',"
        " settled_by = (SELECT app.my_person()), settled_name = 'X', settled_at = 1"
    )
    assert answer(seller, step.format(to="approved")) == REFUSED
    assert answer(buyer, end) == REFUSED
    assert answer(psql("ruihe_sales"), step.format(to="approved")) == 0
    assert answer(psql("west_head"), step.format(to="approved")) == 0
    assert answer(head, "UPDATE app.order_shortage SET reason = 'X'") == REFUSED
    assert answer(seller, "UPDATE app.order_shortage_line SET qty = 1") == REFUSED
    more = (
        "INSERT INTO app.order_shortage_line (org_id, order_id, seq, line, qty)"
        " SELECT org_id, order_id, seq, 2, 5 FROM app.order_shortage"
    )
    assert answer(head, more) == REFUSED
    assert answer(head, step.format(to="approved")) == 1
    assert answer(seller, step.format(to="cancelled")) == REFUSED
    assert answer(head, end) == REFUSED
    assert answer(buyer, end) == 1
