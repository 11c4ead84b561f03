"""What a paper says stays: psql as those who may write papers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.domain.documents import TRANSITIONS, DocKind
from app.domain.ids import new_op
from app.migrations import statements
from app.services.orders.consolidate import Consolidate, consolidate
from tests.databases import ServerBackend
from tests.factories import EAST, KANGZE, WEST, Site
from tests.order_needs import AMOXICILLIN, ask, sign_as
from tests.security.conftest import Psql
from tests.security.test_paper_attacks import REFUSED, answer, ordered

HERE = Path(__file__).parent


def attacks(file: str = "kept_papers_attacks.sql") -> Iterator[tuple[str, str]]:
    """Who tries what."""
    login = ""
    for line in (HERE / file).read_text("utf-8").splitlines()[1:]:
        if line.startswith("-- "):
            login = line.removeprefix("-- ")
        else:
            yield login, line.removesuffix(";")


def test_what_papers_say_stays(group: Site, psql: Psql, server_backend: ServerBackend) -> None:
    wanted = tuple(ask(group, org, {AMOXICILLIN: 100}) for org in (EAST, WEST))
    consolidate(*group.as_("lead_buyer"), Consolidate(new_op(), "常用药", wanted))
    for login in ("east_head", "kangze_sales"):
        sign_as(group, login, ordered(group))
    ask(group, EAST, {AMOXICILLIN: 3})
    with psycopg.connect(server_backend.owner.conninfo()) as owner:
        owner.execute((HERE / "kept_papers.sql").read_bytes())
    buyer = psql("lead_buyer")
    others = ("east_store", "west_store", "kangze_sales")
    ways = {login: psql(login) for login in others} | {"lead_buyer": buyer}
    answers = {(login, attack): answer(ways[login], attack) for login, attack in attacks()}

    assert {what: state for what, state in answers.items() if state != REFUSED} == {}
    # what the program does still goes
    assert answer(buyer, "UPDATE app.member_order SET urged = urged + 1") == 6
    assert answer(psql("west_store"), "UPDATE app.transfer_lot SET accepted = 8, missing = 1") == 1
    looked = "UPDATE app.upkeep_line SET result = 'ok', checked_by = app.my_person()"
    assert answer(ways["east_store"], f"{looked} WHERE round_id = 96") == 1
    assert answer(buyer, "UPDATE app.recall SET status = 'closed' WHERE id = 93") == 1
    sent = "UPDATE app.transfer SET status = 'accepted', accepted_by = app.my_person()"
    assert answer(psql("west_store"), f"{sent} WHERE id = 71") == 1
    head = psql("east_head")
    decide = "UPDATE app.temporary_purchase SET status = 'approved', decided_by = {}"
    assert answer(head, decide.format(4)) == REFUSED
    assert answer(head, decide.format("app.my_person()")) == 1


MOVE: dict[str, object] = {
    "item": 101,
    "lot": 0,
    "owner": KANGZE,
    "qty": 1,
    "price": 1,
    "factor": 1,
}
NONSENSE = (
    {"item": 999},
    {"lot": 999},
    {"owner": 999},
    {"price": -1},
    {"qty": 10**12 + 1},
    {"reversal": 99},
    {"reason": "x" * 3000},
)


@pytest.mark.parametrize("wrong", NONSENSE)
def test_moves_are_of_goods_that_exist(group: Site, psql: Psql, wrong: dict[str, object]) -> None:
    del group
    connection = psql("east_store")
    ends = connection.execute(
        "SELECT max(id) FILTER (WHERE code = 'YF'), max(id) FILTER (WHERE kind = 'opening')"
        " FROM app.place WHERE org_id = 2"
    ).fetchone()
    assert ends is not None
    connection.execute(
        "INSERT INTO app.lot (id, item_id, lot_no, serial, created_at)"
        " VALUES (999, 102, 'X', '', 1)"
    )
    way: dict[str, object] = {"from": ends[1], "to": ends[0]}

    def post(move: dict[str, object], kind: str) -> None:
        connection.execute(
            "SELECT * FROM api.post(%s, 2, %s, 1, '2026-10-14', 4, %s)",
            [uuid.uuid4(), kind, json.dumps([move])],
        )

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="needs its paper"):
        post(MOVE | way, "opening")
    for move, kind in ((MOVE | way | wrong, "opening"), (MOVE | way, "gift")):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="bad move"):
            post(move, kind)


def test_limits_of_approval_are_not_told_to_suppliers(group: Site, psql: Psql) -> None:
    del group
    limits = """{"store": 10, "member": 20}"""
    psql("lead_admin").execute(
        "INSERT INTO app.setting (org_id, key, value) VALUES (0, 'requisition.approval', %s)",
        [limits],
    )
    question = "SELECT app.approval_level(2, 150000)"
    assert psql("east_store").execute(question).fetchone() == ("member",)
    assert psql("kangze_sales").execute(question).fetchone() == ("",)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("acceptance", DocKind.ACCEPTANCE),
        ("delivery", DocKind.DELIVERY),
        ("requisition", DocKind.REQUISITION),
        ("member_order", DocKind.MEMBER_ORDER),
    ],
)
def test_steps_in_the_database_are_those_of_the_program(table: str, kind: DocKind) -> None:
    folder = Path(statements.__file__).parent / "sql" / "postgresql"
    text = (folder / "0022_papers_kept.sql").read_text("utf-8")
    trigger = text.split(f"CREATE TRIGGER steps BEFORE INSERT OR UPDATE ON app.{table}")[1]
    trigger = trigger.split(";")[0].split("',\n  '")[0]  # of orders: the buyer's, not the store's
    told = {one for one in trigger.replace("'", " ").split() if ">" in one}
    steps = {f"{old}>{new}" for old, new in TRANSITIONS[kind]}

    assert {one for one in told if len(set(one.split(">"))) > 1} == steps
