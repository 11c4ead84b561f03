"""A store keeper with psql: what is booked is what a paper says, and two people decided on."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest

from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.security.conftest import Psql

Ways = tuple[str, str, dict[str, int]]
Book = Callable[..., None]
GOODS = {"item": 101, "lot": 0, "owner": KANGZE, "qty": 1, "price": 38600, "factor": 24}
LOST = {"qty": 2}
"""Goods that leave the supplier and come in less for the member."""
WITHOUT_PAPER: tuple[tuple[str, int, list[Ways]], ...] = (
    # kind, document, then moves: from, to, what is otherwise
    ("opening", 1, [("opening", "store", {})]),
    ("acceptance", 1, [("supplier", "store", {})]),
    ("consumption", 1, [("store", "consumed", {})]),
    ("write_off", 1, [("store", "scrapped", {})]),
    ("write_off", 7, [("store", "scrapped", {})]),  # asked for, not approved
    ("return", 1, [("store", "supplier", {})]),
    ("count", 1, [("found", "store", {})]),
    ("count", 1, [("store", "lost", {})]),
    ("count", 8, [("store", "lost", {})]),  # counted, not approved
    ("transfer", 1, [("store", "transit", {})]),
    ("transfer", 1, [("transit", "store", {})]),
    ("pack", 1, [("store", "lost", {})]),
    ("pack", 1, [("lost", "store", {"pack": 5})]),
    ("putaway", 1, [("store", "lost", {})]),
    ("putaway", 1, [("store", "consumed", {})]),
    ("title", 1, [("store", "supplier", {})]),
    ("title", 1, [("store", "supplier", LOST), ("supplier", "store", {"owner": EAST})]),
    ("title", 1, [("store", "supplier", {}), ("supplier", "store", {"owner": RUIHE})]),
    ("reversal", 1, [("consumed", "store", {})]),
    ("reversal", 1, [("consumed", "store", {"reversal": 1})]),  # an opening is no use
)


@pytest.fixture
def keeper(group: Site, psql: Psql) -> psycopg.Connection:
    """The keeper of East; a write-off waits for approval there, and a count."""
    del group
    connection = psql("east_store")
    connection.execute(
        "INSERT INTO app.disposal (org_id, id, no, kind, status, cause, reason, amount, made_at,"
        " made_by, version) VALUES (2, 7, 'BS-1', 'write_off', 'to_approve', 'damaged', 'x', 0, 1,"
        " app.my_person(), 1)"
    )
    connection.execute(
        "INSERT INTO app.stock_count (org_id, id, no, place_id, status, tolerance, started_at,"
        " started_by, snapshot_seq, version) SELECT 2, 8, 'PD-1', min(id), 'counting', 0, 1,"
        " app.my_person(), 0, 1 FROM app.place WHERE code = 'YF'"
    )
    return connection


@pytest.fixture
def book(keeper: psycopg.Connection) -> Book:
    """Book moves between places, told by their kind."""
    ends: dict[str, int] = dict(
        keeper.execute("SELECT kind, id FROM app.place WHERE org_id = 2").fetchall()
    )

    def posted(kind: str, doc: int, moves: list[Ways]) -> None:
        rows = [GOODS | {"from": ends[a], "to": ends[b]} | more for a, b, more in moves]
        keeper.execute(
            "SELECT * FROM api.post(%s, 2, %s, %s, '2026-10-14', 4, %s)",
            [uuid.uuid4(), kind, doc, json.dumps(rows)],
        )

    return posted


USE = (
    "INSERT INTO app.consumption (org_id, id, no, place_id, occurred_on, posted_at, person_id,"
    " source, status, note) SELECT 2, 50, 'XH-50', min(id), '2026-10-14', 1, {who}, 'typed',"
    " 'posted', '' FROM app.place WHERE code = 'YF'"
)


def test_nothing_is_booked_without_its_paper(book: Book) -> None:
    went = []
    for one in WITHOUT_PAPER:
        with suppress(psycopg.errors.InsufficientPrivilege):
            book(*one)
            went.append(one)

    assert went == []


def test_a_use_has_its_paper_and_is_taken_back_once(keeper: psycopg.Connection, book: Book) -> None:
    used: list[Ways] = [("store", "consumed", {})]

    def use(who: str) -> None:
        with keeper.transaction():
            keeper.execute(USE.format(who=who).encode())
            book("consumption", 50, used)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        use("5")  # in another's name
    use("app.my_person()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        book("consumption", 50, used)  # later, on the paper that is there
    seq = keeper.execute("SELECT max(seq) FROM app.ledger").fetchone()
    assert seq is not None
    back = {"reversal": seq[0]}
    for wrong in ({"qty": 2}, {"owner": EAST}, {"price": 1}):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            book("reversal", 51, [("consumed", "store", back | wrong)])
    book("reversal", 51, [("consumed", "store", back)])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        book("reversal", 52, [("consumed", "store", back)])


ONE_CALL = (
    "SELECT * FROM api.use(%s, {org}, 60, (SELECT min(id) FROM app.place WHERE code = 'YF' AND"
    " org_id = 2), '2026-10-14', 1, {who}, 'typed', '', %s, '[]')"
)


@pytest.mark.parametrize(
    ("login", "org", "who"),
    [
        ("east_store", "2", "5"),  # in another's name
        ("west_store", "2", "app.my_person()"),  # a neighbour's goods
        ("east_store", "3", "app.my_person()"),
        ("kangze_sales", "2", "app.my_person()"),
        ("lead_buyer", "2", "app.my_person()"),
    ],
)
@pytest.mark.usefixtures("keeper")
def test_a_use_in_one_call_is_of_own_goods_in_the_own_name(
    psql: Psql, login: str, org: str, who: str
) -> None:
    other, ends = psql(login), psql("east_store")
    found = ends.execute("SELECT kind, id FROM app.place WHERE org_id = 2").fetchall()
    places: dict[str, int] = dict(found)
    move = GOODS | {"from": places["store"], "to": places["consumed"], "told": "3.86"}
    values = [uuid.uuid4(), json.dumps([move])]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute(ONE_CALL.format(org=org, who=who).encode(), values)
    ends.execute(ONE_CALL.format(org="2", who="app.my_person()").encode(), values)
